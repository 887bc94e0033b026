import type { Timestamp } from "@google-cloud/firestore";
import assert from "node:assert/strict";
import { byAge, type PendingEvent } from "../../src/domain/event.ts";
import { expiryOf, type Expiry } from "../../src/domain/expiry.ts";
import {
  ago,
  endpoint,
  event,
  markerOf,
  NOW,
  pending,
  pendingOf,
  rule,
} from "../support/factories.ts";
import { tapGrpc } from "../support/grpcTap.ts";
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
        assert.equal(await store().window.count(RULE, "a", ago(3600), limit), count);
      });
    }

    it("leaves out what is exactly as old as the bound, to the millisecond", async () => {
      const times = [ago(100) - 1, ago(100), ago(100) + 1, NOW + 500_000];
      await plant(
        store(),
        RULE,
        times.map((receivedAtMs) => pending({ receivedAtMs })),
      );
      assert.equal(await store().window.count(RULE, "a", ago(100), 10), 2);
    });

    it("of a service or endpoint that never had an event is 0", async () => {
      const other = rule({ serviceName: "other" });
      await plant(store(), RULE, [pending()]);
      assert.equal(await store().window.count(RULE, "b", ago(3600), 1), 0);
      assert.equal(await store().window.count(other, "a", ago(3600), 1), 0);
    });

    it("leaves out what is in a sync where events are taken, not where they are kept", async () => {
      await plant(store(), KEPT, [pending({ id: "exported" }), ...pendingOf("a", 2)]);
      await store().paths.pending("svc").doc("exported").update({ exported: true });
      assert.equal(await store().window.count(RULE, "a", ago(3600), 10), 2);
      assert.equal(await store().window.count(KEPT, "a", ago(3600), 10), 3);
      assert.equal(await store().window.count(KEPT, "a", ago(3600), 2), 2);
    });

    it("reaches back to the beginning of time", async () => {
      await plant(store(), RULE, [pending({ receivedAtMs: 0 })]);
      assert.equal(await store().window.count(RULE, "a", -62_135_596_800_000, 1), 1);
    });
  });

  describe("hasNew", () => {
    it("is whether any event after the bound is in no sync", async () => {
      const old = pending({ id: "old", receivedAtMs: ago(50) });
      const exported = pending({ id: "exported", receivedAtMs: ago(40) });
      await plant(store(), KEPT, [old, exported]);
      await store().paths.pending("svc").doc("exported").update({ exported: true });
      assert.equal(await store().window.hasNew(KEPT, ago(51)), true);
      assert.equal(await store().window.hasNew(KEPT, ago(50)), false);
    });

    it("counts events of any configured endpoint, and of no other", async () => {
      const keys = Array.from({ length: 61 }, (_, index) => `key${String(index)}`);
      const many = { ...KEPT, endpoints: keys.map((key) => endpoint(key)) };
      await plant(store(), KEPT, [pending({ eventKey: "removed" })]);
      assert.equal(await store().window.hasNew(many, ago(3600)), false);
      await plant(store(), KEPT, [pending({ eventKey: keys[60]! })]);
      assert.equal(await store().window.hasNew(many, ago(3600)), true);
    });

    it("sees events that came while they were taken", async () => {
      await plant(store(), RULE, [pending()]);
      assert.equal(await store().window.hasNew(KEPT, ago(3600)), true);
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

    it("leaves out what is in a sync where events are taken", async () => {
      await plant(store(), KEPT, [pending({ id: "exported" }), pending({ id: "new" })]);
      await store().paths.pending("svc").doc("exported").update({ exported: true });
      const collected = await store().window.collect(RULE, ago(3600));
      assert.deepEqual(
        collected.map(({ id }) => id),
        ["new"],
      );
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

    it("is not stopped by markers that no query finds", async () => {
      const { paths, window } = store();
      await plant(store(), RULE, [pending({ id: "bad" }), pending({ id: "good" })]);
      await paths.pending("svc").doc("bad").update("exported", "no");
      for (const configured of [RULE, KEPT]) {
        const collected = await window.collect(configured, ago(3600));
        assert.deepEqual(
          collected.map(({ id }) => id),
          ["good"],
        );
      }
    });

    it("leaves a malformed marker that somebody puts right at that moment", async () => {
      const { db, paths, window } = store();
      await plant(store(), RULE, [pending({ id: "bad" })]);
      const ref = paths.pending("svc").doc("bad");
      await ref.update("size", "x");
      const batch = db.batch.bind(db);
      db.batch = () => {
        const made = batch();
        const commit = made.commit.bind(made);
        made.commit = async () => {
          await ref.update("size", 100);
          return commit();
        };
        return made;
      };
      assert.deepEqual(await window.collect(RULE, ago(3600)), []);
      assert.deepEqual(await pendingIds(store(), "svc"), ["bad"]);
      assert.equal((await window.collect(RULE, ago(3600))).length, 1);
    });

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
    /** What expires at a time, by the rule and its own bound. */
    const at = (nowMs: number, configured = RULE) => expiryOf(configured, nowMs, undefined, 0);
    const HOUR_MS = 3_600_000;
    const remove = (expiry: Expiry, configured = RULE, goOn = () => true) =>
      store().window.removeExpired(configured, expiry, goOn);
    const withPeriod = (observationPeriod: number) => rule({ trigger: { observationPeriod } });

    it("removes what is as old as the period, or older, and nothing else", async () => {
      await plant(store(), RULE, [
        pending({ id: "older", receivedAtMs: ago(200) }),
        pending({ id: "as-old", receivedAtMs: ago(100) }),
        pending({ id: "younger", receivedAtMs: ago(100) + 1 }),
        pending({ id: "b-old", eventKey: "b", receivedAtMs: ago(101) }),
        pending({ id: "removed", eventKey: "removed", receivedAtMs: ago(500) }),
      ]);
      assert.equal(await remove(at(ago(100) + HOUR_MS)), 3);
      assert.deepEqual(await pendingIds(store(), "svc"), ["removed", "younger"]);
    });

    it("goes on page by page while it may", async () => {
      await plant(store(), RULE, [...pendingOf("a", 1000), ...pendingOf("b", 2)]);
      const later = at(NOW + HOUR_MS);
      assert.equal(await remove(later, RULE, () => false), 452);
      assert.equal(await remove(later), 550);
      assert.equal(await remove(later), 0);
    });

    it("of a relay looks at its one endpoint", async () => {
      await plant(store(), RULE, [...pendingOf("a", 1), ...pendingOf("b", 1)]);
      const relay = rule({ endpoints: [endpoint("b")] });
      assert.equal(await remove(at(NOW + HOUR_MS), relay), 1);
    });

    it("removes what is in a sync, whatever the rule", async () => {
      const [event] = await plant(store(), KEPT, pendingOf("a", 1));
      await store().paths.pending("svc").doc(event!.id).update({ exported: true });
      assert.equal(await remove(at(NOW + HOUR_MS)), 1);
    });

    it("leaves what counts under the longer period under which it came", async () => {
      await plant(store(), withPeriod(7200), pendingOf("a", 1));
      assert.equal(await remove(at(NOW + HOUR_MS)), 0);
      assert.equal(await remove(at(NOW + 2 * HOUR_MS)), 1);
    });

    it("leaves what counts under its own rule, though it came under a shorter one", async () => {
      await plant(store(), withPeriod(60), pendingOf("a", 1));
      assert.equal(await remove(at(NOW)), 0);
      assert.equal(await remove(at(NOW + HOUR_MS)), 1);
    });

    it("removes what was reset, whatever it counts for", async () => {
      await plant(store(), withPeriod(7200), pendingOf("a", 2));
      const [first] = (await store().window.collect(RULE, ago(3600))).toSorted(byAge);
      assert.equal(await remove(expiryOf(RULE, NOW, first!.receivedAtMs, 0)), 1);
    });

    it("is not stopped by a bound that somebody has changed", async () => {
      const planted = await plant(store(), RULE, pendingOf("a", 3));
      for (const [index, countsUntil] of [null, "soon", 5].entries()) {
        await store().paths.pending("svc").doc(planted[index]!.id).update({ countsUntil });
      }
      assert.equal(await remove(at(NOW)), 0);
      assert.equal(await remove(at(NOW + HOUR_MS)), 3);
    });

    it("finds what is behind more than a page that must stay, and reads that page once", async () => {
      // All outside this rule's window: 600 came under a longer one, and before them 500 under this one.
      const staying = await plant(store(), withPeriod(7200), pendingOf("a", 600));
      const old = pendingOf("a", 500).map((event) => ({
        ...event,
        receivedAtMs: event.receivedAtMs - 2 * HOUR_MS,
      }));
      await plant(store(), RULE, old);
      let reads = 0;
      const undo = tapGrpc(({ method }) => {
        if (method !== "RunQuery") return undefined;
        return {
          onResponse: (response) => {
            if ((response as Found).document != null) reads++;
          },
        };
      });
      try {
        assert.equal(await remove(at(NOW + HOUR_MS)), 500);
      } finally {
        undo();
      }
      assert.equal(reads, 450 + 500);
      assert.deepEqual(await pendingIds(store(), "svc"), staying.map(({ id }) => id).toSorted());
    });

    it("leaves a marker that a new event took over at that moment", async () => {
      const { db, events } = store();
      const [stale] = await plant(store(), RULE, pendingOf("a", 1));
      const again = event({ id: stale!.id, receivedAtMs: NOW + HOUR_MS });
      const batch = db.batch.bind(db);
      db.batch = () => {
        db.batch = batch;
        const made = batch();
        const commit = made.commit.bind(made);
        made.commit = async () => {
          await events.append(RULE, again, markerOf(again));
          return commit();
        };
        return made;
      };
      assert.equal(await remove(at(NOW + HOUR_MS)), 0);
      assert.deepEqual(await pendingIds(store(), "svc"), [stale!.id]);
    });
  });
});

interface Found {
  readonly document?: object | null;
}

function factsOf({ id, eventKey, receivedAtMs, size, exported }: PendingEvent): object {
  return { id, eventKey, receivedAtMs, size, exported };
}
