import type { AttemptRecord } from "../../domain/attemptRecord.ts";
import { DELIVERY_STATES, withAttempt, type Delivery } from "../../domain/delivery.ts";
import { SYNC_REASONS } from "../../domain/sync.ts";
import { TARGET_KINDS } from "../../domain/target.ts";
import type { Delivered, Failed, StoredDelivery } from "../../app/ports/deliveries.ts";
import { deliveryPath, doneFields } from "./deliveryFields.ts";
import { REMOVED, type Doc, type Fields, type Version, type Write } from "./documents.ts";
import { FieldReader } from "./fields.ts";
import { readerOf } from "./form.ts";
import { serviceOf } from "./paths.ts";

/** @throws MalformedDocumentError, NewerDocumentError */
export function toDelivery(doc: Doc): Delivery {
  const data = readerOf(doc);
  const nextAttemptAtMs = data.optionalTime("nextAttemptAt");
  const doneAtMs = data.optionalTime("doneAt");
  const keptUntilMs = data.optionalTime("keptUntil");
  return {
    serviceName: serviceOf(doc.path),
    syncId: data.string("syncId"),
    target: data.string("target"),
    kind: data.oneOf("kind", TARGET_KINDS),
    key: data.string("key"),
    reason: data.oneOf("reason", SYNC_REASONS),
    eventID: data.string("eventID"),
    createdAtMs: data.time("createdAt"),
    retentionPeriod: data.number("retentionPeriod"),
    place: data.string("place"),
    state: data.oneOf("state", DELIVERY_STATES),
    attempt: data.number("attempt"),
    ...(nextAttemptAtMs !== undefined && { nextAttemptAtMs }),
    ...(data.has("lane") && { lane: data.string("lane") }),
    attempts: data.list("attempts").map(toRecord),
    ...(data.has("offset") && { offset: data.number("offset") }),
    ...(doneAtMs !== undefined && { doneAtMs }),
    ...(keptUntilMs !== undefined && { keptUntilMs }),
  };
}

function toRecord(data: FieldReader): AttemptRecord {
  const text = <Name extends string>(name: Name): { [key in Name]?: string } =>
    data.has(name) ? ({ [name]: data.string(name) } as { [key in Name]?: string }) : {};
  return {
    attempt: data.number("attempt"),
    atMs: data.time("at"),
    durationMs: data.number("ms"),
    ...(data.has("status") && { status: data.number("status") }),
    ...(data.has("headers") && { headers: toHeaders(data.list("headers")) }),
    ...text("answer"),
    ...text("error"),
    ...text("messageId"),
  };
}

const toHeaders = (headers: readonly FieldReader[]): Record<string, string> =>
  Object.fromEntries(headers.map((header) => [header.string("name"), header.string("value")]));

/** A list of headers, as those of events: a map would have names that Firestore refuses. */
function recordFields({ atMs, durationMs, headers, ...rest }: AttemptRecord): Fields {
  return {
    ...rest,
    at: new Date(atMs),
    ms: durationMs,
    ...(headers !== undefined && {
      headers: Object.entries(headers).map(([name, value]) => ({ name, value })),
    }),
  };
}

export function toStored(doc: Doc): StoredDelivery {
  return { delivery: toDelivery(doc), version: doc.version };
}

/** The message is out, whoever holds the delivery by now. */
export function deliveredWrite({ delivery, record }: Delivered, nowMs: number): Write {
  return {
    kind: "update",
    path: deliveryPath(delivery),
    fields: {
      state: "delivered" satisfies Delivery["state"],
      attempt: record.attempt,
      attempts: withAttempt(delivery.attempts, record).map(recordFields),
      ...doneFields(delivery, nowMs),
    },
  };
}

/** @param nextAttemptAtMs undefined where its lane comes for it */
export function failedWrite(
  { delivery, version }: StoredDelivery,
  { record, attempt, againAtMs }: Failed,
  nowMs: number,
): Write {
  const attempts =
    record === undefined ? delivery.attempts : withAttempt(delivery.attempts, record);
  return {
    kind: "update",
    path: deliveryPath(delivery),
    version: version as Version,
    fields: {
      attempt,
      attempts: attempts.map(recordFields),
      ...(againAtMs === undefined
        ? { state: "undeliverable" satisfies Delivery["state"], ...doneFields(delivery, nowMs) }
        : { nextAttemptAt: delivery.lane === undefined ? new Date(againAtMs) : REMOVED }),
    },
  };
}
