import type { Delivery } from "../../domain/delivery.ts";
import type { Rule } from "../../domain/rule.ts";
import type { ListedSync, SyncFilter, SyncLog, SyncStand } from "../ports/syncLog.ts";

/** A sync, and what has become of it at each target. */
export interface SyncWithDeliveries extends ListedSync {
  readonly deliveries: readonly Delivery[];
}

/** Syncs of a service with their deliveries, newest first (what `SyncLog.list` and `.deliveries` cost). */
export async function listSyncs(
  { syncLog }: { readonly syncLog: SyncLog },
  rule: Rule,
  query: SyncFilter & { readonly limit: number; readonly after?: SyncStand | undefined },
): Promise<{
  readonly syncs: readonly SyncWithDeliveries[];
  readonly next: SyncStand | undefined;
}> {
  const { serviceName: service } = rule;
  const { syncs, next } = await syncLog.list(service, query);
  return { syncs: await withDeliveries(syncLog, rule, syncs), next };
}

/** Only to the targets that the service has now. */
export async function withDeliveries(
  syncLog: SyncLog,
  { serviceName, targets = [] }: Rule,
  syncs: readonly ListedSync[],
): Promise<SyncWithDeliveries[]> {
  const names = targets.map(({ name }) => name);
  const ids = syncs.map(({ sync }) => sync.id);
  const found =
    names.length === 0
      ? new Map<string, readonly Delivery[]>()
      : await syncLog.deliveries(serviceName, ids, names);
  return syncs.map((listed) => ({ ...listed, deliveries: found.get(listed.sync.id) ?? [] }));
}
