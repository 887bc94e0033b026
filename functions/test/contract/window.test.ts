import assert from "node:assert/strict";
import type { Write } from "../../src/adapters/firestore/documents.ts";
import { firestoreDocuments } from "../../src/adapters/firestore/firestoreDocuments.ts";
import { makeWindow } from "../../src/adapters/firestore/window.ts";
import { byAge, endOf, type PendingEvent } from "../../src/domain/event.ts";
import { expiryOf, type Expiry } from "../../src/domain/expiry.ts";
import type { Rule } from "../../src/domain/rule.ts";
import { windowOf } from "../../src/domain/window.ts";
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
import { tapGrpc } from "../../testkit/grpcTap.ts";
import { fieldsOf, pendingIds, plant, useStore } from "../support/store.ts";

const RULE = rule();
const KEPT = rule({ trigger: { keepEventAfterTrigger: true } });

const keysOf = ({ endpoints }: Rule): string[] => endpoints.map(({ eventKey }) => eventKey);

describe("Window on Firestore", () => {
  const store = useStore();
  /** What the use cases ask for, of a rule. */
  const count = (configured: Rule, eventKey: string, aboveMs: number | undefined, limit: number) =>
    store().window.count(windowOf(configured), {
      eventKeys: [eventKey],
      withExported: configured.trigger.keepEventAfterTrigger,
      aboveMs,
      limit,
    });
  const hasNew = (configured: Rule, aboveMs: number) =>
    store().window.hasNew(windowOf(configured), { eventKeys: keysOf(configured), aboveMs });
  const collect = (configured: Rule, aboveMs: number) =>
    store().window.collect(windowOf(configured), {
      eventKeys: keysOf(configured),
      withExported: configured.trigger.keepEventAfterTrigger,
      aboveMs,
    });

  describe("count", () => {
    for (const [limit, expected] of [
      [1, 1],
      [4, 4],
      [5, 5],
      [6, 5],
    ] as const) {
      it(`of 5 events counts ${String(expected)} when ${String(limit)} are needed`, async () => {
        await plant(store(), RULE, [...pendingOf("a", 5), ...pendingOf("b", 9)]);
        assert.equal(await count(RULE, "a", ago(3600), limit), expected);
      });
    }

    it("leaves out what is exactly as old as the bound, to the millisecond", async () => {
      const times = [ago(100) - 1, ago(100), ago(100) + 1, NOW + 500_000];
      await plant(
        store(),
        RULE,
        times.map((receivedAtMs) => pending({ receivedAtMs })),
      );
      assert.equal(await count(RULE, "a", ago(100), 10), 2);
    });

    it("of a service or endpoint that never had an event is 0", async () => {
      const other = rule({ serviceName: "other" });
      await plant(store(), RULE, [pending()]);
      assert.equal(await count(RULE, "b", ago(3600), 1), 0);
      assert.equal(await count(other, "a", ago(3600), 1), 0);
    });

    it("leaves out what is in a sync where events are taken, not where they are kept", async () => {
      await plant(store(), KEPT, [pending({ id: "exported" }), ...pendingOf("a", 2)]);
      await store().paths.pending("svc").doc("exported").update({ exported: true });
      assert.equal(await count(RULE, "a", ago(3600), 10), 2);
      assert.equal(await count(KEPT, "a", ago(3600), 10), 3);
      assert.equal(await count(KEPT, "a", ago(3600), 2), 2);
    });

    for (const configured of [RULE, KEPT]) {
      const kept = String(configured.trigger.keepEventAfterTrigger);
      it(`counts any number of endpoints together, where events are kept: ${kept}`, async () => {
        // More than one query takes, and the last of them no further than what is still asked for.
        const eventKeys = Array.from({ length: 65 }, (_, index) => `e${String(index)}`);
        const { window } = store();
        await plant(store(), configured, [
          ...["e0", "e14", "e29", "e30"].map((eventKey) => pending({ eventKey })),
          ...pendingOf("e64", 3),
        ]);
        const query = {
          eventKeys,
          withExported: configured.trigger.keepEventAfterTrigger,
          aboveMs: ago(3600),
        };
        assert.equal(await window.count(windowOf(configured), { ...query, limit: 100 }), 7);
        assert.equal(await window.count(windowOf(configured), { ...query, limit: 5 }), 5);
        assert.equal(await window.count(windowOf(configured), { ...query, limit: 2 }), 2);
      });
    }

    it("leaves out what is later than the upper bound, and has no lower one if none is given", async () => {
      const times = [0, ago(100), ago(50), ago(50) + 1];
      await plant(
        store(),
        RULE,
        times.map((receivedAtMs) => pending({ receivedAtMs })),
      );
      const query = { eventKeys: ["a"], withExported: false, aboveMs: undefined, limit: 10 };
      const { window } = store();
      assert.equal(await window.count(windowOf(RULE), { ...query, upToMs: ago(50) }), 3);
      assert.equal(await window.count(windowOf(RULE), query), 4);
    });

    it("leaves out what has another key", async () => {
      await plant(store(), RULE, [pending({ id: "other" }), pending()]);
      await store().paths.pending("svc").doc("other").update({ key: "k" });
      assert.equal(await count(RULE, "a", ago(3600), 10), 1);
      assert.equal((await collect(RULE, ago(3600))).length, 1);
    });

    it("reaches back to the beginning of time", async () => {
      await plant(store(), RULE, [pending({ receivedAtMs: 0 })]);
      assert.equal(await count(RULE, "a", -62_135_596_800_000, 1), 1);
    });
  });

  describe("hasNew", () => {
    it("is whether any event after the bound is in no sync", async () => {
      const old = pending({ id: "old", receivedAtMs: ago(50) });
      const exported = pending({ id: "exported", receivedAtMs: ago(40) });
      await plant(store(), KEPT, [old, exported]);
      await store().paths.pending("svc").doc("exported").update({ exported: true });
      assert.equal(await hasNew(KEPT, ago(51)), true);
      assert.equal(await hasNew(KEPT, ago(50)), false);
    });

    it("counts events of any configured endpoint, and of no other", async () => {
      const keys = Array.from({ length: 61 }, (_, index) => `key${String(index)}`);
      const many = { ...KEPT, endpoints: keys.map((key) => endpoint(key)) };
      await plant(store(), KEPT, [pending({ eventKey: "removed" })]);
      assert.equal(await hasNew(many, ago(3600)), false);
      await plant(store(), KEPT, [pending({ eventKey: keys[60]! })]);
      assert.equal(await hasNew(many, ago(3600)), true);
    });

    it("sees events that came while they were taken", async () => {
      await plant(store(), RULE, [pending()]);
      assert.equal(await hasNew(KEPT, ago(3600)), true);
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
      const collected = await collect(RULE, ago(3600));
      assert.deepEqual(
        collected.toSorted((x, y) => (x.id < y.id ? -1 : 1)).map(factsOf),
        inside.map(factsOf),
      );
    });

    it("says which are in a sync already", async () => {
      await plant(store(), KEPT, [pending({ id: "a1" }), pending({ id: "a2" })]);
      await store().paths.pending("svc").doc("a2").update({ exported: true });
      const collected = await collect(KEPT, ago(3600));
      assert.deepEqual(Object.fromEntries(collected.map(({ id, exported }) => [id, exported])), {
        a1: false,
        a2: true,
      });
    });

    it("leaves out what is in a sync where events are taken", async () => {
      await plant(store(), KEPT, [pending({ id: "exported" }), pending({ id: "new" })]);
      await store().paths.pending("svc").doc("exported").update({ exported: true });
      const collected = await collect(RULE, ago(3600));
      assert.deepEqual(
        collected.map(({ id }) => id),
        ["new"],
      );
    });

    it("gives the version that conditional writes need", async () => {
      await plant(store(), KEPT, [pending({ id: "a1" })]);
      const [event] = await collect(KEPT, ago(3600));
      const { path } = store().paths.pending("svc").doc("a1");
      const version = event?.version as string;
      const documents = firestoreDocuments(store().db);
      const mark: Write = { kind: "update", path, fields: { exported: true }, version };
      await documents.commit([mark]);
      await assert.rejects(documents.commit([mark]), { code: 9 });
    });

    for (const [field, value] of [
      ["size", "100"],
      ["size", -1],
      ["size", 1.5],
      ["size", null],
    ] as const) {
      it(`sets aside a marker whose ${field} is ${JSON.stringify(value)}, and goes on`, async () => {
        const { paths, log } = store();
        await plant(store(), RULE, [pending({ id: "bad" }), pending({ id: "good" })]);
        await paths.pending("svc").doc("bad").update(field, value);
        const collected = await collect(RULE, ago(3600));
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
      const { paths } = store();
      await plant(store(), RULE, [pending({ id: "bad" }), pending({ id: "good" })]);
      await paths.pending("svc").doc("bad").update("exported", "no");
      for (const configured of [RULE, KEPT]) {
        const collected = await collect(configured, ago(3600));
        assert.deepEqual(
          collected.map(({ id }) => id),
          ["good"],
        );
      }
    });

    it("leaves a malformed marker that somebody puts right at that moment", async () => {
      const { db, paths } = store();
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
      assert.deepEqual(await collect(RULE, ago(3600)), []);
      assert.deepEqual(await pendingIds(store(), "svc"), ["bad"]);
      assert.equal((await collect(RULE, ago(3600))).length, 1);
    });

    it("sets a malformed marker aside once, however many checks find it at once", async () => {
      const { paths } = store();
      await plant(store(), RULE, [pending({ id: "bad" }), pending({ id: "good" })]);
      await paths.pending("svc").doc("bad").update({ size: "x" });
      const all = await Promise.all(Array.from({ length: 5 }, () => collect(RULE, ago(3600))));
      for (const collected of all) assert.equal(collected.length, 1);
      assert.deepEqual(await pendingIds(store(), "svc"), ["good"]);
      assert.equal((await paths.malformed("svc").listDocuments()).length, 1);
    });
  });

  describe("small", () => {
    const KEYED = rule({ correlation: {} });
    const at = (id: string, secondsAgo: number) => ({
      ...pending({ id, eventKey: id.slice(0, 1), receivedAtMs: ago(secondsAgo) }),
      key: id.slice(1),
    });
    const read = async (key: string, limit = 2, aboveMs?: number) => {
      const query = { eventKeys: keysOf(KEYED), aboveMs, limit };
      const found = await store().window.small({ service: "svc", key }, query);
      return found?.map(({ id }) => id);
    };

    it("gives all of each window, oldest first, of many that are asked for at once", async () => {
      const keys = Array.from({ length: 40 }, (_, index) => String(index));
      await plant(
        store(),
        KEYED,
        keys.flatMap((key) => [at(`b${key}`, 30), at(`a${key}`, 40)]),
      );
      const found = await Promise.all([...keys, "none", ""].map((key) => read(key)));
      assert.deepEqual(found, [...keys.map((key) => [`a${key}`, `b${key}`]), [], []]);
    });

    it("leaves out what each has no use for: older, in a sync, of no endpoint, not to be read", async () => {
      const { paths } = store();
      await plant(store(), KEYED, [at("a1", 50), at("b1", 40), at("a2", 50), at("b2", 40)]);
      await plant(store(), KEYED, [at("c1", 30), at("a3", 30), at("b3", 20)]);
      await paths.pending("svc").doc("a2").update({ exported: true });
      await paths.pending("svc").doc("a3").update({ size: "x" });
      const found = [read("1", 2, ago(50)), read("1"), read("2"), read("3"), read("1", 2, ago(40))];
      const [above, all, rest, readable, nothing] = await Promise.all(found);
      assert.deepEqual(above, ["b1"]);
      assert.deepEqual(all, ["a1", "b1"]);
      assert.deepEqual(rest, ["b2"]);
      assert.deepEqual(readable, ["b3"]);
      assert.deepEqual(nothing, []);
      assert.equal((await paths.malformed("svc").listDocuments()).length, 1);
    });

    it("does not say what a window holds that may hold more", async () => {
      await plant(store(), KEYED, [at("a1", 50), at("b1", 40)]);
      assert.deepEqual(await read("1", 2), ["a1", "b1"]);
      assert.equal(await read("1", 1), undefined);
    });
  });

  describe("scan", () => {
    /** The ids of each page, of so many markers at a time. */
    async function scan(scanPage: number, fromMs?: number, configured = RULE): Promise<string[][]> {
      const { db, log } = store();
      const window = makeWindow(firestoreDocuments(db), log, { scanPage });
      const pages: string[][] = [];
      const after = fromMs === undefined ? undefined : endOf(fromMs - 1);
      const query = { eventKeys: keysOf(configured), after };
      for await (const page of window.scan(windowOf(configured), query)) {
        pages.push(page.map(({ id }) => id));
      }
      assert.ok(pages.slice(0, -1).every((page) => page.length > 0));
      assert.notDeepEqual(pages, [[]]);
      return pages;
    }
    const at = (id: string, secondsAgo: number) =>
      pending({ id, eventKey: id.slice(0, 1), receivedAtMs: ago(secondsAgo) });

    it("gives the events of all endpoints by age, page by page", async () => {
      await plant(store(), RULE, [
        ...[at("b1", 30), at("a1", 50), at("a3", 20), at("b3", 20), at("a2", 40), at("b2", 25)],
        pending({ eventKey: "removed" }),
      ]);
      const all = ["a1", "a2", "b1", "b2", "a3", "b3"];
      for (const size of [1, 2, 3, 5, 6, 1000]) {
        const pages = await scan(size);
        assert.deepEqual(pages.flat(), all);
        assert.ok(pages.every((page) => page.length <= size));
        // Where the last page was full, it takes another to see that nothing is left.
        assert.equal(pages.at(-1)?.length === 0, all.length % size === 0);
      }
    });

    it("of more endpoints than one query takes keeps the order of all", async () => {
      const keys = Array.from({ length: 65 }, (_, index) => `k${String(index)}`);
      const many = { ...RULE, endpoints: keys.map((key) => endpoint(key)) };
      const events = keys.flatMap((eventKey, index) =>
        [index, 100 - index, 50].map((secondsAgo) =>
          pending({ eventKey, receivedAtMs: ago(secondsAgo) }),
        ),
      );
      await plant(store(), many, events);
      const expected = events.toSorted(byAge).map(({ id }) => id);
      for (const size of [7, 1000]) {
        assert.deepEqual((await scan(size, undefined, many)).flat(), expected);
      }
    });

    it("begins with what was received at the bound", async () => {
      await plant(store(), RULE, [at("a1", 50), at("a2", 40), at("b1", 30)]);
      assert.deepEqual((await scan(10, ago(40))).flat(), ["a2", "b1"]);
      assert.deepEqual(await scan(10, ago(29)), []);
    });

    it("leaves out what is in a sync, and sets aside what cannot be read", async () => {
      const { paths } = store();
      await plant(store(), RULE, [at("a1", 50), at("a2", 40), at("a3", 30), at("b1", 20)]);
      await paths.pending("svc").doc("a1").update({ exported: true });
      await paths.pending("svc").doc("a3").update({ size: "x" });
      assert.deepEqual((await scan(1)).flat(), ["a2", "b1"]);
      assert.equal((await paths.malformed("svc").listDocuments()).length, 1);
    });

    it("sees all endpoints at one moment", async () => {
      await plant(store(), RULE, [at("a1", 50), at("b1", 40)]);
      let queries = 0;
      const undo = tapGrpc(({ method }) => {
        if (method === "RunQuery") queries++;
        return undefined;
      });
      try {
        assert.deepEqual(await scan(1000), [["a1", "b1"]]);
      } finally {
        undo();
      }
      assert.equal(queries, 1);
    });
  });

  describe("removeExpired", () => {
    /** What expires at a time, by the rule and its own bound. */
    const at = (nowMs: number, configured = RULE) => expiryOf(configured, nowMs, undefined, 0);
    const HOUR_MS = 3_600_000;
    const remove = (expiry: Expiry, configured = RULE, goOn = () => true) =>
      store().window.removeExpired(windowOf(configured), {
        eventKeys: keysOf(configured),
        expiry,
        goOn,
      });
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
      const [first] = (await collect(RULE, ago(3600))).toSorted(byAge);
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

    it("begins with the oldest, and stops where a page has what must stay", async () => {
      // All outside this rule's window: 500 came under it, and after them 600 under a longer one.
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
      assert.equal(reads, 450 + 450);
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
