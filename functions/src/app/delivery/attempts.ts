import { nextAttemptMs } from "../../domain/retryTimes.ts";
import type { Sync } from "../../domain/sync.ts";
import type { HttpTarget, PubSubTarget, Target } from "../../domain/target.ts";
import type { Attempted, DeliveryDeps, Parcel } from "./parts.ts";

/** A target to which syncs are sent. */
export type SentTarget = Exclude<Target, { readonly kind: "pull" }>;

type Attempt<T> = (deps: DeliveryDeps, target: T, parcel: Parcel) => Promise<Attempted>;

/** How a sync is sent to a target of each kind, and what follows. */
const ATTEMPTS: { readonly [Kind in SentTarget["kind"]]: Attempt<SentTarget & { kind: Kind }> } = {
  pubsub: publish,
  http: call,
};

export function attempt(
  deps: DeliveryDeps,
  target: SentTarget,
  parcel: Parcel,
): Promise<Attempted> {
  const byKind = ATTEMPTS[target.kind] as Attempt<SentTarget>;
  return byKind(deps, target, parcel);
}

/** A topic is like that of `targetPubSub`: tried until it takes the message. */
async function publish(
  { publisher, clock }: DeliveryDeps,
  { topic, format, orderingKey }: PubSubTarget,
  { message, delivery }: Parcel,
): Promise<Attempted> {
  const atMs = clock();
  const [result] = await publisher.publish({
    topic,
    messages: [message],
    ...(format !== undefined && { format }),
    ...(orderingKey !== undefined && { orderingKey }),
  });
  const nowMs = clock();
  const times = { attempt: delivery.attempt, atMs, durationMs: nowMs - atMs };
  if (result?.status === "fulfilled") {
    return { verdict: { next: "delivered" }, record: { ...times, messageId: result.value } };
  }
  return {
    verdict: { next: "again", atMs: nextAttemptMs(delivery.attempt, nowMs) },
    record: { ...times, error: reasonOf(result?.reason) },
  };
}

function call(deps: DeliveryDeps, target: HttpTarget, parcel: Parcel): Promise<Attempted> {
  const { message, sync, delivery } = parcel;
  const eventId = onlyEventOf(sync);
  const called = { message, syncId: sync.id, ...(eventId !== undefined && { eventId }) };
  return deps.callTarget(target, called, delivery.attempt);
}

function onlyEventOf({ endpoints }: Sync): string | undefined {
  const count = endpoints.reduce((sum, { numberOfEvents }) => sum + numberOfEvents, 0);
  return count === 1 ? endpoints.flatMap(({ members }) => members)[0]?.id : undefined;
}

export function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
