import type { Group } from "../domain/decide.ts";
import type { Rule } from "../domain/rule.ts";
import type { Range, RegisteredClaim } from "../domain/claim.ts";
import type { Place } from "../domain/event.ts";
import {
  eventIdOf,
  limitNew,
  portions,
  splitClaim,
  type Sync,
  type SyncReason,
} from "../domain/sync.ts";
import { windowFacts, type WindowId } from "../domain/window.ts";
import type { ClaimedFacts } from "./logEvents.ts";
import type { Claim, ClaimLimits, ClaimResult, Lease, OpenClaim, Ports } from "./ports.ts";
import { TIME_LIMIT_SECONDS } from "./timeLimits.ts";

/**
 * Events in one commit of a claim, and in one document that lists them. Firestore's published limit is
 * 10 MiB for a commit and 1 MiB for a document: whatever the names, 450 events are below both, and
 * below the older limit of 500 writes, too.
 */
export const CLAIM_CHUNK = 450;

/** How long a claimer may take to publish before anyone else may try: longer than any function runs. */
export const LEASE_MS = 1000 * (Math.max(...Object.values(TIME_LIMIT_SECONDS)) + 30);

type Deps = Pick<Ports, "outbox" | "clock" | "newId" | "log" | "claimChunk">;

/** Events that are to become a sync. */
export interface Due {
  /** By endpoint, in configured order; none where there are too many to be told one by one. */
  readonly groups: readonly Group[];
  /** All that is in it, and nothing else, is to be taken; undefined where nothing is. */
  readonly range: Range | undefined;
  readonly reason: SyncReason;
  /** The deadline of its window, where the rule has one. Epoch milliseconds. */
  readonly deadlineAtMs?: number | undefined;
}

export interface ClaimedSyncs {
  /** Syncs that are ours to publish. */
  readonly leases: readonly Lease[];
  /** Syncs that are ours to go on with. */
  readonly claims: readonly OpenClaim[];
  /** Up to where these own the window. */
  readonly ownedTo: Place | undefined;
  /** Somebody else was faster with the next one. */
  readonly isContended: boolean;
}

/**
 * Turns events into syncs that take them out of the window, in this order. A sync's document has a random
 * id, because the `eventID` of one that is claimed in several commits is known only at the end.
 *
 * @param stateVersion of the window's state that the replay has read
 */
export async function claimTaken(
  deps: Deps,
  rule: Rule,
  window: WindowId,
  due: readonly Due[],
  stateVersion: unknown,
): Promise<ClaimedSyncs> {
  if (due.length === 0) return { leases: [], claims: [], ownedTo: undefined, isContended: false };
  const { claimChunk = CLAIM_CHUNK } = deps;
  const claims = due.map(({ groups, range, ...why }) => ({
    ...claimOf(deps, rule, window, why),
    syncId: deps.newId(),
    // Without a range there is nothing to take: one sync that is empty, as the manual trigger makes it.
    chunks:
      groups.length === 0 && range !== undefined
        ? []
        : splitClaim(rule.condition, groups, claimChunk),
    ...(range !== undefined && { range }),
  }));
  const results = await deps.outbox.claimTaken(claims, stateVersion, claimChunk);
  results.forEach((result, index) => {
    logClaim(deps, window, due[index]?.reason, result);
  });
  const leases = results.flatMap((result) => (result.outcome === "claimed" ? [result.lease] : []));
  const begun = results.flatMap((result) => (result.outcome === "begun" ? [result.claim] : []));
  const last = results.findLastIndex(({ outcome }) => outcome === "begun");
  return {
    leases,
    claims: begun,
    ownedTo: due[last]?.range?.to,
    isContended: leases.length + begun.length < due.length,
  };
}

/** Of the claims that are under way in a window, those that nobody is at (1 read each, 1 write more to take one). */
export async function takeClaims(
  { outbox, clock }: Pick<Deps, "outbox" | "clock">,
  { service }: WindowId,
  registered: readonly RegisteredClaim[],
): Promise<OpenClaim[]> {
  const claims: OpenClaim[] = [];
  for (const { syncId } of registered) {
    const nowMs = clock();
    const taken = await outbox.take(
      { serviceName: service, syncId },
      { nowMs, leaseUntilMs: nowMs + LEASE_MS, isRegistered: true },
    );
    if (taken?.next === "goOn") claims.push(taken.claim);
  }
  return claims;
}

