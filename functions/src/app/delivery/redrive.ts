import pMap from "p-map";
import { laneOf, type Delivery } from "../../domain/delivery.ts";
import { EventSyncError } from "../../domain/errors.ts";
import type { Target } from "../../domain/target.ts";
import type { Ports } from "../ports.ts";
import type {
  Deliveries,
  DeliveryFilter,
  Redriven,
  TargetId,
  WakeUp,
  WakeUpClock,
} from "../ports/deliveries.ts";
import { wake } from "./wake.ts";

type Deps = Pick<Ports, "clock" | "log"> & {
  readonly deliveries: Deliveries;
  readonly wakeUps?: WakeUpClock;
};

/** Most deliveries of one call, and of one commit. */
const MOST = { call: 1000, page: 200 } as const;

/** Alarms that are set at a time. */
const CONCURRENCY = 32;

/**
 * Has an undeliverable delivery tried again at once, with all its attempts (1 read and 1 write, and what its
 * sync takes to read).
 *
 * @throws EventSyncError `unknown-delivery`, `wrong-state`
 */
export async function redriveOne(
  deps: Deps,
  { service, target, syncId }: { service: string; target: Target; syncId: string },
): Promise<void> {
  const { deliveries, clock, log } = deps;
  requireSent(target);
  const id = { service, target: target.name };
  const stored = await deliveries.get({ ...id, syncId });
  if (stored === undefined) throw unknownDelivery({ ...id, syncId });
  const { delivery } = stored;
  if (delivery.state !== "undeliverable") {
    throw new EventSyncError(
      "wrong-state",
      `The delivery is ${delivery.state}; only what is undeliverable can be redriven.`,
    );
  }
  const [sync] = await deliveries.syncsOf([delivery]);
  if (sync === "gone") {
    throw new EventSyncError("wrong-state", "The sync of the delivery is not kept any more.");
  }
  const again = { ...stored, atMs: clock(), lane: laneOf(target, delivery.key) };
  const [isRedriven] = await deliveries.redrive([again]);
  if (isRedriven !== true) {
    throw new EventSyncError("wrong-state", "Somebody else has just changed the delivery.");
  }
  log.info("deliveries.redriven", { ...id, count: 1 });
  await wake(deps, wakeUpOf(again));
}

export function unknownDelivery(id: TargetId & { readonly syncId: string }): EventSyncError {
  const { service, target, syncId } = id;
  return new EventSyncError(
    "unknown-delivery",
    `The service ${JSON.stringify(service)} has no delivery of ${JSON.stringify(syncId)} to ${JSON.stringify(target)}.`,
  );
}

/** @throws EventSyncError `wrong-state` for a log, to which nothing is sent */
export function requireSent(target: Target): asserts target is Exclude<Target, { kind: "pull" }> {
  if (target.kind !== "pull") return;
  throw new EventSyncError("wrong-state", "Nothing is sent to a target that is pulled from.");
}

export interface RedrivenAll {
  readonly redriven: number;
  /** Undeliverable ones that are left to another call. */
  readonly left: number;
  /** When the last of them comes up. */
  readonly untilMs: number;
}

/**
 * The same for all that are undeliverable at some targets, oldest first, at a rate: up to 1,000 a call. Those
 * in a lane go out in its order, as soon as it gets to them.
 *
 * @param rate deliveries per second
 */
export async function redriveAll(
  deps: Deps,
  service: string,
  targets: readonly Target[],
  { rate, ...time }: Omit<DeliveryFilter, "states"> & { readonly rate: number },
): Promise<RedrivenAll> {
  const { deliveries, clock, log } = deps;
  const filter: DeliveryFilter = { states: ["undeliverable"], ...time };
  const startMs = clock();
  let redriven = 0;
  let left = 0;
  for (const target of targets) {
    if (target.kind === "pull") continue;
    const id = { service, target: target.name };
    let ofTarget = 0;
    for (;;) {
      const limit = Math.min(MOST.page, MOST.call - redriven);
      if (limit === 0) break;
      const found = await deliveries.list(id, { ...filter, limit, isOldestFirst: true });
      const again = found.map((stored, index) => ({
        ...stored,
        atMs: startMs + Math.ceil(((redriven + index) * 1000) / rate),
        lane: laneOf(target, stored.delivery.key),
      }));
      const applied = await deliveries.redrive(again);
      const mine = again.filter((_, index) => applied[index] === true);
      ofTarget += mine.length;
      redriven += mine.length;
      await pMap(firstOfLanes(mine), (one) => wake(deps, wakeUpOf(one)), {
        concurrency: CONCURRENCY,
      });
      // Somebody else is at the same ones, or there are no more.
      if (mine.length === 0 || found.length < limit) break;
    }
    if (ofTarget > 0) log.info("deliveries.redriven", { ...id, count: ofTarget });
    left += await deliveries.count(id, filter);
  }
  const untilMs = startMs + Math.ceil((redriven * 1000) / rate);
  return { redriven, left, untilMs };
}

/** One alarm is enough for a lane. */
function firstOfLanes(again: readonly Redriven[]): Redriven[] {
  const lanes = new Set<string>();
  return again.filter(({ lane }) => {
    if (lane === undefined) return true;
    if (lanes.has(lane)) return false;
    lanes.add(lane);
    return true;
  });
}

function wakeUpOf({
  delivery: { serviceName: service, target, syncId },
  atMs,
}: {
  readonly delivery: Delivery;
  readonly atMs: number;
}): WakeUp {
  return { service, target, of: { syncId }, atMs };
}
