import type { Range } from "../../domain/claim.ts";
import type { Group } from "../../domain/decide.ts";
import type { Delivery } from "../../domain/delivery.ts";
import type { Rule } from "../../domain/rule.ts";
import type { Sync, SyncReason } from "../../domain/sync.ts";
import type { WindowId } from "../../domain/window.ts";

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
