import { EventSyncError } from "../../domain/errors.ts";
import type { Event, NewPendingEvent } from "../../domain/event.ts";
import { addSeconds, type StoringRule } from "../../domain/rule.ts";
import { messageSize } from "../../domain/syncMessage.ts";
import { documentSize, MAX_DOCUMENT_BYTES } from "./documentSize.ts";
import type { Fields, Write } from "./documents.ts";
import { FORM } from "./form.ts";
import { paths } from "./paths.ts";
import { pendingFields, shardOf } from "./pendingDocument.ts";

/**
 * The writes that store an event, for one commit. The package `client` makes the same ones: this must
 * need no library.
 *
 * @param pending its marker; undefined if it does not count
 * @throws EventSyncError `event-too-large`
 */
export function eventWrites(
  rule: StoringRule,
  event: Event,
  pending: NewPendingEvent | undefined,
): [StoringWrite, ...StoringWrite[]] {
  const path = `${paths.events(rule.serviceName)}/${event.id}`;
  const fields = eventFields(rule, event, pending?.size ?? messageSize(event));
  requireFits(documentSize(path, fields));
  const write: StoringWrite = { kind: "create", path, fields };
  return pending === undefined ? [write] : [write, markerOf(rule, pending)];
}

/** What it takes to store an event. */
export type StoringWrite = Extract<Write, { readonly kind: "create" | "set" }>;

/**
 * Not `create`: the event decides whether it is new. A marker may outlive an event that TTL has removed,
 * and would turn its redelivery away for good.
 */
function markerOf(rule: StoringRule, pending: NewPendingEvent): StoringWrite {
  const path = `${paths.pending(rule.serviceName)}/${pending.id}`;
  return { kind: "set", path, fields: pendingFields(rule, pending) };
}

/** Production refuses what is larger; nothing is asked of it then. */
function requireFits(size: number): void {
  if (size <= MAX_DOCUMENT_BYTES) return;
  const limit = String(MAX_DOCUMENT_BYTES);
  throw new EventSyncError(
    "event-too-large",
    `Body, headers and query take ${String(size)} bytes as a Firestore document, over its limit of ${limit}.`,
  );
}

function eventFields(rule: StoringRule, event: Event, size: number): Fields {
  const { content } = event;
  return {
    v: FORM,
    shard: shardOf(event.id),
    eventKey: event.eventKey,
    receivedAt: new Date(event.receivedAtMs),
    httpMethod: event.httpMethod,
    // Lists, not maps: a map's key cannot be empty or `__x__`, a header's or parameter's name can.
    headers: event.headers,
    queryParams: event.queryParams,
    content,
    // So that a list of events need not read what is in them.
    size,
    // Its names are a CloudEvent's, of letters and digits: a map can hold them.
    ...(event.attributes !== undefined && { attributes: event.attributes }),
    ...(event.key !== undefined && { key: event.key }),
    ...(event.ignored !== undefined && { ignored: event.ignored }),
    expireAt: new Date(addSeconds(event.receivedAtMs, rule.retentionPeriod)),
  };
}
