import type { Range } from "../../domain/claim.ts";
import type { Condition } from "../../domain/condition.ts";
import type { Place } from "../../domain/event.ts";
import {
  addSeconds,
  EVENT_TO_SEND,
  MESSAGE_FORMATS,
  ORDERING_KEYS,
  TRIGGER_TYPES,
} from "../../domain/rule.ts";
import {
  SYNC_DESTINATIONS,
  SYNC_REASONS,
  type Completion,
  type Member,
  type Sync,
  type SyncEndpoint,
} from "../../domain/sync.ts";
import { SYNC_STATES, type Progress, type SyncState } from "../../domain/syncState.ts";
import { REMOVED, type Doc, type Fields } from "./documents.ts";
import { MalformedDocumentError, type FieldReader } from "./fields.ts";
import { FORM, readerOf } from "./form.ts";
import { serviceOf } from "./paths.ts";
import { shardOf } from "./pendingDocument.ts";
import { placeFields, toPlace } from "./serviceState.ts";

/**
 * A sync as it is stored, with its delivery: the document holds what was decided, the state of its
 * publication, and its first members; `parts/{token}-1`, `parts/{token}-2`, … hold the others, so that a
 * large window never meets the size limit of a document. All lists of endpoints are in configured order.
 *
 * `nextAttemptAt` exists exactly while the sync is not published, so its index holds nothing else.
 */
export interface StoredSync {
  /** Its members are those that the document itself lists. */
  readonly sync: Sync;
  readonly delivery: Progress;
  /** Who made it; its parts bear it, too, so that claims of the same set never share one. */
  readonly token: string;
  /** How many parts there are besides the document itself. */
  readonly parts: number;
  /** Exactly while it is `claiming`. */
  readonly claim: StoredClaim | undefined;
}

/** How far a claim has come. */
export interface StoredClaim {
  readonly key: string;
  readonly range: Range;
  /** Up to there everything of the range is taken, or left out. */
  readonly cursor: Place;
  /** Whose turn it is to go on with it, from 1: by it who lost an answer knows its own commit again. */
  readonly turn: number;
  /** Of the rule that made it: whether it is complete is known at the end. */
  readonly condition: Condition;
  /** The targets that it has deliveries for. */
  readonly targets?: readonly string[];
}

export function claimFields({ key, range, cursor, condition, targets = [] }: StoredClaim): Fields {
  return {
    claim: {
      key,
      // A text: Firestore has a limit of how deep fields may lie in each other.
      condition: JSON.stringify(condition),
      ...(targets.length > 0 && { targets: [...targets] }),
      after: placeFields(range.after),
      to: placeFields(range.to),
      cursor: placeFields(cursor),
    },
  };
}

/** Fields that change while a sync is claimed chunk by chunk. */
export function progressFields(
  sync: Sync,
  firstMembers: readonly (readonly Member[])[],
  parts: number,
  state: SyncState,
  leaseUntilMs: number,
): Fields {
  return {
    state,
    eventID: sync.eventID,
    completion: completionFields(sync.completion),
    parts,
    endpoints: sync.endpoints.map((endpoint, index) => ({
      eventKey: endpoint.eventKey,
      minNbOfOccurrence: endpoint.minNbOfOccurrence,
      eventToSend: endpoint.eventToSend,
      numberOfEvents: endpoint.numberOfEvents,
      firstEventDate: toDate(endpoint.firstEventMs),
      lastEventDate: toDate(endpoint.lastEventMs),
      ...memberFields(firstMembers[index] ?? []),
      ...(endpoint.last && { lastEvent: endpoint.last.id, lastSize: endpoint.last.size }),
    })),
    // Nobody publishes one that is settled; its deliveries put off its end where they need it for longer.
    ...(state === "settled"
      ? { expireAt: new Date(addSeconds(sync.createdAtMs, sync.retentionPeriod)) }
      : { nextAttemptAt: new Date(leaseUntilMs) }),
  };
}

/** Fields that never change. */
export function decisionFields(sync: Sync, token: string): Fields {
  return {
    v: FORM,
    shard: shardOf(sync.id),
    token,
    key: sync.key,
    triggerType: sync.triggerType,
    destination: sync.destination,
    topic: sync.topic,
    ...(sync.format !== undefined && { format: sync.format }),
    ...(sync.orderingKey !== undefined && { orderingKey: sync.orderingKey }),
    ...(sync.expectsReceipts === true && { expectsReceipts: true }),
    createdAt: new Date(sync.createdAtMs),
    retentionPeriod: sync.retentionPeriod,
    attempt: 1,
  };
}

/** Parts expire with the events that they name; the sync itself only once it is published. */
export function partFields(sync: Sync, members: readonly (readonly Member[])[]): Fields {
  return {
    v: FORM,
    endpoints: members.map(memberFields),
    expireAt: new Date(addSeconds(sync.createdAtMs, sync.retentionPeriod)),
  };
}

