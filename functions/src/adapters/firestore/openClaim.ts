/**
 * Claims of several commits (`domain/claim.ts`). Each commit names the state of the sync that the one
 * before left: if the lease ran out and somebody took the sync over, the next commit fails and we stop, so
 * that there is one at a time who goes on, and no event is claimed for a message that is already built.
 *
 * The first one also names the state of the service and of the window that the replay has read: no reset
 * came between, of all keys or of this one, and no other claim of these events.
 */
import type { Claim, ClaimLimits, ClaimResult, GoOnResult, OpenClaim } from "../../app/ports.ts";
import { cursorBehind, following, grow, type Range } from "../../domain/claim.ts";
import { needs } from "../../domain/condition.ts";
import { groupMembers, type Group } from "../../domain/decide.ts";
import { deliveriesOf, type Delivery } from "../../domain/delivery.ts";
import { byAge, placeOf, type PendingEvent, type Place } from "../../domain/event.ts";
import { makeSync, portions, splitClaim, type Sync } from "../../domain/sync.ts";
import {
  commitNext,
  headOf,
  isAt,
  pathOf,
  type NextResult,
  type Progress,
} from "./claimProgress.ts";
import {
  createParts,
  DOCUMENT_MEMBERS,
  listsOf,
  membersOf,
  syncPath,
  takeMarkers,
} from "./claimWrites.ts";
import { isConflict } from "./conflicts.ts";
import { createDeliveries } from "./deliveryFields.ts";
import type { Documents, Version, Write } from "./documents.ts";
import { finishClaim } from "./finishClaim.ts";
import type { Markers } from "./markers.ts";
import { paths } from "./paths.ts";
import { versionOf } from "./pendingDocument.ts";
import { registration, type StateVersion } from "./serviceState.ts";
import { claimFields, decisionFields, partFields, progressFields } from "./syncDocument.ts";

type Begun = Extract<ClaimResult, { outcome: "begun" }> & { readonly version: Version };

/** Makes the first commit of a claim. */
export async function beginClaim(
  documents: Documents,
  markers: Markers,
  claim: Claim,
  state: { readonly version: StateVersion; readonly chunkSize: number },
): Promise<Begun | { readonly outcome: "contended" }> {
  const { range, syncId, token } = claim;
  if (range === undefined) throw new TypeError("a claim of several commits needs its range");
  const { window } = claim;
  const beginning = await beginningOf(markers, claim, range, state.chunkSize);
  if (beginning === undefined) return { outcome: "contended" };
  const { first, cursor, rest } = beginning;
  const [head = [], ...parts] = portions(first, DOCUMENT_MEMBERS);
  const path = syncPath(claim);
  const whole = madeOf(claim, first);
  const sync: Sync = {
    ...whole,
    // Known at the end, as is how complete it is.
    eventID: "",
    endpoints: whole.endpoints.map((endpoint, index) => {
      const last = endpoint.members.at(-1);
      const members = whole.endpoints[index]?.members.slice(0, head[index]?.members.length) ?? [];
      return { ...endpoint, members, ...(last && { last }) };
    }),
  };
  const turn = 1;
  // Made now, so that they have their place in their lanes: what is claimed meanwhile comes after them.
  const deliveries = deliveriesOf(claim.rule, sync, range.to).map((delivery): Delivery => ({
    ...delivery,
    state: "claiming",
  }));
  const targets = deliveries.map(({ target }) => target);
  const { condition } = claim.rule;
  const progress = { window, range, cursor, condition, turn, token, parts: parts.length, targets };
  const untilMs = claim.leaseUntilMs();
  const writes: Write[] = [
    {
      kind: "create",
      path,
      fields: {
        ...decisionFields(sync, token),
        ...progressFields(sync, listsOf(head), parts.length, "claiming", untilMs),
        ...claimFields({ ...progress, key: window.key }),
        turn,
      },
    },
    ...registration(window, syncId, range.to, state.version, untilMs),
    ...createDeliveries(deliveries, undefined),
    ...createParts(path, token, sync, parts),
    ...takeMarkers(claim, first),
  ];
  const result = await commitNext(documents, path, undefined, writes, (doc) =>
    isAt(doc, { ...progress, state: "claiming" }),
  );
  if (result.outcome !== "applied") return { outcome: "contended" };
  const { version } = result;
  const open: Progress = { ...progress, version, ...(rest && { rest }) };
  return { outcome: "begun", version, claim: { sync, progress: open } };
}

function madeOf(claim: Claim, groups: readonly Group[]): Sync {
  const { syncId, rule, window, reason, nowMs, deadlineAtMs } = claim;
  return makeSync(syncId, rule, groups, reason, nowMs, window.key, deadlineAtMs);
}

interface Beginning {
  readonly first: readonly Group[];
  readonly cursor: Place;
  readonly rest?: readonly PendingEvent[];
}

/**
 * What the first commit takes: the oldest that the rule requires of each endpoint, so that the sync
 * satisfies it from then on whatever becomes of the others, and the oldest of all, as many as fit.
 *
 * @returns undefined if somebody else has taken what the rule requires
 */
