import { Timestamp, type Transaction } from "@google-cloud/firestore";
import assert from "node:assert/strict";

import { once, outbox, type Outbox, type Outcome } from "../../../client/src/index.ts";
import { isAlreadyExists } from "../../src/adapters/firestore/conflicts.ts";
import { uniqueId } from "../support/factories.ts";
import { fieldsOf, useStore } from "../support/store.ts";

const SERVICE = {
  serviceName: "svc",
  endpoints: [{ eventKey: "a" }],
  trigger: { observationPeriod: 3600 },
};
const EVENT = { eventKey: "a", body: "hello" };

describe("stage on Firestore", () => {
  const store = useStore();
  const open = (): Outbox => outbox(store().db, SERVICE);

  /** How many documents there are of each kind. */
  const counts = async (): Promise<Record<string, number>> => {
    const { db, paths } = store();
    const collections = {
      orders: db.collection("orders"),
      events: paths.events("svc"),
      pending: paths.pending("svc"),
    };
    const entries = Object.entries(collections).map(async ([name, collection]) => {
      return [name, (await collection.count().get()).data().count] as const;
    });
    return Object.fromEntries(await Promise.all(entries));
  };
  const NOTHING = { orders: 0, events: 0, pending: 0 };
  const ONE = { orders: 1, events: 1, pending: 1 };

  it("writes event and marker with a transaction, of the types that EventSync reads", async () => {
    const { db, paths, events } = store();
    const { eventId, receivedAt } = await db.runTransaction(async (transaction) => {
      const before = await transaction.get(db.doc("orders/1"));
      transaction.create(before.ref, { amount: 1 });
      return open().stage(transaction, { ...EVENT, body: Buffer.from([0x80]) });
    });
    assert.deepEqual(await counts(), ONE);
    const marker = await fieldsOf(paths.pending("svc").doc(eventId));
    assert.deepEqual(marker?.["receivedAt"], Timestamp.fromDate(receivedAt));
    const read = await events.read({ serviceName: "svc", eventIds: [eventId] });
    assert.deepEqual(read.get(eventId), {
      datetime: receivedAt.toISOString(),
      eventKey: "a",
      content: "gA==",
      contentEncoding: "base64",
      httpMethod: "POST",
    });
  });

  it("writes them with a batch, several events among them", async () => {
    const { db } = store();
    const batch = db.batch();
    batch.create(db.doc("orders/1"), {});
    const ids = [1, 2].map(() => open().stage(batch, EVENT).eventId);
    assert.notEqual(ids[0], ids[1]);
    assert.deepEqual(await counts(), NOTHING);
    await batch.commit();
    assert.deepEqual(await counts(), { orders: 1, events: 2, pending: 2 });
  });

  it("writes nothing where the transaction fails afterwards", async () => {
    const { db } = store();
    const failing = db.runTransaction((transaction) => {
      transaction.create(db.doc("orders/1"), {});
      open().stage(transaction, EVENT);
      throw new Error("not this one");
    });
    await assert.rejects(failing, /^Error: not this one$/);
    assert.deepEqual(await counts(), NOTHING);
  });

  it("writes nothing where the business data cannot be written", async () => {
    const { db } = store();
    await db.doc("orders/1").create({});
    const batch = db.batch();
    batch.create(db.doc("orders/1"), {});
    open().stage(batch, EVENT);
    await assert.rejects(batch.commit(), isAlreadyExists);
    assert.deepEqual(await counts(), { ...NOTHING, orders: 1 });
  });

  it("adds nothing of an event that it refuses", async () => {
    const { db } = store();
    const batch = db.batch();
    batch.create(db.doc("orders/1"), {});
    const tooLarge = { ...EVENT, body: "x".repeat(1_048_576) };
    assert.throws(() => open().stage(batch, tooLarge), { code: "event-too-large" });
    await batch.commit();
    assert.deepEqual(await counts(), { ...NOTHING, orders: 1 });
  });

  it("takes an event of one name once: the second fails what it is committed with", async () => {
    const { db } = store();
    const place = (order: string) => {
      const batch = db.batch();
      batch.create(db.doc(`orders/${order}`), {});
      open().stage(batch, { ...EVENT, idempotencyKey: "1" });
      return batch.commit();
    };
    await place("1");
    await assert.rejects(place("2"), isAlreadyExists);
    assert.deepEqual(await counts(), ONE);
  });

  it("takes no event twice in one commit: all of it fails", async () => {
    const { db } = store();
    const failing = db.runTransaction((transaction) => {
      transaction.create(db.doc("orders/1"), {});
      for (const body of ["1", "2"]) {
        open().stage(transaction, { ...EVENT, body, idempotencyKey: "same" });
      }
      return Promise.resolve();
    });
    // The emulator calls it an invalid argument.
    await assert.rejects(failing, ({ code }: { code?: number }) => code === 3 || code === 6);
    assert.deepEqual(await counts(), NOTHING);
  });

  it("writes one event where the transaction is run again", async () => {
    const { db } = store();
    let runs = 0;
    await db.runTransaction(async (transaction) => {
      await transaction.get(db.doc("orders/1"));
      open().stage(transaction, EVENT);
      // ABORTED, as after a lock that was lost.
      if (++runs === 1) throw Object.assign(new Error("again"), { code: 10 });
    });
    assert.equal(runs, 2);
    assert.deepEqual(await counts(), { ...ONE, orders: 0 });
  });
});

