import type { Verdict } from "../../domain/attempt.ts";
import type { AttemptRecord } from "../../domain/attemptRecord.ts";
import { keepUntilMs } from "../../domain/retention.ts";
import { nextAttemptMs } from "../../domain/retryTimes.ts";
import { addSeconds } from "../../domain/rule.ts";
import type { MessageEvent } from "../../domain/syncMessage.ts";
import type { DeliveryFacts } from "../logEvents.ts";
import { eventsOf, messageOf, planOf, type MessagePlan } from "../messagePlan.ts";
import type { HeldDelivery, StoredDelivery, TargetId } from "../ports/deliveries.ts";
import { withinTime } from "../withinTime.ts";
import { attempt, reasonOf, sendingOf, type SentTarget } from "./attempts.ts";
import { RELIED_ON_MS } from "./knownStates.ts";
import type { Attempted, DeliveryDeps, Parcel } from "./parts.ts";

/** What an attempt at a delivery that is ours has come to; how it is noted is up to who holds it. */
export type Delivering =
  | { readonly next: "delivered"; readonly record: AttemptRecord }
  | {
      readonly next: "again";
      readonly record: AttemptRecord;
      readonly atMs: number;
      /** The number of the attempt that counts. */
      readonly attempt: number;
    }
  | { readonly next: "undeliverable"; readonly record: AttemptRecord }
  /** There was no room in time, or the target was paused before its turn: nothing was tried. */
  | { readonly next: "postponed" };

type Events = ReadonlyMap<string, MessageEvent>;

type Again = Extract<Verdict, { readonly next: "again" }>;

/** How long what found no room waits. */
export const NO_ROOM_MS = 30_000;

/** Most time to read what a message is made of. */
const READING_MS = 15_000;

/** Most time for the attempt itself: of the server, to publish, and a little. */
function attemptMs(target: SentTarget): number {
  const serverMs = target.kind === "http" ? target.timeoutSeconds * 1000 : 0;
  return serverMs + 35_000;
}

/** So long before a lease ends no attempt begins any more. */
export function longestMs(target: SentTarget): number {
  return READING_MS + attemptMs(target);
}

/**
 * Sends a sync to a target once, and says what follows. What is undeliverable is at the target's dead-letter
 * topic by then, if it has one. Throws nothing.
 *
 * @param untilMs when to begin at the latest
 * @param events of its message, if they have been read
 */
export async function deliver(
  deps: DeliveryDeps,
  target: SentTarget,
  held: HeldDelivery,
  untilMs: number,
  events?: Events,
): Promise<Delivering> {
  const { gates, states, clock, log } = deps;
  const plan = planOf(held.sync);
  const latestMs = Math.min(untilMs, held.untilMs - longestMs(target));
  const name = `${held.delivery.serviceName}/${target.name}`;
  const startMs = clock();
  const sent = await gates
    .run(name, plan, latestMs - startMs, () => send(deps, target, held, plan, events))
    .catch((cause: unknown) => failed(deps, held, startMs, cause));
  if (sent !== undefined && sent.next !== "postponed") return sent;
  const isPaused = states.hasPaused(targetOf(held));
  const reason = isPaused ? "its target was paused meanwhile" : "no room for it in time";
  log.info("delivery.postponed", { ...factsOf(held), reason });
  return { next: "postponed" };
}

/** What went wrong on our side is no answer of the target: it is tried again, and counts all the same. */
function failed(
  { clock }: DeliveryDeps,
  { delivery }: HeldDelivery,
  atMs: number,
  cause: unknown,
): Delivering {
  const nowMs = clock();
  const { attempt: number } = delivery;
  const record = { attempt: number, atMs, durationMs: nowMs - atMs, error: reasonOf(cause) };
  return { next: "again", record, atMs: nextAttemptMs(number, nowMs), attempt: number };
}

async function send(
  deps: DeliveryDeps,
  target: SentTarget,
  held: HeldDelivery,
  plan: MessagePlan,
  events: Events | undefined,
): Promise<Delivering> {
  const parcel = await withinTime(
    parcelOf(deps, held, plan, events),
    READING_MS,
    `its events were not read within ${String(READING_MS / 1000)} s`,
  );
  const milliseconds = attemptMs(target);
  if (deps.states.hasPaused(targetOf(held))) return { next: "postponed" };
  // An instance may have stood still meanwhile: somebody else may be at it before this ends.
  if (deps.clock() + milliseconds > held.untilMs) return { next: "postponed" };
  const attempted = await withinTime(
    attempt(deps, target, sendingOf(parcel)),
    milliseconds,
    `the attempt did not end within ${String(milliseconds / 1000)} s`,
  );
  return conclude(deps, target, parcel, attempted);
}

async function parcelOf(
  { reads }: DeliveryDeps,
  { delivery, sync }: HeldDelivery,
  plan: MessagePlan,
  events: Events | undefined,
): Promise<Parcel> {
  const found = events ?? (await reads.events(sync.serviceName, eventsOf(plan)));
  return { delivery, sync, message: messageOf(sync, plan, found) };
}

async function conclude(
  deps: DeliveryDeps,
  target: SentTarget,
  parcel: Parcel,
  { verdict, record }: Attempted,
): Promise<Delivering> {
  const { delivery } = parcel;
  switch (verdict.next) {
    case "delivered":
      return { next: "delivered", record };
    case "again":
      if (verdict.pausesTarget === true) await pause(deps, parcel, record);
      return {
        next: "again",
        record,
        atMs: againMs(deps, verdict),
        attempt: countedOf(delivery, verdict),
      };
    case "undeliverable": {
      if (await buried(deps, target, parcel, record)) return { next: "undeliverable", record };
      const atMs = nextAttemptMs(delivery.attempt, deps.clock());
      return { next: "again", record, atMs, attempt: delivery.attempt };
    }
  }
}

