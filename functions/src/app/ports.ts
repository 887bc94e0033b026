import type { NextTime } from "../domain/deadline.ts";
import type { Delivery } from "../domain/delivery.ts";
import type { Range, RegisteredClaim } from "../domain/claim.ts";
import type { Event, NewPendingEvent, PendingEvent, Place } from "../domain/event.ts";
import type { Expiry } from "../domain/expiry.ts";
import type { Attributes } from "../domain/publication.ts";
import type { Rule, Topic } from "../domain/rule.ts";
import type { WindowId } from "../domain/window.ts";
import type { Group } from "../domain/decide.ts";
import type { MessageEvent, SyncMessage } from "../domain/syncMessage.ts";
import type { Sync, SyncReason } from "../domain/sync.ts";
import type { Deliverer } from "./delivery/deliverer.ts";
import type { LogFields, LoggedAs } from "./logEvents.ts";

/**
 * What the use cases need from the outside, one small port per role. Every method that touches
 * Firestore says what it costs: reads and writes are the user's bill.
 */

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

/** A marker that is in no sync, as far as it says whose window it is. */
export interface WaitingEvent {
  readonly key: string;
  readonly eventKey: string;
  readonly receivedAtMs: number;
}

/** How far the net under the windows of a service has come. */
export interface NetProgress {
  /** What was received up to then has been examined; undefined if nothing has. Epoch milliseconds. */
  readonly passedMs: number | undefined;
  /** What was received up to then has been examined once its deadline had passed, where there is one. */
  readonly closedMs: number | undefined;
  /** Keys of windows that could not be checked, and are tried again. */
  readonly again: readonly string[];
}

/** The windows of a service with a correlation, over all its keys: nobody lists them. */
export interface OpenWindows {
  /** Events that are in no sync, oldest first, in pages (1 read each, at least 1). */
  scan(
    service: string,
    query: { readonly aboveMs: number | undefined; readonly upToMs: number },
  ): AsyncIterable<readonly WaitingEvent[]>;
  /**
   * Removes the pending events that can never count again (1 read, 1 delete each; at most some 900 reads
   * for those that must stay).
   *
   * @param query.keptKeys windows of which nothing is removed
   * @param query.goOn asked before each further page
   * @returns how many
   */
  removeExpired(
    service: string,
    query: {
      readonly expiry: Expiry;
      readonly keptKeys: ReadonlySet<string>;
      readonly goOn: () => boolean;
    },
  ): Promise<number>;
  /** 1 read. */
  progress(service: string): Promise<NetProgress>;
  /** 1 write. */
  saveProgress(service: string, progress: NetProgress): Promise<void>;
}

/** What a replay of a window has to know besides its events. */
export interface WindowState {
  /** The resets that a replay can still meet, oldest first. Epoch milliseconds. */
  readonly resetsMs: readonly number[];
  /** Claims of the window that are under way: what stands in or before them is not to be looked at. */
  readonly claims: readonly RegisteredClaim[];
  /** Keys of all windows of the service with such claims. */
  readonly claimedKeys: readonly string[];
  /** The store's own mark of this state, for conditional writes. */
  readonly version: unknown;
}

export interface ServiceState {
  /**
   * 1 read, 2 where there is a key: resets of all keys are among those of each. What windows of a service
   * have in common is read once for those that are asked for at the same moment, after all of them were.
   *
   * @throws EventSyncError `newer-document`, as `reset`
   */
  read(window: WindowId): Promise<WindowState>;
  /**
   * Everything received up to that time stops counting, in that window, or in all windows where it has no key
   * (1 read, 1 write). Forgets resets before `keepFromMs`, except the last one.
   */
  reset(
    window: WindowId,
    times: { readonly atMs: number; readonly keepFromMs: number },
  ): Promise<void>;
}

/** A sync that is ours to publish, until the lease runs out. */
export interface Lease {
  /** Of its members at least those that a message can hold. */
  readonly sync: Sync;
  /** Which attempt to publish this is, from 1. */
  readonly attempt: number;
  /** When the lease runs out. */
  readonly untilMs: number;
  /** Until when its events and parts are kept, where that was put off for its sake. */
  readonly keptUntilMs?: number;
  /** The store's own mark of the state that we hold, for conditional writes. */
  readonly version: unknown;
  /** What was made with it, in the same state, and is ours as long. */
  readonly deliveries?: readonly Delivery[];
}

/** A sync whose claim is not complete, and ours to go on with, until the lease runs out. */
export interface OpenClaim {
  /** As far as it is claimed. */
  readonly sync: Sync;
  /** The store's own, of how far the claim has come. */
  readonly progress: unknown;
}

/** What is to be done with a sync that was taken. */
export type Taken =
  | { readonly next: "publish"; readonly lease: Lease }
  | { readonly next: "goOn"; readonly claim: OpenClaim };

