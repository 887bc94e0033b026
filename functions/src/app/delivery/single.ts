import { nextAttemptMs } from "../../domain/retryTimes.ts";
import { LEASE_MS } from "../claimSyncs.ts";
import type { HeldDelivery, StoredDelivery } from "../ports/deliveries.ts";
import type { SentTarget } from "./attempts.ts";
import {
  deliver,
  factsOf,
  keepForRedrive,
  keepMembers,
  logOutcome,
  NO_ROOM_MS,
  type Delivering,
} from "./deliver.ts";
import { reasonOf } from "./attempts.ts";
import { wake } from "./wake.ts";
import type { DeliveryDeps } from "./parts.ts";

/** Deliveries that are in no lane: each by itself, in any order. */

/** Takes a delivery that is due, and attempts it. @returns undefined if it was not ours to take */
export async function takeAndDeliver(
  deps: DeliveryDeps,
  target: SentTarget,
  stored: StoredDelivery,
  untilMs: number,
): Promise<Delivering | undefined> {
  const { delivery } = stored;
  const [sync] = await deps.reads.syncsOf([delivery]);
  if (sync === undefined || sync === "claiming") return undefined;
  if (sync === "gone") {
    await deps.deliveries.giveUp(stored, deps.clock());
    return undefined;
  }
  const nowMs = deps.clock();
  const leaseUntilMs = nowMs + LEASE_MS;
  // One that ends its process backs off like one that fails.
  const nextAttemptAtMs = nextAttemptMs(delivery.attempt + 1, nowMs, leaseUntilMs);
  const taking = { stored, sync, leaseUntilMs, nextAttemptAtMs };
  const held = (await deps.takes.run("taken", undefined, taking)).get(taking);
  if (held === undefined) return undefined;
  const kept = await keepMembers(deps, held);
  return kept && deliverSingle(deps, target, kept, untilMs);
}

/**
 * Attempts a delivery that is ours, and notes what came of it. The mark comes last: a crash before it means
 * that the sync comes again, with the same id and bytes; the other order could lose it.
 */
export async function deliverSingle(
  deps: DeliveryDeps,
  target: SentTarget,
  held: HeldDelivery,
  untilMs: number,
): Promise<Delivering> {
  const outcome = await deliver(deps, target, held, untilMs);
  logOutcome(deps, held, outcome);
  try {
    await note(deps, held, outcome);
  } catch (cause) {
    deps.log.error("delivery.markFailed", { ...factsOf(held), error: reasonOf(cause) });
  }
  return outcome;
}

async function note(deps: DeliveryDeps, held: HeldDelivery, outcome: Delivering): Promise<void> {
  const { deliveries, clock, marks } = deps;
  const { delivery } = held;
  switch (outcome.next) {
    case "delivered":
      await marks.run("delivered", undefined, { delivery, record: outcome.record });
      return;
    case "again": {
      const { record, attempt, atMs } = outcome;
      const failed = { record, attempt, againAtMs: atMs };
      if (!(await deliveries.markFailed(held, failed, clock()))) return;
      const { serviceName: service, target, syncId } = delivery;
      await wake(deps, { service, target, of: { syncId }, atMs });
      return;
    }
    case "undeliverable": {
      const { record } = outcome;
      const failed = { record, attempt: record.attempt, againAtMs: undefined };
      await deliveries.markFailed(await keepForRedrive(deps, held), failed, clock());
      return;
    }
    case "postponed": {
      // Nothing was tried. No alarm: where there is no room, the sweep brings no more than there may be.
      const failed = { record: undefined, attempt: delivery.attempt - 1 };
      await deliveries.markFailed(held, { ...failed, againAtMs: clock() + NO_ROOM_MS }, clock());
    }
  }
}
