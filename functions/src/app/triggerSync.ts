import { groupWindow } from "../domain/decide.ts";
import { windowStart, type Rule } from "../domain/rule.ts";
import type { Sync } from "../domain/sync.ts";
import { ContentionError, retryContention } from "./checkWindow.ts";
import { claimSync, LEASE_MS } from "./claimSync.ts";
import type {
  Clock,
  DueSync,
  EventLog,
  Lease,
  Log,
  NewId,
  Outbox,
  Publisher,
  ServiceState,
  Window,
} from "./ports.ts";
import type { MessageBudget } from "./messageBudget.ts";
import { publishSync, type PublishOutcome } from "./publishSync.ts";
import { withCurrentTopic } from "./relay.ts";

interface Deps {
  readonly window: Window;
  readonly services: ServiceState;
  readonly events: EventLog;
  readonly outbox: Outbox;
  readonly publisher: Publisher;
  readonly budget: MessageBudget;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly log: Log;
  readonly claimChunk?: number;
}

export interface ManualSync {
  readonly syncId: string;
  readonly eventID: string;
  readonly numberOfEvents: number;
  /** False if Pub/Sub did not take the message; the sweep goes on trying. */
  readonly published: boolean;
}

/**
 * The manual trigger: every event of the observation period becomes a sync though conditions are not
 * met, even if there is none, as in the original.
 *
 * Where events are kept and this very set is a sync already, no second one is made: its message is
 * published again, with the same `eventID`. Where more are new than one sync takes, several are made
 * and published; the answer is about the last, which holds all of the window. And where there is no
 * event, but a sync of the service still waits to be published, that one is tried: messages without
 * events must not queue behind it.
 *
 * @throws ContentionError if window checks kept claiming the events first
 */
export async function triggerSync(deps: Deps, rule: Rule): Promise<ManualSync> {
  let claimed: Claimed;
  let outcome: PublishOutcome["outcome"];
  let sync: Sync;
  do {
    claimed = await retryContention(rule.serviceName, () => claimAll(deps, rule));
    sync = withCurrentTopic(claimed.lease.sync, [rule]);
    ({ outcome } = await publishSync(deps, { ...claimed.lease, sync }));
  } while (claimed.more);
  const { id: syncId, eventID, endpoints } = sync;
  const numberOfEvents = endpoints.reduce((sum, endpoint) => sum + endpoint.numberOfEvents, 0);
  return { syncId, eventID, numberOfEvents, published: outcome === "published" };
}

interface Claimed {
  readonly lease: Lease;
  /** New events are left for another sync. */
  readonly more: boolean;
}

async function claimAll(deps: Deps, rule: Rule): Promise<Claimed> {
  const { serviceName } = rule;
  const nowMs = deps.clock();
  const resetAtMs = await deps.services.resetAt(serviceName);
  const pending = await deps.window.collect(rule, windowStart(rule, nowMs, resetAtMs));
  const groups = groupWindow({ rule, pending, nowMs, resetAtMs });
  if (groups.every(({ members }) => members.length === 0)) {
    const waiting = await findWaiting(deps, serviceName);
    if (waiting !== undefined) {
      // As it was found: if a sweep is faster, it is being published, and must not be beside it.
      const lease = await takeNamed(deps, rule, waiting.syncId, { dueByMs: waiting.dueAtMs });
      return { lease, more: false };
    }
  }
  const claim = await claimSync(deps, rule, groups, "manual");
  const { more } = claim;
  switch (claim.outcome) {
    case "claimed":
      return { lease: claim.lease, more };
    case "contended":
      throw new ContentionError(serviceName);
    case "exists":
      // Somebody else has just claimed these, and the others are still new: look again.
      if (more) throw new ContentionError(serviceName);
      return { lease: await takeNamed(deps, rule, claim.syncId, { again: true }), more: false };
  }
}

async function takeNamed(
  { outbox, clock }: Deps,
  { serviceName }: Rule,
  syncId: string,
  options: Parameters<Outbox["take"]>[4],
): Promise<Lease> {
  const nowMs = clock();
  const lease = await outbox.take(serviceName, syncId, nowMs, nowMs + LEASE_MS, options);
  if (lease === undefined) throw new ContentionError(serviceName);
  return lease;
}

/** Syncs read at a time, and how far ahead of now: further than any next attempt is. */
const PAGE = 500;
const AHEAD_MS = 86_400_000;

/**
 * The sync of a service that waits to be published, the one that comes up first: it has failed, or was
 * left behind. One that somebody is publishing now does not wait. The syncs of other services that come
 * up before it are read, too: the index is one for all, and only this rare case asks by service.
 */
async function findWaiting(
  { outbox, clock }: Deps,
  serviceName: string,
): Promise<DueSync | undefined> {
  const nowMs = clock();
  const isWaiting = (due: DueSync): boolean =>
    due.serviceName === serviceName && (due.hasFailed || due.dueAtMs <= nowMs);
  let page: DueSync[] = [];
  do {
    page = await outbox.due(nowMs + AHEAD_MS, PAGE, page.at(-1));
    const waiting = page.find(isWaiting);
    if (waiting !== undefined) return waiting;
  } while (page.length === PAGE);
  return undefined;
}
