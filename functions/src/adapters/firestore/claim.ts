import { randomUUID } from "node:crypto";
import type {
  DocumentReference,
  DocumentSnapshot,
  Firestore,
  Timestamp,
  WriteBatch,
} from "@google-cloud/firestore";
import type { Claim, ClaimResult, Lease } from "../../app/ports.ts";
import type { Group } from "../../domain/decide.ts";
import type { PendingEvent } from "../../domain/event.ts";
import { makeSync, mergeChunks, regroup, type Member, type Sync } from "../../domain/sync.ts";
import { isConflict, isNotFound } from "./conflicts.ts";
import type { Paths } from "./paths.ts";
import { decisionFields, partDocument, progressFields } from "./syncDocument.ts";

/**
 * The one place where events become a sync.
 *
 * A claim is a commit that creates the sync and, under a precondition, changes the marker of every
 * event in it: deletes it (`exists`), or, where events are kept, marks it as exported (`lastUpdateTime`
 * of what was read). If anybody else changed one of the markers first, the whole commit fails and
 * nothing has happened. There is no lock and no transaction; contenders fail at once.
 *
 * A failed commit may have been ours all the same: the client repeats a commit whose answer was lost.
 * So after a failure the sync is read: if it is there with our token, the claim has succeeded.
 */

type Chunk = readonly Group[];

const membersOf = (chunk: Chunk): PendingEvent[] => chunk.flatMap(({ members }) => [...members]);
const listsOf = (chunk: Chunk): (readonly Member[])[] => chunk.map(({ members }) => members);

function syncOf(claim: Claim, chunks: readonly Chunk[]): Sync {
  return makeSync(claim.syncId, claim.rule, mergeChunks(chunks), claim.reason, claim.nowMs);
}

/** Claims events that leave the window with it. */
export async function claimTaken(db: Firestore, paths: Paths, claim: Claim): Promise<ClaimResult> {
  const { serviceName } = claim.rule;
  const pending = paths.pending(serviceName);
  const ref = paths.syncs(serviceName).doc(claim.syncId);
  const [first = [], ...others] = claim.chunks;
  const token = randomUUID();

  const begun = syncOf(claim, [first]);
  const state = others.length === 0 ? "claimed" : "claiming";
  const batch = db.batch();
  batch.create(ref, {
    ...decisionFields(begun, token),
    ...progressFields(begun, listsOf(first), 0, state, claim.leaseUntilMs),
  });
  for (const { id } of membersOf(first)) batch.delete(pending.doc(id), { exists: true });
  const version = await commitNew(batch, ref, token);
  if (version === undefined) return { outcome: "contended" };
  if (others.length === 0) return claimed(begun, version);
  return extendClaim(db, pending.doc.bind(pending), ref, claim, version);
}

/**
 * Claims the chunks after the first, each in a commit of its own that also renews the lease. Each
 * names the state that the one before left: if our lease ran out and somebody took the sync over, the
 * next commit fails and we stop, so no event can be claimed for a message that is already built.
 */
async function extendClaim(
  db: Firestore,
  pendingOf: (id: string) => DocumentReference,
  ref: DocumentReference,
  claim: Claim,
  begunVersion: Timestamp,
): Promise<ClaimResult> {
  const [first = [], ...others] = claim.chunks;
  const leaseMs = claim.leaseUntilMs - claim.nowMs;
  const startedAt = performance.now();
  const leaseUntilMs = (): number => claim.nowMs + (performance.now() - startedAt) + leaseMs;
  const done: Chunk[] = [first];
  let version = begunVersion;

  for (let chunk of others) {
    // Ends: each turn claims the chunk, finds it smaller, or returns.
    while (membersOf(chunk).length > 0) {
      const part = done.length;
      const sync = syncOf(claim, [...done, chunk]);
      const batch = db.batch();
      batch.update(ref, progressFields(sync, listsOf(first), part, "claiming", leaseUntilMs()), {
        lastUpdateTime: version,
      });
      batch.create(ref.collection("parts").doc(String(part)), partDocument(sync, listsOf(chunk)));
      for (const { id } of membersOf(chunk)) batch.delete(pendingOf(id), { exists: true });
      const result = await commitNext(batch, ref, version, part);
      if (result.outcome === "lost") return { outcome: "contended" };
      if (result.outcome === "applied") {
        version = result.version;
        done.push(chunk);
        break;
      }
      chunk = await stillThere(db, pendingOf, chunk);
    }
  }

  const sync = syncOf(claim, done);
  const finish = db.batch();
  finish.update(
    ref,
    progressFields(sync, listsOf(first), done.length - 1, "claimed", leaseUntilMs()),
    { lastUpdateTime: version },
  );
  const result = await commitNext(finish, ref, version, "claimed");
  // If somebody took it over meanwhile, they publish it.
  return result.outcome === "applied" ? claimed(sync, result.version) : { outcome: "contended" };
}

type NextResult =
  | { readonly outcome: "applied"; readonly version: Timestamp }
  | { readonly outcome: "eventsGone" }
  | { readonly outcome: "lost" };

