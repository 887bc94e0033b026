import type { AttemptRecord } from "../../domain/attemptRecord.ts";
import type { Delivery, DeliveryState } from "../../domain/delivery.ts";
import type { Sync } from "../../domain/sync.ts";

/** A target of a service. */
export interface TargetId {
  readonly service: string;
  /** Its name. */
  readonly target: string;
}

/** A delivery as it was read. */
export interface StoredDelivery {
  readonly delivery: Delivery;
  /** The store's own mark of the state that was read, for conditional writes. */
  readonly version: unknown;
}

/** A delivery that is ours to attempt. */
export interface HeldDelivery extends StoredDelivery {
  /** Of its members at least those that a message can hold. */
  readonly sync: Sync;
  /** When the lease runs out, its own or that of its lane. */
  readonly untilMs: number;
}

/** A delivery that has arrived. */
export interface Delivered {
  readonly delivery: Delivery;
  readonly record: AttemptRecord;
}

/** An attempt that was not the end of it, or the end that nobody wanted. */
export interface Failed {
  /** Undefined if there was no attempt. */
  readonly record: AttemptRecord | undefined;
  /** The number of the attempt that counts. */
  readonly attempt: number;
  /** When it is tried again; undefined: it is undeliverable. */
  readonly againAtMs: number | undefined;
}

/** Which deliveries of a target. */
export interface DeliveryFilter {
  readonly states: readonly DeliveryState[];
  /** Made after that time, and up to the other. Epoch milliseconds. */
  readonly aboveMs?: number | undefined;
  readonly upToMs?: number | undefined;
}

/** Where a page ended: at a delivery, also of another target. */
export interface DeliveryStand {
  readonly createdAtMs: number;
  readonly syncId: string;
  readonly target: string;
}

/** The sync of a delivery; `claiming` while it is not complete, `gone` where there is none that can be read. */
export type FoundSync = Sync | "claiming" | "gone";

/** A delivery that is due, to be taken. */
export interface Taking {
  readonly stored: StoredDelivery;
  readonly sync: Sync;
  readonly leaseUntilMs: number;
  /** When it comes up again, if whoever takes it ends. */
  readonly nextAttemptAtMs: number;
}

/** Deliveries one by one; `Lanes` has them in order. */
export interface Deliveries {
  /** 1 read. Undefined if there is none, or it cannot be read. @throws EventSyncError `newer-document` */
  get(delivery: TargetId & { readonly syncId: string }): Promise<StoredDelivery | undefined>;
  /**
   * Deliveries of a target that anybody may take, and that are in no lane that somebody sees to, the one
   * that is due longest first (1 read each, at least 1). What is malformed is set aside.
   */
  due(target: TargetId, query: DueQuery): Promise<StoredDelivery[]>;
  /** The same over all services and targets, of which nobody may know any more. */
  dueAnywhere(query: DueQuery): Promise<StoredDelivery[]>;
  /** Takes deliveries that are due, together (1 write each). @returns undefined for each that somebody else has taken */
  take(takings: readonly Taking[]): Promise<(HeldDelivery | undefined)[]>;
  /**
   * The syncs of deliveries, for their messages, together and in this order (1 read each, and 1 for each part
   * that its message may need).
   *
   * @throws EventSyncError `newer-document` if one of them is
   */
  syncsOf(deliveries: readonly Delivery[]): Promise<FoundSync[]>;
  /** Marks what has arrived, together (1 write each); what somebody has removed is left out. */
  markDelivered(delivered: readonly Delivered[], nowMs: number): Promise<void>;
  /** Its sync is gone, so that nobody can deliver it (1 write), if it is as it was read. */
  giveUp(stored: StoredDelivery, nowMs: number): Promise<void>;
  /** Notes how an attempt ended (1 write), if the delivery is as we left it. @returns whether it was */
  markFailed(held: StoredDelivery, failed: Failed, nowMs: number): Promise<boolean>;
  /** Puts deliveries off (1 write each); those that somebody else has changed are left out. */
  putOff(stored: readonly StoredDelivery[], nextAttemptAtMs: number): Promise<void>;
  /**
   * Puts off the expiry of what a delivery is made of: its events, its sync and the parts of that (1 write
   * each, 2 reads and 1 write besides).
   *
   * @returns the delivery as it is then; undefined if somebody else has changed it, or its sync is gone
   */
  keep<Stored extends StoredDelivery>(stored: Stored, untilMs: number): Promise<Stored | undefined>;
  /** A page of the deliveries of a target, newest first (1 read each, at least 1). */
  list(
    target: TargetId,
    query: DeliveryFilter & {
      readonly after?: DeliveryStand | undefined;
      readonly limit: number;
      /** Instead of newest first. */
      readonly isOldestFirst?: boolean;
    },
  ): Promise<StoredDelivery[]>;
  /** How many there are (1 read per 1000, at least 1). */
  count(target: TargetId, filter: DeliveryFilter): Promise<number>;
  /**
   * Has undeliverable deliveries tried again, from a time each (1 write each), with all their attempts; or has
   * those that wait do so elsewhere.
   *
   * @returns for each whether it was as it was read
   */
  redrive(again: readonly Redriven[]): Promise<boolean[]>;
}

export interface Redriven extends StoredDelivery {
  readonly atMs: number;
  /** Of its target, as that is configured now. */
  readonly lane: string | undefined;
}

export interface DueQuery {
  readonly nowMs: number;
  /** Only what is due after that time. */
  readonly aboveMs?: number;
  readonly limit: number;
}

