import { Timestamp, type DocumentSnapshot } from "@google-cloud/firestore";
import type { NewPendingEvent, PendingEvent } from "../../domain/event.ts";
import type { Expirable } from "../../domain/expiry.ts";
import { addSeconds, type Rule } from "../../domain/rule.ts";

/**
 * How long a marker outlives its own rule before TTL removes it. Sweeps do that, by the rule; TTL is a
 * net for what no sweep looks at any more, and far off, because a period may be lengthened meanwhile.
 */
const TTL_NET_SECONDS = 7 * 86_400;

/**
 * A pending marker as it is stored. `exported` is there whatever the rule: the index that every query
 * uses holds it, and the rule may change while the marker waits.
 */
export function pendingDocument(rule: Rule, pending: NewPendingEvent): Record<string, unknown> {
  const countsUntilMs = addSeconds(pending.receivedAtMs, rule.trigger.observationPeriod);
  return {
    eventKey: pending.eventKey,
    receivedAt: Timestamp.fromMillis(pending.receivedAtMs),
    size: pending.size,
    exported: false,
    countsUntil: Timestamp.fromMillis(countsUntilMs),
    expireAt: Timestamp.fromMillis(addSeconds(countsUntilMs, TTL_NET_SECONDS)),
  };
}

/** @returns undefined if the document is malformed */
export function toPending(snapshot: DocumentSnapshot): PendingEvent | undefined {
  const { eventKey, receivedAt, size, exported } = (snapshot.data() ?? {}) as Record<
    string,
    unknown
  >;
  const isRead =
    typeof eventKey === "string" &&
    receivedAt instanceof Timestamp &&
    Number.isSafeInteger(size) &&
    (size as number) >= 0 &&
    typeof exported === "boolean";
  if (!isRead) return undefined;
  return {
    id: snapshot.id,
    eventKey,
    receivedAtMs: receivedAt.toMillis(),
    size: size as number,
    exported,
    version: snapshot.updateTime,
  };
}

/** Of a marker that a query found by its `receivedAt`: what its removal depends on. */
export function toExpirable(snapshot: DocumentSnapshot): Expirable {
  const { receivedAt, countsUntil } = (snapshot.data() ?? {}) as Record<string, unknown>;
  return {
    receivedAtMs: (receivedAt as Timestamp).toMillis(),
    countsUntilMs: countsUntil instanceof Timestamp ? countsUntil.toMillis() : undefined,
  };
}

/**
 * The version that was read, for a write that holds only if nobody has changed the marker since. The
 * client would take an undefined one for no condition at all.
 */
export function versionOf({ id, version }: PendingEvent): Timestamp {
  if (version instanceof Timestamp) return version;
  throw new TypeError(`the pending event ${id} was not read from Firestore`);
}
