import type { Event, NamedValues } from "./event.ts";
import type { Shortfall } from "./condition.ts";
import type { Completion, Member, Sync, SyncEndpoint, SyncReason } from "./sync.ts";

/**
 * The message published for a sync. Field names and order are those of the original; both
 * `FirstEventDate` (its first release) and `firstEventDate` (the later ones) are written, so that
 * consumers of any release work unchanged.
 */
export interface SyncMessage {
  readonly eventID: string;
  readonly date: string;
  readonly serviceName: string;
  readonly triggerType: string;
  readonly events: Readonly<Record<string, EventList>>;
  readonly completion: MessageCompletion;
  /** The correlation key; present only where the service has a correlation. */
  readonly key?: string;
  /** Present only where the message could not hold every event. */
  readonly truncated?: {
    /** How many events are counted but not in the message. */
    readonly numberOfEvents: number;
    /** Firestore path of the sync: its `endpoints` and `parts` list every member event's id. */
    readonly sync: string;
    /** Firestore path of the collection that holds the events. */
    readonly events: string;
  };
  /** Present only where there is no such sync: somebody tries out a target. */
  readonly test?: true;
}

/** Why the sync was made, and what it lacks. */
export interface MessageCompletion {
  readonly reason: SyncReason;
  readonly complete: boolean;
  readonly missing: readonly Shortfall[];
  /** Absent without an event. */
  readonly firstEventAt?: string;
  /** Absent without a deadline. */
  readonly deadlineAt?: string;
}

export interface EventList {
  readonly FirstEventDate?: string;
  readonly firstEventDate?: string;
  readonly lastEventDate?: string;
  readonly numberOfEvents: number;
  readonly minNbOfOccurrence: number;
  readonly eventToSend: string;
  /** How many events of this endpoint were to be sent but are not in `events`. */
  readonly truncated?: number;
  readonly events?: readonly MessageEvent[];
}

export interface MessageEvent {
  readonly datetime: string;
  readonly eventKey: string;
  readonly headers?: Readonly<Record<string, readonly string[]>>;
  readonly queryParams?: Readonly<Record<string, readonly string[]>>;
  /** Present only where the event is a CloudEvent. */
  readonly attributes?: Readonly<Record<string, string>>;
  readonly content: string;
  /** Present only where `content` is not the body itself. */
  readonly contentEncoding?: "base64";
  readonly httpMethod: string;
}

/**
 * Most bytes of a message's data. Pub/Sub takes 10 MB for a whole request; the rest is room for its
 * envelope and attributes.
 */
export const MAX_MESSAGE_BYTES = 9_000_000;

/** RFC 3339, UTC. */
function date(ms: number): string {
  return new Date(ms).toISOString();
}

/** Keys sorted by code unit, as the original's encoder does. */
function toRecord(pairs: readonly NamedValues[]): Record<string, readonly string[]> {
  return Object.fromEntries(
    pairs
      .toSorted((a, b) => (a.name < b.name ? -1 : 1))
      .map(({ name, values }) => [name, values] as const),
  );
}

