import type { SyncWithDeliveries } from "../../app/operate/listSyncs.ts";
import type { ReadMember, ReadSync } from "../../app/operate/readSync.ts";
import type { ListedEvent } from "../../app/ports/storedEvents.ts";
import type { Delivery } from "../../domain/delivery.ts";
import type { Event } from "../../domain/event.ts";
import { messageSize, toMessageEvent } from "../../domain/syncMessage.ts";

/** Events and syncs as the functions that show them answer: times in ISO 8601, no field that means nothing. */

export const dateOf = (ms: number): string => new Date(ms).toISOString();

export const dateOrNull = (ms: number | undefined): string | null =>
  ms === undefined ? null : dateOf(ms);

/** A sync in a list. */
export function syncInList({ sync, deliveries, ...progress }: SyncWithDeliveries): object {
  const { id, key, eventID, completion, createdAtMs, endpoints, destination, topic } = sync;
  const { state, attempt, nextAttemptAtMs, messageId, publishedAtMs, discardedAtMs, error } =
    progress;
  return {
    syncId: id,
    eventID,
    ...(key !== "" && { key }),
    reason: completion.reason,
    complete: completion.complete,
    createdAt: dateOf(createdAtMs),
    numberOfEvents: endpoints.reduce((sum, { numberOfEvents }) => sum + numberOfEvents, 0),
    state,
    destination,
    ...(topic !== "" && { topic }),
    attempt,
    ...(messageId !== undefined && { messageId }),
    ...(publishedAtMs !== undefined && { publishedAt: dateOf(publishedAtMs) }),
    ...(discardedAtMs !== undefined && { discardedAt: dateOf(discardedAtMs) }),
    ...(error !== undefined && { error }),
    ...(nextAttemptAtMs !== undefined && { nextAttemptAt: dateOf(nextAttemptAtMs) }),
    deliveries: deliveries.map(deliveryOf),
  };
}

function deliveryOf({ target, kind, state, attempt, doneAtMs, attempts }: Delivery): object {
  const { status, error } = attempts.at(-1) ?? {};
  return {
    ...{ target, kind, state, attempt },
    ...(doneAtMs !== undefined && { doneAt: dateOf(doneAtMs) }),
    ...(status !== undefined && { status }),
    ...(error !== undefined && { error }),
  };
}

/** A sync with a page of its events, and what happened to it, as far as the page knows. */
export function syncInFull({ listed, members }: ReadSync): Readonly<Record<string, unknown>> {
  const { triggerType, completion, endpoints } = listed.sync;
  return {
    ...syncInList(listed),
    triggerType,
    missing: completion.missing,
    firstEventAt: dateOrNull(completion.firstEventAtMs),
    deadlineAt: dateOrNull(completion.deadlineAtMs),
    endpoints: endpoints.map(
      ({ eventKey, minNbOfOccurrence, numberOfEvents, firstEventMs, lastEventMs }) => ({
        ...{ eventKey, minNbOfOccurrence, numberOfEvents },
        firstEventAt: dateOrNull(firstEventMs),
        lastEventAt: dateOrNull(lastEventMs),
      }),
    ),
    events: members.map(memberInFull),
    timeline: timelineOf(listed, members),
  };
}

function memberInFull({ id, eventKey, size, event }: ReadMember): object {
  return event === undefined ? { eventId: id, eventKey, size, kept: false } : eventInFull(event);
}

/** What happened to a sync. */
type Happening =
  "event" | "claimed" | "published" | "discarded" | "attempt" | "delivered" | "undeliverable";

interface Moment {
  readonly atMs: number;
  readonly what: Happening;
  readonly facts: object;
}

/** In the order of time; at the same millisecond as it is listed here. */
function timelineOf(listed: SyncWithDeliveries, members: readonly ReadMember[]): object[] {
  const { sync, publishedAtMs, discardedAtMs, messageId, deliveries } = listed;
  const moments: Moment[] = [
    ...members.flatMap(({ event }) => {
      if (event === undefined) return [];
      const { id: eventId, eventKey, receivedAtMs: atMs } = event;
      return [{ atMs, what: "event", facts: { eventId, eventKey } } as const];
    }),
    { atMs: sync.createdAtMs, what: "claimed", facts: {} },
    ...momentAt(discardedAtMs, "discarded", {}),
    ...momentAt(publishedAtMs, "published", { topic: sync.topic, messageId }),
    ...deliveries.flatMap(momentsOf),
  ];
  return moments
    .toSorted((a, b) => a.atMs - b.atMs)
    .map(({ atMs, what, facts }) => ({ at: dateOf(atMs), what, ...facts }));
}

function momentAt(atMs: number | undefined, what: Happening, facts: object): Moment[] {
  return atMs === undefined ? [] : [{ atMs, what, facts }];
}

/** Of the attempts those that are remembered. */
function momentsOf({ target, state, attempts, offset, doneAtMs }: Delivery): Moment[] {
  const tried = attempts.map(({ atMs, attempt, durationMs, status, error }): Moment => {
    const heard = {
      ...(status !== undefined && { status }),
      ...(error !== undefined && { error }),
    };
    return { atMs, what: "attempt", facts: { target, attempt, durationMs, ...heard } };
  });
  const what = state === "undeliverable" ? "undeliverable" : "delivered";
  return [
    ...tried,
    ...momentAt(doneAtMs, what, { target, ...(offset !== undefined && { offset }) }),
  ];
}

/** An event in a list. */
export function eventInList({ id, eventKey, receivedAtMs, ...event }: ListedEvent): object {
  return { eventId: id, eventKey, receivedAt: dateOf(receivedAtMs), ...event };
}

/** A whole event. Credentials are not stored, and so not there. */
export function eventInFull(event: Event): Readonly<Record<string, unknown>> {
  const { id, key, ignored, receivedAtMs } = event;
  const { eventKey, ...sent } = toMessageEvent(event);
  const { httpMethod, headers = {}, queryParams = {}, attributes, ...body } = sent;
  return {
    eventId: id,
    eventKey,
    receivedAt: dateOf(receivedAtMs),
    ...(key !== undefined && { key }),
    ...(ignored !== undefined && { ignored }),
    size: messageSize(event),
    ...{ httpMethod, headers, queryParams },
    ...(attributes !== undefined && { attributes }),
    content: body.content,
    ...(body.contentEncoding !== undefined && { contentEncoding: body.contentEncoding }),
  };
}
