import type { Sync } from "../domain/sync.ts";
import {
  buildMessage,
  MAX_MESSAGE_BYTES,
  plannedSize,
  planMessage,
  type MessageEvent,
  type SyncMessage,
} from "../domain/syncMessage.ts";

/** What the message of a sync takes, before anything of it is read. */
export interface MessagePlan {
  readonly eventIds: ReadonlyMap<string, readonly string[]>;
  readonly events: number;
  readonly bytes: number;
}

export function planOf(sync: Sync): MessagePlan {
  const eventIds = planMessage(sync, MAX_MESSAGE_BYTES);
  return { eventIds, ...plannedSize(sync, eventIds) };
}

/** The ids of all events that the message holds. */
export function eventsOf({ eventIds }: MessagePlan): string[] {
  return [...eventIds.values()].flat();
}

/** The message, from the events that are there. */
export function messageOf(
  sync: Sync,
  plan: MessagePlan,
  events: ReadonlyMap<string, MessageEvent>,
): SyncMessage {
  const lists = Array.from(plan.eventIds, ([eventKey, ids]) => {
    const found = ids.flatMap((id) => events.get(id) ?? []);
    return [eventKey, found] as const;
  });
  return buildMessage(sync, new Map(lists));
}
