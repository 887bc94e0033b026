import type { PendingEvent, Place } from "../../domain/event.ts";
import type { Expiry } from "../../domain/expiry.ts";
import type { WindowId } from "../../domain/window.ts";

export interface Window {
  /**
   * How many pending events the endpoints have together, counting no further than `limit` (1 read per 1000,
   * and per 30 endpoints; per 15 with `withExported`).
   */
  count(
    window: WindowId,
    query: {
      readonly eventKeys: readonly string[];
      /** What is in a sync already counts, too: where events are kept. */
      readonly withExported: boolean;
      readonly aboveMs: number | undefined;
      readonly upToMs?: number;
      readonly limit: number;
    },
  ): Promise<number>;
  /** Whether any event of the endpoints is in no sync yet (1 read per 30 endpoints). */
  hasNew(
    window: WindowId,
    query: { readonly eventKeys: readonly string[]; readonly aboveMs: number },
  ): Promise<boolean>;
  /** All pending events of the endpoints (1 read each, at least 1 per endpoint). */
  collect(
    window: WindowId,
    query: {
      readonly eventKeys: readonly string[];
      readonly withExported: boolean;
      readonly aboveMs: number;
    },
  ): Promise<PendingEvent[]>;
  /**
   * All pending events of the endpoints that are in no sync, oldest first, as they were at one moment, of a
   * window that holds few: undefined where it may hold more than `limit`. Windows of a service that are asked
   * for at the same moment share a query (1 read each, at least 1 per 30 pairs of window and endpoint;
   * together at most `limit` and one more for each window).
   *
   * @param query.limit of all that share it
   */
  small(
    window: WindowId,
    query: {
      readonly eventKeys: readonly string[];
      readonly aboveMs: number | undefined;
      readonly limit: number;
    },
  ): Promise<readonly PendingEvent[] | undefined>;
  /**
   * The pending events of the endpoints that are in no sync, oldest first, in pages (1 read each, at
   * least 1 per 30 endpoints). Of up to 30 endpoints a page is what was there at one moment;
   * one that is empty, behind others, says that nothing was.
   *
   * @param query.after leaves out what stands there and before
   */
  scan(
    window: WindowId,
    query: { readonly eventKeys: readonly string[]; readonly after: Place | undefined },
  ): AsyncIterable<readonly PendingEvent[]>;
  /** When the oldest of them was received, if there is any (1 read per 30 endpoints). Epoch milliseconds. */
  oldest(
    window: WindowId,
    query: { readonly eventKeys: readonly string[] },
  ): Promise<number | undefined>;
  /**
   * The oldest of the pending events of the endpoints behind a place, received no later than that (1 read
   * per 30 endpoints).
   */
  next(
    window: WindowId,
    query: {
      readonly eventKeys: readonly string[];
      readonly after: Place | undefined;
      readonly untilMs: number;
    },
  ): Promise<PendingEvent | undefined>;
  /**
   * The newest pending events of an endpoint between two places, without these, oldest first, at most
   * `limit`, and those of one millisecond and some hundred besides (1 read each, and for each halving of
   * the time between them 1 per 1000 of the limit).
   */
  newest(
    window: WindowId,
    query: {
      readonly eventKey: string;
      readonly after: Place;
      readonly before: Place;
      readonly limit: number;
    },
  ): Promise<PendingEvent[]>;
  /**
   * Removes the pending events of the endpoints that can never count again (1 read, 1 delete each; at
   * most 450 reads for those that must stay because they came under a longer period).
   *
   * @param query.goOn asked before each further page of an endpoint
   * @returns how many
   */
  removeExpired(
    window: WindowId,
    query: {
      readonly eventKeys: readonly string[];
      readonly expiry: Expiry;
      readonly goOn: () => boolean;
    },
  ): Promise<number>;
}
