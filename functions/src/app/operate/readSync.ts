import { EventSyncError } from "../../domain/errors.ts";
import type { Event } from "../../domain/event.ts";
import type { Rule } from "../../domain/rule.ts";
import type { MemberStand, SyncLog, SyncMember } from "../ports/syncLog.ts";
import type { StoredEvents } from "../ports/storedEvents.ts";
import { withDeliveries, type SyncWithDeliveries } from "./listSyncs.ts";

interface Deps {
  readonly syncLog: SyncLog;
  readonly storedEvents: StoredEvents;
}

/** A member of a sync, with its event as long as that is kept. */
export interface ReadMember extends SyncMember {
  readonly event: Event | undefined;
}

export interface ReadSync {
  readonly listed: SyncWithDeliveries;
  /** Of this page, in the order of receipt; those that are not kept come last. */
  readonly members: readonly ReadMember[];
  readonly next: MemberStand | undefined;
}

/** Bytes of the events of one page; one event may be larger. */
const MAX_BYTES = 4_000_000;

/**
 * A sync, with the whole content of a page of its events: 1 read, 1 for each delivery that there may be in 30,
 * 1 for each part that the page needs, and 1 for each event.
 *
 * @throws EventSyncError `unknown-sync`, `newer-document`
 */
export async function readSync(
  { syncLog, storedEvents }: Deps,
  rule: Rule,
  syncId: string,
  { limit, after }: { readonly limit: number; readonly after: MemberStand },
): Promise<ReadSync> {
  const { serviceName: service } = rule;
  const found = await syncLog.get(service, syncId);
  if (found === undefined) throw unknownSync(service, syncId);
  const [[listed], page] = await Promise.all([
    withDeliveries(syncLog, rule, [found]),
    syncLog.members(found, { limit, after, maxBytes: MAX_BYTES }),
  ]);
  const events = await storedEvents.read(
    service,
    page.members.map(({ id }) => id),
  );
  const members = page.members.map((member) => ({ ...member, event: events.get(member.id) }));
  const timeOf = ({ event }: ReadMember): number => event?.receivedAtMs ?? Infinity;
  return {
    listed: listed ?? { ...found, deliveries: [] },
    // Each endpoint's come in their order.
    members: members.toSorted((a, b) =>
      timeOf(a) < timeOf(b) ? -1 : timeOf(a) > timeOf(b) ? 1 : 0,
    ),
    next: page.next,
  };
}

export function unknownSync(service: string, syncId: string): EventSyncError {
  return new EventSyncError(
    "unknown-sync",
    `The service ${JSON.stringify(service)} has no sync ${JSON.stringify(syncId)}, or it is not kept any more.`,
  );
}