/** The same for what has one value: however the event was read, the message has the same bytes. */
function sorted(values: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** An event as it stands in a sync message. */
export function toMessageEvent(event: Event): MessageEvent {
  const { content } = event;
  return {
    datetime: date(event.receivedAtMs),
    eventKey: event.eventKey,
    ...(event.headers.length > 0 && { headers: toRecord(event.headers) }),
    ...(event.queryParams.length > 0 && { queryParams: toRecord(event.queryParams) }),
    ...(event.attributes !== undefined && { attributes: sorted(event.attributes) }),
    ...(typeof content === "string"
      ? { content }
      : { content: Buffer.from(content).toString("base64"), contentEncoding: "base64" as const }),
    httpMethod: event.httpMethod,
  };
}

/**
 * Bytes that an event takes in a message: as `jsonSize(toMessageEvent(event))`, without making the text of
 * its content, which is up to six times as large.
 */
export function messageSize(event: Event): number {
  const { content } = event;
  if (typeof content !== "string") {
    const encoded = 4 * Math.ceil(content.length / 3);
    return jsonSize(toMessageEvent({ ...event, content: new Uint8Array() })) + encoded;
  }
  // What is not well-formed, and cannot come from a request, is escaped in ways of its own.
  if (!content.isWellFormed()) return jsonSize(toMessageEvent(event));
  return jsonSize(toMessageEvent({ ...event, content: "" })) + escapedSize(content);
}

/** Backspace, tab, line feed, form feed, carriage return: `\\b` and the like. */
const SHORT_ESCAPES: ReadonlySet<number> = new Set([0x08, 0x09, 0x0a, 0x0c, 0x0d]);

/** Bytes of a text as JSON, without its quotes (ECMA-262, QuoteJSONString). */
function escapedSize(text: string): number {
  let extra = 0;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === 0x22 || code === 0x5c) extra += 1;
    else if (code < 0x20) extra += SHORT_ESCAPES.has(code) ? 1 : 5;
  }
  return Buffer.byteLength(text) + extra;
}

/** Bytes that a value takes as JSON. */
export function jsonSize(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}

/** The members that `eventToSend` asks for, oldest first. */
export function membersToSend({ eventToSend, members }: SyncEndpoint): readonly Member[] {
  switch (eventToSend) {
    case "ALL":
      return members;
    case "FIRST":
      return members.slice(0, 1);
    case "LAST":
      return members.slice(-1);
    case "BOUNDARIES":
      return members.length > 1 ? [...members.slice(0, 1), ...members.slice(-1)] : members;
  }
}

/**
 * Of the members of an endpoint, told one after the other, those that a message can hold: a sync of any
 * size is planned with no more of them in memory.
 */
export class Candidates {
  readonly #endpoint: SyncEndpoint;
  readonly #members: Member[] = [];
  #bytes = 0;
  #count = 0;

  constructor(endpoint: SyncEndpoint) {
    this.#endpoint = endpoint;
  }

