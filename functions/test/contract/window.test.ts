import type { Timestamp } from "@google-cloud/firestore";
import assert from "node:assert/strict";
import type { PendingEvent } from "../../src/domain/event.ts";
import { ago, endpoint, NOW, pending, pendingOf, rule } from "../support/factories.ts";
import { fieldsOf, pendingIds, plant, useStore } from "../support/store.ts";

const RULE = rule();
const KEPT = rule({ trigger: { keepEventAfterTrigger: true } });

describe("Window on Firestore", () => {
  const store = useStore();

  describe("count", () => {
    for (const [limit, count] of [
      [1, 1],
      [4, 4],
      [5, 5],
      [6, 5],
    ] as const) {
      it(`of 5 events counts ${String(count)} when ${String(limit)} are needed`, async () => {
        await plant(store(), RULE, [...pendingOf("a", 5), ...pendingOf("b", 9)]);
        assert.equal(await store().window.count("svc", "a", ago(3600), limit), count);
      });
    }

    it("leaves out what is exactly as old as the bound, to the millisecond", async () => {
      const times = [ago(100) - 1, ago(100), ago(100) + 1, NOW + 500_000];
      await plant(
        store(),
        RULE,
        times.map((receivedAtMs) => pending({ receivedAtMs })),
      );
      assert.equal(await store().window.count("svc", "a", ago(100), 10), 2);
    });

    it("of a service or endpoint that never had an event is 0", async () => {
      await plant(store(), RULE, [pending()]);
      assert.equal(await store().window.count("svc", "b", ago(3600), 1), 0);
      assert.equal(await store().window.count("other", "a", ago(3600), 1), 0);
    });

    it("reaches back to the beginning of time", async () => {
      await plant(store(), RULE, [pending({ receivedAtMs: 0 })]);
      assert.equal(await store().window.count("svc", "a", -62_135_596_800_000, 1), 1);
    });
  });

  describe("hasNew", () => {
    it("is whether any event after the bound is in no sync", async () => {
      const old = pending({ id: "old", receivedAtMs: ago(50) });
      const exported = pending({ id: "exported", receivedAtMs: ago(40) });
      await plant(store(), KEPT, [old, exported]);
      await store().paths.pending("svc").doc("exported").update({ exported: true });
      assert.equal(await store().window.hasNew("svc", ago(51)), true);
      assert.equal(await store().window.hasNew("svc", ago(50)), false);
    });

    it("counts events of any endpoint", async () => {
      await plant(store(), KEPT, [pending({ eventKey: "removed" })]);
      assert.equal(await store().window.hasNew("svc", ago(3600)), true);
    });
  });

  describe("collect", () => {
    it("reads the events of the configured endpoints after the bound", async () => {
      const inside = [pending({ id: "a1", size: 11 }), pending({ id: "b1", eventKey: "b" })];
      await plant(store(), RULE, [
        ...inside,
        pending({ receivedAtMs: ago(3600) }),
        pending({ eventKey: "removed" }),
      ]);
      const collected = await store().window.collect(RULE, ago(3600));
      assert.deepEqual(
        collected.toSorted((x, y) => (x.id < y.id ? -1 : 1)).map(factsOf),
        inside.map(factsOf),
      );
    });

    it("says which are in a sync already", async () => {
      await plant(store(), KEPT, [pending({ id: "a1" }), pending({ id: "a2" })]);
      await store().paths.pending("svc").doc("a2").update({ exported: true });
      const collected = await store().window.collect(KEPT, ago(3600));
      assert.deepEqual(Object.fromEntries(collected.map(({ id, exported }) => [id, exported])), {
        a1: false,
        a2: true,
      });
    });

    it("gives the version that conditional writes need", async () => {
      await plant(store(), KEPT, [pending({ id: "a1" })]);
      const [event] = await store().window.collect(KEPT, ago(3600));
      const ref = store().paths.pending("svc").doc("a1");
      const before = event?.version as Timestamp;
      await ref.update({ exported: true }, { lastUpdateTime: before });
      await assert.rejects(ref.update({ exported: true }, { lastUpdateTime: before }), { code: 9 });
    });

    for (const [field, value] of [
      ["size", "100"],
      ["size", -1],
      ["size", 1.5],
      ["size", null],
      ["exported", "no"],
    ] as const) {
      it(`sets aside a marker whose ${field} is ${JSON.stringify(value)}, and goes on`, async () => {
        const { paths, log, window } = store();
        await plant(store(), RULE, [pending({ id: "bad" }), pending({ id: "good" })]);
        await paths.pending("svc").doc("bad").update(field, value);
        const collected = await window.collect(RULE, ago(3600));
        assert.deepEqual(
          collected.map(({ id }) => id),
          ["good"],
        );
        assert.deepEqual(await pendingIds(store(), "svc"), ["good"]);
        const aside = await fieldsOf(paths.malformed("svc").doc("bad"));
        assert.equal((aside?.["document"] as Record<string, unknown>)[field], value);
        assert.deepEqual(log.of("pending.setAside"), [{ service: "svc", eventId: "bad" }]);
      });
    }

    it("sets a malformed marker aside once, however many checks find it at once", async () => {
      const { paths, window } = store();
      await plant(store(), RULE, [pending({ id: "bad" }), pending({ id: "good" })]);
      await paths.pending("svc").doc("bad").update({ size: "x" });
      const all = await Promise.all(
        Array.from({ length: 5 }, () => window.collect(RULE, ago(3600))),
      );
      for (const collected of all) assert.equal(collected.length, 1);
      assert.deepEqual(await pendingIds(store(), "svc"), ["good"]);
      assert.equal((await paths.malformed("svc").listDocuments()).length, 1);
    });
  });

  describe("removeExpired", () => {
    it("removes what is as old as the time given, or older, and nothing else", async () => {
      await plant(store(), RULE, [
        pending({ id: "older", receivedAtMs: ago(200) }),
        pending({ id: "as-old", receivedAtMs: ago(100) }),
        pending({ id: "younger", receivedAtMs: ago(100) + 1 }),
        pending({ id: "b-old", eventKey: "b", receivedAtMs: ago(101) }),
        pending({ id: "removed", eventKey: "removed", receivedAtMs: ago(500) }),
      ]);
      assert.equal(await store().window.removeExpired(RULE, ago(100), 10), 3);
      assert.deepEqual(await pendingIds(store(), "svc"), ["removed", "younger"]);
    });

    it("removes no more of an endpoint than it is told, and the rest next time", async () => {
      await plant(store(), RULE, [...pendingOf("a", 7), ...pendingOf("b", 2)]);
      const remove = () => store().window.removeExpired(RULE, NOW, 5);
      assert.deepEqual([await remove(), await remove(), await remove()], [7, 2, 0]);
    });

    it("of a relay looks at its one endpoint", async () => {
      await plant(store(), RULE, [...pendingOf("a", 1), ...pendingOf("b", 1)]);
      const relay = rule({ endpoints: [endpoint("b")] });
      assert.equal(await store().window.removeExpired(relay, NOW, 5), 1);
    });
  });
});

function factsOf({ id, eventKey, receivedAtMs, size, exported }: PendingEvent): object {
  return { id, eventKey, receivedAtMs, size, exported };
}