/** @param expected what the sync shows if this commit was applied: its number of parts, or state */
async function commitNext(
  batch: WriteBatch,
  ref: DocumentReference,
  before: Timestamp,
  expected: number | "claimed",
): Promise<NextResult> {
  try {
    return { outcome: "applied", version: await commit(batch) };
  } catch (error) {
    if (!isConflict(error)) throw error;
    const snapshot = await ref.get();
    const { updateTime } = snapshot;
    if (updateTime === undefined) return { outcome: "lost" };
    if (updateTime.isEqual(before)) return { outcome: "eventsGone" };
    const isOurs =
      snapshot.get("attempt") === 1 &&
      (snapshot.get("parts") === expected || snapshot.get("state") === expected);
    return isOurs ? { outcome: "applied", version: updateTime } : { outcome: "lost" };
  }
}

async function stillThere(
  db: Firestore,
  pendingOf: (id: string) => DocumentReference,
  chunk: Chunk,
): Promise<Chunk> {
  const members = membersOf(chunk);
  const refs = members.map(({ id }) => pendingOf(id));
  const snapshots = await db.getAll(...refs, { fieldMask: [] });
  return regroup(
    chunk,
    members.filter((_, index) => snapshots[index]?.exists),
  );
}

/**
 * Claims events that stay in the window. Only those that are in no sync yet change hands, so that of
 * two checks with the same new events one wins; older members may belong to many syncs.
 */
export async function claimKept(db: Firestore, paths: Paths, claim: Claim): Promise<ClaimResult> {
  const { serviceName } = claim.rule;
  const pending = paths.pending(serviceName);
  const ref = paths.syncs(serviceName).doc(claim.syncId);
  const [first = [], ...others] = claim.chunks;
  const token = randomUUID();
  const sync = syncOf(claim, claim.chunks);
  const fresh = claim.chunks.flatMap(membersOf).filter(({ exported }) => !exported);
  const decisive = fresh.slice(0, KEPT_CHUNK);

  const batch = db.batch();
  batch.create(ref, {
    ...decisionFields(sync, token),
    ...progressFields(sync, listsOf(first), others.length, "claimed", claim.leaseUntilMs),
  });
  others.forEach((chunk, index) => {
    batch.create(
      ref.collection("parts").doc(String(index + 1)),
      partDocument(sync, listsOf(chunk)),
    );
  });
  for (const { id, version } of decisive) {
    batch.update(pending.doc(id), { exported: true }, { lastUpdateTime: version as Timestamp });
  }
  const version = await commitNew(batch, ref, token);
  if (version !== undefined) {
    await markExported(db, pending.doc.bind(pending), fresh.slice(KEPT_CHUNK));
    return claimed(sync, version);
  }
  const existing = await ref.get();
  if (!existing.exists) return { outcome: "contended" };
  // The very set is a sync already, made by another claim or by one that stopped before its marks.
  await markExported(db, pending.doc.bind(pending), fresh);
  return { outcome: "exists", syncId: claim.syncId };
}

/** Writes of the commit that decides a claim of kept events. */
const KEPT_CHUNK = 450;

/** Marks events as exported, except those that have left the window meanwhile. */
async function markExported(
  db: Firestore,
  pendingOf: (id: string) => DocumentReference,
  events: readonly PendingEvent[],
): Promise<void> {
  for (let start = 0; start < events.length; start += KEPT_CHUNK) {
    const refs = events.slice(start, start + KEPT_CHUNK).map(({ id }) => pendingOf(id));
    const batch = db.batch();
    for (const ref of refs) batch.update(ref, { exported: true });
    try {
      await batch.commit();
    } catch (error) {
      if (!isNotFound(error)) throw error;
      const there = (await db.getAll(...refs, { fieldMask: [] })).filter(({ exists }) => exists);
      await Promise.all(there.map(({ ref }) => markOne(ref)));
    }
  }
}

async function markOne(ref: DocumentReference): Promise<void> {
  try {
    await ref.update({ exported: true });
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}

/** Commits a batch that creates a sync; undefined if it did not take effect. */
async function commitNew(
  batch: WriteBatch,
  ref: DocumentReference,
  token: string,
): Promise<Timestamp | undefined> {
  try {
    return await commit(batch);
  } catch (error) {
    if (!isConflict(error)) throw error;
    const snapshot: DocumentSnapshot = await ref.get();
    // Ours, unless somebody has taken it over meanwhile: then its message is theirs to publish, and
    // going on from this version would add events to it.
    const isOurs = snapshot.get("token") === token && snapshot.get("attempt") === 1;
    return isOurs ? snapshot.updateTime : undefined;
  }
}

/** The time of a commit is the update time of every document in it. */
async function commit(batch: WriteBatch): Promise<Timestamp> {
  const [first] = await batch.commit();
  if (first === undefined) throw new Error("an empty batch was committed");
  return first.writeTime;
}

function claimed(sync: Sync, version: Timestamp): { outcome: "claimed"; lease: Lease } {
  return { outcome: "claimed", lease: { sync, attempt: 1, version } };
}
