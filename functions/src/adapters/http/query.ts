import { EventSyncError } from "../../domain/errors.ts";
import type { NamedValues } from "../../domain/event.ts";
import { REDACTED, secretNames } from "../../domain/credentials.ts";
import { collect } from "./pairs.ts";

/** Most parameters, repeats counted; Node.js takes as many headers, and answers more with 431 itself. */
export const MAX_PARAMETERS = 1000;

/**
 * The query of a URL, as it was sent: names in order of first appearance, repeats as separate values in
 * order, "+" as a space. A name or value that is not valid percent-encoded UTF-8 is kept as it is
 * written, so that two of them do not become one; unlike the original, this loses no pair.
 *
 * @param redact names whose values are redacted, besides those that name a credential; none at all if
 *   there are none
 * @throws EventSyncError `event-too-large`
 */
export function readQuery(url: string, redact: readonly string[]): NamedValues[] {
  const start = url.indexOf("?");
  if (start === -1) return [];
  const isSecret = secretNames(redact);
  const sent = url
    .slice(start + 1)
    .split("&")
    .filter((pair) => pair !== "");
  if (sent.length > MAX_PARAMETERS) {
    throw new EventSyncError(
      "event-too-large",
      `The query has ${String(sent.length)} parameters, over the limit of ${String(MAX_PARAMETERS)}.`,
    );
  }
  const pairs = sent.map((pair): [string, string] => {
    const equals = pair.indexOf("=");
    const name = decode(equals === -1 ? pair : pair.slice(0, equals));
    const value = equals === -1 ? "" : decode(pair.slice(equals + 1));
    return [name, isSecret(name) ? REDACTED : value];
  });
  return collect(pairs);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return text;
  }
}

/** The same in the text of a URL, which stays as it is written otherwise. */
export function redactUrl(text: string, redact: readonly string[]): string {
  const isSecret = secretNames(redact);
  return text.replaceAll(/([?&#])([^=&?#\s]+)=([^&#\s]*)/g, (pair, before: string, name: string) =>
    isSecret(decode(name)) ? `${before}${name}=${REDACTED}` : pair,
  );
}
