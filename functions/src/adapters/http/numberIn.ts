import type { IncomingMessage } from "node:http";
import { EventSyncError } from "../../domain/errors.ts";
import { textIn } from "./textIn.ts";

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
  const text = textIn(request, name);
  if (text === undefined) return undefined;
  const number = /^\d{1,16}$/.test(text) ? Number(text) : NaN;
  if (number >= least && number <= most) return number;
  throw new EventSyncError(
    "invalid-query",
    `The query parameter “${name}” must be a whole number from ${String(least)} to ${String(most)}.`,
  );
}
