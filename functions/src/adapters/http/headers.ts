import type { NamedValues } from "../../domain/event.ts";
import { isCredential, REDACTED } from "../../domain/credentials.ts";
import { canonicalName, collect } from "./pairs.ts";
import { redactUrl } from "./query.ts";
import { headerText } from "./rawRequest.ts";

/** Describe the connection or the transfer, not the event; the original leaves them out, too. */
const DROPPED = new Set(["host", "transfer-encoding", "trailer"]);

/** Hold a URL, whose query may hold what the request's own may. */
const URLS = new Set([
  "referer",
  "webhook-request-callback",
  "x-forwarded-uri",
  "x-ms-copy-source",
  "x-original-uri",
  "x-original-url",
  "x-rewrite-url",
]);

/**
 * The headers of a request: canonical names, in order of first appearance, repeats as separate values
 * in order, as text, and credentials redacted.
 *
 * @param rawHeaders name, value, name, value, … as `IncomingMessage.rawHeaders` has them
 * @param keep names that are not redacted, in any letter case
 * @param redactParams query parameters that are redacted in headers that hold a URL
 */
export function readHeaders(
  rawHeaders: readonly string[],
  keep: readonly string[],
  redactParams: readonly string[] = [],
): NamedValues[] {
  const kept = new Set(keep.map((name) => name.toLowerCase()));
  const pairs: [string, string][] = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]?.toLowerCase() ?? "";
    if (DROPPED.has(name)) continue;
    const isSecret = isCredential(name) && !kept.has(name);
    const value = isSecret ? REDACTED : headerText(rawHeaders[index + 1] ?? "");
    const shown = URLS.has(name) && !kept.has(name) ? redactUrl(value, redactParams) : value;
    pairs.push([canonicalName(name), shown]);
  }
  return collect(pairs);
}
