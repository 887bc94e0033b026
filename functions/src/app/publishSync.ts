import {
  buildMessage,
  planMessage,
  type MessageEvent,
  type SyncMessage,
} from "../domain/syncMessage.ts";
import type { Clock, EventLog, Lease, Log, Outbox, Publisher } from "./ports.ts";

/**
 * Most bytes of a message's data. Pub/Sub takes 10 MB for a whole request; the rest is room for its
 * envelope and attributes.
 */
export const MAX_MESSAGE_BYTES = 9_000_000;

/** Pauses between attempts to publish the same sync, in seconds, doubling from one to the other. */
const RETRY_SECONDS = { first: 30, longest: 3600 } as const;

interface Deps {
  readonly events: EventLog;
  readonly outbox: Outbox;
  readonly publisher: Publisher;
  readonly clock: Clock;
  readonly log: Log;
}

export type PublishOutcome =
  | { readonly published: true; readonly messageId: string }
  | { readonly published: false; readonly error: string };

/**
 * Publishes the message of a sync on which we hold the lease, then marks it.
 *
 * The mark comes last: a crash before it means that the message goes out again, with the same
 * `eventID` and content; the other order could lose it. A failure is noted on the sync, where
 * operators see it, and the sweep tries again with growing pauses.
 *
 * @throws only if the failure could not be noted; the lease then runs out by itself
 */
export async function publishSync(deps: Deps, lease: Lease): Promise<PublishOutcome> {
  const { sync, attempt } = lease;
  const facts = { service: sync.serviceName, syncId: sync.id, eventID: sync.eventID, attempt };
  let message: SyncMessage;
  let messageId: string;
  try {
    message = buildMessage(sync, await readEvents(deps, sync));
    messageId = await deps.publisher.publish(sync.topic, message);
  } catch (cause) {
    const error = reasonOf(cause);
    const retryAtMs = deps.clock() + pauseSeconds(attempt) * 1000;
    await deps.outbox.markFailed(lease, error, retryAtMs);
    const retryAt = new Date(retryAtMs).toISOString();
    deps.log.error("sync.publishFailed", { ...facts, topic: sync.topic, error, retryAt });
    return { published: false, error };
  }
  const truncated = message.truncated?.numberOfEvents;
  deps.log.info("sync.published", { ...facts, topic: sync.topic, messageId, truncated });
  try {
    await deps.outbox.markPublished(lease, messageId, deps.clock());
  } catch (cause) {
    // It is out. When the lease has run out the sweep publishes it again, and marks it.
    deps.log.error("sync.markFailed", { ...facts, messageId, error: reasonOf(cause) });
  }
  return { published: true, messageId };
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

/** The events to send, by endpoint, read together: a request for each endpoint would cost more time. */
async function readEvents(
  { events }: Deps,
  sync: Lease["sync"],
): Promise<Map<string, MessageEvent[]>> {
  const plan = planMessage(sync, MAX_MESSAGE_BYTES);
  const read = await events.read(sync.serviceName, Array.from(plan.values()).flat());
  return Map.groupBy(read, ({ eventKey }) => eventKey);
}

function pauseSeconds(attempt: number): number {
  return Math.min(RETRY_SECONDS.longest, RETRY_SECONDS.first * 2 ** (attempt - 1));
}
