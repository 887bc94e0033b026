import {
  FieldValue,
  Timestamp,
  type DocumentReference,
  type DocumentSnapshot,
} from "@google-cloud/firestore";
import type { Member, Sync, SyncEndpoint, SyncState } from "../../domain/sync.ts";
import { addSeconds } from "../../domain/rule.ts";

/**
 * A sync as it is stored: the document holds what was decided, the state of its publication, and its
 * first members; `parts/{token}-1`, `parts/{token}-2`, … hold the others, so that a large window never
 * meets the size limit of a document. All lists of endpoints are in configured order.
 *
 * `nextAttemptAt` is the lease and the pause between attempts in one: the time from which anyone may
 * take the sync. It exists exactly while the sync is not published, so its index holds nothing else.
 */
export interface StoredSync {
  readonly sync: Sync;
  readonly state: SyncState;
  readonly attempt: number;
  readonly nextAttemptAtMs: number | undefined;
  /** Who made it; its parts bear it, too, so that claims of the same set never share one. */
  readonly token: string;
  /** How many parts there are besides the document itself. */
  readonly parts: number;
}

/** @param number from 1 */
export function partRef(sync: DocumentReference, token: string, number: number): DocumentReference {
  return sync.collection("parts").doc(`${token}-${String(number)}`);
}

/** Fields that change while a sync is claimed chunk by chunk. */
export function progressFields(
  sync: Sync,
  firstMembers: readonly (readonly Member[])[],
  parts: number,
  state: SyncState,
  leaseUntilMs: number,
): Record<string, unknown> {
  return {
    state,
    eventID: sync.eventID,
    parts,
    endpoints: sync.endpoints.map((endpoint, index) => ({
      eventKey: endpoint.eventKey,
      minNbOfOccurrence: endpoint.minNbOfOccurrence,
      eventToSend: endpoint.eventToSend,
      numberOfEvents: endpoint.numberOfEvents,
      firstEventDate: toTimestamp(endpoint.firstEventMs),
      lastEventDate: toTimestamp(endpoint.lastEventMs),
      ...memberFields(firstMembers[index] ?? []),
    })),
    nextAttemptAt: Timestamp.fromMillis(leaseUntilMs),
  };
}

/** Fields that never change. */
export function decisionFields(sync: Sync, token: string): Record<string, unknown> {
  return {
    token,
    reason: sync.reason,
    triggerType: sync.triggerType,
    topic: sync.topic,
    createdAt: Timestamp.fromMillis(sync.createdAtMs),
    retentionPeriod: sync.retentionPeriod,
    attempt: 1,
  };
}

/** Parts expire with the events that they name; the sync itself only once it is published. */
export function partDocument(
  sync: Sync,
  members: readonly (readonly Member[])[],
): Record<string, unknown> {
  return {
    endpoints: members.map(memberFields),
    expireAt: Timestamp.fromMillis(addSeconds(sync.createdAtMs, sync.retentionPeriod)),
  };
}

export function publishedFields(
  sync: Sync,
  messageId: string,
  nowMs: number,
): Record<string, unknown> {
  return {
    state: "published" satisfies SyncState,
    messageId,
    publishedAt: Timestamp.fromMillis(nowMs),
    expireAt: Timestamp.fromMillis(addSeconds(nowMs, sync.retentionPeriod)),
    nextAttemptAt: FieldValue.delete(),
    lastError: FieldValue.delete(),
  };
}

function memberFields(members: readonly Member[]): { events: string[]; sizes: number[] } {
  return { events: members.map(({ id }) => id), sizes: members.map(({ size }) => size) };
}

function toTimestamp(ms: number | undefined): Timestamp | null {
  return ms === undefined ? null : Timestamp.fromMillis(ms);
}

/** @throws MalformedDocumentError */
export function fromSyncDocument(snapshot: DocumentSnapshot): StoredSync {
  const data = new Fields(snapshot.data() ?? {});
  const serviceName = snapshot.ref.parent.parent?.id ?? "";
  return {
    state: data.oneOf("state", ["claiming", "claimed", "published"]),
    attempt: data.number("attempt"),
    nextAttemptAtMs: data.time("nextAttemptAt"),
    token: data.string("token"),
    parts: data.number("parts"),
    sync: {
      id: snapshot.id,
      serviceName,
      eventID: data.string("eventID"),
      reason: data.oneOf("reason", ["window", "manual"]),
      triggerType: data.oneOf("triggerType", ["window", "none"]),
      topic: data.string("topic"),
      createdAtMs: data.time("createdAt") ?? fail("createdAt"),
      retentionPeriod: data.number("retentionPeriod"),
      endpoints: data.list("endpoints").map(toEndpoint),
    },
  };
}

function toEndpoint(data: Fields): SyncEndpoint {
  return {
    eventKey: data.string("eventKey"),
    minNbOfOccurrence: data.number("minNbOfOccurrence"),
    eventToSend: data.oneOf("eventToSend", ["ALL", "FIRST", "LAST", "BOUNDARIES"]),
    numberOfEvents: data.number("numberOfEvents"),
    firstEventMs: data.time("firstEventDate"),
    lastEventMs: data.time("lastEventDate"),
    members: toMembers(data),
  };
}

function toMembers(data: Fields): Member[] {
  const sizes = data.array("sizes");
  return data.array("events").map((id, index) => {
    const size = sizes[index];
    if (typeof id !== "string" || typeof size !== "number") return fail("events");
    return { id, size };
  });
}

/**
 * Adds the members that the parts hold. Parts that are gone have expired with their events.
 *
 * @throws MalformedDocumentError
 */
export function withParts(sync: Sync, parts: readonly DocumentSnapshot[]): Sync {
  const chunks = parts
    .filter(({ exists }) => exists)
    .map((part) => new Fields(part.data() ?? {}).list("endpoints").map(toMembers));
  const endpoints = sync.endpoints.map((endpoint, index) => ({
    ...endpoint,
    members: [...endpoint.members, ...chunks.flatMap((chunk) => chunk[index] ?? [])],
  }));
  return { ...sync, endpoints };
}

/** Reads typed fields of a document that anybody with access to the database may have changed. */
class Fields {
  readonly #data: Readonly<Record<string, unknown>>;

  constructor(data: Readonly<Record<string, unknown>>) {
    this.#data = data;
  }

  string(name: string): string {
    const value = this.#data[name];
    return typeof value === "string" ? value : fail(name);
  }

  number(name: string): number {
    const value = this.#data[name];
    return typeof value === "number" ? value : fail(name);
  }

  time(name: string): number | undefined {
    const value = this.#data[name];
    if (value === undefined || value === null) return undefined;
    return value instanceof Timestamp ? value.toMillis() : fail(name);
  }

  array(name: string): unknown[] {
    const value = this.#data[name];
    return Array.isArray(value) ? value : fail(name);
  }

  list(name: string): Fields[] {
    return this.array(name).map((item) =>
      typeof item === "object" && item !== null
        ? new Fields(item as Record<string, unknown>)
        : fail(name),
    );
  }

  oneOf<const T extends string>(name: string, values: readonly T[]): T {
    return values.find((value) => value === this.#data[name]) ?? fail(name);
  }
}

/** A document that somebody else has written or changed. */
export class MalformedDocumentError extends Error {
  override readonly name = "MalformedDocumentError";
}

function fail(name: string): never {
  throw new MalformedDocumentError(`the field ${name} is missing or malformed`);
}
