import { isUtf8 } from "node:buffer";
import { subscribe } from "node:diagnostics_channel";
import type { IncomingMessage } from "node:http";
import getRawBody from "raw-body";
import { EventSyncError } from "../../domain/errors.ts";

/**
 * A request is taken exactly as it was sent, so nothing may read the body before us. The framework that
 * runs a function (in production, and in the emulator) does: it parses JSON and answers 400 by itself
 * where that fails, inflates gzip, refuses charsets that it does not know, and drops a body without a
 * content type. It has no setting for this, but it only reads bodies that have a content type, and
 * Node.js announces every request before anyone else sees it. So the type is hidden there; what the
 * sender wrote stays in `rawHeaders`. In the same way a path that the framework's router would answer by
 * itself is replaced, and kept for us.
 */
const originalUrls = new WeakMap<IncomingMessage, string>();
let subscribed = false;

/** Must run before the server is made: when the module of the function is loaded. */
export function keepRequestsRaw(): void {
  if (subscribed) return;
  subscribed = true;
  subscribe("http.server.request.start", (message) => {
    const { request } = message as { readonly request: IncomingMessage };
    delete request.headers["content-type"];
    const url = request.url ?? "/";
    if (!isRouted(url)) {
      originalUrls.set(request, url);
      request.url = "/";
    }
  });
}

/** What browsers and crawlers ask for unbidden; the framework answers it with 404, in any case. */
const UNBIDDEN = /^\/(favicon\.ico|robots\.txt)(\/|$)/i;

/** Whether the framework's router would hand a path over to the function. */
function isRouted(url: string): boolean {
  const [path = ""] = url.split(/[?#]/, 1);
  if (!path.startsWith("/") || UNBIDDEN.test(path)) return false;
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}

/** Path and query as they were sent. */
export function urlOf(request: IncomingMessage): string {
  return originalUrls.get(request) ?? request.url ?? "/";
}

/**
 * A header's value as it was sent. Node.js reads every byte as a character of its own (Latin-1); what
 * is valid UTF-8 is text in UTF-8 all the same, and only the rest really is Latin-1.
 */
export function headerText(value: string): string {
  if (!/[\x80-\xff]/.test(value)) return value;
  const bytes = Buffer.from(value, "latin1");
  return isUtf8(bytes) ? bytes.toString("utf8") : value;
}

/**
 * Reads the body as it was sent: not parsed, not inflated.
 *
 * @throws EventSyncError `event-too-large`, `unreadable-body`
 */
export async function bodyOf(request: IncomingMessage, limit: number): Promise<Buffer> {
  try {
    return await getRawBody(request, { limit, length: request.headers["content-length"] ?? null });
  } catch (cause) {
    if ((cause as { readonly type?: unknown }).type === "entity.too.large") {
      throw new EventSyncError(
        "event-too-large",
        `The body is larger than the limit of ${String(limit)} bytes.`,
        { cause },
      );
    }
    throw new EventSyncError("unreadable-body", "The body ended early or could not be read.", {
      cause,
    });
  }
}
