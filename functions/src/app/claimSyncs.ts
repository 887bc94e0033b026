import type { Group } from "../domain/decide.ts";
import type { Rule } from "../domain/rule.ts";
import { eventIdOf, limitNew, portions, splitClaim, type SyncReason } from "../domain/sync.ts";
import { windowFacts, type WindowId } from "../domain/window.ts";
import type { Claim, ClaimResult, Lease, Ports } from "./ports.ts";
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

/** What is to become a sync. */
export interface Due {
  /** By endpoint, in configured order. */
  readonly groups: readonly Group[];
  readonly reason: SyncReason;
}

/**
 * Turns events into syncs that take them out of the window, in this order. A sync's document has a random
 * id, because the `eventID` of one that is claimed in several commits is known only at the end.
 *
 * @returns the syncs that are ours; `isContended` if somebody else was faster with the next one
 */
export async function claimTaken(
  deps: Deps,
  rule: Rule,
  window: WindowId,
  due: readonly Due[],
): Promise<{ readonly leases: readonly Lease[]; readonly isContended: boolean }> {
  const { claimChunk = CLAIM_CHUNK } = deps;
  const results = await deps.outbox.claimTaken(
    due.map(({ groups, reason }) => ({
      ...claimOf(deps, rule, window, reason),
      syncId: deps.newId(),
      chunks: splitClaim(rule.condition, groups, claimChunk),
    })),
  );
  results.forEach((result, index) => {
    logClaim(deps, window, due[index]?.reason, result);
  });
  const leases = results.flatMap((result) => (result.outcome === "claimed" ? [result.lease] : []));
  return { leases, isContended: leases.length < due.length };
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
  { groups, reason }: Due,
): Promise<ClaimResult & { readonly more: boolean }> {
  const { claimChunk = CLAIM_CHUNK } = deps;
  const taken = limitNew(rule.condition, groups, claimChunk);
  const result = await deps.outbox.claimKept({
    ...claimOf(deps, rule, window, reason),
    syncId: eventIdOf(taken.groups),
    chunks: portions(taken.groups, claimChunk),
  });
  logClaim(deps, window, reason, result);
  return { ...result, more: taken.more };
}

function claimOf(
  { clock, newId }: Deps,
  rule: Rule,
  window: WindowId,
  reason: SyncReason,
): Omit<Claim, "syncId" | "chunks"> {
  const leaseUntilMs = (): number => clock() + LEASE_MS;
  return { token: newId(), rule, window, reason, nowMs: clock(), leaseUntilMs };
}

function logClaim(
  { log }: Deps,
  window: WindowId,
  reason: SyncReason | undefined,
  result: ClaimResult,
): void {
  const facts = windowFacts(window);
  switch (result.outcome) {
    case "claimed": {
      const { id: syncId, eventID, endpoints } = result.lease.sync;
      const counts = endpoints.map((one) => [one.eventKey, one.numberOfEvents] as const);
      const numberOfEvents = Object.fromEntries(counts);
      log.info("sync.claimed", { ...facts, syncId, eventID, reason, numberOfEvents });
      return;
    }
    case "contended":
      log.info("sync.contended", { ...facts, reason });
      return;
    case "exists":
      log.info("sync.exists", { ...facts, reason });
  }
}
