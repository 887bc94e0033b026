import pMap from "p-map";
import type { Sync } from "../domain/sync.ts";
import { keepUntilMs } from "../domain/retention.ts";
import { nextAttemptMs } from "../domain/retryTimes.ts";
import { MAX_MESSAGE_BYTES, type MessageEvent, type SyncMessage } from "../domain/syncMessage.ts";
import { carriedTraceparent, parseTraceparent } from "../domain/traceContext.ts";
import { windowFacts } from "../domain/window.ts";
import type { AttemptFacts } from "./logEvents.ts";
import type { MessageBudget } from "./messageBudget.ts";
import { eventsOf, messageOf, planOf, type MessagePlan } from "./messagePlan.ts";
import type { Lease, Ports } from "./ports.ts";
import { PUBLICATION_MS } from "./timeLimits.ts";
import { withinTime } from "./withinTime.ts";

type Deps = Pick<Ports, "events" | "outbox" | "publisher" | "clock" | "log"> & {
  readonly budget: MessageBudget;
};

export type PublishOutcome =
  | { readonly outcome: "published"; readonly messageId: string }
  /** It has no topic of its own, only deliveries. */
  | { readonly outcome: "settled" }
  /** Its window was discarded: there is no message, and that is on record. */
  | { readonly outcome: "discarded" }
  | { readonly outcome: "failed"; readonly error: string }
  /** Nothing was tried, and nothing is wrong: the sync comes up again when the lease has run out. */
  | { readonly outcome: "postponed" };

/**
 * Publishes the messages of syncs of one service on which we hold the leases, then marks them. Their
 * events are read together, they go out together, and they are marked together, as far as one message
 * may be large.
 *
 * The marks come last: a crash before them means that messages go out again, with the same `eventID` and
 * content; the other order could lose them. A failure is noted on its sync, where operators see it, and
 * the sweep tries again with growing pauses.
 *
 * A sync without a destination has no message: it is only marked.
 *
 * @param beginByMs until when it may wait for room in memory, if not as long as the leases allow
 * @returns what became of each
 * @throws only if a failure could not be noted; the lease then runs out by itself
 */
export async function publishSyncs(
  deps: Deps,
  leases: readonly Lease[],
  beginByMs = Infinity,
): Promise<PublishOutcome[]> {
  const plans = leases.map(({ sync }) => planOf(sync));
  const outcomes = await pMap(
    batchesOf(leases, plans),
    (batch) => publishBatch(deps, batch, beginByMs),
    { concurrency: BATCHES },
  );
  return outcomes.flat();
}

/** Batches at a time; how many bytes they have together the budget sees to. */
const BATCHES = 4;

/** Syncs of one batch: what one commit marks, and far less than Pub/Sub takes in a request. */
const BATCH_SYNCS = 200;

interface Planned {
  readonly lease: Lease;
  readonly plan: MessagePlan;
}

/** In order, so many together as make no more than the largest message; of one target. */
function batchesOf(leases: readonly Lease[], plans: readonly MessagePlan[]): Planned[][] {
  const batches: Planned[][] = [];
  let bytes = 0;
  leases.forEach((lease, index) => {
    const plan = plans[index] ?? planOf(lease.sync);
    const last = batches.at(-1);
    const fits =
      last?.[0] !== undefined &&
      hasSameTarget(last[0].lease.sync, lease.sync) &&
      last.length < BATCH_SYNCS &&
      bytes + plan.bytes <= MAX_MESSAGE_BYTES;
    if (fits) last.push({ lease, plan });
    else batches.push([{ lease, plan }]);
    bytes = fits ? bytes + plan.bytes : plan.bytes;
  });
  return batches;
}

function hasSameTarget(a: Sync, b: Sync): boolean {
  return a.topic === b.topic && a.format === b.format && a.orderingKey === b.orderingKey;
}

async function publishBatch(
  deps: Deps,
  batch: readonly Planned[],
  beginByMs: number,
): Promise<PublishOutcome[]> {
  // Those of a batch have one topic; only syncs without a destination have none.
  if (batch[0]?.lease.sync.destination === "none") return discardBatch(deps, batch);
  const held = await Promise.all(batch.map(({ lease }) => keepMembers(deps, lease)));
  const ours = batch.flatMap(({ plan }, index) => {
    const lease = held[index];
    return lease === undefined ? [] : [{ lease, plan }];
  });
  // So that it ends within the leases.
  const latestMs = Math.min(beginByMs, ...ours.map(({ lease }) => lease.untilMs - PUBLICATION_MS));
  const sent = ours.length === 0 ? [] : await send(deps, ours, latestMs);
  await mark(deps, ours, sent);
  const rest = sent.values();
  return Promise.all(
    batch.map(async ({ lease }, index) => {
      const own = held[index];
      if (own === undefined) return postponed(deps, lease, "somebody else has taken it over");
      return conclude(deps, own, rest.next().value ?? { outcome: "noRoom" });
    }),
  );
}

async function discardBatch(
  { outbox, clock, log }: Deps,
  batch: readonly Planned[],
): Promise<PublishOutcome[]> {
  const leases = batch.map(({ lease }) => lease);
  await outbox.markDiscarded(leases, clock());
  for (const lease of leases) {
    const { endpoints, completion } = lease.sync;
    const numberOfEvents = Object.fromEntries(endpoints.map((e) => [e.eventKey, e.numberOfEvents]));
    log.warn("sync.discarded", { ...factsOf(lease), numberOfEvents, missing: completion.missing });
  }
  return leases.map(() => ({ outcome: "discarded" }));
}

