import type { PendingEvent, Place } from "../../domain/event.ts";
import type { WindowId } from "../../domain/window.ts";
import type { WindowState } from "./serviceState.ts";

/** An event that waits, and of which window it is. */
export interface KeyedEvent extends PendingEvent {
  readonly key: string;
}

/** Windows of a service, for whoever looks at them; nothing is changed. */
export interface WindowLooks {
  /**
   * Events of all keys of a service with a correlation, oldest first (1 read each, and one more, at least 1).
   *
   * @returns `isLast` unless there are more
   */
  page(
    service: string,
    query: {
      /** What is in a sync already, too: where events are kept. */
      readonly withExported: boolean;
      readonly aboveMs: number;
      readonly upToMs: number;
      readonly after: Place | undefined;
      readonly limit: number;
    },
  ): Promise<{
    readonly events: readonly KeyedEvent[];
    readonly last: Place | undefined;
    readonly isLast: boolean;
  }>;
  /**
   * Windows of a service with a correlation whose keys are behind one, in the order of the keys, each with all of
   * its events, oldest first, also those in a sync where events are kept (1 read for each event, at least 1).
   *
   * @param query.after a key; the empty one for the first page
   * @param query.limit of all events together
   * @returns for each key; undefined for one, alone on its page, with at least so many events. `isLast` unless
   *   there are more
   */
  behindKey(
    service: string,
    query: { readonly after: string; readonly limit: number },
  ): Promise<{
    readonly windows: ReadonlyMap<string, readonly PendingEvent[] | undefined>;
    readonly isLast: boolean;
  }>;
  /**
   * Events of some windows, oldest first: those behind a place, or those up to one (1 read each, at least 1 for
   * each 30 combinations of window, endpoint and, where events are kept, two states).
   *
   * @param query.limit of each window, of all that one query asks for
   * @returns for each key; those of which not all were read are not there
   */
  ofWindows(
    service: string,
    query: {
      readonly keys: readonly string[];
      readonly eventKeys: readonly string[];
      readonly withExported: boolean;
      readonly after?: Place | undefined;
      readonly upTo?: Place | undefined;
      readonly limit: number;
    },
  ): Promise<ReadonlyMap<string, readonly PendingEvent[]>>;
  /** The oldest event of an endpoint behind a place (1 read). */
  first(
    window: WindowId,
    query: {
      readonly eventKey: string;
      readonly withExported: boolean;
      readonly after: Place;
      readonly upToMs: number;
    },
  ): Promise<Place | undefined>;
  /** What a replay of each has to know (1 read, and 1 for each 30 keys and each that was reset). */
  states(service: string, keys: readonly string[]): Promise<ReadonlyMap<string, WindowState>>;
}
