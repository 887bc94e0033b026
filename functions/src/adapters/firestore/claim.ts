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
import type { Doc, Documents, Version, Write } from "./documents.ts";
import { paths } from "./paths.ts";
import { versionOf } from "./pendingDocument.ts";
import { decisionFields, partFields, progressFields } from "./syncDocument.ts";

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
  const { syncId, rule, window, reason, nowMs } = claim;
  return makeSync(syncId, rule, mergeChunks(chunks), reason, nowMs, window.key);
}

function syncPath({ rule, syncId }: Claim): string {
  return `${paths.syncs(rule.serviceName)}/${syncId}`;
}

function markerPath({ rule }: Claim, { id }: PendingEvent): string {
  return `${paths.pending(rule.serviceName)}/${id}`;
}

/**
 * Writes of one commit that makes several syncs. Each is a document of its own, of at most 1 MiB with the
 * members of all of them, so that together they are far below 10 MiB.
 */
const COMMIT_WRITES = 450;

/** Claims events that leave the window with their syncs: in the order of these, as many whole ones per commit as fit. */
export async function claimTaken(
  documents: Documents,
  claims: readonly Claim[],
): Promise<ClaimResult[]> {
  const results: ClaimResult[] = [];
  for (const group of commitsOf(claims)) {
    const [first] = group;
    const made =
      group.length === 1 && first !== undefined
        ? [await claimAlone(documents, first)]
        : await claimTogether(documents, group);
    results.push(...made);
    // What comes later rests on what came before: it has to be looked at again.
    if (made.some(({ outcome }) => outcome !== "claimed")) break;
  }
  return results;
}

function commitsOf(claims: readonly Claim[]): Claim[][] {
  const commits: Claim[][] = [];
  let room = 0;
  for (const claim of claims) {
    const writes = 1 + claim.chunks.reduce((sum, chunk) => sum + membersOf(chunk).length, 0);
    const last = commits.at(-1);
    if (last === undefined || writes > room) {
      commits.push([claim]);
      room = COMMIT_WRITES - writes;
    } else {
      last.push(claim);
      room -= writes;
    }
  }
  return commits;
}

/** Claims small syncs in one commit: all of them, or none. */
async function claimTogether(
  documents: Documents,
  claims: readonly Claim[],
): Promise<ClaimResult[]> {
  const made = claims.map((claim) => {
    const [chunk = []] = claim.chunks;
    const sync = syncOf(claim, [chunk]);
    const untilMs = claim.leaseUntilMs();
    const create: Write = {
      kind: "create",
      path: syncPath(claim),
      fields: {
        ...decisionFields(sync, claim.token),
        ...progressFields(sync, listsOf(chunk), 0, "claimed", untilMs),
      },
    };
    return { claim, sync, untilMs, writes: [create, ...takeMarkers(claim, chunk)] };
  });
  try {
    const version = await documents.commit(made.flatMap(({ writes }) => writes));
    return made.map(({ sync, untilMs }) => claimed(sync, version, untilMs));
  } catch (error) {
    if (!isConflict(error)) throw error;
    // All of it was ours if one of them is; of those that somebody has taken over meanwhile, none is.
    const docs = await documents.get(claims.map(syncPath));
    return made.map(({ claim, sync, untilMs }, index) => {
      const doc = docs[index];
      return doc !== undefined && isOwn(doc, claim.token)
        ? claimed(sync, doc.version, untilMs)
        : { outcome: "contended" };
    });
  }
}

/** Made by this claim, and not taken over by anybody since. */
function isOwn({ fields }: Doc, token: string): boolean {
  return fields["token"] === token && fields["attempt"] === 1;
}

/** Claims one sync, in as many commits as its events take. */
async function claimAlone(documents: Documents, claim: Claim): Promise<ClaimResult> {
  const { token } = claim;
  const path = syncPath(claim);
  const [first = [], ...others] = claim.chunks;

  // More than a document holds only where the rule itself asks for more at once.
  const [head = [], ...parts] = portions(first, DOCUMENT_MEMBERS);
  const begun = syncOf(claim, [first]);
  const untilMs = claim.leaseUntilMs();
  const state = others.length === 0 ? "claimed" : "claiming";
  const version = await commitNew(documents, path, token, [
    {
      kind: "create",
      path,
      fields: {
        ...decisionFields(begun, token),
        ...progressFields(begun, listsOf(head), parts.length, state, untilMs),
      },
    },
    ...parts.map((part, index): Write => ({
      kind: "create",
      path: paths.part(path, token, index + 1),
      fields: partFields(begun, listsOf(part)),
    })),
    ...takeMarkers(claim, first),
  ]);
  if (version === undefined) return { outcome: "contended" };
  if (others.length === 0) return claimed(begun, version, untilMs);
  return extendClaim(documents, claim, { head, parts: parts.length, version });
}

function takeMarkers(claim: Claim, chunk: Chunk): Write[] {
  return membersOf(chunk).map((event) => ({
    kind: "delete",
    path: markerPath(claim, event),
    version: versionOf(event),
  }));
}

/** A sync as the first commit of its claim has left it. */
interface Beginning {
  /** What the document itself lists. */
  readonly head: Chunk;
  readonly parts: number;
  readonly version: Version;
}

/**
 * Claims the chunks after the first, each in a commit of its own that also renews the lease. Each
 * names the state that the one before left: if our lease ran out and somebody took the sync over, the
 * next commit fails and we stop, so no event can be claimed for a message that is already built.
 */