/** A sync that anyone may take from that time on. */
export interface DueSync {
  readonly serviceName: string;
  readonly syncId: string;
  readonly dueAtMs: number;
  /** Its last attempt was noted as failed: nobody is at it. */
  readonly hasFailed: boolean;
  /** A newer version of this code has written it, and only that can take it. */
  readonly isNewer: boolean;
}

/** The sync that has waited longest to be published. */
export interface OldestSync {
  readonly serviceName: string;
  readonly syncId: string;
  readonly createdAtMs: number;
}

/** A window that is to become a sync. */
export interface Claim {
  /** Id of the sync's document. */
  readonly syncId: string;
  /** By which the claimer knows its own sync again, where the answer to a commit was lost. */
  readonly token: string;
  readonly rule: Rule;
  readonly window: WindowId;
  readonly reason: SyncReason;
  /** The deadline of the window, where its rule has one. */
  readonly deadlineAtMs?: number | undefined;
  readonly nowMs: number;
  /** When a lease runs out that is taken, or renewed, at the moment of the call. */
  readonly leaseUntilMs: () => number;
  /**
   * The events, in portions that each have every endpoint: claimed in one commit each; where events are
   * kept, all claimed in the commit that makes the sync, and stored in a document each. None where the
   * range alone tells what is to be taken.
   */
  readonly chunks: readonly (readonly Group[])[];
  /** What a claim of several commits owns until it is complete. */
  readonly range?: Range;
}

/** How a claim is made. */
export interface ClaimLimits {
  /** Events in one commit. */
  readonly chunkSize: number;
  readonly nowMs: () => number;
  /** When a lease runs out that is renewed at the moment of the call. */
  readonly leaseUntilMs: () => number;
  /** Asked after each commit: whether to leave the rest to somebody else. */
  readonly isTimeUp: () => boolean;
}

export type ClaimResult =
  /** The events are ours, and so is the sync. */
  | { readonly outcome: "claimed"; readonly lease: Lease }
  /** The sync and its range are ours, and the first events; the others are to be claimed. */
  | { readonly outcome: "begun"; readonly claim: OpenClaim }
  /** Somebody else took one of the events first. */
  | { readonly outcome: "contended" }
  /** The same set of events is a sync already (only where events are kept). */
  | { readonly outcome: "exists"; readonly syncId: string };

export type GoOnResult =
  /** The sync is complete, and ours to publish. */
  | { readonly outcome: "claimed"; readonly lease: Lease }
  /** Time was up: anybody may go on at once. */
  | { readonly outcome: "handedOver"; readonly sync: Sync }
  /** Somebody else has taken it over. */
  | { readonly outcome: "lost" };

/** A sync that is out. */
export interface Published {
  readonly lease: Lease;
  readonly messageId: string;
}

export interface Outbox {
  /**
   * Turns events into syncs and takes them out of the window, in this order (1 write per sync, 1 per
   * target, 1 per further 450 members, and 1 delete per event). Nobody else has changed any of them since they were
   * read.
   *
   * As many whole syncs as fit are made per commit, all or none of them. A sync that takes several
   * commits of its own is begun: the first one makes it, with what the rule requires, and registers its
   * range with the service (1 write besides), if nobody has changed that state since it was read. What comes after a sync
   * that somebody else was faster with is not tried.
   *
   * @param stateVersion of the window's state that the replay has read
   * @returns the results of as many as were tried
   */
  claimTaken(
    claims: readonly Claim[],
    stateVersion: unknown,
    chunkSize: number,
  ): Promise<ClaimResult[]>;
  /**
   * Goes on with a claim, in the order of receipt, until it is complete or time is up (per commit 1 write
   * for the sync, 1 for its part and 1 delete per event; 1 read per event, unless it was begun here; at the
   * end 1 read per part, endpoint and target, and 2 writes and 1 per target). Events that somebody else has changed are left out.
   */
  goOn(claim: OpenClaim, limits: ClaimLimits): Promise<GoOnResult>;
  /**
   * Turns events that stay in the window into a sync, in one commit (1 write, 1 per target, 1 per further
   * 450 members, and 1 update per event that is in no sync yet). Nobody else has changed any of those since they were
   * read.
   */
  claimKept(claim: Claim): Promise<ClaimResult>;
  /**
   * Syncs whose publication is due: failed, or left behind by a crash (1 read each, at least 1).
   *
   * @param after the last one of the page before
   */
  due(nowMs: number, limit: number, after?: DueSync): Promise<DueSync[]>;
  /**
   * When the oldest of the unpublished syncs was made (1 read each, at least 1), of as many as `limit`
   * whose next attempt comes first: exact up to that number, else perhaps not the oldest.
   */
  oldest(limit: number): Promise<OldestSync | undefined>;
  /**
   * Takes a sync that is due (1 read, 1 write, and 1 read for each of its parts that its message may need),
   * to publish it, or to go on with its claim. It comes up again when the lease
   * has run out, later where many attempts were made before. It does not expire while it is not
   * published.
   *
   * @param taking.isRegistered its service lists it as a claim under way: if nobody can go on with it, it
   *   does so no longer (2 reads, 1 write), and its range stops being owned
   * @param taking.again take it even if it is published or not due: it was asked for by name
   * @param taking.dueByMs take it even if it is due only then
   * @returns undefined if somebody else did, it is published, or it is malformed and was set aside
   * @throws EventSyncError `newer-document`
   */
  take(
    sync: Pick<DueSync, "serviceName" | "syncId">,
    taking: {
      readonly nowMs: number;
      readonly leaseUntilMs: number;
      readonly again?: boolean;
      readonly dueByMs?: number;
      readonly isRegistered?: boolean;
    },
  ): Promise<Taken | undefined>;
  /**
   * Puts off the expiry of a sync's events and parts (1 write each; 1 read and 1 write besides; of each
   * 450 of which one is missing, 1 read each more). Those that are gone stay gone.
   *
   * @returns the lease as it is then; undefined if somebody else has taken the sync over
   */
  keep(lease: Lease, untilMs: number): Promise<Lease | undefined>;
  /** Marks syncs as published, together (1 write each); what somebody has removed is left out. */
  markPublished(published: readonly Published[], nowMs: number): Promise<void>;
  /** Marks syncs as discarded, together (1 write each); what somebody has removed is left out. */
  markDiscarded(discarded: readonly Lease[], nowMs: number): Promise<void>;
  /** Notes why a sync could not be published, and when to try again (1 write), if it is still ours. */
  markFailed(lease: Lease, error: string, retryAtMs: number): Promise<void>;
}

