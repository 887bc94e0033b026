import pMap from "p-map";
import { DELIVERY_STATES, type DeliveryState } from "../domain/delivery.ts";
import {
  addCounts,
  rateOf,
  rateWindows,
  type Counts,
  type TargetCounts,
  type Rate,
  type RateWindow,
} from "../domain/rates.ts";
import type { Rule } from "../domain/rule.ts";
import type { Target } from "../domain/target.ts";
import type { Ports } from "./ports.ts";
import type { Deliveries } from "./ports/deliveries.ts";
import type { Receipts } from "./ports/receipts.ts";

/** Windows that are counted at a time, with all that is counted of each. */
const CONCURRENCY = 8;

type Deps = Pick<Ports, "clock"> & {
  readonly receipts: Receipts;
  /** Asked for only where a service has targets. */
  readonly deliveries: () => Promise<Pick<Deliveries, "count">>;
};

/** What has been made, and of that what has arrived: of a log, what can be read. */
const MADE = DELIVERY_STATES.filter((state) => state !== "claiming");
const ARRIVED: readonly DeliveryState[] = ["delivered", "numbered"];

/** How long a window is, and how far back the first one is. */
export interface AskedRates {
  readonly windowSeconds: number;
  readonly lastSeconds: number;
}

export interface Rates {
  /** Oldest first. */
  readonly windows: readonly (RateWindow & Rate)[];
  readonly total: Rate;
}

/**
 * What part of the syncs of each window has been published, and received by whom (1 read for a window
 * without syncs; for others, per 1000 syncs, 2, 1 for each subscription and 2 for each of `targets`).
 */
export async function tellRates(
  { receipts, deliveries, clock }: Deps,
  { serviceName, receipts: expected, targetPubSub, targets = [] }: Rule,
  { windowSeconds, lastSeconds }: AskedRates,
): Promise<Rates> {
  const subscriptions = expected?.subscriptions ?? [];
  const countsOf = (
    syncs: number,
    delivered: number,
    received: readonly number[],
    ofTargets: readonly TargetCounts[],
  ): Counts => ({
    syncs,
    targets: {
      ...(targetPubSub !== undefined && { targetPubSub: { syncs, delivered } }),
      ...Object.fromEntries(
        targets.map(({ name }, index) => [name, ofTargets[index] ?? { syncs: 0, delivered: 0 }]),
      ),
    },
    receivedBy: Object.fromEntries(
      subscriptions.map((name, index) => [name, received[index] ?? 0]),
    ),
  });
  const countTarget = async ({ name }: Target, window: RateWindow): Promise<TargetCounts> => {
    const id = { service: serviceName, target: name };
    // Times are whole milliseconds.
    const time = { aboveMs: window.fromMs - 1, upToMs: window.toMs - 1 };
    const store = await deliveries();
    const syncs = await store.count(id, { ...time, states: MADE });
    if (syncs === 0) return { syncs, delivered: 0 };
    const delivered = await store.count(id, { ...time, states: ARRIVED });
    return { syncs, delivered: Math.min(delivered, syncs) };
  };
  const count = async (window: RateWindow): Promise<Counts> => {
    const syncs = await receipts.countSyncs(serviceName, window, "all");
    // Then nobody can have received one.
    if (syncs === 0) return countsOf(0, 0, [], []);
    const [delivered, received, ofTargets] = await Promise.all([
      targetPubSub === undefined ? 0 : receipts.countSyncs(serviceName, window, "published"),
      Promise.all(subscriptions.map((name) => receipts.countReceived(serviceName, window, name))),
      Promise.all(targets.map((target) => countTarget(target, window))),
    ]);
    // The window that now is in goes on meanwhile: what came after its syncs were counted is left out.
    const upTo = (number: number): number => Math.min(number, syncs);
    return countsOf(syncs, upTo(delivered), received.map(upTo), ofTargets);
  };
  const windows = rateWindows(windowSeconds, lastSeconds, clock());
  const counted = await pMap(
    windows,
    async (window) => ({ ...window, counts: await count(window) }),
    { concurrency: CONCURRENCY },
  );
  return {
    windows: counted.map(({ counts, ...window }) => ({ ...window, ...rateOf(counts) })),
    total: rateOf(counted.map(({ counts }) => counts).reduce(addCounts, countsOf(0, 0, [], []))),
  };
}
