import { Timestamp } from "@google-cloud/firestore";
import assert from "node:assert/strict";
import { shardOf } from "../../src/adapters/firestore/pendingDocument.ts";
import { toMessageEvent } from "../../src/domain/syncMessage.ts";
import { ago, event, markerOf, rule } from "../support/factories.ts";
import { fieldsOf, pendingIds, useStore } from "../support/store.ts";

const RULE = rule();
const KEPT = rule({ trigger: { keepEventAfterTrigger: true } });
const at = (ms: number): Timestamp => Timestamp.fromMillis(ms);

describe("EventLog on Firestore", () => {
  const store = useStore();

  describe("append", () => {
    it("stores an event that does not count with the reason, and without a marker", async () => {
      const { events, paths } = store();
      const stored = event({ ignored: { reason: "no key" } });
      assert.equal(await events.append(RULE, stored, undefined), "stored");
      assert.equal(await events.append(RULE, stored, undefined), "exists");
      const fields = await fieldsOf(paths.events("svc").doc(stored.id));
      assert.deepEqual(fields?.["ignored"], { reason: "no key" });
      assert.deepEqual(await pendingIds(store(), "svc"), []);
    });

    it("stores the event and its marker", async () => {
      const { events, paths } = store();
      const stored = event({
        id: "e1",
        receivedAtMs: ago(60),
        headers: [{ name: "X-A", values: ["1", "2"] }],
      });
      assert.equal(await events.append(RULE, stored, markerOf(stored, 77)), "stored");
      assert.deepEqual(await fieldsOf(paths.events("svc").doc("e1")), {
        v: 1,
        shard: shardOf("e1"),
        size: 77,
        eventKey: "a",
        receivedAt: at(ago(60)),
        httpMethod: "POST",
        headers: [{ name: "X-A", values: ["1", "2"] }],
        queryParams: [],
        content: "hello",
        expireAt: at(ago(60) + 604_800_000),
      });
      assert.deepEqual(await fieldsOf(paths.pending("svc").doc("e1")), {
        v: 1,
        key: "",
        eventKey: "a",
        receivedAt: at(ago(60)),
        size: 77,
        exported: false,
        countsUntil: at(ago(60) + 3_600_000),
        expireAt: at(ago(60) + 3_600_000 + 7 * 86_400_000),
      });
    });

    it("stores the same marker where events are kept: the rule may change while it waits", async () => {
      const { events, paths } = store();
      const marker = () => fieldsOf(paths.pending("svc").doc("e1"));
      const stored = event({ id: "e1" });
      await events.append(RULE, stored, markerOf(stored));
      const taken = await marker();
      await paths.events("svc").doc("e1").delete();
      await events.append(KEPT, stored, markerOf(stored));
      assert.deepEqual(await marker(), taken);
    });

    it("changes nothing if the event exists, and does not bring its marker back", async () => {
      const { events, paths } = store();
      const first = event({ id: "e1", content: "first" });
      await events.append(RULE, first, markerOf(first));
      await paths.pending("svc").doc("e1").delete(); // it became part of a sync
      const again = event({ id: "e1", content: "again" });
      assert.equal(await events.append(RULE, again, markerOf(again)), "exists");
      assert.deepEqual(await pendingIds(store(), "svc"), []);
      assert.equal(
        (await events.read({ serviceName: "svc", eventIds: ["e1"] })).get("e1")?.content,
        "first",
      );
    });

    it("stores both if only the marker exists: it has outlived an event that TTL removed", async () => {
      const { events, paths } = store();
      await paths.pending("svc").doc("e1").set({ foreign: true });
      const stored = event({ id: "e1" });
      assert.equal(await events.append(RULE, stored, markerOf(stored)), "stored");
      assert.equal((await fieldsOf(paths.events("svc").doc("e1")))?.["content"], "hello");
      const marker = await fieldsOf(paths.pending("svc").doc("e1"));
      assert.deepEqual(marker?.["receivedAt"], at(stored.receivedAtMs));
      assert.equal(marker["foreign"], undefined);
    });

    for (const [code, name] of [
      [5, "NOT_FOUND"],
      [9, "FAILED_PRECONDITION"],
      [10, "ABORTED"],
    ] as const) {
      it(`fails, and does not say that the event exists, where Firestore answers ${name}`, async () => {
        const { db, events, paths } = store();
        const batch = db.batch.bind(db);
        db.batch = () =>
          Object.assign(batch(), {
            commit: () => Promise.reject(Object.assign(new Error(name), { code })),
          });
        const stored = event({ id: "e1" });
        await assert.rejects(events.append(RULE, stored, markerOf(stored)), { code });
        assert.equal(await fieldsOf(paths.events("svc").doc("e1")), undefined);
      });
    }

    it("stores one of many that arrive at once", async () => {
      const { events } = store();
      const racers = Array.from({ length: 10 }, (_, index) =>
        event({ id: "e1", content: String(index) }),
      );
      const results = await Promise.all(
        racers.map((racer) => events.append(RULE, racer, markerOf(racer))),
      );
      assert.deepEqual(results.toSorted(), [...Array<string>(9).fill("exists"), "stored"]);
    });

    it("stores the largest event that is let through", async () => {
      const { events } = store();
      // Body 950,000 bytes, headers and query up to 1,040,000 with their names.
      const largest = event({
        id: "e1",
        content: new Uint8Array(950_000).fill(255),
        headers: Array.from({ length: 100 }, (_, index) => ({
          name: `X-${String(index).padStart(3, "0")}`,
          values: ["v".repeat(880)],
        })),
      });
      assert.equal(await events.append(RULE, largest, markerOf(largest)), "stored");
    });
  });

  describe("read", () => {
    const unusual = [
      event({ id: "text", content: "é€😀\u0000\r\n" }),
      event({ id: "empty", content: "" }),
      event({ id: "bytes", content: Uint8Array.of(0, 255, 128) }),
      event({ id: "no-bytes", content: new Uint8Array() }),
      event({
        id: "names",
        headers: [{ name: "__proto__", values: ["a"] }],
        queryParams: ["", "__x__", ".", "a.b", "`", "constructor"].map((name) => ({
          name,
          values: ["1", ""],
        })),
      }),
      event({ id: "ancient", receivedAtMs: -62_135_596_800_000 }),
    ];
    for (const stored of unusual) {
      it(`gives back exactly what was stored: ${stored.id}`, async () => {
        const { events } = store();
        await events.append(RULE, stored, markerOf(stored));
        const read = await events.read({ serviceName: "svc", eventIds: [stored.id] });
        assert.deepEqual([...read], [[stored.id, toMessageEvent(stored)]]);
      });
    }

    it("reads many, over several requests", async () => {
      const { events, db, paths } = store();
      const ids = Array.from({ length: 600 }, (_, index) => `e${String((index * 7919) % 600)}`);
      for (let start = 0; start < 600; start += 300) {
        const batch = db.batch();
        for (const id of ids.slice(start, start + 300)) {
          batch.create(paths.events("svc").doc(id), {
            v: 1,
            eventKey: "a",
            receivedAt: at(ago(60)),
            httpMethod: "POST",
            headers: [],
            queryParams: [],
            content: id,
          });
        }
        await batch.commit();
      }
      const read = await events.read({ serviceName: "svc", eventIds: ids });
      assert.equal(read.size, 600);
      for (const id of ids) assert.equal(read.get(id)?.content, id);
    });

    it("of nothing asks nothing", async () => {
      assert.equal((await store().events.read({ serviceName: "svc", eventIds: [] })).size, 0);
    });

    it("leaves out what is missing and says so", async () => {
      const { events, log } = store();
      const stored = event({ id: "e1" });
      await events.append(RULE, stored, markerOf(stored));
      const read = await events.read({ serviceName: "svc", eventIds: ["gone", "e1"] });
      assert.deepEqual([...read.keys()], ["e1"]);
      assert.deepEqual(log.of("event.unreadable"), [
        { service: "svc", eventId: "gone", problem: "missing" },
      ]);
    });

    for (const [field, value] of [
      ["eventKey", 5],
      ["receivedAt", "2023-01-12T11:06:20.908Z"],
      ["httpMethod", null],
      ["headers", { Accept: ["*/*"] }],
      ["headers", [{ name: "Accept", values: "*/*" }]],
      ["headers", [null]],
      ["queryParams", [{ values: [] }]],
      ["content", 5],
    ] as const) {
      it(`leaves out an event whose ${field} is ${JSON.stringify(value)}`, async () => {
        const { events, log, paths } = store();
        const stored = event({ id: "e1" });
        await events.append(RULE, stored, markerOf(stored));
        await paths.events("svc").doc("e1").update(field, value);
        assert.equal((await events.read({ serviceName: "svc", eventIds: ["e1"] })).size, 0);
        assert.equal(log.of("event.unreadable")[0]?.["problem"], "malformed");
      });
    }
  });

  describe("receivedAt", () => {
    it("is when the event was received, or nothing if it is gone", async () => {
      const { events } = store();
      const stored = event({ id: "e1", receivedAtMs: ago(123) });
      await events.append(RULE, stored, markerOf(stored));
      const of = (serviceName: string, eventId: string) => events.summary({ serviceName, eventId });
      assert.deepEqual(await of("svc", "e1"), { receivedAtMs: ago(123) });
      assert.equal(await of("svc", "e2"), undefined);
      assert.equal(await of("other", "e1"), undefined);
    });
  });
});
