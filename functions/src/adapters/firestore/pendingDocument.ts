import { Timestamp, type DocumentSnapshot } from "@google-cloud/firestore";
import type { NewPendingEvent, PendingEvent } from "../../domain/event.ts";
import { addSeconds, type Rule } from "../../domain/rule.ts";

/**
 * A pending marker as it is stored. `exported` is written only where events are kept, so that its
 * index costs nothing to anyone else.
 */
export function pendingDocument(rule: Rule, pending: NewPendingEvent): Record<string, unknown> {
  const { observationPeriod, keepEventAfterTrigger } = rule.trigger;
  return {
    eventKey: pending.eventKey,
    receivedAt: Timestamp.fromMillis(pending.receivedAtMs),
    size: pending.size,
    expireAt: Timestamp.fromMillis(addSeconds(pending.receivedAtMs, observationPeriod)),
    ...(keepEventAfterTrigger && { exported: false }),
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
    (exported === undefined || typeof exported === "boolean");
  if (!isRead) return undefined;
  return {
    id: snapshot.id,
    eventKey,
    receivedAtMs: receivedAt.toMillis(),
    size: size as number,
    exported: exported === true,
    version: snapshot.updateTime,
  };
}
