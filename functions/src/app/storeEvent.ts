import { createHash } from "node:crypto";
import type { Event } from "../domain/event.ts";
import type { Rule } from "../domain/rule.ts";
import { windowOf } from "../domain/window.ts";
import { messageSize } from "../domain/syncMessage.ts";
import type { Clock, EventLog, Log, NewId } from "./ports.ts";

/** A request that is an event, before it has an identity of ours. */
export interface AcceptedRequest extends Omit<Event, "id" | "receivedAtMs"> {
  /** What makes a redelivery recognisable, if the source says it. */
  readonly idempotencyKey: string | undefined;
}

export interface StoredEvent {
  readonly eventId: string;
  readonly receivedAtMs: number;
  /** The source had delivered it before; the other fields are those of the first time. */
  readonly duplicate: boolean;
}

interface Deps {
  readonly events: EventLog;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly log: Log;
}

/**
 * Stores an event together with its pending marker, in one commit.
 *
 * An event whose source names it gets its id from that name, so that `create` refuses a repeat, even
 * one that arrives at the same moment. With a random id an existing event can only be our own: the
 * client repeats a commit whose answer was lost.
 */
export async function storeEvent(
  deps: Deps,
  rule: Rule,
  request: AcceptedRequest,
): Promise<StoredEvent> {
  const { idempotencyKey, ...accepted } = request;
  const { serviceName } = rule;
  const { eventKey } = request;
  const id = idempotencyKey === undefined ? deps.newId() : idFrom(eventKey, idempotencyKey);
  const event: Event = { id, receivedAtMs: deps.clock(), ...accepted };
  const size = messageSize(event);
  const key = event.key ?? windowOf(rule).key;
  const pending =
    event.ignored === undefined
      ? { id, key, eventKey, receivedAtMs: event.receivedAtMs, size }
      : undefined;

  const result = await deps.events.append(rule, event, pending);
  if (result === "stored" || idempotencyKey === undefined) {
    const facts = { service: serviceName, eventKey, eventId: id, size };
    if (event.ignored === undefined) deps.log.info("event.stored", facts);
    else deps.log.info("event.ignored", { ...facts, reason: event.ignored.reason });
    return { eventId: id, receivedAtMs: event.receivedAtMs, duplicate: false };
  }
  const first = await deps.events.receivedAt(serviceName, id);
  deps.log.info("event.repeated", { service: serviceName, eventKey, eventId: id });
  return { eventId: id, receivedAtMs: first ?? event.receivedAtMs, duplicate: true };
}

/** 128 bits of SHA-256, in hex: well scattered, and valid as a document id whatever the source sent. */
function idFrom(eventKey: string, idempotencyKey: string): string {
  return createHash("sha256")
    .update(JSON.stringify([eventKey, idempotencyKey]))
    .digest("hex")
    .slice(0, 32);
}
