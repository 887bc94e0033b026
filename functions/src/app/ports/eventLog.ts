import type { Event, NewPendingEvent } from "../../domain/event.ts";
import type { Rule } from "../../domain/rule.ts";
import type { MessageEvent } from "../../domain/syncMessage.ts";

export interface EventLog {
  /**
   * Stores an event and its pending marker in one commit (2 writes), or the event alone (1 write) where
   * it does not count.
   *
   * @returns `exists` if an event with this id was there before; nothing is changed then
   * @throws EventSyncError `event-too-large` if a document cannot hold it
   */
  append(
    rule: Rule,
    event: Event,
    pending: NewPendingEvent | undefined,
  ): Promise<"stored" | "exists">;
  /**
   * What was answered about the event with this id (1 read); undefined if it is gone, or of a newer form.
   */
  summary(event: {
    readonly serviceName: string;
    readonly eventId: string;
  }): Promise<EventSummary | undefined>;
  /**
   * Reads events as they stand in messages (1 read each), by id. What is missing or malformed is left
   * out and reported.
   *
   * @throws EventSyncError `newer-document`
   */
  read(events: {
    readonly serviceName: string;
    readonly eventIds: readonly string[];
  }): Promise<ReadonlyMap<string, MessageEvent>>;
}

export interface EventSummary {
  /** Epoch milliseconds. */
  readonly receivedAtMs: number;
  /** Why it does not count, if so. */
  readonly ignored?: string;
}