export function publishedFields(sync: Sync, messageId: string, nowMs: number): Fields {
  return {
    state: "published" satisfies SyncState,
    messageId,
    publishedAt: new Date(nowMs),
    expireAt: new Date(addSeconds(nowMs, sync.retentionPeriod)),
    nextAttemptAt: REMOVED,
    lastError: REMOVED,
  };
}

export function discardedFields(sync: Sync, nowMs: number): Fields {
  return {
    state: "discarded" satisfies SyncState,
    discardedAt: new Date(nowMs),
    expireAt: new Date(addSeconds(nowMs, sync.retentionPeriod)),
    nextAttemptAt: REMOVED,
    lastError: REMOVED,
  };
}

function memberFields(members: readonly Member[]): { events: string[]; sizes: number[] } {
  return { events: members.map(({ id }) => id), sizes: members.map(({ size }) => size) };
}

function completionFields(completion: Completion): Fields {
  return {
    reason: completion.reason,
    complete: completion.complete,
    missing: completion.missing.map(({ eventKey, have, need }) => ({ eventKey, have, need })),
    firstEventAt: toDate(completion.firstEventAtMs),
    deadlineAt: toDate(completion.deadlineAtMs),
  };
}

function toDate(ms: number | undefined): Date | null {
  return ms === undefined ? null : new Date(ms);
}

/** @throws MalformedDocumentError, NewerDocumentError */
export function toStoredSync(doc: Doc): StoredSync {
  const { id, path } = doc;
  const data = readerOf(doc);
  const state = data.oneOf("state", SYNC_STATES);
  const format = data.optionalOneOf("format", MESSAGE_FORMATS);
  const orderingKey = data.optionalOneOf("orderingKey", ORDERING_KEYS);
  return {
    delivery: {
      state,
      attempt: data.number("attempt"),
      nextAttemptAtMs: data.optionalTime("nextAttemptAt"),
      keptUntilMs: data.optionalTime("keptUntil"),
    },
    token: data.string("token"),
    parts: data.number("parts"),
    claim: state === "claiming" ? toStoredClaim(data) : undefined,
    sync: {
      id,
      serviceName: serviceOf(path),
      key: data.string("key"),
      eventID: data.string("eventID"),
      completion: toCompletion(data.map("completion")),
      triggerType: data.oneOf("triggerType", TRIGGER_TYPES),
      destination: data.oneOf("destination", SYNC_DESTINATIONS),
      topic: data.string("topic"),
      ...(format !== undefined && { format }),
      ...(orderingKey !== undefined && { orderingKey }),
      ...(data.has("expectsReceipts") && { expectsReceipts: true }),
      createdAtMs: data.time("createdAt"),
      retentionPeriod: data.number("retentionPeriod"),
      endpoints: data.list("endpoints").map(toEndpoint),
    },
  };
}

function toCompletion(data: FieldReader): Completion {
  return {
    reason: data.oneOf("reason", SYNC_REASONS),
    complete: data.boolean("complete"),
    missing: data.list("missing").map((short) => ({
      eventKey: short.string("eventKey"),
      have: short.number("have"),
      need: short.number("need"),
    })),
    firstEventAtMs: data.optionalTime("firstEventAt"),
    deadlineAtMs: data.optionalTime("deadlineAt"),
  };
}

function toStoredClaim(data: FieldReader): StoredClaim {
  const claim = data.map("claim");
  return {
    key: claim.string("key"),
    range: { after: toPlace(claim.map("after")), to: toPlace(claim.map("to")) },
    cursor: toPlace(claim.map("cursor")),
    turn: data.number("turn"),
    condition: toCondition(claim.string("condition")),
    targets: claim.has("targets") ? claim.array("targets").map(String) : [],
  };
}

function toCondition(text: string): Condition {
  try {
    return JSON.parse(text) as Condition;
  } catch {
    throw new MalformedDocumentError("the field claim.condition is malformed");
  }
}

function toEndpoint(data: FieldReader): SyncEndpoint {
  const isLastKnown = data.has("lastEvent");
  return {
    eventKey: data.string("eventKey"),
    minNbOfOccurrence: data.number("minNbOfOccurrence"),
    eventToSend: data.oneOf("eventToSend", EVENT_TO_SEND),
    numberOfEvents: data.number("numberOfEvents"),
    firstEventMs: data.optionalTime("firstEventDate"),
    lastEventMs: data.optionalTime("lastEventDate"),
    members: toMembers(data),
    ...(isLastKnown && { last: { id: data.string("lastEvent"), size: data.number("lastSize") } }),
  };
}

function toMembers(data: FieldReader): Member[] {
  const sizes = data.array("sizes");
  return data.array("events").map((id, index) => {
    const size = sizes[index];
    if (typeof id === "string" && typeof size === "number") return { id, size };
    throw new MalformedDocumentError("the field events is missing or malformed");
  });
}

/** The members that a part lists, by endpoint. @throws MalformedDocumentError, NewerDocumentError */
export function partMembers(part: Doc): Member[][] {
  return readerOf(part).list("endpoints").map(toMembers);
}
