/** Plays docs/examples/orders-outbox: producers with events in their own transactions, and consumers. */
import { Firestore } from "@google-cloud/firestore";
import { PubSub, type Message, type Subscription } from "@google-cloud/pubsub";
import pMap from "p-map";

import { openShop, sendInvoice, type Order } from "../../docs/examples/orders-outbox/shop.mts";
import type { SyncMessage } from "../src/domain/syncMessage.ts";
import { waitFor } from "../testkit/waitFor.ts";
import type { Example } from "./examples.ts";
import type { Played, Stage } from "./playExample.ts";

const PRODUCERS = 5;
const CONSUMERS = 5;
const ORDERS = 100;
/** Each such message is handled and not acknowledged, as by a consumer that dies in between. */
const FORGOTTEN = 5;
/** For all to be handled, on a machine that has other things to do, too. */
const PATIENCE_MS = 120_000;

/** Each order is placed by one of five producers, and its message handled by one of five consumers. */
export async function playOutbox({ config }: Example, stage: Stage): Promise<Played> {
  const { projectId, service, print, signal } = stage;
  const db = new Firestore({ projectId });
  const consumers = await startConsumers(db, stage);
  try {
    const placeOrder = openShop(db, config as unknown as Parameters<typeof openShop>[1]);
    const orders = Array.from({ length: ORDERS }, (_, index): Order => {
      return { id: `A-${String(index + 1)}`, amount: index + 1 };
    });
    await placeOrder({ id: "A-1", amount: 1 });
    const refused = [
      await refusal(placeOrder({ id: "B-1", amount: 0 })),
      await refusal(placeOrder({ id: "A-1", amount: 99 })),
    ];
    print(`Refused, with their events: ${refused.join("; ")}`);
    await pMap(orders.slice(1), placeOrder, { concurrency: PRODUCERS });
    print(`${String(ORDERS)} orders placed by ${String(PRODUCERS)} producers.`);

    const untilMs = Date.now() + PATIENCE_MS;
    const isOver = (): boolean =>
      consumers.acknowledged.size >= ORDERS || consumers.failures.length > 0;
    await waitFor(
      "the messages",
      () => {
        signal.throwIfAborted();
        return isOver() || Date.now() > untilMs || undefined;
      },
      Infinity,
    );
    const { handled, repeated, failures } = consumers;
    print(
      `${String(handled)} messages handled by ${String(CONSUMERS)} consumers; ${String(repeated)} came again, and did nothing.`,
    );
    const wanted = orders.map(({ id }) => id).toSorted();
    const found = {
      orders: (await db.collection("orders").get()).docs.map(({ id }) => id),
      events: await orderIds(db, `services/${service.serviceName}/events`, "content"),
      invoices: await orderIds(db, "invoices", "order"),
    };
    const pending = await db.collection(`services/${service.serviceName}/pending`).count().get();
    const wrong = Object.entries(found).flatMap(([what, ids]) => differing(what, wanted, ids));
    if (pending.data().count > 0) wrong.push("events are left that no message holds");
    if (repeated === 0) wrong.push("no message came again: the example shows nothing of that");
    return { wrong: [...wrong, ...failures], messages: ORDERS };
  } finally {
    await consumers.stop();
    await db.terminate();
  }
}

/** Why it failed. */
async function refusal(placed: Promise<void>): Promise<string> {
  return placed.then(
    () => {
      throw new Error("an order was taken that should have been refused");
    },
    (error: unknown) => (error as Error).message,
  );
}

async function orderIds(db: Firestore, collection: string, field: string): Promise<string[]> {
  const { docs } = await db.collection(collection).get();
  const texts = docs.map((doc) => String(doc.get(field)));
  return texts.map((text) => (text.startsWith("{") ? (JSON.parse(text) as Order).id : text));
}

function differing(what: string, wanted: readonly string[], found: readonly string[]): string[] {
  const rest = [...found];
  const absent = wanted.filter((id) => {
    const index = rest.indexOf(id);
    if (index >= 0) rest.splice(index, 1);
    return index < 0;
  });
  return [
    ...absent.map((id) => `${what}: ${id} is not there`),
    ...rest.map((id) => `${what}: ${id} is one too many`),
  ];
}

interface Consumers {
  readonly handled: number;
  readonly repeated: number;
  /** The messages that will not come again. */
  readonly acknowledged: ReadonlySet<string>;
  readonly failures: readonly string[];
  stop(): Promise<void>;
}

/** Several processes that read from one subscription, as far as Pub/Sub can tell. */
async function startConsumers(db: Firestore, { service }: Stage): Promise<Consumers> {
  const topic = service.targetPubSub?.topic ?? "";
  const name = "orders-bookkeeping";
  const clients = Array.from({ length: CONSUMERS }, () => {
    return new PubSub({ projectId: topic.split("/")[1] ?? "" });
  });
  await clients[0]?.topic(topic).createSubscription(name);
  const acknowledged = new Set<string>();
  const failures: string[] = [];
  const counts = { handled: 0, repeated: 0 };
  const consume = async (message: Message): Promise<void> => {
    const sync = JSON.parse(message.data.toString()) as SyncMessage;
    const isNew = await sendInvoice(db, sync);
    counts[isNew ? "handled" : "repeated"]++;
    if (isNew && counts.handled % FORGOTTEN === 0) {
      message.nack();
      return;
    }
    message.ack();
    acknowledged.add(sync.eventID);
  };
  const subscriptions = clients.map((client): Subscription => {
    const subscription = client.subscription(name);
    subscription.on("message", (message: Message) => {
      consume(message).catch((error: unknown) => failures.push(String(error)));
    });
    subscription.on("error", (error: Error) => failures.push(error.message));
    return subscription;
  });
  return {
    get handled() {
      return counts.handled;
    },
    get repeated() {
      return counts.repeated;
    },
    acknowledged,
    failures,
    stop: async () => {
      await Promise.all(subscriptions.map((subscription) => subscription.close()));
      await Promise.all(clients.map((client) => client.close()));
    },
  };
}