export interface Publisher {
  /**
   * Publishes sync messages, in as few requests as they fit, and waits for the acknowledgements. Those
   * with an ordering key go out in their order; one that fails takes with it those of the same key after
   * it, and no others.
   *
   * @returns for each message the id that Pub/Sub gave it; rejected if Pub/Sub refused it or did not
   *   answer in time
   */
  publish(
    publication: Topic & {
      readonly messages: readonly SyncMessage[];
      /** What goes with each of them besides its own attributes. */
      readonly attributes?: Attributes;
    },
  ): Promise<PromiseSettledResult<string>[]>;
}

/** A window is to be looked at, not before a time. */
export interface Alarm {
  readonly window: WindowId;
  /** Epoch milliseconds. */
  readonly atMs: number;
}

export interface AlarmClock {
  /** Sets an alarm: once, however often it is asked for. */
  set(alarm: Alarm): Promise<void>;
}

/**
 * The times of day, `HH:MM` or `HH:MM:SS`, by the clocks of a zone.
 *
 * @throws RangeError if there is no such time or zone
 */
export type TimesOfDay = (at: string, timeZone: string) => Promise<NextTime>;

/**
 * One structured line per decision: what happened, in the past tense, with its facts. Which there are, and
 * how severe each is, `logEvents.ts` says.
 */
export interface Log {
  info<Name extends LoggedAs<"info">>(event: Name, fields: LogFields[Name]): void;
  warn<Name extends LoggedAs<"warn">>(event: Name, fields: LogFields[Name]): void;
  error<Name extends LoggedAs<"error">>(event: Name, fields: LogFields[Name]): void;
}

export interface Clock {
  /** Epoch milliseconds. */
  (): number;
}

/** A fresh random id, 20 characters or more, scattered so that Firestore finds no hot spot. */
export type NewId = () => string;

/** Everything that the use cases need; each takes what it uses of it. */
export interface Ports {
  readonly events: EventLog;
  readonly window: Window;
  readonly openWindows: OpenWindows;
  readonly services: ServiceState;
  readonly outbox: Outbox;
  readonly publisher: Publisher;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly log: Log;
  /** Asked only for rules that name a time of day. */
  readonly timesOfDay?: TimesOfDay;
  /** Asked only for rules with a deadline; without it they are left to the sweep. */
  readonly alarmClock?: AlarmClock;
  /** Asked only for rules with targets; without it nothing is delivered to them. */
  readonly deliverer?: () => Promise<Deliverer>;
  /** Events in one commit of a claim instead of `CLAIM_CHUNK`, where a test wants several from few. */
  readonly claimChunk?: number;
  /** Events of a window that a replay keeps instead of `SEEK_AFTER`, likewise. */
  readonly seekAfter?: number;
  /** How long a check goes on with a large claim instead of `CLAIM_MS`, likewise. */
  readonly claimMs?: number;
}