/**
 * Goes on with a claim until it is complete, or time is up.
 *
 * @returns the lease on the sync that it became; `isLeft` if somebody else has to go on with it
 */
export async function goOn(
  {
    outbox,
    clock,
    log,
    claimChunk = CLAIM_CHUNK,
  }: Pick<Deps, "outbox" | "clock" | "log" | "claimChunk">,
  claim: OpenClaim,
  untilMs: number,
): Promise<{ readonly lease: Lease | undefined; readonly isLeft: boolean }> {
  const limits: ClaimLimits = {
    chunkSize: claimChunk,
    nowMs: clock,
    leaseUntilMs: () => clock() + LEASE_MS,
    isTimeUp: () => clock() >= untilMs,
  };
  const result = await outbox.goOn(claim, limits);
  const { serviceName: service, key, id: syncId, completion } = claim.sync;
  const { reason } = completion;
  switch (result.outcome) {
    case "claimed":
      log.info("sync.claimed", {
        ...factsOf(result.lease.sync),
        reason,
        ...lagOf(result, clock()),
      });
      return { lease: result.lease, isLeft: false };
    case "handedOver":
      log.info("sync.handedOver", { ...factsOf(result.sync), reason });
      return { lease: undefined, isLeft: true };
    case "lost":
      log.info("sync.contended", { ...windowFacts({ service, key }), syncId, reason });
      return { lease: undefined, isLeft: false };
  }
}

/**
 * Turns events that stay in the window into a sync. Its document's id is its `eventID`, so that the same
 * set cannot become a second sync, and it takes no more new events than one commit can mark.
 *
 * @returns `more`: the window holds new events that did not fit; the next sync takes them
 */
export async function claimKept(
  deps: Deps,
  rule: Rule,
  window: WindowId,
  { groups, ...why }: Omit<Due, "range">,
): Promise<ClaimResult & { readonly more: boolean }> {
  const { claimChunk = CLAIM_CHUNK } = deps;
  const taken = limitNew(rule.condition, groups, claimChunk);
  const result = await deps.outbox.claimKept({
    ...claimOf(deps, rule, window, why),
    syncId: eventIdOf(taken.groups),
    chunks: portions(taken.groups, claimChunk),
  });
  logClaim(deps, window, why.reason, result);
  return { ...result, more: taken.more };
}

function claimOf(
  { clock, newId }: Deps,
  rule: Rule,
  window: WindowId,
  { reason, deadlineAtMs }: Pick<Due, "reason" | "deadlineAtMs">,
): Omit<Claim, "syncId" | "chunks"> {
  const leaseUntilMs = (): number => clock() + LEASE_MS;
  return { token: newId(), rule, window, reason, deadlineAtMs, nowMs: clock(), leaseUntilMs };
}

function logClaim(
  { log, clock }: Deps,
  window: WindowId,
  reason: SyncReason | undefined,
  result: ClaimResult,
): void {
  switch (result.outcome) {
    case "claimed":
      log.info("sync.claimed", {
        ...factsOf(result.lease.sync),
        reason,
        ...lagOf(result, clock()),
      });
      return;
    case "begun":
      log.info("sync.begun", { ...factsOf(result.claim.sync), reason });
      return;
    case "contended":
      log.info("sync.contended", { ...windowFacts(window), reason });
      return;
    case "exists":
      log.info("sync.exists", { ...windowFacts(window), reason });
  }
}

function factsOf(sync: Sync): Omit<ClaimedFacts, "reason"> {
  const { serviceName: service, key, id: syncId, eventID, endpoints } = sync;
  const numberOfEvents = Object.fromEntries(endpoints.map((e) => [e.eventKey, e.numberOfEvents]));
  return { ...windowFacts({ service, key }), syncId, eventID, numberOfEvents };
}

/** How late a sync is that should have been made by itself. */
function lagOf({ lease }: { readonly lease: Lease }, nowMs: number): { readonly lagMs?: number } {
  const { endpoints, completion } = lease.sync;
  const { reason, deadlineAtMs } = completion;
  if (reason === "manual") return {};
  const lastMs = Math.max(...endpoints.map(({ lastEventMs = -Infinity }) => lastEventMs));
  const dueMs = reason === "deadline" ? (deadlineAtMs ?? lastMs) : lastMs;
  return Number.isFinite(dueMs) ? { lagMs: Math.max(0, nowMs - dueMs) } : {};
}
