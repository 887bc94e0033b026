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
import {
  makeSync,
  mergeChunks,
  portions,
  regroup,
  type Member,
  type Sync,
} from "../../domain/sync.ts";
import { isConflict } from "./conflicts.ts";
import type { Paths } from "./paths.ts";
import { versionOf } from "./pendingDocument.ts";
import { decisionFields, partDocument, partRef, progressFields } from "./syncDocument.ts";

/**
 * The one place where events become a sync.
 *
 * A claim is a commit that creates the sync and, in the state that was read, changes the marker of every
 * event that is in no sync yet: deletes it, or, where events are kept, marks it as exported. If anybody
 * has changed one of the markers since, another check or an instance with another rule, the whole commit
 * fails and nothing has happened. There is no lock and no transaction; contenders fail at once.
 *
 * A failed commit may have been ours all the same: the client repeats a commit whose answer was lost.
 * So after a failure the sync is read: if it is there with our token, the claim has succeeded.
 */

type Chunk = readonly Group[];

/**
 * Members of one document. Any name of a marker has at most 1500 bytes, so that even those are below
 * the 1 MiB of a document.
 */
const DOCUMENT_MEMBERS = 450;

/** Parts of one commit: as many as are below 10 MiB in any case. */
const COMMIT_PARTS = 10;

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

  // More than a document holds only where the rule itself asks for more at once.
  const [head = [], ...parts] = portions(first, DOCUMENT_MEMBERS);
  const begun = syncOf(claim, [first]);
  const state = others.length === 0 ? "claimed" : "claiming";
  const batch = db.batch();
  batch.create(ref, {
    ...decisionFields(begun, token),
    ...progressFields(begun, listsOf(head), parts.length, state, claim.leaseUntilMs()),
  });
  parts.forEach((part, index) => {
    batch.create(partRef(ref, token, index + 1), partDocument(begun, listsOf(part)));
  });
  takeMarkers(batch, pending.doc.bind(pending), first);
  const version = await commitNew(batch, ref, token);
  if (version === undefined) return { outcome: "contended" };
  if (others.length === 0) return claimed(begun, version);
  const beginning = { ref, token, head, parts: parts.length, version };
  return extendClaim(db, pending.doc.bind(pending), claim, beginning);
}

function takeMarkers(
  batch: WriteBatch,
  pendingOf: (id: string) => DocumentReference,
  chunk: Chunk,
): void {
  for (const event of membersOf(chunk)) {
    batch.delete(pendingOf(event.id), { lastUpdateTime: versionOf(event) });
  }
}

/** A sync as the first commit of its claim has left it. */
interface Beginning {
  readonly ref: DocumentReference;
  readonly token: string;
  /** What the document itself lists. */
  readonly head: Chunk;
  readonly parts: number;
  readonly version: Timestamp;
}

/**
 * Claims the chunks after the first, each in a commit of its own that also renews the lease. Each
 * names the state that the one before left: if our lease ran out and somebody took the sync over, the
 * next commit fails and we stop, so no event can be claimed for a message that is already built.
 */
async function extendClaim(
  db: Firestore,
  pendingOf: (id: string) => DocumentReference,
  claim: Claim,
  beginning: Beginning,
): Promise<ClaimResult> {
  const { ref, token, head } = beginning;
  const [first = [], ...others] = claim.chunks;
  const done: Chunk[] = [first];
  let { parts, version } = beginning;

  for (let chunk of others) {
    // Ends: each turn claims the chunk, finds it smaller, or returns.
    while (membersOf(chunk).length > 0) {
      const part = parts + 1;
      const sync = syncOf(claim, [...done, chunk]);
      const batch = db.batch();
      batch.update(
        ref,
        progressFields(sync, listsOf(head), part, "claiming", claim.leaseUntilMs()),
        { lastUpdateTime: version },
      );
      batch.create(partRef(ref, token, part), partDocument(sync, listsOf(chunk)));
      takeMarkers(batch, pendingOf, chunk);
      const result = await commitNext(batch, ref, version, part);
      if (result.outcome === "lost") return { outcome: "contended" };
      if (result.outcome === "applied") {
        version = result.version;
        parts = part;
        done.push(chunk);
        break;
      }
      chunk = await unchanged(db, pendingOf, chunk);
    }
  }

  const sync = syncOf(claim, done);
  const finish = db.batch();
  finish.update(ref, progressFields(sync, listsOf(head), parts, "claimed", claim.leaseUntilMs()), {
    lastUpdateTime: version,
  });
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

/** The events of a chunk whose markers are as they were read. */
async function unchanged(
  db: Firestore,
  pendingOf: (id: string) => DocumentReference,
  chunk: Chunk,
): Promise<Chunk> {
  const members = membersOf(chunk);
  const refs = members.map(({ id }) => pendingOf(id));
  const snapshots = await db.getAll(...refs, { fieldMask: [] });
  return regroup(
    chunk,
    members.filter((event, index) => snapshots[index]?.updateTime?.isEqual(versionOf(event))),
  );
}

/**
 * Claims events that stay in the window. One commit makes the sync and marks every event of it that was
 * in none, so that of two checks with the same new events one wins, and nothing is left to be marked;
 * older members may belong to many syncs.
 *
 * What the document does not hold is written before, to parts that nobody reads unless that commit
 * succeeds: they bear the token of this claim, and expire by themselves.
 */
export async function claimKept(db: Firestore, paths: Paths, claim: Claim): Promise<ClaimResult> {
  const { serviceName } = claim.rule;
  const pending = paths.pending(serviceName);
  const ref = paths.syncs(serviceName).doc(claim.syncId);
  const [head = [], ...parts] = claim.chunks;
  const token = randomUUID();
  const sync = syncOf(claim, claim.chunks);
  await writeParts(db, ref, token, sync, parts);

  const batch = db.batch();
  batch.create(ref, {
    ...decisionFields(sync, token),
    ...progressFields(sync, listsOf(head), parts.length, "claimed", claim.leaseUntilMs()),
  });
  for (const event of claim.chunks.flatMap(membersOf)) {
    if (event.exported) continue;
    batch.update(pending.doc(event.id), { exported: true }, { lastUpdateTime: versionOf(event) });
  }
  const version = await commitNew(batch, ref, token);
  if (version !== undefined) return claimed(sync, version);
  // The very set may be a sync already, made by another claim.
  const existing = await ref.get();
  return existing.exists ? { outcome: "exists", syncId: claim.syncId } : { outcome: "contended" };
}

async function writeParts(
  db: Firestore,
  ref: DocumentReference,
  token: string,
  sync: Sync,
  parts: readonly Chunk[],
): Promise<void> {
  for (let start = 0; start < parts.length; start += COMMIT_PARTS) {
    const batch = db.batch();
    parts.slice(start, start + COMMIT_PARTS).forEach((part, index) => {
      // Not `create`: the client repeats a commit whose answer was lost.
      batch.set(partRef(ref, token, start + index + 1), partDocument(sync, listsOf(part)));
    });
    await batch.commit();
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
