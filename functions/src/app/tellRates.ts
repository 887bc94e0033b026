import pMap from "p-map";
import {
  addCounts,
  rateOf,
  rateWindows,
  type Counts,
  type Rate,
  type RateWindow,
} from "../domain/rates.ts";
import type { Rule } from "../domain/rule.ts";
import type { Ports } from "./ports.ts";
import type { Receipts } from "./ports/receipts.ts";

/** Windows that are counted at a time, with all that is counted of each. */
const CONCURRENCY = 8;

type Deps = Pick<Ports, "clock"> & { readonly receipts: Receipts };

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
 * without syncs; for others, per 1000 syncs, 2 and 1 for each subscription).
 */
export async function tellRates(
  { receipts, clock }: Deps,
  { serviceName, receipts: expected, targetPubSub }: Rule,
  { windowSeconds, lastSeconds }: AskedRates,
): Promise<Rates> {
  const subscriptions = expected?.subscriptions ?? [];
  const countsOf = (syncs: number, delivered: number, received: readonly number[]): Counts => ({
    syncs,
    targets: targetPubSub === undefined ? {} : { targetPubSub: { syncs, delivered } },
    receivedBy: Object.fromEntries(
      subscriptions.map((name, index) => [name, received[index] ?? 0]),
    ),
  });
  const count = async (window: RateWindow): Promise<Counts> => {
    const syncs = await receipts.countSyncs(serviceName, window, "all");
    // Then nobody can have received one.
    if (syncs === 0) return countsOf(0, 0, []);
    const [delivered, ...received] = await Promise.all([
      receipts.countSyncs(serviceName, window, "published"),
      ...subscriptions.map((name) => receipts.countReceived(serviceName, window, name)),
    ]);
    // The window that now is in goes on meanwhile: what came after its syncs were counted is left out.
    const upTo = (number: number): number => Math.min(number, syncs);
    return countsOf(syncs, upTo(delivered), received.map(upTo));
  };
  const windows = rateWindows(windowSeconds, lastSeconds, clock());
  const counted = await pMap(
    windows,
    async (window) => ({ ...window, counts: await count(window) }),
    { concurrency: CONCURRENCY },
  );
  return {
    windows: counted.map(({ counts, ...window }) => ({ ...window, ...rateOf(counts) })),
    total: rateOf(counted.map(({ counts }) => counts).reduce(addCounts, countsOf(0, 0, []))),
  };
}
