import type { Group } from "../domain/decide.ts";
import type { Rule } from "../domain/rule.ts";
import { eventIdOf, limitNew, portions, splitClaim, type SyncReason } from "../domain/sync.ts";
import type { ClaimResult, Clock, Log, NewId, Outbox } from "./ports.ts";
import { TIME_LIMIT_SECONDS } from "./timeLimits.ts";

/**
 * Events in one commit of a claim, and in one document that lists them. Firestore's published limit is
 * 10 MiB for a commit and 1 MiB for a document: whatever the names, 450 events are below both, and
 * below the older limit of 500 writes, too.
 */
export const CLAIM_CHUNK = 450;

/** How long a claimer may take to publish before anyone else may try: longer than any function runs. */
export const LEASE_MS = 1000 * (Math.max(...Object.values(TIME_LIMIT_SECONDS)) + 30);

interface Deps {
  readonly outbox: Outbox;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly log: Log;
  /** Instead of `CLAIM_CHUNK`, where a test wants several commits from a small window. */
  readonly claimChunk?: number;
}

/** `more`: the window holds new events that did not fit into the sync. The next one takes them. */
export type ClaimedSync = ClaimResult & { readonly more: boolean };

/**
 * Turns the events of a window into a sync, atomically.
 *
 * Where events are kept, the sync's document id is its `eventID`, so that the same set cannot become
 * a second sync, and it takes no more new events than one commit can mark. Otherwise taking the events
 * away sees to that, and the id is random because the `eventID` of a window claimed in several commits
 * is known only at the end.
 */
export async function claimSync(
  deps: Deps,
  rule: Rule,
  groups: readonly Group[],
  reason: SyncReason,
): Promise<ClaimedSync> {
  const { claimChunk = CLAIM_CHUNK } = deps;
  const isKept = rule.trigger.keepEventAfterTrigger;
  const taken = isKept ? limitNew(groups, claimChunk) : { groups, more: false };
  const result = await deps.outbox.claim({
    syncId: isKept ? eventIdOf(taken.groups) : deps.newId(),
    token: deps.newId(),
    rule,
    reason,
    nowMs: deps.clock(),
    leaseUntilMs: () => deps.clock() + LEASE_MS,
    chunks: (isKept ? portions : splitClaim)(taken.groups, claimChunk),
  });
  const service = rule.serviceName;
  if (result.outcome === "claimed") {
    const { id: syncId, eventID, endpoints } = result.lease.sync;
    const numberOfEvents = Object.fromEntries(endpoints.map((e) => [e.eventKey, e.numberOfEvents]));
    deps.log.info("sync.claimed", { service, syncId, eventID, reason, numberOfEvents });
  } else {
    deps.log.info(`sync.${result.outcome}`, { service, reason });
  }
  return { ...result, more: taken.more };
}
