/** An accepted event and the small marker that says it is not exported yet. Both are immutable. */

/** The methods that an endpoint can take for events. */
export const HTTP_METHODS = [
  "GET",
  "POST",
  "PUT",
  "PATCH",
  "DELETE",
  "HEAD",
  "OPTIONS",
  "TRACE",
  "CONNECT",
] as const;
export type HttpMethod = (typeof HTTP_METHODS)[number];

/** A header or query parameter with all its values, in the order they were sent. */
export interface NamedValues {
  readonly name: string;
  readonly values: readonly string[];
}

/** One accepted HTTP request. */
export interface Event {
  readonly id: string;
  readonly eventKey: string;
  /** Epoch milliseconds, by the clock of the instance that received it. */
  readonly receivedAtMs: number;
  readonly httpMethod: HttpMethod;
  readonly headers: readonly NamedValues[];
  readonly queryParams: readonly NamedValues[];
  /** The body, exactly: text where it is valid UTF-8, else bytes. Of a CloudEvent its data. */
  readonly content: string | Uint8Array;
  /** Of a CloudEvent: `id`, `source`, `type` and all others. */
  readonly attributes?: Readonly<Record<string, string>>;
  /** The correlation key, where it has one. */
  readonly key?: string;
  /** Why it does not count: it is stored without a marker, and is in no sync. */
  readonly ignored?: Ignored;
}

/**
 * Why an event is stored and does not count: `filter` where the endpoint's filter says false, `filter-failed`
 * where it cannot say; `no-key` where it has no correlation key.
 */
export const IGNORED_REASONS = ["filter", "filter-failed", "no-key"] as const;

export interface Ignored {
  /** One of `IGNORED_REASONS`. */
  readonly reason: string;
  /** What is to be said besides, for whoever looks at the event. */
  readonly detail?: string;
}

/** The marker that is written with an event. */
export interface NewPendingEvent {
  readonly id: string;
  /** The correlation key: of which window it is. */
  readonly key: string;
  readonly eventKey: string;
  readonly receivedAtMs: number;
  /** Bytes that the event takes in a sync message, so that a message is planned without reading it. */
  readonly size: number;
}

/** What a window check looks at: exists exactly while the event can still take part in a window. */
export interface PendingEvent extends Omit<NewPendingEvent, "key"> {
  /** Already part of a sync: a rule with `keepEventAfterTrigger` has exported it. */
  readonly exported: boolean;
  /** The store's own mark of the state that was read, for conditional writes. */
  readonly version: unknown;
}

/** Where a pending event stands in the order of receipt. */
export interface Place {
  readonly receivedAtMs: number;
  readonly id: string;
}

/** Oldest first; events of the same millisecond by id, so that every instance sees one order. */
export function byAge(a: Place, b: Place): number {
  return a.receivedAtMs - b.receivedAtMs || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

export function placeOf({ receivedAtMs, id }: Place): Place {
  return { receivedAtMs, id };
}

/** Behind whatever was received in that millisecond: no id is greater. */
export function endOf(receivedAtMs: number): Place {
  return { receivedAtMs, id: LAST_ID };
}
export const LAST_ID = "\uffff";

/** The later one. */
export function latest(a: Place, b: Place | undefined): Place {
  return b !== undefined && byAge(a, b) < 0 ? b : a;
}
