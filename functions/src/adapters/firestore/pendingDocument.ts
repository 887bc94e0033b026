import type { NewPendingEvent, PendingEvent } from "../../domain/event.ts";
import type { Expirable } from "../../domain/expiry.ts";
import { addSeconds, type StoringRule } from "../../domain/rule.ts";
import type { Doc, Fields, Version } from "./documents.ts";
import { MalformedDocumentError } from "./fields.ts";
import { FORM, readerOf } from "./form.ts";

/**
 * How long a marker outlives its own rule before TTL removes it. Sweeps do that, by the rule; TTL is a
 * net for what no sweep looks at any more, and far off, because a period may be lengthened meanwhile.
 */
const TTL_NET_SECONDS = 7 * 86_400;

/**
 * A pending marker as it is stored. `exported` is there whatever the rule: the index that every query
 * uses holds it, and the rule may change while the marker waits.
 */
export function pendingFields(rule: StoringRule, pending: NewPendingEvent): Fields {
  const countsUntilMs = addSeconds(pending.receivedAtMs, rule.trigger.observationPeriod);
  return {
    v: FORM,
    key: pending.key,
    ...(rule.correlation !== undefined && { shard: shardOf(pending.id) }),
    eventKey: pending.eventKey,
    receivedAt: new Date(pending.receivedAtMs),
    size: pending.size,
    exported: false,
    countsUntil: new Date(countsUntilMs),
    expireAt: new Date(addSeconds(countsUntilMs, TTL_NET_SECONDS)),
  };
}

/**
 * Where a service has a correlation, its markers are also looked at over all keys by time. The index for
 * that grows at one end, which takes 500 writes a second: so each shard has an end of its own.
 */
export const SHARDS: readonly number[] = [0, 1, 2, 3, 4, 5, 6, 7];

/** Events and syncs have one, too: they are listed by time. */
export function shardOf(id: string): number {
  return Buffer.from(id).reduce((sum, byte) => sum + byte, 0) % SHARDS.length;
}

/**
 * @returns undefined if the document is malformed
 * @throws NewerDocumentError
 */
export function toPending(doc: Doc): PendingEvent | undefined {
  try {
    const reader = readerOf(doc);
    const size = reader.number("size");
    if (!Number.isSafeInteger(size) || size < 0) return undefined;
    return {
      id: doc.id,
      eventKey: reader.string("eventKey"),
      receivedAtMs: reader.time("receivedAt"),
      size,
      exported: reader.boolean("exported"),
      version: doc.version,
    };
  } catch (error) {
    if (error instanceof MalformedDocumentError) return undefined;
    throw error;
  }
}

/** Of a marker that a query found by its `receivedAt`: what its removal depends on. */
export function toExpirable({ fields }: Doc): Expirable {
  const { receivedAt, countsUntil } = fields;
  return {
    receivedAtMs: (receivedAt as Date).getTime(),
    countsUntilMs: countsUntil instanceof Date ? countsUntil.getTime() : undefined,
  };
}

/**
 * The version that was read, for a write that holds only if nobody has changed the marker since. An
 * undefined one would be no condition at all.
 */
export function versionOf({ id, version }: PendingEvent): Version {
  if (typeof version === "string") return version;
  throw new TypeError(`the pending event ${id} was not read from the store`);
}
