import assert from "node:assert/strict";

import type { Documents } from "../../src/adapters/firestore/documents.ts";
import { makeDeliveryPorts } from "../../src/adapters/firestore/deliveryPorts.ts";
import { makeStorePorts } from "../../src/adapters/firestore/ports.ts";
import { makeStoredEvents } from "../../src/adapters/firestore/storedEvents.ts";
import { makeSyncLog } from "../../src/adapters/firestore/syncLog.ts";
import { makeWindowLooks } from "../../src/adapters/firestore/windowLooks.ts";
import { pendingFields } from "../../src/adapters/firestore/pendingDocument.ts";
import type { ListedSync, MemberStand, SyncStand } from "../../src/app/ports/syncLog.ts";
import type { EventStand } from "../../src/app/ports/storedEvents.ts";
import { groupWindow } from "../../src/domain/decide.ts";
import { endOf, placeOf, type PendingEvent } from "../../src/domain/event.ts";
import type { Rule } from "../../src/domain/rule.ts";
import { portions, splitClaim, type SyncReason } from "../../src/domain/sync.ts";
import { describeInBoth } from "../support/bothStores.ts";
import { ago, endpoint, event, NOW, pending, rule, uniqueId } from "../support/factories.ts";
import { recordingLog } from "../support/recordingLog.ts";
import { httpTarget } from "../support/targets.ts";

/** What a sync is made of, where a test says it. */
interface Claimed {
  readonly key?: string;
  readonly reason?: SyncReason;
  readonly createdAtMs?: number;
  readonly members?: number;
}

const KEYED = rule({ correlation: {} });
const SERVICE = KEYED.serviceName;