/** A lane of a target: what is in it goes out one after the other. */
export interface LaneId extends TargetId {
  /** As its deliveries name it. */
  readonly lane: string;
  /** The correlation key of its deliveries, if they have one together. */
  readonly key: string;
}

/** A lane as it was read. */
export interface StoredLane extends LaneId {
  readonly version: unknown;
}

/** A lane that is ours to work in. */
export interface HeldLane extends StoredLane {
  readonly untilMs: number;
  /** Its first delivery was tried by somebody who could not finish, or failed. */
  readonly isRetried: boolean;
  /** By which its holder knows its own commits again. */
  readonly token: string;
}

/** How a lane is left whose first delivery has to wait. */
export interface Parked {
  readonly nextAttemptAtMs: number;
  /** What its first delivery has come to, if it was tried. */
  readonly failed?: { readonly stored: StoredDelivery; readonly failed: Failed };
  /** What is behind it and still comes up by itself: from now on the lane does. */
  readonly covered: readonly StoredDelivery[];
}

/** What somebody who came for a delivery found of its lane. */
export type LaneAnswer =
  /** Nobody sees to it. */
  | "free"
  /** Somebody works there, and will find it. */
  | "held"
  /** It waits, and from now on the delivery comes up with it. */
  | "covered";

/**
 * Lanes. The document of one exists only while somebody works in it, or its first delivery has to wait, and
 * whoever holds it is the only one who sends anything of it.
 *
 * Nothing is forgotten: a delivery comes up by itself until it is done, or until a commit that also changes
 * the document of its lane has left that to the lane.
 */
export interface Lanes {
  /**
   * Takes a lane, if nobody else is at it and it has not to wait (1 write, and 1 read where it has a
   * document).
   */
  take(
    lane: LaneId,
    taking: { readonly token: string; readonly nowMs: number; readonly leaseUntilMs: number },
  ): Promise<HeldLane | undefined>;
  /** The first deliveries of a lane, behind a place if one is given (1 read each, at least 1). */
  page(
    lane: LaneId,
    query: { readonly limit: number; readonly after?: Delivery | undefined },
  ): Promise<StoredDelivery[]>;
  /** Counts an attempt at the first delivery before it begins (2 writes); undefined if the lane is not ours any more. */
  count(
    held: HeldLane,
    first: StoredDelivery,
    counting: { readonly attempt: number; readonly nextAttemptAtMs: number },
  ): Promise<{ readonly held: HeldLane; readonly first: StoredDelivery } | undefined>;
  /** Lets go of a lane in which nothing was left (1 delete), and marks what has arrived (1 write each). */
  release(held: HeldLane, delivered: readonly Delivered[], nowMs: number): Promise<void>;
  /** Lets go of a lane that has to wait (1 write, and 1 for each delivery that it tells of). */
  park(
    held: HeldLane,
    parked: Parked,
    delivered: readonly Delivered[],
    nowMs: number,
  ): Promise<void>;
  /**
   * Leaves to a lane that has to wait what comes up by itself behind its first delivery (1 read, 1 write, and
   * 1 for each).
   */
  cover(lane: LaneId, stored: readonly StoredDelivery[], nowMs: number): Promise<LaneAnswer>;
  /** Lanes of a target that anybody may take, the one that is due longest first (1 read each, at least 1). */
  due(target: TargetId, query: DueQuery): Promise<StoredLane[]>;
  /** The same over all services and targets. */
  dueAnywhere(query: DueQuery): Promise<StoredLane[]>;
  /** Puts a lane off (1 write), unless somebody else has changed it. */
  putOff(lane: StoredLane, nextAttemptAtMs: number): Promise<void>;
}

/** The numbers of the syncs of a pull target. */
export interface PullLog {
  /**
   * Numbers what waits, in its order, without a gap: as many as there are (1 read and 1 write each, and 1 of
   * both for up to 400 together). Whoever is slower than another finds nothing left.
   *
   * @returns how many were numbered here, and the last offset that was given; 0 if none ever was
   */
  number(
    target: TargetId,
    nowMs: number,
  ): Promise<{ readonly numbered: number; readonly last: number }>;
  /** The syncs of the offsets behind one, in their order (1 read each, at least 1). @throws EventSyncError `newer-document` */
  page(
    target: TargetId,
    query: { readonly after: number; readonly limit: number },
  ): Promise<(Delivery & { readonly offset: number })[]>;
}

/** Whether a target takes deliveries. */
export interface TargetState {
  /** Since when it does not; undefined if it does. */
  readonly pausedAtMs: number | undefined;
  readonly reason?: string;
}

export interface TargetStates {
  /** 1 read. @throws EventSyncError `newer-document` */
  read(target: TargetId): Promise<TargetState>;
  /** What comes in from now on waits (1 write). */
  pause(
    target: TargetId,
    paused: { readonly atMs: number; readonly reason: string },
  ): Promise<void>;
  /** 1 write. What waits is put right by whoever asked for it. */
  resume(target: TargetId): Promise<void>;
}

/** All that deliveries take, loaded only where a service has targets. */
export interface DeliveryPorts {
  readonly deliveries: Deliveries;
  readonly lanes: Lanes;
  readonly pullLog: PullLog;
  readonly targetStates: TargetStates;
}

/** A delivery is due, or the first one of a lane, not before a time. */
export interface WakeUp extends TargetId {
  /** What of the target: the delivery of a sync, or a lane. */
  readonly of: { readonly syncId: string } | { readonly lane: string; readonly key: string };
  /** Epoch milliseconds. */
  readonly atMs: number;
}

export interface WakeUpClock {
  /** Sets an alarm: once, however often it is asked for. */
  set(wakeUp: WakeUp): Promise<void>;
}
