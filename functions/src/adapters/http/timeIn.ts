import type { IncomingMessage } from "node:http";
import { EventSyncError } from "../../domain/errors.ts";
import { textIn } from "./textIn.ts";

/** RFC 3339, with the zone. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/;

/**
 * A time in the query of a request, in epoch milliseconds; undefined if it is not there.
 *
 * @throws EventSyncError `invalid-query`
 */
export function timeIn(request: IncomingMessage, name: string): number | undefined {
  const text = textIn(request, name);
  if (text === undefined) return undefined;
  const ms = parseTime(text);
  if (ms !== undefined) return ms;
  throw new EventSyncError(
    "invalid-query",
    `The query parameter “${name}” must be a time such as 2026-01-01T00:00:00Z.`,
  );
}

/** Epoch milliseconds; undefined if it is no time. */
export function parseTime(text: string): number | undefined {
  const ms = TIME.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(ms) ? undefined : ms;
}
