import type { Delivery } from "../../domain/delivery.ts";
import type { Sync, SyncReason } from "../../domain/sync.ts";
import type { Progress } from "../../domain/syncState.ts";

/** A sync that somebody looks at. */
export interface ListedSync extends Progress {
  /** With the members that its document lists. */
  readonly sync: Sync;
  readonly messageId?: string;
  readonly publishedAtMs?: number;
  readonly discardedAtMs?: number;
  /** Why it could not be published. */
  readonly error?: string;
}

/** Which syncs of a service. */
export interface SyncFilter {
  readonly reason?: SyncReason | undefined;
  readonly key?: string | undefined;
  /** Made after that time, and up to the other. Epoch milliseconds. */
  readonly aboveMs?: number | undefined;
  readonly upToMs?: number | undefined;
}

/** Where a page of syncs ended. */
export interface SyncStand {
  readonly createdAtMs: number;
  readonly syncId: string;
}

/** Where a page of the members of a sync ended: in its document (0) or one of its parts, and how far. */
export interface MemberStand {
  readonly part: number;
  readonly index: number;
}

export interface SyncMember {
  readonly eventKey: string;
  readonly id: string;
  /** Bytes in a message. */
  readonly size: number;
}

/** The syncs of a service, for whoever looks at them. */
export interface SyncLog {
  /**
   * A page of syncs, newest first (1 read each, and one more, at least 1). What cannot be read is left out.
   *
   * @returns `next` undefined if this is the last
   */
  list(
    service: string,
    query: SyncFilter & { readonly limit: number; readonly after?: SyncStand | undefined },
  ): Promise<{ readonly syncs: readonly ListedSync[]; readonly next: SyncStand | undefined }>;
  /** 1 read. Undefined if there is none, or it cannot be read. @throws EventSyncError `newer-document` */
  get(service: string, syncId: string): Promise<ListedSync | undefined>;
  /**
   * A page of its members, those of its document first, then part by part; of each by endpoint, oldest first
   * (1 read for each part).
   *
   * @param query.maxBytes of all of them together; one may be larger
   */
  members(
    listed: ListedSync,
    query: { readonly after: MemberStand; readonly limit: number; readonly maxBytes: number },
  ): Promise<{ readonly members: readonly SyncMember[]; readonly next: MemberStand | undefined }>;
  /** With those of its members that its message can hold (1 read for each part that this takes). */
  sendable(listed: ListedSync): Promise<Sync>;
  /** Their deliveries to these targets, by sync (1 read each, at least 1 for each 30 that there may be). */
  deliveries(
    service: string,
    syncIds: readonly string[],
    targets: readonly string[],
  ): Promise<ReadonlyMap<string, readonly Delivery[]>>;
  /**
   * How many syncs have a message that is not out yet (1 read per 1000, at least 1), and when the oldest of the
   * 50 that come up first was made (1 read each). Epoch milliseconds.
   */
  unpublished(
    service: string,
  ): Promise<{ readonly count: number; readonly oldestAtMs: number | undefined }>;
}
