import pMap from "p-map";
import type { Receipt } from "../domain/receipt.ts";
import { addSeconds, type Rule } from "../domain/rule.ts";
import type { Ports } from "./ports.ts";
import type { Receipts } from "./ports/receipts.ts";

/** Receipts that are written at a time. */
const CONCURRENCY = 30;

/** `new` and `repeated`: it is kept. `unknown`: there is no such sync that expects receipts, or no longer. */
export type NotedReceipt = Receipt & { readonly outcome: "new" | "repeated" | "unknown" };

type Deps = Pick<Ports, "clock" | "log"> & { readonly receipts: Receipts };

/**
 * Keeps who has received which sync, once (at most 1 read and 1 write each).
 *
 * The sync is looked up by its `eventID`, rather than its time taken from the consumer: that is what says
 * in which window a receipt counts, and a receipt of a sync that never was would count for more than all.
 *
 * @returns what became of each, in their order
 */
export async function noteReceipts(
  { receipts, clock, log }: Deps,
  { serviceName, retentionPeriod }: Rule,
  reported: readonly Receipt[],
): Promise<NotedReceipt[]> {
  const times = await receipts.syncTimes(
    serviceName,
    reported.map(({ eventID }) => eventID),
  );
  const nameOf = ({ eventID, subscription }: Receipt): string => `${eventID}/${subscription}`;
  // What is in one list twice must not race with itself: the first is the new one.
  const firsts = new Map(reported.toReversed().map((receipt) => [nameOf(receipt), receipt]));
  const receivedAtMs = clock();
  const noted = await pMap(
    reported,
    async (receipt): Promise<NotedReceipt> => {
      const syncAtMs = times.get(receipt.eventID);
      if (syncAtMs === undefined) return { ...receipt, outcome: "unknown" };
      if (firsts.get(nameOf(receipt)) !== receipt) return { ...receipt, outcome: "repeated" };
      const expireAtMs = addSeconds(syncAtMs, retentionPeriod);
      const known = { ...receipt, syncAtMs, receivedAtMs, expireAtMs };
      const isNew = await receipts.add(serviceName, known);
      return { ...receipt, outcome: isNew ? "new" : "repeated" };
    },
    { concurrency: CONCURRENCY },
  );
  const count = (asked: NotedReceipt["outcome"]): number =>
    noted.filter(({ outcome }) => outcome === asked).length;
  log.info("receipts.noted", {
    service: serviceName,
    new: count("new"),
    repeated: count("repeated"),
    unknown: count("unknown"),
  });
  return noted;
}
