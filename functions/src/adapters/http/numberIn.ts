import type { IncomingMessage } from "node:http";
import { EventSyncError } from "../../domain/errors.ts";
import { readQuery } from "./query.ts";
import { urlOf } from "./rawRequest.ts";

/**
 * A whole number in the query of a request; undefined if it is not there.
 *
 * @throws EventSyncError `invalid-query`
 */
export function numberIn(
  request: IncomingMessage,
  name: string,
  { least, most }: { readonly least: number; readonly most: number },
): number | undefined {
  const given = readQuery(urlOf(request), []).find((one) => one.name === name);
  if (given === undefined) return undefined;
  const [text = "", ...others] = new Set(given.values);
  const number = Number(text);
  if (/^\d{1,15}$/.test(text) && others.length === 0 && number >= least && number <= most) {
    return number;
  }
  throw new EventSyncError(
    "invalid-query",
    `The query parameter “${name}” must be a whole number from ${String(least)} to ${String(most)}.`,
  );
}
