import assert from "node:assert/strict";
import { firestoreDocuments } from "../../src/adapters/firestore/firestoreDocuments.ts";
import { makeOpenWindows } from "../../src/adapters/firestore/openWindows.ts";
import type { WaitingEvent } from "../../src/app/ports.ts";
import { expiryOf } from "../../src/domain/expiry.ts";
import { ago, NOW, pending, pendingOf, rule } from "../support/factories.ts";
import { pendingIds, plant, useStore } from "../support/store.ts";

const KEYED = rule({ correlation: {} });
const SERVICE = KEYED.serviceName;

describe("OpenWindows on Firestore", () => {
  const store = useStore();

  async function scanned(query: {
    readonly aboveMs?: number;
    readonly upToMs: number;
  }): Promise<WaitingEvent[][]> {
    const paged = makeOpenWindows(firestoreDocuments(store().db), { scanPage: 3 });
    const pages: WaitingEvent[][] = [];
    const { aboveMs, upToMs } = query;
    for await (const page of paged.scan(SERVICE, { aboveMs, upToMs })) pages.push([...page]);
    return pages;
  }

  it("finds what waits over all keys, oldest first, page by page", async () => {
    const times = [50, 10, 40, 20, 30];
    for (const [index, seconds] of times.entries()) {
      const event = pending({ eventKey: index % 2 === 0 ? "a" : "b", receivedAtMs: ago(seconds) });
      await plant(store(), KEYED, [event], `k${String(seconds)}`);
    }
    const pages = await scanned({ upToMs: NOW });
    assert.deepEqual(
      pages.map((page) => page.map(({ key, eventKey }) => `${key} ${eventKey}`)),
      [
        ["k50 a", "k40 a", "k30 a"],
        ["k20 b", "k10 b"],
      ],
    );
    const [within] = await scanned({ aboveMs: ago(50), upToMs: ago(20) });
    assert.deepEqual(
      within?.map(({ receivedAtMs }) => receivedAtMs),
      [ago(40), ago(30), ago(20)],
    );
  });

  it("leaves out what is in a sync, and markers of a rule without a correlation", async () => {
    const [exported] = await plant(store(), KEYED, [pending()], "k");
    await store().paths.pending(SERVICE).doc(exported!.id).update({ exported: true });
    await plant(store(), rule(), [pending()]);
    assert.deepEqual(await scanned({ upToMs: NOW }), []);
  });

  it("removes what has expired of any key, but for those that are kept", async () => {
    const [old] = await plant(store(), KEYED, [pending({ receivedAtMs: ago(4000) })], "k1");
    await store().paths.pending(SERVICE).doc(old!.id).update({ exported: true });
    await plant(store(), KEYED, pendingOf("b", 3, { receivedAtMs: ago(4000) }), "k2");
    const [kept] = await plant(store(), KEYED, [pending({ receivedAtMs: ago(4000) })], "k3");
    const [young] = await plant(store(), KEYED, [pending({ receivedAtMs: ago(3000) })], "k1");
    const removed = await store().openWindows.removeExpired(SERVICE, {
      expiry: expiryOf(KEYED, NOW, undefined, 60),
      keptKeys: new Set(["k3"]),
      goOn: () => true,
    });
    assert.equal(removed, 4);
    assert.deepEqual(await pendingIds(store(), SERVICE), [kept!.id, young!.id].toSorted());
  });

  it("remembers how far it has come", async () => {
    const { openWindows } = store();
    const none = { passedMs: undefined, closedMs: undefined, again: [] };
    assert.deepEqual(await openWindows.progress(SERVICE), none);
    const progress = { passedMs: NOW, closedMs: undefined, again: ["a/b", "é"] };
    for (const noted of [progress, { ...progress, closedMs: NOW - 1 }]) {
      await openWindows.saveProgress(SERVICE, noted);
      assert.deepEqual(await openWindows.progress(SERVICE), noted);
    }
    const { db } = store();
    await db.doc(`services/${SERVICE}/upkeep/sweep`).update({ v: 2 });
    await assert.rejects(openWindows.progress(SERVICE), { code: "newer-document" });
  });
});
