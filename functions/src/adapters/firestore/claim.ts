import type { Claim, ClaimResult, Lease } from "../../app/ports.ts";
import { makeSync, mergeChunks, portions, type Sync } from "../../domain/sync.ts";
import {
  createParts,
  createSync,
  DOCUMENT_MEMBERS,
  listsOf,
  markerPath,
  membersOf,
  syncPath,
  takeMarkers,
  type Chunk,
  type MadeSync,
} from "./claimWrites.ts";
import { isConflict } from "./conflicts.ts";
import type { Doc, Documents, Version, Write } from "./documents.ts";
import type { Markers } from "./markers.ts";
import { beginClaim } from "./openClaim.ts";
import { paths } from "./paths.ts";
import { versionOf } from "./pendingDocument.ts";
import { partFields } from "./syncDocument.ts";

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

/** Parts of one commit: as many as are below 10 MiB in any case. */
const COMMIT_PARTS = 10;

function syncOf(claim: Claim, chunks: readonly Chunk[]): Sync {
  const { syncId, rule, window, reason, nowMs, deadlineAtMs } = claim;
  return makeSync(syncId, rule, mergeChunks(chunks), reason, nowMs, window.key, deadlineAtMs);
}

/**
 * Writes of one commit that makes several syncs. Each is a document of its own, of at most 1 MiB with the
 * members of all of them, so that together they are far below 10 MiB.
 */
const COMMIT_WRITES = 450;

/**
 * Claims events that leave the window with their syncs: in the order of these, as many whole ones per
 * commit as fit. What does not fit into one is begun.
 */
export async function claimTaken(
  documents: Documents,
  markers: Markers,
  claims: readonly Claim[],
  state: { readonly version: unknown; readonly chunkSize: number },
): Promise<ClaimResult[]> {
  const results: ClaimResult[] = [];
  let stateVersion = state.version as Version | undefined;
  for (const group of commitsOf(claims)) {
    const [first] = group;
    const before = results.length;
    if (group.length > 1 || first === undefined) {
      results.push(...(await claimTogether(documents, group)));
    } else if (first.chunks.length === 1) {
      results.push(await claimAlone(documents, first));
    } else {
      const begun = await beginClaim(documents, markers, first, {
        ...state,
        version: stateVersion,
      });
      // The version of every document that the commit has written: of the service's, too.
      if (begun.outcome === "begun") stateVersion = begun.version;
      results.push(begun);
    }
    // What comes later rests on what came before: it has to be looked at again.
    if (results.slice(before).some(({ outcome }) => outcome === "contended")) break;
  }
  return results;
}

function commitsOf(claims: readonly Claim[]): Claim[][] {
  const commits: Claim[][] = [];
  let room = 0;
  for (const claim of claims) {
    const members = claim.chunks.reduce((sum, chunk) => sum + membersOf(chunk).length, 0);
    const writes = 1 + members + (claim.rule.targets?.length ?? 0);
    const isAlone = claim.chunks.length !== 1;
    const last = commits.at(-1);
    if (last === undefined || isAlone || writes > room) {
      commits.push([claim]);
      room = isAlone ? 0 : COMMIT_WRITES - writes;
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
    const sync = createSync(claim, syncOf(claim, [chunk]), chunk, 0);
    return { ...sync, claim, writes: [...sync.writes, ...takeMarkers(claim, chunk)] };
  });
  try {
    const version = await documents.commit(made.flatMap(({ writes }) => writes));
    return made.map((one) => claimed(one, version));
  } catch (error) {
    if (!isConflict(error)) throw error;
    // All of it was ours if one of them is; of those that somebody has taken over meanwhile, none is.
    const docs = await documents.get(claims.map(syncPath));
    return made.map((one, index) => {
      const doc = docs[index];
      return doc !== undefined && isOwn(doc, one.claim.token)
        ? claimed(one, doc.version)
        : { outcome: "contended" };
    });
  }
}

/** Made by this claim, and not taken over by anybody since. */
function isOwn({ fields }: Doc, token: string): boolean {
  return fields["token"] === token && fields["attempt"] === 1;
}

/** Claims one sync in one commit, however many events that are. */
async function claimAlone(documents: Documents, claim: Claim): Promise<ClaimResult> {
  const { token } = claim;
  const path = syncPath(claim);
  const [chunk = []] = claim.chunks;
  // More than a document holds only where the rule itself asks for more at once.
  const [head = [], ...parts] = portions(chunk, DOCUMENT_MEMBERS);
  const sync = syncOf(claim, [chunk]);
  const made = createSync(claim, sync, head, parts.length);
  const version = await commitNew(documents, path, token, [
    ...made.writes,
    ...createParts(path, token, sync, parts),
    ...takeMarkers(claim, chunk),
  ]);
  return version === undefined ? { outcome: "contended" } : claimed(made, version);
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

  const made = createSync(claim, sync, head, parts.length);
  const fresh = claim.chunks.flatMap(membersOf).filter(({ exported }) => !exported);
  const version = await commitNew(documents, path, token, [
    ...made.writes,
    ...fresh.map((event): Write => ({
      kind: "update",
      path: markerPath(claim, event),
      fields: { exported: true },
      version: versionOf(event),
    })),
  ]);
  if (version !== undefined) return claimed(made, version);
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
export async function commitNew(
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
    // Ours, unless somebody has taken it over meanwhile: then its message is theirs to publish.
    return doc !== undefined && isOwn(doc, token) ? doc.version : undefined;
  }
}

function claimed(
  { sync, untilMs, deliveries }: MadeSync,
  version: Version,
): { outcome: "claimed"; lease: Lease } {
  const lease: Lease = { sync, attempt: 1, untilMs, version };
  return {
    outcome: "claimed",
    lease: deliveries.length === 0 ? lease : { ...lease, deliveries },
  };
}
