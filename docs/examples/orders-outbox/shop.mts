/** A shop that takes orders, and its bookkeeping, which sends an invoice for each. */
import type { Firestore } from "@google-cloud/firestore";

// Elsewhere: from "eventsync-client".
import { once, outbox, type Service, type SyncMessage } from "../../../client/src/index.ts";

export interface Order {
  readonly id: string;
  readonly amount: number;
}

/**
 * @param config the service, as in `config.json`
 * @returns a function that takes an order, with its event, or neither
 */
export function openShop(db: Firestore, config: Service): (order: Order) => Promise<void> {
  const { stage } = outbox(db, config);
  return (order) =>
    db.runTransaction((transaction) => {
      transaction.create(db.doc(`orders/${order.id}`), { ...order });
      stage(transaction, {
        eventKey: "order",
        body: JSON.stringify(order),
        headers: { "Content-Type": "application/json" },
        idempotencyKey: order.id,
      });
      if (order.amount <= 0) throw new Error(`order ${order.id} is worth nothing`);
      return Promise.resolve();
    });
}

/**
 * Handles a message, however often it comes.
 *
 * @returns whether it was handled now, not before
 */
export async function sendInvoice(db: Firestore, message: SyncMessage): Promise<boolean> {
  const { ran } = await once(db, message.eventID, (transaction) => {
    for (const event of message.events["order"]?.events ?? []) {
      const order = JSON.parse(event.content) as Order;
      // A second one would be one too many: nothing about it says that there is one already.
      transaction.create(db.collection("invoices").doc(), { order: order.id });
    }
  });
  return ran;
}