describeInBoth("what somebody looks at", (opened) => {
  let documents: Documents;
  const log = recordingLog();
  beforeEach(() => {
    documents = opened();
  });

  async function plant(key: string, ...events: PendingEvent[]): Promise<void> {
    await documents.commit(
      events.map((one) => ({
        kind: "create" as const,
        path: `services/${SERVICE}/pending/${one.id}`,
        fields: { ...pendingFields(KEYED, { key, ...one }), exported: one.exported },
      })),
    );
  }
  const at = (seconds: number, eventKey = "a", exported = false): PendingEvent =>
    pending({ eventKey, receivedAtMs: ago(seconds), exported });

  describe("events that wait", () => {
    const looks = () => makeWindowLooks(documents, log);
    const range = { aboveMs: ago(3600), upToMs: NOW, withExported: false };

    it("are paged over all keys, oldest first, with what is in a sync where that is asked for", async () => {
      await plant("k1", at(50), at(20, "b"), at(5000));
      await plant("k2", at(40), at(30, "a", true));
      const keysOf = async (
        query: Partial<Parameters<ReturnType<typeof looks>["page"]>[1]>,
      ): Promise<(string | boolean)[]> => {
        const page = await looks().page(SERVICE, {
          ...{ ...range, after: undefined, limit: 9 },
          ...query,
        });
        const seconds = page.events.map(
          ({ key, receivedAtMs }) => `${key} ${String((NOW - receivedAtMs) / 1000)}`,
        );
        return [...seconds, page.isLast];
      };
      assert.deepEqual(await keysOf({}), ["k1 50", "k2 40", "k1 20", true]);
      assert.deepEqual(await keysOf({ limit: 3 }), ["k1 50", "k2 40", "k1 20", true]);
      assert.deepEqual(await keysOf({ limit: 2 }), ["k1 50", "k2 40", false]);
      const { last } = await looks().page(SERVICE, { ...range, after: undefined, limit: 2 });
      assert.deepEqual(await keysOf({ after: last }), ["k1 20", true]);
      assert.deepEqual(await keysOf({ withExported: true }), [
        ...["k1 50", "k2 40", "k2 30", "k1 20"],
        true,
      ]);
    });

    it("are read of several windows, and of none that may hold more", async () => {
      const events = [at(50), at(40, "b"), at(30, "c"), at(20, "b", true)];
      await plant("k1", ...events);
      await plant("k2", at(10));
      const read = async (query: object): Promise<Record<string, number>> => {
        const base = { keys: ["k1", "k2", "k3"], eventKeys: ["a", "b"], withExported: false };
        const found = await looks().ofWindows(SERVICE, { ...base, limit: 9, ...query });
        return Object.fromEntries(Array.from(found, ([key, of]) => [key, of.length]));
      };
      assert.deepEqual(await read({}), { k1: 2, k2: 1, k3: 0 });
      assert.deepEqual(await read({ withExported: true }), { k1: 3, k2: 1, k3: 0 });
      assert.deepEqual(await read({ after: placeOf(events[0]!) }), { k1: 1, k2: 1, k3: 0 });
      assert.deepEqual(await read({ upTo: placeOf(events[0]!) }), { k1: 1, k2: 0, k3: 0 });
      assert.deepEqual(await read({ after: endOf(ago(40)) }), { k1: 0, k2: 1, k3: 0 });
      assert.deepEqual(await read({ limit: 1 }), { k1: 2, k2: 1, k3: 0 });
      assert.deepEqual(await read({ keys: ["k1"], limit: 1 }), {});
      // A query takes 30 combinations.
      const eventKeys = ["a", "b", ...Array.from({ length: 40 }, (_, i) => `x${String(i)}`)];
      assert.deepEqual(await read({ eventKeys }), { k1: 2, k2: 1, k3: 0 });
    });

    it("are read by key, whole windows at a time", async () => {
      await plant("k2", at(50), at(60, "b"), at(20, "a", true));
      await plant("k1", at(40));
      await plant("\u{10000}", at(10), at(9));
      await plant("\uffff", at(30));
      const read = async (after: string, limit: number): Promise<unknown[]> => {
        const { windows, isLast } = await looks().behindKey(SERVICE, { after, limit });
        const told = Array.from(windows, ([key, events]) => [
          key,
          ...(events?.map(({ receivedAtMs }) => (NOW - receivedAtMs) / 1000) ?? ["many"]),
        ]);
        return [...told, isLast];
      };
      const all = [
        ["k1", 40],
        ["k2", 60, 50, 20],
        ["\uffff", 30],
        ["\u{10000}", 10, 9],
      ];
      assert.deepEqual(await read("", 9), [...all, true]);
      assert.deepEqual(await read("", 7), [...all.slice(0, 3), false]);
      assert.deepEqual(await read("k1", 9), [...all.slice(1), true]);
      assert.deepEqual(await read("", 3), [all[0], false]);
      assert.deepEqual(await read("k1", 3), [["k2", "many"], false]);
      assert.deepEqual(await read("k2", 1), [["\uffff", "many"], false]);
      assert.deepEqual(await read("\u{10000}", 1), [true]);
    });

    it("have a first one", async () => {
      const [first, second] = [at(50), at(40)];
      await plant("k1", first, second, at(45, "a", true), at(60, "b"));
      const firstOf = (after: number, withExported = false) =>
        looks().first(
          { service: SERVICE, key: "k1" },
          { eventKey: "a", withExported, after: endOf(after), upToMs: NOW },
        );
      assert.deepEqual(await firstOf(-Infinity), placeOf(first));
      assert.deepEqual(await firstOf(ago(50)), placeOf(second));
      assert.equal((await firstOf(ago(50), true))?.receivedAtMs, ago(45));
      assert.equal(await firstOf(ago(40)), undefined);
    });

    it("come with the state of their windows", async () => {
      const { services } = makeStorePorts(documents, log);
      const reset = (key: string, seconds: number): Promise<void> =>
        services.reset({ service: SERVICE, key }, { atMs: ago(seconds), keepFromMs: ago(9000) });
      await reset("", 100);
      await reset("k1", 50);
      const keys = Array.from({ length: 40 }, (_, index) => `k${String(index)}`);
      const states = await looks().states(SERVICE, keys);
      assert.equal(states.size, 40);
      for (const key of ["k1", "k2", "k39"]) {
        assert.deepEqual(states.get(key), await services.read({ service: SERVICE, key }));
      }
      assert.deepEqual(states.get("k1")?.resetsMs, [ago(100), ago(50)]);
    });
  });

  describe("events", () => {
    const stored = () => makeStoredEvents(documents, log);
    const append = async (...events: ReturnType<typeof event>[]): Promise<void> => {
      const { events: kept } = makeStorePorts(documents, log);
      for (const one of events) await kept.append(KEYED, one, undefined);
    };

    it("are listed newest first, page by page, of some endpoints and times", async () => {
      const keys = ["a", "b", "c", "d"];
      const events = Array.from({ length: 12 }, (_, index) =>
        event({ eventKey: keys[index % 4]!, receivedAtMs: ago(60 - 5 * Math.floor(index / 2)) }),
      );
      await append(...events);
      const newest = events.toSorted(
        (a, b) => b.receivedAtMs - a.receivedAtMs || (a.id < b.id ? 1 : -1),
      );
      const ids: string[] = [];
      let after: EventStand | undefined;
      do {
        const page = await stored().list(SERVICE, { eventKeys: keys, limit: 5, after });
        ids.push(...page.events.map(({ id }) => id));
        after = page.next;
      } while (after !== undefined);
      assert.deepEqual(
        ids,
        newest.map(({ id }) => id),
      );
      const some = await stored().list(SERVICE, {
        eventKeys: ["a"],
        aboveMs: ago(51),
        upToMs: ago(50),
        limit: 5,
      });
      assert.deepEqual(
        some.events.map(({ id }) => id),
        [events[4]!.id],
      );
      assert.equal(some.next, undefined);
    });

    it("say why they do not count, and how large they are", async () => {
      const ignored = { reason: "filter-failed", detail: "no such field" };
      const one = event({ key: "k", ignored, content: "x" });
      await append(one);
      const [listed] = (await stored().list(SERVICE, { eventKeys: ["a"], limit: 5 })).events;
      assert.deepEqual([listed?.key, listed?.ignored], ["k", ignored]);
      assert.ok((listed?.size ?? 0) > 50);
      const read = await stored().read(SERVICE, [one.id, "none", "no/id", ""]);
      assert.deepEqual([...read], [[one.id, one]]);
    });

    it("that cannot be read are left out", async () => {
      const [good, spoilt, newer] = [event(), event(), event()];
      await append(good, spoilt, newer);
      const path = ({ id }: { id: string }): string => `services/${SERVICE}/events/${id}`;
      await documents.commit([
        { kind: "update", path: path(spoilt), fields: { size: "many" } },
        { kind: "update", path: path(newer), fields: { v: 99 } },
      ]);
      const { events, next } = await stored().list(SERVICE, { eventKeys: ["a"], limit: 5 });
      assert.deepEqual([events.map(({ id }) => id), next], [[good.id], undefined]);
      await assert.rejects(stored().read(SERVICE, [newer.id]), { code: "newer-document" });
    });
  });

  describe("syncs", () => {
    const syncLog = () => makeSyncLog(documents, log);
    const TARGETS = rule({ correlation: {}, targets: [httpTarget("web"), httpTarget("other")] });

    async function claim(
      of: Rule,
      { key = "", reason = "complete", createdAtMs = NOW, members = 2 }: Claimed = {},
    ): Promise<string> {
      const { outbox, services } = makeStorePorts(documents, log);
      const id = { service: of.serviceName, key };
      const events = Array.from({ length: members }, (_, index) => {
        const seconds = members - index;
        return pending({ eventKey: index % 2 === 0 ? "a" : "b", receivedAtMs: ago(seconds) });
      });
      const docs = events.map((one) => ({
        kind: "create" as const,
        path: `services/${of.serviceName}/pending/${one.id}`,
        fields: pendingFields(of, { key, ...one }),
      }));
      const version = await documents.commit(docs);
      const planted = events.map((one) => ({ ...one, version }));
      const groups = groupWindow({
        rule: of,
        pending: planted,
        nowMs: NOW,
        resetAtMs: undefined,
      });
      const limits = { chunkSize: 4, nowMs: () => NOW, leaseUntilMs: () => createdAtMs + 1000 };
      const syncId = uniqueId("s");
      const made = {
        syncId,
        token: uniqueId("t"),
        rule: of,
        window: id,
        reason,
        nowMs: createdAtMs,
        leaseUntilMs: limits.leaseUntilMs,
        chunks: members > 4 ? splitClaim(of.condition, groups, 4) : portions(groups, members || 1),
        range: { after: endOf(ago(9000)), to: endOf(NOW) },
      };
      const state = await services.read(id);
      const [result] = await outbox.claimTaken([made], state.version, 4);
      if (result?.outcome === "begun") {
        await outbox.goOn(result.claim, { ...limits, isTimeUp: () => false });
      } else assert.equal(result?.outcome, "claimed");
      return syncId;
    }

    it("are listed newest first, page by page, by reason, key and time", async () => {
      const made: string[] = [];
      for (let index = 0; index < 6; index++) {
        const reason = index % 2 === 0 ? "complete" : "deadline";
        const createdAtMs = ago(60 - 10 * index);
        made.push(
          await claim(KEYED, { key: `k${String(index % 3)}`, reason, createdAtMs, members: 1 }),
        );
      }
      const ids = (listed: readonly ListedSync[]): string[] => listed.map(({ sync }) => sync.id);
      const all: string[] = [];
      let after: SyncStand | undefined;
      do {
        const page = await syncLog().list(SERVICE, { limit: 4, after });
        all.push(...ids(page.syncs));
        after = page.next;
      } while (after !== undefined);
      assert.deepEqual(all, made.toReversed());
      const listed = async (filter: object): Promise<string[]> =>
        ids((await syncLog().list(SERVICE, { limit: 9, ...filter })).syncs);
      const pick = (...indexes: number[]): (string | undefined)[] => indexes.map((i) => made[i]);
      assert.deepEqual(await listed({ reason: "deadline" }), pick(5, 3, 1));
      assert.deepEqual(await listed({ key: "k1" }), pick(4, 1));
      assert.deepEqual(await listed({ key: "k1", reason: "deadline" }), pick(1));
      assert.deepEqual(await listed({ aboveMs: ago(50), upToMs: ago(30) }), pick(3, 2));
      assert.deepEqual(await listed({ reason: "manual" }), []);
    });

    it("say how far they have come, and leave out what cannot be read", async () => {
      const { outbox } = makeStorePorts(documents, log);
      const [failed, gone, newer] = [
        await claim(KEYED),
        await claim(KEYED, { createdAtMs: ago(1) }),
        await claim(KEYED, { createdAtMs: ago(2) }),
      ];
      const path = (id: string): string => `services/${SERVICE}/syncs/${id}`;
      await documents.commit([
        { kind: "update", path: path(gone), fields: { topic: 5 } },
        { kind: "update", path: path(newer), fields: { v: 99 } },
      ]);
      const taken = await outbox.take(
        { serviceName: SERVICE, syncId: failed },
        { nowMs: NOW + 9000, leaseUntilMs: NOW + 10_000 },
      );
      assert.ok(taken?.next === "publish");
      await outbox.markFailed(taken.lease, "no such topic", NOW + 60_000);
      const { syncs } = await syncLog().list(SERVICE, { limit: 9 });
      assert.equal(syncs.length, 1);
      const found = await syncLog().get(SERVICE, failed);
      assert.deepEqual(found, syncs[0]);
      assert.deepEqual(
        [found?.state, found?.attempt, found?.error, found?.nextAttemptAtMs],
        ["claimed", 2, "no such topic", NOW + 60_000],
      );
      await outbox.markPublished([{ lease: taken.lease, messageId: "m1" }], NOW);
      const published = await syncLog().get(SERVICE, failed);
      assert.deepEqual(
        [published?.state, published?.messageId, published?.publishedAtMs, published?.error],
        ["published", "m1", NOW, undefined],
      );
      assert.equal(await syncLog().get(SERVICE, gone), undefined);
      assert.equal(await syncLog().get(SERVICE, "none"), undefined);
      assert.equal(await syncLog().get(SERVICE, "no/such id"), undefined);
      await assert.rejects(syncLog().get(SERVICE, newer), { code: "newer-document" });
    });

    it("have members, part by part, in pages that are neither too long nor too large", async () => {
      const id = await claim(rule({ endpoints: [endpoint("a"), endpoint("b")] }), {
        members: 11,
      });
      const found = await syncLog().get(SERVICE, id);
      assert.ok(found);
      const read = async (limit: number, maxBytes: number): Promise<string[][]> => {
        const pages: string[][] = [];
        let after: MemberStand | undefined = { part: 0, index: 0 };
        while (after !== undefined) {
          const page = await syncLog().members(found, { after, limit, maxBytes });
          pages.push(page.members.map((member) => member.id));
          after = page.next;
        }
        return pages;
      };
      const [all = []] = await read(99, 1e6);
      assert.equal(new Set(all).size, 11);
      const byThree = await read(3, 1e6);
      assert.deepEqual(byThree.flat(), all);
      assert.deepEqual(
        byThree.map(({ length }) => length),
        [3, 3, 3, 2],
      );
      assert.deepEqual(
        await read(99, 1),
        all.map((one) => [one]),
      );
      const sync = await syncLog().sendable(found);
      const sent = sync.endpoints.flatMap(({ members }) => members.map((one) => one.id));
      assert.deepEqual(sent.toSorted(), all.toSorted());
    });

    it("have deliveries, in the order of the targets", async () => {
      const [first, second] = [await claim(TARGETS), await claim(TARGETS)];
      const { deliveries } = makeDeliveryPorts(documents, log);
      const found = await syncLog().deliveries(SERVICE, [first, second], ["other", "web", "x"]);
      assert.deepEqual(
        found.get(first)?.map(({ target }) => target),
        ["other", "web"],
      );
      const one = await deliveries.get({ service: SERVICE, target: "web", syncId: second });
      assert.deepEqual(found.get(second)?.[1], one?.delivery);
    });

    it("that are not published are counted, with the oldest", async () => {
      const none = { count: 0, oldestAtMs: undefined };
      assert.deepEqual(await syncLog().unpublished(SERVICE), none);
      await claim(KEYED, { createdAtMs: ago(10) });
      await claim(KEYED, { createdAtMs: ago(20) });
      assert.deepEqual(await syncLog().unpublished(SERVICE), { count: 2, oldestAtMs: ago(20) });
    });
  });
});
