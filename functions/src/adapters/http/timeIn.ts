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

/** Firestore has the years from 1 to 9999; and of a time that is asked for, the millisecond before. */
const STORED_MS = { first: Date.parse("0001-01-01T00:00:00.001Z"), last: 253_402_300_799_999 };

/** Whether it is a time that can be asked for. @param ms epoch milliseconds */
export function isStorable(ms: unknown): ms is number {
  const { first, last } = STORED_MS;
  return Number.isSafeInteger(ms) && (ms as number) >= first && (ms as number) <= last;
}

/** Epoch milliseconds; undefined if it is no time. */
export function parseTime(text: string): number | undefined {
  const ms = TIME.test(text) ? Date.parse(text) : NaN;
  return isStorable(ms) ? ms : undefined;
}