  /** Nothing that comes later makes a difference. */
  get isFull(): boolean {
    const { eventToSend, numberOfEvents, last } = this.#endpoint;
    if (this.#count >= numberOfEvents) return true;
    switch (eventToSend) {
      case "ALL":
        return this.#bytes > MAX_MESSAGE_BYTES;
      case "FIRST":
        return this.#count > 0;
      case "LAST":
        return last !== undefined;
      case "BOUNDARIES":
        return last !== undefined && this.#count > 0;
    }
  }

  /** @param members the next ones, oldest first */
  add(members: readonly Member[]): void {
    const { eventToSend } = this.#endpoint;
    for (const member of members) {
      this.#count++;
      // Of those that are not to be sent all, the first and the last.
      if (eventToSend !== "ALL") this.#members.splice(Math.min(this.#members.length, 1), 1, member);
      else if (this.#bytes <= MAX_MESSAGE_BYTES) this.#members.push(member);
      this.#bytes += member.size + 1;
    }
  }

  get endpoint(): SyncEndpoint {
    const { eventToSend, last } = this.#endpoint;
    const isCut =
      eventToSend !== "ALL" && last !== undefined && this.#members.at(-1)?.id !== last.id;
    const members = isCut ? [...this.#members.slice(0, 1), last] : this.#members;
    return { ...this.#endpoint, members };
  }
}

/** What an endpoint's list takes besides its events and the commas after them. */
const LIST_BYTES = ',"events":[]'.length;

/**
 * Which events go into the message, by endpoint, so that it stays within `maxBytes`.
 *
 * Endpoints take turns, oldest event first, so that a busy one cannot push another out; an endpoint
 * whose next event does not fit is done, so that what is sent of it is always its beginning. The
 * plan rests on the sync alone: whoever publishes it, and however often, plans the same message.
 */
export function planMessage(sync: Sync, maxBytes: number): Map<string, readonly string[]> {
  const queues = sync.endpoints.map((endpoint) => ({
    eventKey: endpoint.eventKey,
    candidates: membersToSend(endpoint),
    taken: [] as string[],
    open: true,
  }));
  // Without any event the message has every `truncated` field, each as long as it can be.
  const withoutEvents = jsonSize(buildMessage(sync, new Map()));
  let room = maxBytes - withoutEvents - queues.length * LIST_BYTES;
  for (let turn = 0; queues.some(({ open }) => open); turn++) {
    for (const queue of queues.filter(({ open }) => open)) {
      const next = queue.candidates[turn];
      const needed = (next?.size ?? 0) + 1; // the comma
      if (next === undefined || needed > room) {
        queue.open = false;
        continue;
      }
      queue.taken.push(next.id);
      room -= needed;
    }
  }
  return new Map(queues.map(({ eventKey, taken }) => [eventKey, taken]));
}

/** What the events of a plan come to, before they are read. */
export function plannedSize(
  sync: Sync,
  plan: ReadonlyMap<string, readonly string[]>,
): { readonly events: number; readonly bytes: number } {
  const planned = sync.endpoints.flatMap((endpoint) =>
    membersToSend(endpoint).slice(0, plan.get(endpoint.eventKey)?.length ?? 0),
  );
  return { events: planned.length, bytes: planned.reduce((sum, { size }) => sum + size, 0) };
}

/**
 * Builds the message of a sync. Pure: the same sync and events give the same bytes.
 *
 * @param events the events to send by endpoint, oldest first; what `eventToSend` asks for and is
 *   not there is counted in `truncated`
 */
export function buildMessage(
  sync: Sync,
  events: ReadonlyMap<string, readonly MessageEvent[]>,
): SyncMessage {
  let left = 0;
  const lists = sync.endpoints.map((endpoint): [string, EventList] => {
    const sent = events.get(endpoint.eventKey) ?? [];
    const leftHere = numberToSend(endpoint) - sent.length;
    left += leftHere;
    return [endpoint.eventKey, toEventList(endpoint, sent, leftHere)];
  });
  const path = `services/${sync.serviceName}`;
  return {
    eventID: sync.eventID,
    date: date(sync.createdAtMs),
    serviceName: sync.serviceName,
    triggerType: sync.triggerType,
    events: Object.fromEntries(lists.toSorted(([a], [b]) => (a < b ? -1 : 1))),
    completion: toMessageCompletion(sync.completion),
    ...(sync.key !== "" && { key: sync.key }),
    ...(left > 0 && {
      truncated: {
        numberOfEvents: left,
        sync: `${path}/syncs/${sync.id}`,
        events: `${path}/events`,
      },
    }),
  };
}

function toMessageCompletion(completion: Completion): MessageCompletion {
  const { reason, complete, missing, firstEventAtMs, deadlineAtMs } = completion;
  return {
    reason,
    complete,
    missing: missing.map(({ eventKey, have, need }) => ({ eventKey, have, need })),
    ...(firstEventAtMs !== undefined && { firstEventAt: date(firstEventAtMs) }),
    ...(deadlineAtMs !== undefined && { deadlineAt: date(deadlineAtMs) }),
  };
}

/** Not the members that are known: parts of a sync that waited too long have expired. */
function numberToSend(endpoint: SyncEndpoint): number {
  return endpoint.eventToSend === "ALL" ? endpoint.numberOfEvents : membersToSend(endpoint).length;
}

function toEventList(
  endpoint: SyncEndpoint,
  sent: readonly MessageEvent[],
  left: number,
): EventList {
  const { firstEventMs, lastEventMs } = endpoint;
  const firstEventDate = firstEventMs === undefined ? undefined : date(firstEventMs);
  return {
    ...(firstEventDate !== undefined && { FirstEventDate: firstEventDate, firstEventDate }),
    ...(lastEventMs !== undefined && { lastEventDate: date(lastEventMs) }),
    numberOfEvents: endpoint.numberOfEvents,
    minNbOfOccurrence: endpoint.minNbOfOccurrence,
    eventToSend: endpoint.eventToSend,
    ...(left > 0 && { truncated: left }),
    ...(sent.length > 0 && { events: sent }),
  };
}