async function beginningOf(
  markers: Markers,
  claim: Claim,
  range: Range,
  chunkSize: number,
): Promise<Beginning | undefined> {
  const { rule, window, chunks, reason } = claim;
  if (chunks.length > 0) {
    const [first = [], ...others] = chunks;
    const rest = others.flatMap(membersOf).toSorted(byAge);
    const all = [...membersOf(first), ...rest].toSorted(byAge);
    return { first, cursor: cursorBehind(range, all, membersOf(first)), rest };
  }
  const oldest = await Promise.all(
    Array.from(needs(rule.condition), ([eventKey, need]) =>
      markers.oldest(window, { eventKey, ...range }, need),
    ),
  );
  const eventKeys = rule.endpoints.map(({ eventKey }) => eventKey);
  let page: readonly PendingEvent[] = [];
  for await (const first of markers.scan(window, { eventKeys, ...range }, chunkSize)) {
    page = first;
    break;
  }
  const known = new Map([...oldest.flat(), ...page].map((event) => [event.id, event]));
  if (known.size === 0) return undefined;
  // Of each endpoint what the condition can ask of it, and more.
  const groups = groupMembers(rule, [...known.values()].toSorted(byAge));
  if (reason === "complete" && !madeOf(claim, groups).completion.complete) return undefined;
  const [first = []] = splitClaim(rule.condition, groups, chunkSize);
  return { first, cursor: cursorBehind(range, page, membersOf(first)) };
}

/** Goes on with a claim that we hold. */
export async function goOn(
  documents: Documents,
  markers: Markers,
  claim: OpenClaim,
  limits: ClaimLimits,
): Promise<GoOnResult> {
  let { sync } = claim;
  let progress = claim.progress as Progress;
  for await (const events of chunksOf(markers, sync, progress, limits.chunkSize)) {
    const cursor = placeOf(events.at(-1) ?? progress.cursor);
    let chunk = following(sync, events);
    // Ends: each turn claims the chunk, finds it smaller, or returns.
    while (chunk.length > 0) {
      const grown = grow(sync, chunk);
      const next = { ...progress, cursor, parts: progress.parts + 1 };
      const result = await extend(documents, grown, next, chunk, limits.leaseUntilMs());
      if (result.outcome === "lost") return result;
      if (result.outcome === "applied") {
        sync = grown;
        progress = { ...next, version: result.version };
        break;
      }
      chunk = await unchanged(documents, sync.serviceName, chunk);
    }
    if (limits.isTimeUp()) return handOver(documents, sync, progress, limits.nowMs());
  }
  return finishClaim(documents, sync, progress, limits);
}

/**
 * Commits' worth of markers that are read at a time: a query takes longer than a commit, and what is read and not
 * taken when time is up is read again by whoever goes on, a few of each hundred.
 */
const CHUNKS_OF_PAGE = 8;

/** What is still to be taken, oldest first, as many at a time as one commit takes. */
async function* chunksOf(
  markers: Markers,
  sync: Sync,
  { window, range, cursor, rest }: Progress,
  chunkSize: number,
): AsyncGenerator<readonly PendingEvent[], undefined> {
  if (rest !== undefined) {
    for (let start = 0; start < rest.length; start += chunkSize) {
      yield rest.slice(start, start + chunkSize);
    }
    return undefined;
  }
  const eventKeys = sync.endpoints.map(({ eventKey }) => eventKey);
  const left = { eventKeys, after: cursor, to: range.to };
  for await (const page of markers.scan(window, left, chunkSize * CHUNKS_OF_PAGE)) {
    for (let start = 0; start < page.length; start += chunkSize) {
      yield page.slice(start, start + chunkSize);
    }
  }
  return undefined;
}

/** Claims one chunk, and renews the lease. */
function extend(
  documents: Documents,
  sync: Sync,
  next: Progress,
  chunk: readonly PendingEvent[],
  leaseUntilMs: number,
): Promise<NextResult> {
  const path = pathOf(sync);
  const part = sync.endpoints.map(({ eventKey }) =>
    chunk.filter((event) => event.eventKey === eventKey),
  );
  const writes: Write[] = [
    {
      kind: "update",
      path,
      fields: {
        ...progressFields(sync, headOf(sync), next.parts, "claiming", leaseUntilMs),
        ...claimFields({ ...next, key: next.window.key }),
      },
      version: next.version,
    },
    {
      kind: "create",
      path: paths.part(path, next.token, next.parts),
      fields: partFields(sync, part),
    },
    ...chunk.map((event): Write => ({
      kind: "delete",
      path: `${paths.pending(sync.serviceName)}/${event.id}`,
      version: versionOf(event),
    })),
  ];
  return commitNext(documents, path, next.version, writes, (doc) =>
    isAt(doc, { ...next, state: "claiming" }),
  );
}

/** Ends the lease, so that anybody may go on. */
async function handOver(
  documents: Documents,
  sync: Sync,
  { version }: Progress,
  nowMs: number,
): Promise<GoOnResult> {
  const fields = { nextAttemptAt: new Date(nowMs) };
  try {
    await documents.commit([{ kind: "update", path: pathOf(sync), fields, version }]);
  } catch (error) {
    // Our own, if its answer was lost, or somebody else's who has taken it over.
    if (!isConflict(error)) throw error;
  }
  return { outcome: "handedOver", sync };
}

/** The events of a chunk whose markers are as they were read. */
async function unchanged(
  documents: Documents,
  service: string,
  chunk: readonly PendingEvent[],
): Promise<PendingEvent[]> {
  const docs = await documents.get(chunk.map(({ id }) => `${paths.pending(service)}/${id}`));
  return chunk.filter((event, index) => docs[index]?.version === versionOf(event));
}
