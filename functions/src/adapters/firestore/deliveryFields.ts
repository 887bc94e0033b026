import type { Delivery } from "../../domain/delivery.ts";
import { deliveryId } from "../../domain/delivery.ts";
import { addSeconds } from "../../domain/rule.ts";
import { REMOVED, type Fields, type Write } from "./documents.ts";
import { FORM } from "./form.ts";
import { paths } from "./paths.ts";

/**
 * A delivery as it is stored. `nextAttemptAt` exists only while somebody has to come for it, and `lane` only
 * while it waits there, so that their indexes hold nothing else. It has no `expireAt` until it is done.
 */
export function deliveryPath(
  delivery: Pick<Delivery, "serviceName" | "syncId" | "target">,
): string {
  return `${paths.deliveries(delivery.serviceName)}/${deliveryId(delivery)}`;
}

/** Makes deliveries in the commit that makes their sync. @param leaseUntilMs until when they are ours */
export function createDeliveries(
  deliveries: readonly Delivery[],
  leaseUntilMs: number | undefined,
): Write[] {
  return deliveries.map((delivery) => ({
    kind: "create",
    path: deliveryPath(delivery),
    fields: {
      v: FORM,
      syncId: delivery.syncId,
      target: delivery.target,
      kind: delivery.kind,
      key: delivery.key,
      reason: delivery.reason,
      eventID: delivery.eventID,
      createdAt: new Date(delivery.createdAtMs),
      retentionPeriod: delivery.retentionPeriod,
      place: delivery.place,
      state: delivery.state,
      attempt: delivery.attempt,
      ...(delivery.lane !== undefined && { lane: delivery.lane }),
      attempts: [],
      ...(leaseUntilMs !== undefined && { nextAttemptAt: new Date(leaseUntilMs) }),
    },
  }));
}

/** The sync of a claim of several commits is complete: its deliveries begin. */
export function beginDelivery(delivery: Delivery, leaseUntilMs: number): Write {
  return {
    kind: "update",
    path: deliveryPath(delivery),
    fields: {
      state: "waiting" satisfies Delivery["state"],
      eventID: delivery.eventID,
      nextAttemptAt: new Date(leaseUntilMs),
    },
  };
}

/** Fields of one that nobody has to come for any more. */
export function doneFields({ retentionPeriod }: Delivery, nowMs: number): Fields {
  return {
    doneAt: new Date(nowMs),
    expireAt: new Date(addSeconds(nowMs, retentionPeriod)),
    nextAttemptAt: REMOVED,
    lane: REMOVED,
  };
}