async function extendClaim(
  documents: Documents,
  claim: Claim,
  beginning: Beginning,
): Promise<ClaimResult> {
  const { head } = beginning;
  const path = syncPath(claim);
  const [first = [], ...others] = claim.chunks;
  const done: Chunk[] = [first];
  let { parts, version } = beginning;
  const progress = (
    sync: Sync,
    state: "claiming" | "claimed",
    count: number,
    untilMs: number,
  ): Write => ({
    kind: "update",
    path,
    fields: progressFields(sync, listsOf(head), count, state, untilMs),
    version,
  });

  for (let chunk of others) {
    // Ends: each turn claims the chunk, finds it smaller, or returns.
    while (membersOf(chunk).length > 0) {
      const part = parts + 1;
      const sync = syncOf(claim, [...done, chunk]);
      const writes: Write[] = [
        progress(sync, "claiming", part, claim.leaseUntilMs()),
        {
          kind: "create",
          path: paths.part(path, claim.token, part),
          fields: partFields(sync, listsOf(chunk)),
        },
        ...takeMarkers(claim, chunk),
      ];
      const result = await commitNext(documents, path, version, part, writes);
      if (result.outcome === "lost") return { outcome: "contended" };
      if (result.outcome === "applied") {
        version = result.version;
        parts = part;
        done.push(chunk);
        break;
      }
      chunk = await unchanged(documents, claim, chunk);
    }
  }

  const sync = syncOf(claim, done);
  const untilMs = claim.leaseUntilMs();
  const finish = [progress(sync, "claimed", parts, untilMs)];
  const result = await commitNext(documents, path, version, "claimed", finish);
  // If somebody took it over meanwhile, they publish it.
  return result.outcome === "applied"
    ? claimed(sync, result.version, untilMs)
    : { outcome: "contended" };
}

type NextResult =
  | { readonly outcome: "applied"; readonly version: Version }
  | { readonly outcome: "eventsGone" }
  | { readonly outcome: "lost" };

/** @param expected what the sync shows if this commit was applied: its number of parts, or state */
async function commitNext(
  documents: Documents,
  path: string,
  before: Version,
  expected: number | "claimed",
  writes: readonly Write[],
): Promise<NextResult> {
  try {
    return { outcome: "applied", version: await documents.commit(writes) };
  } catch (error) {
    if (!isConflict(error)) throw error;
    const [doc] = await documents.get([path]);
    if (doc === undefined) return { outcome: "lost" };
    const { fields, version } = doc;
    if (version === before) return { outcome: "eventsGone" };
    const isOurs =
      fields["attempt"] === 1 && (fields["parts"] === expected || fields["state"] === expected);
    return isOurs ? { outcome: "applied", version } : { outcome: "lost" };
  }
}

/** The events of a chunk whose markers are as they were read. */
async function unchanged(documents: Documents, claim: Claim, chunk: Chunk): Promise<Chunk> {
  const members = membersOf(chunk);
  const docs = await documents.get(members.map((event) => markerPath(claim, event)));
  return regroup(
    chunk,
    members.filter((event, index) => docs[index]?.version === versionOf(event)),
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
export async function claimKept(documents: Documents, claim: Claim): Promise<ClaimResult> {
  const { token, syncId } = claim;
  const path = syncPath(claim);
  const [head = [], ...parts] = claim.chunks;
  const sync = syncOf(claim, claim.chunks);
  await writeParts(documents, claim, sync, parts);

  const untilMs = claim.leaseUntilMs();
  const fresh = claim.chunks.flatMap(membersOf).filter(({ exported }) => !exported);
  const version = await commitNew(documents, path, token, [
    {
      kind: "create",
      path,
      fields: {
        ...decisionFields(sync, token),
        ...progressFields(sync, listsOf(head), parts.length, "claimed", untilMs),
      },
    },
    ...fresh.map((event): Write => ({
      kind: "update",
      path: markerPath(claim, event),
      fields: { exported: true },
      version: versionOf(event),
    })),
  ]);
  if (version !== undefined) return claimed(sync, version, untilMs);
  // The very set may be a sync already, made by another claim.
  const [existing] = await documents.get([path]);
  return existing === undefined ? { outcome: "contended" } : { outcome: "exists", syncId };
}

async function writeParts(
  documents: Documents,
  claim: Claim,
  sync: Sync,
  parts: readonly Chunk[],
): Promise<void> {
  const path = syncPath(claim);
  // Not `create`: the client repeats a commit whose answer was lost.
  const writes = parts.map((part, index): Write => ({
    kind: "set",
    path: paths.part(path, claim.token, index + 1),
    fields: partFields(sync, listsOf(part)),
  }));
  for (let start = 0; start < writes.length; start += COMMIT_PARTS) {
    await documents.commit(writes.slice(start, start + COMMIT_PARTS));
  }
}

/** Commits what creates a sync; undefined if it did not take effect. */
async function commitNew(
  documents: Documents,
  path: string,
  token: string,
  writes: readonly Write[],
): Promise<Version | undefined> {
  try {
    return await documents.commit(writes);
  } catch (error) {
    if (!isConflict(error)) throw error;
    const [doc] = await documents.get([path]);
    // Ours, unless somebody has taken it over meanwhile: then its message is theirs to publish, and
    // going on from this version would add events to it.
    return doc !== undefined && isOwn(doc, token) ? doc.version : undefined;
  }
}

function claimed(
  sync: Sync,
  version: Version,
  untilMs: number,
): { outcome: "claimed"; lease: Lease } {
  return { outcome: "claimed", lease: { sync, attempt: 1, untilMs, version } };
}
