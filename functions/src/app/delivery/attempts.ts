import { nextAttemptMs } from "../../domain/retryTimes.ts";
import type { Sync } from "../../domain/sync.ts";
import type { SyncMessage } from "../../domain/syncMessage.ts";
import type { HttpTarget, PubSubTarget, Target } from "../../domain/target.ts";
import type { Attempted, DeliveryDeps, Parcel } from "./parts.ts";

/** What one attempt sends. */
export interface Sending {
  readonly message: SyncMessage;
  readonly syncId: string;
  /** Of its event, where there is one only. */
  readonly eventId?: string;
  /** The number of the attempt, from 1. */
  readonly attempt: number;
}

type Deps = Pick<DeliveryDeps, "publisher" | "clock" | "callTarget">;

/** A target to which syncs are sent. */
export type SentTarget = Exclude<Target, { readonly kind: "pull" }>;

type Attempt<T> = (deps: Deps, target: T, sending: Sending) => Promise<Attempted>;

/** How a sync is sent to a target of each kind, and what follows. */
const ATTEMPTS: { readonly [Kind in SentTarget["kind"]]: Attempt<SentTarget & { kind: Kind }> } = {
  pubsub: publish,
  http: call,
};

export function attempt(deps: Deps, target: SentTarget, sending: Sending): Promise<Attempted> {
  const byKind = ATTEMPTS[target.kind] as Attempt<SentTarget>;
  return byKind(deps, target, sending);
}

export function sendingOf({ message, sync, delivery }: Parcel): Sending {
  const eventId = onlyEventOf(sync);
  const { attempt: number } = delivery;
  return { message, syncId: sync.id, ...(eventId !== undefined && { eventId }), attempt: number };
}

/** A topic is like that of `targetPubSub`: tried until it takes the message. */
async function publish(
  { publisher, clock }: Deps,
  { topic, format, orderingKey }: PubSubTarget,
  { message, attempt: number }: Sending,
): Promise<Attempted> {
  const atMs = clock();
  const [result] = await publisher.publish({
    topic,
    messages: [message],
    ...(format !== undefined && { format }),
    ...(orderingKey !== undefined && { orderingKey }),
  });
  const nowMs = clock();
  const times = { attempt: number, atMs, durationMs: nowMs - atMs };
  if (result?.status === "fulfilled") {
    return { verdict: { next: "delivered" }, record: { ...times, messageId: result.value } };
  }
  return {
    verdict: { next: "again", atMs: nextAttemptMs(number, nowMs) },
    record: { ...times, error: reasonOf(result?.reason) },
  };
}

function call(
  { callTarget }: Deps,
  target: HttpTarget,
  { attempt: number, ...called }: Sending,
): Promise<Attempted> {
  return callTarget(target, called, number);
}

function onlyEventOf({ endpoints }: Sync): string | undefined {
  const count = endpoints.reduce((sum, { numberOfEvents }) => sum + numberOfEvents, 0);
  return count === 1 ? endpoints.flatMap(({ members }) => members)[0]?.id : undefined;
}

export function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