describe("once on Firestore", () => {
  const store = useStore();

  /** A note for each time that it was done. */
  const note = (transaction: Transaction): string => {
    transaction.create(store().db.collection("notes").doc(), {});
    return "noted";
  };
  const notes = async (): Promise<number> =>
    (await store().db.collection("notes").count().get()).data().count;
  const NOTED: Outcome<string> = { ran: true, value: "noted" };

  it("does what it is asked to, and not again", async () => {
    const { db } = store();
    const eventID = uniqueId();
    const beforeMs = Date.now();
    assert.deepEqual(await once(db, eventID, note), NOTED);
    assert.deepEqual(await once(db, eventID, note), { ran: false });
    assert.equal(await notes(), 1);
    assert.deepEqual(await once(db, uniqueId(), note), NOTED);
    const record = await fieldsOf(db.collection("handledSyncs").doc(eventID));
    const expireAtMs = (record?.["expireAt"] as Timestamp).toMillis();
    assert.ok(expireAtMs - beforeMs >= 31 * 86_400_000);
  });

  it("does it once where 20 deliveries come at the same moment", async () => {
    const { db } = store();
    const deliveries = Array.from({ length: 20 }, () => once(db, "same", note));
    const outcomes = await Promise.all(deliveries);
    assert.equal(outcomes.filter(({ ran }) => ran).length, 1);
    assert.equal(await notes(), 1);
  });

  it("does it once where they all read and change the same document", async () => {
    const { db } = store();
    const account = db.doc("accounts/1");
    await account.create({ balance: 0 });
    const pay = async (transaction: Transaction): Promise<void> => {
      const balance = (await transaction.get(account)).get("balance") as number;
      transaction.update(account, { balance: balance + 1 });
    };
    const deliveries = Array.from({ length: 4 }, () => once(db, "same", pay));
    const outcomes = await Promise.all(deliveries);
    assert.equal(outcomes.filter(({ ran }) => ran).length, 1);
    assert.deepEqual(await fieldsOf(account), { balance: 1 });
  });

  it("records nothing where it fails, and does it the next time", async () => {
    const { db } = store();
    const failing = once(db, "e", (transaction) => {
      note(transaction);
      throw new Error("no");
    });
    await assert.rejects(failing, /^Error: no$/);
    assert.equal(await notes(), 0);
    assert.deepEqual(await once(db, "e", note), NOTED);
  });

  it("does not take what else exists for its own record", async () => {
    const { db } = store();
    await db.doc("orders/1").create({});
    const failing = once(db, "e", (transaction) => {
      transaction.create(db.doc("orders/1"), {});
    });
    await assert.rejects(failing, isAlreadyExists);
    assert.deepEqual(await once(db, "e", note), NOTED);
  });

  it("knows that it was itself who did it, though the answer was lost", async () => {
    const { db } = store();
    const runTransaction = db.runTransaction.bind(db);
    // As the client does it after an answer that was lost: the first one is committed.
    const twice: typeof runTransaction = async (update, options) => {
      await runTransaction(update, options);
      return runTransaction(update, options);
    };
    const losing = Object.create(db, { runTransaction: { value: twice } }) as typeof db;
    assert.deepEqual(await once(losing, "e", note), NOTED);
    assert.equal(await notes(), 1);
  });

  it("keeps consumers apart that have a collection each, and a record as long as is said", async () => {
    const { db } = store();
    const options = { collection: "billed", keepSeconds: 60 };
    const beforeMs = Date.now();
    assert.deepEqual(await once(db, "e", note), NOTED);
    assert.deepEqual(await once(db, "e", note, options), NOTED);
    assert.deepEqual(await once(db, "e", note, options), { ran: false });
    const record = await fieldsOf(db.doc("billed/e"));
    const keptMs = (record?.["expireAt"] as Timestamp).toMillis() - beforeMs;
    assert.ok(keptMs >= 60_000 && keptMs < 180_000, String(keptMs));
  });

  it("refuses what is no event id", async () => {
    for (const eventID of ["", "a/b", undefined as unknown as string]) {
      await assert.rejects(once(store().db, eventID, note), /^TypeError: eventID: /);
    }
  });
});
