import pMap from "p-map";
import { isFinal } from "../domain/errors.ts";
import type { Event, NewPendingEvent } from "../domain/event.ts";
import { eventIdFrom, pendingOf } from "../domain/newEvent.ts";
import type { Rule } from "../domain/rule.ts";
import { windowFacts } from "../domain/window.ts";
import type { LogFields } from "./logEvents.ts";
import type { Ports } from "./ports.ts";

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
  /** Why it does not count, if so. */
  readonly ignored?: string;
}

type Deps = Pick<Ports, "events" | "clock" | "newId" | "log">;

/**
 * Stores an event together with its pending marker, in one commit; one that is ignored has no marker.
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
  const id = idempotencyKey === undefined ? deps.newId() : eventIdFrom(eventKey, idempotencyKey);
  const event: Event = { id, receivedAtMs: deps.clock(), ...accepted };
  const { receivedAtMs } = event;
  const pending = pendingOf(event);
  const { size } = pending;

  const counts = event.ignored === undefined;
  const window = windowFacts({ service: serviceName, key: event.key ?? "" });
  const facts = { ...window, eventKey, eventId: id };
  const result = await append(deps, rule, event, counts ? pending : undefined);
  if (result === "stored" || idempotencyKey === undefined) {
    const durationMs = deps.clock() - receivedAtMs;
    logStored(deps.log, { ...facts, size, durationMs }, event.ignored?.reason);
    return { eventId: id, receivedAtMs, duplicate: false, ...ignoredOf(event) };
  }
  const first = await deps.events.summary({ serviceName, eventId: id });
  deps.log.info("event.repeated", facts);
  return { eventId: id, receivedAtMs, ...(first ?? ignoredOf(event)), duplicate: true };
}

/** What was refused is no failure of the store: its source is told, and nobody else need be. */
async function append(
  { events, clock, log }: Deps,
  rule: Rule,
  event: Event,
  pending: NewPendingEvent | undefined,
): ReturnType<Deps["events"]["append"]> {
  try {
    return await events.append(rule, event, pending);
  } catch (error) {
    if (!isFinal(error)) {
      const { eventKey, receivedAtMs } = event;
      const durationMs = clock() - receivedAtMs;
      log.error("event.storeFailed", { service: rule.serviceName, eventKey, durationMs });
    }
    throw error;
  }
}

/** Events of a batch that are stored at a time. */
const BATCH_CONCURRENCY = 10;

/**
 * Stores events of one request, each by itself. If it fails, some may be stored: sent again, those are
 * recognised.
 */
export function storeEvents(
  deps: Deps,
  rule: Rule,
  requests: readonly AcceptedRequest[],
): Promise<StoredEvent[]> {
  return pMap(requests, (request) => storeEvent(deps, rule, request), {
    concurrency: BATCH_CONCURRENCY,
  });
}

/** What is said of a failure may quote the event: that stays in its document. */
function logStored(
  log: Ports["log"],
  facts: LogFields["event.stored"],
  reason: string | undefined,
): void {
  if (reason === undefined) log.info("event.stored", facts);
  else if (reason === "filter-failed") log.warn("event.filterFailed", facts);
  else log.info("event.ignored", { ...facts, reason });
}

function ignoredOf({ ignored }: Event): { readonly ignored?: string } {
  return ignored === undefined ? {} : { ignored: ignored.reason };
}
