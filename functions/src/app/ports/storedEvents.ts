import type { Event, Ignored } from "../../domain/event.ts";

/** An event in a list: all but what was sent. */
export interface ListedEvent {
  readonly id: string;
  readonly eventKey: string;
  readonly receivedAtMs: number;
  readonly key?: string;
  readonly ignored?: Ignored;
  /** Bytes in a message. */
  readonly size: number;
}

/** Where a page of events ended. */
export interface EventStand {
  readonly receivedAtMs: number;
  readonly eventId: string;
}

export interface EventQuery {
  readonly eventKeys: readonly string[];
  /** Received after that time, and up to the other. Epoch milliseconds. */
  readonly aboveMs?: number | undefined;
  readonly upToMs?: number | undefined;
  readonly after?: EventStand | undefined;
  readonly limit: number;
}

/** The events of a service, for whoever looks at them. */
export interface StoredEvents {
  /**
   * A page of the events of some endpoints, newest first (1 read each, and one more, at least 1; of more than
   * three endpoints as many for each three). What cannot be read is left out.
   *
   * @returns `next` undefined if this is the last
   */
  list(
    service: string,
    query: EventQuery,
  ): Promise<{ readonly events: readonly ListedEvent[]; readonly next: EventStand | undefined }>;
  /** The same with whole events, for the same reads. @throws EventSyncError `newer-document` */
  listInFull(
    service: string,
    query: EventQuery,
  ): Promise<{ readonly events: readonly Event[]; readonly next: EventStand | undefined }>;
  /**
   * Whole events, by id (1 read each); what is missing or malformed is not there.
   *
   * @throws EventSyncError `newer-document`
   */
  read(service: string, eventIds: readonly string[]): Promise<ReadonlyMap<string, Event>>;
}
