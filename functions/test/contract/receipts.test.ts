import assert from "node:assert/strict";

import { firestoreDocuments } from "../../src/adapters/firestore/firestoreDocuments.ts";
import { makeReceipts } from "../../src/adapters/firestore/receipts.ts";
import type { Receipts } from "../../src/app/ports/receipts.ts";
import { NOW } from "../support/factories.ts";
import { openStore, type Store } from "../support/store.ts";

const SERVICE = "svc";
const idOf = (number: number): string => number.toString(16).padStart(32, "0");

describe("receipts in Firestore", () => {
  let store: Store;
  let receipts: Receipts;
  before(() => {
    store = openStore();
    receipts = makeReceipts(firestoreDocuments(store.db));
  });
  after(() => store.db.terminate());

  const sync = (eventID: string, more: object = {}): Promise<unknown> =>
    store.paths.syncs(SERVICE).add({
      ...{ eventID, expectsReceipts: true, state: "published", createdAt: new Date(NOW) },
      ...more,
    });

  it("finds the times of more syncs than one query takes", async () => {
    const ids = Array.from({ length: 65 }, (_, index) => idOf(index));
    await Promise.all(
      ids.map((eventID, index) => sync(eventID, { createdAt: new Date(NOW + index) })),
    );
    const times = await receipts.syncTimes(SERVICE, [...ids, ...ids, idOf(1000)]);
    assert.deepEqual(
      [...times].toSorted(([a], [b]) => (a < b ? -1 : 1)),
      ids.map((eventID, index) => [eventID, NOW + index]),
    );
  });

  it("keeps one of each consumer, as it was first", async () => {
    const receipt = { eventID: idOf(1), subscription: "billing", syncAtMs: NOW };
    const times = { receivedAtMs: NOW, expireAtMs: NOW + 1000 };
    assert.equal(await receipts.add(SERVICE, { ...receipt, ...times }), true);
    assert.equal(await receipts.add(SERVICE, { ...receipt, ...times, receivedAtMs: 0 }), false);
    const other = { ...receipt, subscription: "shipping", ...times };
    assert.equal(await receipts.add(SERVICE, other), true);
    const { docs } = await store.db.collection(`services/${SERVICE}/receipts`).get();
    assert.deepEqual(
      docs.map((doc) => [doc.id, (doc.get("receivedAt") as { toMillis(): number }).toMillis()]),
      [
        [`${idOf(1)}-billing`, NOW],
        [`${idOf(1)}-shipping`, NOW],
      ],
    );
  });

  it("counts what was made in a window, and what was received of that", async () => {
    const fromMs = NOW + 60_000;
    const window = { fromMs, toMs: fromMs + 1000 };
    const at = (afterMs: number): object => ({ createdAt: new Date(fromMs + afterMs) });
    await sync(idOf(2000), at(-1));
    await sync(idOf(2001), at(0));
    await sync(idOf(2002), { ...at(999), state: "claimed" });
    await sync(idOf(2003), at(1000));
    await sync(idOf(2004), { ...at(1), state: "claiming" });
    await sync(idOf(2005), { ...at(1), expectsReceipts: false });
    assert.equal(await receipts.countSyncs(SERVICE, window, "all"), 2);
    assert.equal(await receipts.countSyncs(SERVICE, window, "published"), 1);
    for (const [number, subscription, afterMs] of [
      [2000, "a", -1],
      [2001, "a", 0],
      [2002, "a", 999],
      [2003, "a", 1000],
      [2001, "b", 0],
    ] as const) {
      const times = { syncAtMs: fromMs + afterMs, receivedAtMs: NOW, expireAtMs: NOW + 1000 };
      await receipts.add(SERVICE, { eventID: idOf(number), subscription, ...times });
    }
    assert.equal(await receipts.countReceived(SERVICE, window, "a"), 2);
    assert.equal(await receipts.countReceived(SERVICE, window, "b"), 1);
    assert.equal(await receipts.countReceived(SERVICE, window, "c"), 0);
  });
});
