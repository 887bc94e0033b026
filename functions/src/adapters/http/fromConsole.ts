import type { IncomingMessage } from "node:http";
import { EventSyncError } from "../../domain/errors.ts";

/** No page of another origin can send it: that takes a preflight, which is not granted. */
export const CONSOLE_HEADER = "x-eventsync-console";

/**
 * Refuses what another page than the console's own has made a browser send. Whoever calls by other means has
 * shown who they are, as for any other function, and sends what they like.
 *
 * @param isChange whether it may change something: then it must have the header of the page
 * @throws EventSyncError `not-from-console`
 */
export function requireFromConsole(
  { headers }: Pick<IncomingMessage, "headers">,
  isChange: boolean,
): void {
  const site = headers["sec-fetch-site"];
  // By name: a person who types an address comes from no site.
  const isOther = site !== undefined && site !== "same-origin" && (isChange || site !== "none");
  if (isOther || (isChange && headers[CONSOLE_HEADER] !== "1")) {
    throw new EventSyncError(
      "not-from-console",
      "Only the console's own page may ask for this: the header X-EventSync-Console says so.",
    );
  }
}

/** The page's header is none of the event's, which is sent as a source would send it. */
export function dropConsoleHeader({ rawHeaders }: Pick<IncomingMessage, "rawHeaders">): void {
  for (let index = rawHeaders.length - 2; index >= 0; index -= 2) {
    if (rawHeaders[index]?.toLowerCase() === CONSOLE_HEADER) rawHeaders.splice(index, 2);
  }
}

/** Of every answer of the console; what is no page is nothing to a browser but data. */
export const CONSOLE_HEADERS = {
  "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
  "Referrer-Policy": "no-referrer",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Cache-Control": "no-store",
} as const;
