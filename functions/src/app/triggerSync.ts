import { groupWindow } from "../domain/decide.ts";
import { windowStart, type Rule } from "../domain/rule.ts";
import { ContentionError, retryContention } from "./checkWindow.ts";
import { claimSync, LEASE_MS } from "./claimSync.ts";
import type {
  Clock,
  EventLog,
  Lease,
  Log,
  NewId,
  Outbox,
  Publisher,
  ServiceState,
  Window,
} from "./ports.ts";
import { publishSync } from "./publishSync.ts";

interface Deps {
  readonly window: Window;
  readonly services: ServiceState;
  readonly events: EventLog;
  readonly outbox: Outbox;
  readonly publisher: Publisher;
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
 * and published; the answer is about the last, which holds all of the window.
 *
 * @throws ContentionError if window checks kept claiming the events first
 */
export async function triggerSync(deps: Deps, rule: Rule): Promise<ManualSync> {
  const claimNext = () => retryContention(rule.serviceName, () => claimAll(deps, rule));
  let { lease, more } = await claimNext();
  let { published } = await publishSync(deps, lease);
  while (more) {
    ({ lease, more } = await claimNext());
    ({ published } = await publishSync(deps, lease));
  }
  const { id: syncId, eventID, endpoints } = lease.sync;
  const numberOfEvents = endpoints.reduce((sum, endpoint) => sum + endpoint.numberOfEvents, 0);
  return { syncId, eventID, numberOfEvents, published };
}

async function claimAll(
  deps: Deps,
  rule: Rule,
): Promise<{ readonly lease: Lease; readonly more: boolean }> {
  const { serviceName } = rule;
  const nowMs = deps.clock();
  const resetAtMs = await deps.services.resetAt(serviceName);
  const pending = await deps.window.collect(rule, windowStart(rule, nowMs, resetAtMs));
  const groups = groupWindow({ rule, pending, nowMs, resetAtMs });
  const claim = await claimSync(deps, rule, groups, "manual");
  const { more } = claim;
  switch (claim.outcome) {
    case "claimed":
      return { lease: claim.lease, more };
    case "contended":
      throw new ContentionError(serviceName);
    case "exists": {
      // Somebody else has just claimed these, and the others are still new: look again.
      if (more) throw new ContentionError(serviceName);
      const now = deps.clock();
      const lease = await deps.outbox.take(serviceName, claim.syncId, now, now + LEASE_MS, {
        again: true,
      });
      if (lease === undefined) throw new ContentionError(serviceName);
      return { lease, more: false };
    }
  }
}
