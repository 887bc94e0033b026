import type { Group } from "../domain/decide.ts";
import type { Rule } from "../domain/rule.ts";
import { eventIdOf, splitClaim, type SyncReason } from "../domain/sync.ts";
import type { ClaimResult, Clock, Log, NewId, Outbox } from "./ports.ts";
import { TIME_LIMIT_SECONDS } from "./timeLimits.ts";

/**
 * Writes in one commit of a claim. Firestore's published limit is the request's size, 10 MiB; 450
 * stays below the older limit of 500 writes, too.
 */
export const CLAIM_CHUNK = 450;

/** How long a claimer may take to publish before anyone else may try: longer than any function runs. */
export const LEASE_MS = 1000 * (Math.max(...Object.values(TIME_LIMIT_SECONDS)) + 30);

interface Deps {
  readonly outbox: Outbox;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly log: Log;
}

/**
 * Turns the events of a window into a sync, atomically.
 *
 * Where events are kept, the sync's document id is its `eventID`, so that the same set cannot become
 * a second sync; otherwise taking the events away sees to that, and the id is random because the
 * `eventID` of a window claimed in several commits is known only at the end.
 */
export async function claimSync(
  deps: Deps,
  rule: Rule,
  groups: readonly Group[],
  reason: SyncReason,
): Promise<ClaimResult> {
  const nowMs = deps.clock();
  const result = await deps.outbox.claim({
    syncId: rule.trigger.keepEventAfterTrigger ? eventIdOf(groups) : deps.newId(),
    rule,
    reason,
    nowMs,
    leaseUntilMs: nowMs + LEASE_MS,
    chunks: splitClaim(groups, CLAIM_CHUNK),
  });
  const service = rule.serviceName;
  if (result.outcome === "claimed") {
    const { id: syncId, eventID, endpoints } = result.lease.sync;
    const numberOfEvents = Object.fromEntries(endpoints.map((e) => [e.eventKey, e.numberOfEvents]));
    deps.log.info("sync.claimed", { service, syncId, eventID, reason, numberOfEvents });
  } else {
    deps.log.info(`sync.${result.outcome}`, { service, reason });
  }
  return result;
}
