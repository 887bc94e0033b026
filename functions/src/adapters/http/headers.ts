import type { NamedValues } from "../../domain/event.ts";

/** What a redacted header's value is replaced by. */
export const REDACTED = "[redacted]";

/** Describe the connection or the transfer, not the event; the original leaves them out, too. */
const DROPPED = new Set(["host", "transfer-encoding", "trailer"]);

/**
 * Names of headers that hold credentials: `Authorization`, `Proxy-Authorization`, `Cookie`,
 * `Set-Cookie`, `X-API-Key`, `X-Goog-IAP-JWT-Assertion`, `X-Auth-Token`, and their like.
 */
const CREDENTIAL =
  /(^|-)(authorization|cookie2?|(api|access|subscription|functions)-?key|jwt|token|secret|password|passwd|credentials?|session)(-|$)/;

/**
 * The headers of a request: canonical names, in order of first appearance, repeats as separate values
 * in order, and credentials redacted.
 *
 * @param rawHeaders name, value, name, value, … as `IncomingMessage.rawHeaders` has them
 * @param keep names that are not redacted, in any letter case
 */
export function readHeaders(rawHeaders: readonly string[], keep: readonly string[]): NamedValues[] {
  const kept = new Set(keep.map((name) => name.toLowerCase()));
  const headers = new Map<string, string[]>();
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? "";
    const lowerCase = name.toLowerCase();
    if (DROPPED.has(lowerCase)) continue;
    const isSecret = CREDENTIAL.test(lowerCase) && !kept.has(lowerCase);
    const value = isSecret ? REDACTED : (rawHeaders[index + 1] ?? "");
    const canonical = canonicalName(lowerCase);
    const values = headers.get(canonical);
    if (values === undefined) headers.set(canonical, [value]);
    else values.push(value);
  }
  return Array.from(headers, ([name, values]) => ({ name, values }));
}

/** `x-lower-case` → `X-Lower-Case`, as Go's `CanonicalMIMEHeaderKey` does. */
function canonicalName(lowerCase: string): string {
  return lowerCase.replace(/(^|-)[a-z]/g, (start) => start.toUpperCase());
}