/** What is told of a message, which itself is not kept until then. */
interface MessageFacts {
  readonly truncated: number | undefined;
  /** The trace that it carries. */
  readonly traceId?: string;
}

type Sent =
  | ({ readonly outcome: "sent"; readonly messageId: string } & MessageFacts)
  | { readonly outcome: "failed"; readonly cause: unknown }
  /** There was no room to build the messages in time. */
  | { readonly outcome: "noRoom" };

/** Reads, builds and publishes; never throws. */
async function send(
  deps: Deps,
  batch: readonly Planned[],
  latestMs: number,
): Promise<readonly Sent[]> {
  const size = {
    events: batch.reduce((sum, { plan }) => sum + plan.events, 0),
    bytes: batch.reduce((sum, { plan }) => sum + plan.bytes, 0),
  };
  const late = `not read and published within ${String(PUBLICATION_MS / 1000)} s`;
  try {
    const sent = await deps.budget.run(size, latestMs - deps.clock(), () =>
      withinTime(readAndPublish(deps, batch), PUBLICATION_MS, late),
    );
    return sent ?? batch.map(() => ({ outcome: "noRoom" }));
  } catch (cause) {
    return batch.map(() => ({ outcome: "failed", cause }));
  }
}

async function readAndPublish(deps: Deps, batch: readonly Planned[]): Promise<Sent[]> {
  const [first] = batch;
  if (first === undefined) return [];
  const { serviceName, topic, format, orderingKey } = first.lease.sync;
  const eventIds = batch.flatMap(({ plan }) => eventsOf(plan));
  const { messages, facts } = buildAll(batch, await deps.events.read({ serviceName, eventIds }));
  const published = deps.publisher.publish({
    topic,
    messages,
    ...(format !== undefined && { format }),
    ...(orderingKey !== undefined && { orderingKey }),
  });
  // Not awaited here: a function that waits holds on to its variables, and this one to the messages.
  return published.then((results) =>
    results.map((result, index): Sent =>
      result.status === "fulfilled"
        ? { outcome: "sent", messageId: result.value, truncated: undefined, ...facts[index] }
        : { outcome: "failed", cause: result.reason },
    ),
  );
}

function buildAll(
  batch: readonly Planned[],
  events: ReadonlyMap<string, MessageEvent>,
): { readonly messages: SyncMessage[]; readonly facts: MessageFacts[] } {
  const messages = batch.map(({ lease: { sync }, plan }) => messageOf(sync, plan, events));
  return { messages, facts: messages.map(factsOfMessage) };
}

function factsOfMessage(message: SyncMessage): MessageFacts {
  const traceId = parseTraceparent(carriedTraceparent(message))?.traceId;
  return {
    truncated: message.truncated?.numberOfEvents,
    ...(traceId !== undefined && { traceId }),
  };
}

/** Marks what is out. A mark that fails is in the log; when the lease has run out the message comes again. */
async function mark(deps: Deps, batch: readonly Planned[], sent: readonly Sent[]): Promise<void> {
  const published = batch.flatMap(({ lease }, index) => {
    const result = sent[index];
    return result?.outcome === "sent" ? [{ lease, messageId: result.messageId }] : [];
  });
  if (published.length === 0) return;
  try {
    await deps.outbox.markPublished(published, deps.clock());
  } catch (cause) {
    for (const { lease, messageId } of published) {
      const error = reasonOf(cause);
      deps.log.error("sync.markFailed", { ...factsOf(lease), messageId, error });
    }
  }
}

async function conclude(deps: Deps, lease: Lease, sent: Sent): Promise<PublishOutcome> {
  const { topic, createdAtMs } = lease.sync;
  switch (sent.outcome) {
    case "noRoom":
      return postponed(deps, lease, "no room for its message in time");
    case "sent": {
      const { messageId, truncated, traceId } = sent;
      const durationMs = deps.clock() - createdAtMs;
      const trace = traceId === undefined ? {} : { traceId };
      const facts = { ...factsOf(lease), topic, messageId, truncated, ...trace, durationMs };
      deps.log.info("sync.published", facts);
      return { outcome: "published", messageId };
    }
    case "failed": {
      const error = reasonOf(sent.cause);
      const nowMs = deps.clock();
      const retryAtMs = nextAttemptMs(lease.attempt, nowMs);
      await deps.outbox.markFailed(lease, error, retryAtMs);
      const ageSeconds = Math.round((nowMs - createdAtMs) / 1000);
      const retryAt = dateOf(retryAtMs);
      const facts = { ...factsOf(lease), topic, error, ageSeconds, retryAt };
      deps.log.error("sync.publishFailed", facts);
      return { outcome: "failed", error };
    }
  }
}

function postponed({ log }: Deps, lease: Lease, reason: string): PublishOutcome {
  log.info("sync.postponed", { ...factsOf(lease), reason });
  return { outcome: "postponed" };
}

function factsOf({ sync, attempt }: Lease): AttemptFacts {
  const { serviceName: service, key, id: syncId, eventID } = sync;
  return { ...windowFacts({ service, key }), syncId, eventID, attempt };
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
