import pTimeout from "p-timeout";
import { keepUntilMs } from "../domain/retention.ts";
import { nextAttemptMs } from "../domain/retryTimes.ts";
import {
  buildMessage,
  plannedSize,
  planMessage,
  type MessageEvent,
} from "../domain/syncMessage.ts";
import type { MessageBudget } from "./messageBudget.ts";
import type { Clock, EventLog, Lease, Log, Outbox, Publisher } from "./ports.ts";
import { PUBLICATION_MS } from "./timeLimits.ts";

/**
 * Most bytes of a message's data. Pub/Sub takes 10 MB for a whole request; the rest is room for its
 * envelope and attributes.
 */
export const MAX_MESSAGE_BYTES = 9_000_000;

interface Deps {
  readonly events: EventLog;
  readonly outbox: Outbox;
  readonly publisher: Publisher;
  readonly budget: MessageBudget;
  readonly clock: Clock;
  readonly log: Log;
}

export type PublishOutcome =
  | { readonly outcome: "published"; readonly messageId: string }
  | { readonly outcome: "failed"; readonly error: string }
  /** Nothing was tried, and nothing is wrong: the sync comes up again when the lease has run out. */
  | { readonly outcome: "postponed" };

/**
 * Publishes the message of a sync on which we hold the lease, then marks it.
 *
 * The mark comes last: a crash before it means that the message goes out again, with the same
 * `eventID` and content; the other order could lose it. A failure is noted on the sync, where
 * operators see it, and the sweep tries again with growing pauses.
 *
 * @param beginByMs until when it may wait for room in memory, if not as long as the lease allows
 * @throws only if the failure could not be noted; the lease then runs out by itself
 */
export async function publishSync(
  deps: Deps,
  lease: Lease,
  beginByMs = Infinity,
): Promise<PublishOutcome> {
  const { sync, attempt } = lease;
  // So that it ends within the lease.
  const latestMs = Math.min(beginByMs, lease.untilMs - PUBLICATION_MS);
  const facts = { service: sync.serviceName, syncId: sync.id, eventID: sync.eventID, attempt };
  const postponed = (reason: string): PublishOutcome => {
    deps.log.info("sync.postponed", { ...facts, reason });
    return { outcome: "postponed" };
  };
  const held = await keepMembers(deps, lease);
  if (held === undefined) return postponed("somebody else has taken it over");
  let sent: Sent | undefined;
  try {
    sent = await sendMessage(deps, sync, latestMs);
  } catch (cause) {
    const error = reasonOf(cause);
    const nowMs = deps.clock();
    const retryAtMs = nextAttemptMs(attempt, nowMs);
    await deps.outbox.markFailed(held, error, retryAtMs);
    const ageSeconds = Math.round((nowMs - sync.createdAtMs) / 1000);
    deps.log.error("sync.publishFailed", {
      ...facts,
      topic: sync.topic,
      error,
      ageSeconds,
      retryAt: dateOf(retryAtMs),
    });
    return { outcome: "failed", error };
  }
  if (sent === undefined) return postponed("no room for its message in time");
  const { messageId, truncated } = sent;
  deps.log.info("sync.published", { ...facts, topic: sync.topic, messageId, truncated });
  try {
    await deps.outbox.markPublished(held, messageId, deps.clock());
  } catch (cause) {
    // It is out. When the lease has run out the sweep publishes it again, and marks it.
    deps.log.error("sync.markFailed", { ...facts, messageId, error: reasonOf(cause) });
  }
  return { outcome: "published", messageId };
}

interface Sent {
  readonly messageId: string;
  /** How many events the message could not hold, if any. */
  readonly truncated: number | undefined;
}

/** @returns undefined if there was no room to build the message in time */
function sendMessage(
  deps: Deps,
  sync: Lease["sync"],
  beginByMs: number,
): Promise<Sent | undefined> {
  const plan = planMessage(sync, MAX_MESSAGE_BYTES);
  const send = async (): Promise<Sent> => {
    const message = buildMessage(sync, await readEvents(deps, sync, plan));
    const truncated = message.truncated?.numberOfEvents;
    const published = deps.publisher.publish(sync.topic, message);
    // Not awaited here: a function that waits holds on to its variables, and this one to the message.
    return published.then((messageId) => ({ messageId, truncated }));
  };
  const options = {
    milliseconds: PUBLICATION_MS,
    message: `not read and published within ${String(PUBLICATION_MS / 1000)} s`,
  };
  return deps.budget.run(plannedSize(sync, plan), beginByMs - deps.clock(), () =>
    pTimeout(send(), options),
  );
}

/** The events to send, by endpoint, read together: a request for each endpoint would cost more time. */
async function readEvents(
  { events }: Deps,
  sync: Lease["sync"],
  plan: ReadonlyMap<string, readonly string[]>,
): Promise<Map<string, MessageEvent[]>> {
  const read = await events.read(sync.serviceName, Array.from(plan.values()).flat());
  return Map.groupBy(read, ({ eventKey }) => eventKey);
}

/**
 * Sees to it that what a sync is made of outlasts its being unpublished: TTL must never take from a
 * message that has not gone out. Before the attempt, because the attempt may end the process.
 *
 * @returns undefined if the sync is somebody else's by now
 */
async function keepMembers({ outbox, clock, log }: Deps, lease: Lease): Promise<Lease | undefined> {
  const { sync, keptUntilMs } = lease;
  const untilMs = keepUntilMs(sync, clock(), keptUntilMs);
  if (untilMs === undefined) return lease;
  const facts = { service: sync.serviceName, syncId: sync.id };
  try {
    const kept = await outbox.keep(lease, untilMs);
    if (kept !== undefined) log.warn("sync.kept", { ...facts, until: dateOf(untilMs) });
    return kept;
  } catch (cause) {
    // What is left of it can go out all the same, and the next attempt tries this again.
    log.error("sync.keepFailed", { ...facts, error: reasonOf(cause) });
    return lease;
  }
}

function dateOf(ms: number): string {
  return new Date(ms).toISOString();
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