/** When it comes up for a target that it has paused, no instance relies on having read that it is not. */
function againMs({ clock }: DeliveryDeps, { atMs, pausesTarget }: Again): number {
  return pausesTarget === true ? Math.max(atMs, clock() + RELIED_ON_MS) : atMs;
}

function countedOf({ attempt: number }: Parcel["delivery"], verdict: Again): number {
  return verdict.isUncounted === true ? number - 1 : number;
}

async function pause(
  { states, log }: DeliveryDeps,
  { delivery }: Parcel,
  { status }: AttemptRecord,
): Promise<void> {
  const target = targetOf({ delivery });
  const reason = `it answered ${String(status)}`;
  try {
    await states.pause(target, reason);
    log.warn("target.paused", { ...target, reason });
  } catch {
    // The next one that is tried asks for it again.
  }
}

/** @returns false if there is a topic for what is undeliverable, and it did not take this */
async function buried(
  { publisher, log }: DeliveryDeps,
  target: SentTarget,
  { delivery, sync, message }: Parcel,
  { status, error }: AttemptRecord,
): Promise<boolean> {
  const deadLetter = target.kind === "http" ? target.deadLetter : undefined;
  if (deadLetter === undefined) return true;
  const { topic } = deadLetter;
  const [result] = await publisher.publish({
    topic,
    messages: [message],
    attributes: {
      target: delivery.target,
      attempts: String(delivery.attempt),
      ...(status !== undefined && { status: String(status) }),
      // Pub/Sub takes 1,024 bytes in a value.
      ...(error !== undefined && { error: error.slice(0, 256) }),
    },
  });
  if (result?.status === "fulfilled") return true;
  const reason = reasonOf(result?.reason);
  log.error("delivery.deadLetterFailed", { ...factsOf({ delivery, sync }), topic, error: reason });
  return false;
}

const targetOf = ({ delivery }: Pick<HeldDelivery, "delivery">): TargetId => ({
  service: delivery.serviceName,
  target: delivery.target,
});

/** What a log line says of an attempt. */
export function factsOf({
  delivery,
}: Pick<HeldDelivery, "delivery"> & { readonly sync?: unknown }): DeliveryFacts {
  const { serviceName: service, key, syncId, eventID, target, attempt: number } = delivery;
  const window = key === "" ? { service } : { service, key };
  return { ...window, syncId, eventID, target, attempt: number };
}

/** Tells what came of an attempt, and counts it: one line for each. */
export function logOutcome(
  { log, report, clock }: DeliveryDeps,
  held: HeldDelivery,
  outcome: Delivering,
): void {
  const facts = factsOf(held);
  const latencyMs = clock() - held.delivery.createdAtMs;
  const ageSeconds = Math.round(latencyMs / 1000);
  switch (outcome.next) {
    case "delivered": {
      const { durationMs, status } = outcome.record;
      report.delivered++;
      const heard = status === undefined ? {} : { status };
      log.info("delivery.done", { ...facts, durationMs, latencyMs, ...heard });
      return;
    }
    case "again": {
      const { durationMs, status, error } = outcome.record;
      report.failed++;
      const retryAt = new Date(outcome.atMs).toISOString();
      const heard = {
        ...(status !== undefined && { status }),
        ...(error !== undefined && { error }),
      };
      log.warn("delivery.failed", { ...facts, durationMs, ...heard, ageSeconds, retryAt });
      return;
    }
    case "undeliverable": {
      const { status, error } = outcome.record;
      report.undeliverable++;
      const heard = {
        ...(status !== undefined && { status }),
        ...(error !== undefined && { error }),
      };
      log.error("delivery.undeliverable", { ...facts, ...heard, ageSeconds });
      return;
    }
    case "postponed":
      report.postponed++;
  }
}

/**
 * Sees to it that what a delivery is made of outlasts its waiting: TTL must never take from a sync that has
 * not arrived.
 *
 * @returns the delivery as it is then; undefined if it is somebody else's by now
 */
export async function keepMembers<Stored extends StoredDelivery>(
  { deliveries, clock, log }: DeliveryDeps,
  stored: Stored,
): Promise<Stored | undefined> {
  const { delivery } = stored;
  const untilMs = keepUntilMs(delivery, clock(), delivery.keptUntilMs);
  return untilMs === undefined ? stored : keep({ deliveries, log }, stored, untilMs);
}

/** What is undeliverable can be redriven as long as it can be seen. */
export async function keepForRedrive(
  { deliveries, clock, log }: DeliveryDeps,
  stored: HeldDelivery,
): Promise<HeldDelivery> {
  const untilMs = addSeconds(clock(), stored.delivery.retentionPeriod);
  return (await keep({ deliveries, log }, stored, untilMs)) ?? stored;
}

async function keep<Stored extends StoredDelivery>(
  { deliveries, log }: Pick<DeliveryDeps, "deliveries" | "log">,
  stored: Stored,
  untilMs: number,
): Promise<Stored | undefined> {
  const { serviceName: service, syncId } = stored.delivery;
  try {
    const kept = await deliveries.keep(stored, untilMs);
    const until = new Date(untilMs).toISOString();
    if (kept !== undefined) log.warn("sync.kept", { service, syncId, until });
    return kept;
  } catch (cause) {
    // What is left of it can be delivered all the same, and the next attempt tries this again.
    log.error("sync.keepFailed", { service, syncId, error: reasonOf(cause) });
    return stored;
  }
}
