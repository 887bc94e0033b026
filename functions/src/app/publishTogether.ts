import type { Sync } from "../domain/sync.ts";
import { LEASE_MS } from "./claimSyncs.ts";
import { Coalescer } from "./coalescer.ts";
import type { Lease } from "./ports.ts";
import { publishSyncs, type PublishOutcome } from "./publishSyncs.ts";

/** Events of a sync that waits for others of its service: none that takes long holds up one that does not. */
const FEW_EVENTS = 10;

/**
 * Publishes syncs together that different windows of a service have made while others of them were
 * published: where there are keys most have a few events, and reading, publishing and marking each by
 * itself takes more requests than all of them need. They have one topic, so what keeps one waiting would
 * keep the others waiting, too. Without a key, and for large syncs, it is as ever.
 */
export function publishTogether(
  deps: Parameters<typeof publishSyncs>[0],
): (leases: readonly Lease[]) => Promise<readonly PublishOutcome[]> {
  const publications = new Coalescer<
    undefined,
    readonly Lease[],
    ReadonlyMap<Lease, PublishOutcome>
  >(async (_, all) => {
    const leases = Array.from(all).flat();
    const outcomes = await publishSyncs(deps, leases);
    return new Map(outcomes.map((outcome, index) => [leases[index] as Lease, outcome]));
  }, LEASE_MS);
  return async (leases) => {
    const [first] = leases;
    if (first === undefined || !leases.every(({ sync }) => isShared(sync))) {
      return publishSyncs(deps, leases);
    }
    const outcomes = await publications.run(first.sync.serviceName, undefined, leases);
    return leases.flatMap((lease) => outcomes.get(lease) ?? []);
  };
}

function isShared({ key, endpoints }: Sync): boolean {
  const events = endpoints.reduce((sum, { numberOfEvents }) => sum + numberOfEvents, 0);
  return key !== "" && events <= FEW_EVENTS;
}
