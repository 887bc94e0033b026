import type { Rule } from "../domain/rule.ts";
import type { Lease, Ports } from "./ports.ts";
import { publishSyncs, type PublishOutcome } from "./publishSyncs.ts";

type Deps = Parameters<typeof publishSyncs>[0] &
  Pick<Ports, "deliverer"> & {
    /** Instead of publishing them by themselves. */
    readonly publish?: (leases: readonly Lease[]) => Promise<readonly PublishOutcome[]>;
  };

/**
 * Publishes syncs that we hold, as `publishSyncs` does, and begins with the deliveries that were made with
 * them, beside that. A sync that has only deliveries is not published.
 *
 * @param rules as far as they are known: of the services of these syncs
 */
export async function sendSyncs(
  deps: Deps,
  leases: readonly Lease[],
  rules: readonly Rule[],
  beginByMs?: number,
): Promise<PublishOutcome[]> {
  const published = leases.filter(({ sync }) => sync.destination !== "targets");
  const [outcomes] = await Promise.all([
    deps.publish?.(published) ?? publishSyncs(deps, published, beginByMs),
    begin(deps, leases, rules),
  ]);
  const rest = outcomes.values();
  return leases.map(({ sync }) =>
    sync.destination === "targets"
      ? { outcome: "settled" }
      : (rest.next().value ?? { outcome: "settled" }),
  );
}

async function begin(
  { deliverer }: Deps,
  leases: readonly Lease[],
  rules: readonly Rule[],
): Promise<void> {
  if (deliverer === undefined || !leases.some(({ deliveries }) => deliveries !== undefined)) return;
  await (await deliverer()).begin(rules, leases);
}
