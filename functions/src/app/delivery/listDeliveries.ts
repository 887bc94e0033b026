import { deliveryId, type Delivery } from "../../domain/delivery.ts";
import type { Deliveries, DeliveryFilter, DeliveryStand } from "../ports/deliveries.ts";

/** What is asked of the deliveries of a service. */
export interface AskedDeliveries extends DeliveryFilter {
  readonly limit: number;
  /** Only what comes behind that one. */
  readonly after?: DeliveryStand | undefined;
}

export interface DeliveryPage {
  readonly deliveries: readonly Delivery[];
  /** Where the next page begins; undefined if this is the last. */
  readonly next: DeliveryStand | undefined;
}

/** The deliveries of some targets, newest first (of each target 1 read for each of the page, and one more). */
export async function listDeliveries(
  { deliveries }: { readonly deliveries: Deliveries },
  service: string,
  targets: readonly string[],
  { limit, ...asked }: AskedDeliveries,
): Promise<DeliveryPage> {
  const pages = await Promise.all(
    targets.map((target) => deliveries.list({ service, target }, { ...asked, limit: limit + 1 })),
  );
  const found = pages.flat().map(({ delivery }) => delivery);
  const page = found.toSorted(byStand).slice(0, limit);
  const last = page.at(-1);
  return { deliveries: page, next: found.length > limit && last ? standOf(last) : undefined };
}

const standOf = ({ createdAtMs, syncId, target }: Delivery): DeliveryStand => ({
  createdAtMs,
  syncId,
  target,
});

/** As the store has those of one target: by time, then by the names of their documents. */
function byStand(a: Delivery, b: Delivery): number {
  return b.createdAtMs - a.createdAtMs || (deliveryId(a) < deliveryId(b) ? 1 : -1);
}
