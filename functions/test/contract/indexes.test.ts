import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { firestoreDocuments } from "../../src/adapters/firestore/firestoreDocuments.ts";
import { makeReceipts } from "../../src/adapters/firestore/receipts.ts";
import { makeWindow } from "../../src/adapters/firestore/window.ts";
import type { Claim, ClaimResult, Taken } from "../../src/app/ports.ts";
import type { Receipts } from "../../src/app/ports/receipts.ts";
import { groupWindow } from "../../src/domain/decide.ts";
import { endOf, type PendingEvent } from "../../src/domain/event.ts";
import type { Rule } from "../../src/domain/rule.ts";
import { DELIVERY_STATES } from "../../src/domain/delivery.ts";
import { expiryOf } from "../../src/domain/expiry.ts";
import { eventIdOf, portions, splitClaim } from "../../src/domain/sync.ts";
import { windowOf } from "../../src/domain/window.ts";
import { ago, event, markerOf, NOW, pendingOf, rule, uniqueId } from "../support/factories.ts";
import { tapGrpc } from "../../testkit/grpcTap.ts";
import { indexProblems, UsageRecorder, type DeclaredIndexes } from "../support/indexes.ts";
import { openStore, plant, type Store } from "../support/store.ts";
import { httpTarget, pullTarget } from "../support/targets.ts";

const DECLARED = JSON.parse(
  readFileSync(new URL("../../../firestore.indexes.json", import.meta.url), "utf8"),
) as DeclaredIndexes;

const RULE = rule({
  targetPubSub: { topic: "projects/p/topics/target", format: "message", orderingKey: "none" },
});
const KEYED = rule({ serviceName: "keyed", correlation: {} });
const RATED = rule({ serviceName: "rated", receipts: { subscriptions: ["billing"] } });
const KEPT = rule({ serviceName: "kept", trigger: { keepEventAfterTrigger: true } });

/** A claim in several commits renews its lease with each. */
const LATER = NOW + 600_000;

/** The ports of a store, and the names of their methods that were not called yet. */
function watched(store: Store): {
  ports: Store & { readonly receipts: Receipts };
  uncalled: Set<string>;
} {
  const uncalled = new Set<string>();
  const watch = <T extends object>(port: T, portName: string): T => {
    for (const method of Object.keys(port)) uncalled.add(`${portName}.${method}`);
    return new Proxy(port, {
      get(target, method, receiver) {
        uncalled.delete(`${portName}.${String(method)}`);
        return Reflect.get(target, method, receiver) as unknown;
      },
    });
  };
  const { events, window, openWindows, services, outbox, delivery } = store;
  const { looks, syncLog, storedEvents } = store;
  const { deliveries, lanes, pullLog, targetStates } = delivery;
  const ports = {
    ...store,
    events: watch(events, "events"),
    window: watch(window, "window"),
    openWindows: watch(openWindows, "openWindows"),
    services: watch(services, "services"),
    outbox: watch(outbox, "outbox"),
    looks: watch(looks, "looks"),
    syncLog: watch(syncLog, "syncLog"),
    storedEvents: watch(storedEvents, "storedEvents"),
    receipts: watch(makeReceipts(firestoreDocuments(store.db)), "receipts"),
    delivery: {
      deliveries: watch(deliveries, "deliveries"),
      lanes: watch(lanes, "lanes"),
      pullLog: watch(pullLog, "pullLog"),
      targetStates: watch(targetStates, "targetStates"),
    },
  };
  return { ports, uncalled };
}

function claimOf(configured: Rule, pending: readonly PendingEvent[], chunkSize: number): Claim {
  const groups = groupWindow({ rule: configured, pending, nowMs: NOW, resetAtMs: undefined });
  return {
    syncId: configured.trigger.keepEventAfterTrigger ? eventIdOf(groups) : uniqueId("s"),
    token: uniqueId("t"),
    rule: configured,
    window: windowOf(configured),
    reason: "complete",
    nowMs: NOW,
    leaseUntilMs: () => NOW,
    chunks: configured.trigger.keepEventAfterTrigger
      ? portions(groups, chunkSize)
      : splitClaim(configured.condition, groups, chunkSize),
    range: { after: endOf(ago(9000)), to: endOf(NOW) },
  };
}

/** Everything that the Firestore adapters do, each way that they can do it. */
async function doEverything(store: Store): Promise<void> {
  const { events, window, services, outbox, paths } = store;
  for (const configured of [RULE, KEPT]) {
    const { serviceName } = configured;
    await services.reset(windowOf(configured), { atMs: ago(5000), keepFromMs: ago(9000) });
    await services.read(windowOf(configured));
    const stored = event();
    await events.append(configured, stored, markerOf(stored));
    await events.append(
      configured,
      event({ key: "k", attributes: { id: "1" }, ignored: { reason: "none" } }),
      undefined,
    );
    await events.append(configured, stored, markerOf(stored));
    await events.summary({ serviceName, eventId: stored.id });
    await events.read({ serviceName, eventIds: [stored.id] });
    const id = windowOf(configured);
    const eventKeys = configured.endpoints.map(({ eventKey }) => eventKey);
    const withExported = configured.trigger.keepEventAfterTrigger;
    const aboveMs = ago(3600);
    for (const bounds of [{ aboveMs }, { aboveMs: undefined }, { aboveMs, upToMs: NOW }]) {
      await window.count(id, { eventKeys: ["a"], withExported, ...bounds, limit: 3 });
    }
    await window.hasNew(id, { eventKeys, aboveMs });
    await window.oldest(id, { eventKeys });
    await plant(store, configured, [...pendingOf("a", 8), ...pendingOf("b", 8)]);
    await paths.pending(serviceName).doc(stored.id).update({ size: "malformed" });
    const pending = await window.collect(id, { eventKeys, withExported, aboveMs });
    for (const after of [undefined, endOf(aboveMs), { receivedAtMs: aboveMs, id: "e" }]) {
      const paged = makeWindow(firestoreDocuments(store.db), store.log, { scanPage: 3 });
      for await (const page of paged.scan(id, { eventKeys, after })) assert.ok(page.length > 0);
    }
    for await (const page of window.scan(id, { eventKeys, after: endOf(aboveMs) })) {
      assert.ok(page.length > 0);
    }
    // Two of them share a query.
    await Promise.all(
      ["", "k", "l"].map((key) =>
        window.small(
          { ...id, key },
          { eventKeys, aboveMs: key === "" ? aboveMs : undefined, limit: 9 },
        ),
      ),
    );
    await window.next(id, { eventKeys, after: endOf(aboveMs), untilMs: NOW });
    const between = { after: endOf(aboveMs), before: endOf(NOW) };
    const finding = makeWindow(firestoreDocuments(store.db), store.log, { scanPage: 1 });
    await window.newest(id, { eventKey: "a", ...between, limit: 2 });
    await finding.newest(id, { eventKey: "a", ...between, limit: 2 });

    const claim = claimOf(configured, pending, 5);
    assert.ok(claim.chunks.length > 2);
    if (configured === RULE) {
      // An event that another claim takes meanwhile: the chunk is read again.
      const [lost] = claim.chunks.at(-1)!.flatMap(({ members }) => members);
      await paths.pending(serviceName).doc(lost!.id).delete();
    }
    const claimNow = async (made: Claim): Promise<ClaimResult | undefined> => {
      if (withExported) return outbox.claimKept(made);
      const { version } = await services.read(id);
      return (await outbox.claimTaken([made], version, 5))[0];
    };
    const take = (syncId: string): Promise<Taken | undefined> =>
      outbox.take({ serviceName, syncId }, { nowMs: LATER, leaseUntilMs: LATER + 1 });
    const limits = { chunkSize: 5, nowMs: () => NOW, leaseUntilMs: () => NOW };
    const result = await claimNow(claim);
    await claimNow(claim); // is contended, or finds that it exists
    if (result?.outcome === "begun") {
      const first = await outbox.goOn(result.claim, { ...limits, isTimeUp: () => true });
      assert.equal(first.outcome, "handedOver");
      const open = await take(claim.syncId);
      assert.ok(open?.next === "goOn");
      const whole = await outbox.goOn(open.claim, { ...limits, isTimeUp: () => false });
      assert.equal(whole.outcome, "claimed");
      const large = claimOf(configured, pendingOf("a", 9), 5);
      const range = { after: endOf(aboveMs), to: endOf(NOW) };
      await claimNow({ ...large, chunks: [], range, reason: "manual" });
    } else assert.equal(result?.outcome, "claimed");
    const due = await outbox.due(LATER, 10);
    assert.ok(due.some(({ syncId }) => syncId === claim.syncId));
    const taken = await take(claim.syncId);
    assert.ok(taken?.next === "publish");
    const { lease } = taken;
    await outbox.oldest(10);
    await outbox.markFailed(lease, "no such topic", NOW);
    const again = await take(claim.syncId);
    assert.ok(again?.next === "publish");
    await outbox.keep(again.lease, LATER);
    await outbox.markPublished([{ lease, messageId: "m1" }], NOW);
    await outbox.markDiscarded([lease], NOW);

    const other = claimOf(configured, [], 5);
    await claimNow(other);
    await paths.syncs(serviceName).doc(other.syncId).update({ topic: 5 });
    await take(other.syncId);
    const later = expiryOf(configured, NOW + 3_600_000, undefined, 0);
    await window.removeExpired(id, { eventKeys, expiry: later, goOn: () => true });
  }
}

/** What is done over all keys of a service. */
async function doOverKeys(store: Store): Promise<void> {
  const { openWindows, services } = store;
  const { serviceName } = KEYED;
  const window = { service: serviceName, key: "k" };
  await services.reset(window, { atMs: ago(5000), keepFromMs: ago(9000) });
  await services.read(window);
  await plant(store, KEYED, pendingOf("a", 8), window.key);
  for (const aboveMs of [undefined, ago(9000)]) {
    for await (const page of openWindows.scan(serviceName, { aboveMs, upToMs: NOW })) {
      assert.equal(page.length, 8);
    }
  }
  const expiry = expiryOf(KEYED, NOW + 3_600_000, undefined, 0);
  await openWindows.removeExpired(serviceName, {
    expiry,
    keptKeys: new Set(),
    goOn: () => true,
  });
  await openWindows.progress(serviceName);
  await openWindows.saveProgress(serviceName, {
    passedMs: NOW,
    closedMs: NOW,
    again: [window.key],
  });
}

/** What somebody looks at. */
async function lookAtEverything(store: Store): Promise<void> {
  const { looks, syncLog, storedEvents } = store;
  const { serviceName } = KEYED;
  const place = { receivedAtMs: ago(9000), id: "e" };
  const range = { aboveMs: ago(9000), upToMs: NOW, limit: 5 };
  for (const withExported of [false, true]) {
    for (const after of [undefined, place]) {
      await looks.page(serviceName, { ...range, withExported, after });
    }
    const windows = { keys: ["k", ""], eventKeys: ["a", "b"], withExported, limit: 5 };
    await looks.ofWindows(serviceName, windows);
    await looks.ofWindows(serviceName, { ...windows, after: place, upTo: endOf(NOW) });
    const window = { service: serviceName, key: "k" };
    await looks.first(window, { eventKey: "a", withExported, after: place, upToMs: NOW });
  }
  await looks.behindKey(serviceName, { after: "", limit: 2 });
  await looks.behindKey(serviceName, { after: "k", limit: 2 });
  await looks.states(serviceName, ["k", "l"]);

  const times = { aboveMs: ago(9000), upToMs: NOW, limit: 5 };
  const { syncs } = await syncLog.list(RULE.serviceName, times);
  await syncLog.list(RULE.serviceName, {
    ...times,
    after: { createdAtMs: NOW, syncId: "s" },
    reason: "complete",
  });
  await syncLog.list(serviceName, { ...times, key: "k" });
  await syncLog.list(serviceName, { ...times, key: "k", reason: "manual" });
  const [first] = syncs;
  assert.ok(first);
  await syncLog.get(RULE.serviceName, first.sync.id);
  await syncLog.members(first, { after: { part: 0, index: 0 }, limit: 5, maxBytes: 1e6 });
  await syncLog.sendable(first);
  await syncLog.deliveries(RULE.serviceName, [first.sync.id], ["web"]);
  await syncLog.unpublished(RULE.serviceName);

  const eventKeys = ["a", "b", "c", "d"];
  const { events } = await storedEvents.list(RULE.serviceName, { ...times, eventKeys });
  const after = { receivedAtMs: NOW, eventId: "e" };
  await storedEvents.list(RULE.serviceName, { limit: 5, eventKeys, after });
  const full = await storedEvents.listInFull(RULE.serviceName, { ...times, eventKeys });
  assert.equal(full.events.length, events.length);
  const read = await storedEvents.read(
    RULE.serviceName,
    events.map(({ id }) => id),
  );
  assert.equal(read.size, events.length);
}

/** What consumers report, and what is counted of it. */
async function doReceipts(store: Store & { readonly receipts: Receipts }): Promise<void> {
  const { outbox, receipts } = store;
  const { serviceName } = RATED;
  const pending = await plant(store, RATED, pendingOf("a", 1));
  const [made] = await outbox.claimTaken([claimOf(RATED, pending, 5)], undefined, 5);
  assert.equal(made?.outcome, "claimed");
  const window = { fromMs: NOW, toMs: NOW + 1 };
  const [eventID, subscription] = ["0".repeat(32), "billing"];
  await receipts.syncTimes(serviceName, [eventID]);
  const times = { syncAtMs: NOW, receivedAtMs: NOW, expireAtMs: LATER };
  await receipts.add(serviceName, { eventID, subscription, ...times });
  for (const which of ["all", "published"] as const) {
    await receipts.countSyncs(serviceName, window, which);
  }
  await receipts.countReceived(serviceName, window, subscription);
}

/** What is done with deliveries. */
async function doDeliveries(store: Store): Promise<void> {
  const { outbox, delivery } = store;
  const { deliveries, lanes, pullLog, targetStates } = delivery;
  const configured = rule({
    serviceName: "delivered",
    targets: [httpTarget("web"), httpTarget("lane", { ordered: "all" }), pullTarget("log")],
  });
  const service = configured.serviceName;
  const pending = await plant(store, configured, [...pendingOf("a", 1), ...pendingOf("b", 1)]);
  const [claimed] = await outbox.claimTaken([claimOf(configured, pending, 5)], undefined, 5);
  assert.ok(claimed?.outcome === "claimed");
  const syncId = claimed.lease.sync.id;
  const web = { service, target: "web" };
  const log = { service, target: "log" };
  const lane = { service, target: "lane", lane: "lane.all", key: "" };
  const query = { nowMs: LATER, limit: 10 };
  await deliveries.dueAnywhere(query);
  const [due] = await deliveries.due(web, query);
  assert.ok(due);
  const lease = { nowMs: LATER, leaseUntilMs: LATER + 1 };
  const [sync] = await deliveries.syncsOf([due.delivery]);
  assert.ok(typeof sync === "object" && sync.id === syncId);
  const { leaseUntilMs } = lease;
  const takings = [{ stored: due, sync, leaseUntilMs, nextAttemptAtMs: LATER + 1 }];
  const [held] = await deliveries.take(takings);
  assert.ok(held);
  const heard = { status: 500, headers: { a: "b" }, answer: "no", error: "none", messageId: "m1" };
  const record = { attempt: 2, atMs: LATER, durationMs: 5, ...heard };
  const kept = await deliveries.keep(held, LATER);
  assert.ok(kept);
  await deliveries.putOff([], LATER);
  assert.ok(await deliveries.markFailed(kept, { record, attempt: 2, againAtMs: LATER }, LATER));
  const failed = await deliveries.get({ ...web, syncId });
  assert.ok(failed);
  assert.deepEqual(failed.delivery.attempts, [record]);
  await deliveries.markFailed(failed, { record, attempt: 3, againAtMs: undefined }, LATER);
  const filter = { states: ["undeliverable" as const], aboveMs: ago(9000), upToMs: LATER };
  const [listed] = await deliveries.list(web, { ...filter, limit: 5 });
  assert.ok(listed);
  const after = { createdAtMs: listed.delivery.createdAtMs, syncId, target: "web" };
  const oldest = await deliveries.list(web, { ...filter, limit: 5, isOldestFirst: true });
  assert.equal(oldest.length, 1);
  assert.deepEqual(await deliveries.list(web, { ...filter, after, limit: 5 }), []);
  assert.equal(await deliveries.count(web, { states: DELIVERY_STATES }), 1);
  assert.deepEqual(await deliveries.redrive([{ ...listed, atMs: LATER, lane: undefined }]), [true]);
  await deliveries.markDelivered([{ delivery: listed.delivery, record }], LATER);

  const taking = { token: "t", ...lease };
  const mine = await lanes.take(lane, taking);
  assert.ok(mine);
  assert.equal((await lanes.take(lane, taking))?.version, mine.version, "the answer was lost");
  assert.equal(await lanes.take(lane, { ...taking, token: "u" }), undefined);
  const [first] = await lanes.page(lane, { limit: 5 });
  assert.ok(first);
  assert.deepEqual(await lanes.page(lane, { limit: 5, after: first.delivery }), []);
  const counting = { attempt: 2, nextAttemptAtMs: LATER + 1 };
  const counted = await lanes.count(mine, first, counting);
  assert.ok(counted);
  const parked = { nextAttemptAtMs: LATER + 5, covered: [] };
  const failing = { stored: counted.first, failed: { record, attempt: 2, againAtMs: LATER + 5 } };
  await lanes.park(counted.held, { ...parked, failed: failing }, [], LATER);
  assert.equal(await lanes.cover(lane, [], LATER), "covered");
  await lanes.dueAnywhere(query);
  const [waits] = await lanes.due(lane, { nowMs: LATER + 5, limit: 5 });
  assert.ok(waits);
  await lanes.putOff(waits, LATER + 4);
  const again = await lanes.take(lane, { ...taking, token: "v", nowMs: LATER + 4 });
  assert.equal(again?.isRetried, true);
  await lanes.release(again, [{ delivery: first.delivery, record }], LATER);
  assert.equal(await lanes.cover(lane, [], LATER), "free");

  assert.deepEqual(await pullLog.number(log, LATER), { numbered: 1, last: 1 });
  assert.deepEqual(await pullLog.number(log, LATER), { numbered: 0, last: 1 });
  assert.equal((await pullLog.page(log, { after: 0, limit: 5 }))[0]?.offset, 1);
  assert.deepEqual(await pullLog.page(log, { after: 1, limit: 5 }), []);

  await targetStates.pause(web, { atMs: NOW, reason: "410" });
  assert.equal((await targetStates.read(web)).pausedAtMs, NOW);
  await targetStates.resume(web);
  assert.equal((await targetStates.read(web)).pausedAtMs, undefined);
  const gone = await deliveries.get({ ...web, syncId });
  assert.ok(gone);
  await deliveries.giveUp(gone, LATER);
}

describe("firestore.indexes.json", () => {
  const usage = new UsageRecorder();
  let uncalled: Set<string>;

  before(async () => {
    const store = openStore();
    const watching = watched(store);
    ({ uncalled } = watching);
    const undo = tapGrpc((call) => {
      usage.record(call);
      return undefined;
    });
    try {
      await doEverything(watching.ports);
      await doOverKeys(watching.ports);
      await doReceipts(watching.ports);
      await doDeliveries(watching.ports);
      await lookAtEverything(watching.ports);
    } finally {
      undo();
      await store.db.terminate();
    }
  });

  it("is held against everything that the ports do", () => {
    assert.deepEqual([...uncalled], []);
    assert.ok(usage.queries.size > 0 && usage.fields.size > 0);
  });

  it("declares what production demands, and nothing else", () => {
    assert.deepEqual(indexProblems(DECLARED, usage), []);
  });

  describe("is found wrong", () => {
    const [first] = DECLARED.indexes;
    const without = (name: string): DeclaredIndexes => ({
      ...DECLARED,
      fieldOverrides: DECLARED.fieldOverrides.filter(
        ({ collectionGroup, fieldPath }) => `${collectionGroup}.${fieldPath}` !== name,
      ),
    });
    const withOverride = (
      name: string,
      change: Partial<DeclaredIndexes["fieldOverrides"][number]>,
    ): DeclaredIndexes => ({
      ...DECLARED,
      fieldOverrides: DECLARED.fieldOverrides.map((override) =>
        `${override.collectionGroup}.${override.fieldPath}` === name
          ? { ...override, ...change }
          : override,
      ),
    });

    const cases: [title: string, declared: DeclaredIndexes, problems: string[]][] = [
      [
        "without its composite indexes",
        { ...DECLARED, indexes: [] },
        [
          "missing: an index for deliveries COLLECTION (lane =, place ASCENDING)",
          "missing: an index for deliveries COLLECTION (state =, target =, createdAt ASCENDING)",
          "missing: an index for deliveries COLLECTION (state =, target =, createdAt DESCENDING)",
          "missing: an index for deliveries COLLECTION (target =, nextAttemptAt ASCENDING)",
          "missing: an index for deliveries COLLECTION (target =, offset ASCENDING)",
          "missing: an index for events COLLECTION (eventKey =, shard =, receivedAt DESCENDING)",
          "missing: an index for lanes COLLECTION (target =, nextAttemptAt ASCENDING)",
          "missing: an index for pending COLLECTION (eventKey =, exported =, key =, receivedAt ASCENDING)",
          "missing: an index for pending COLLECTION (exported =, shard =, receivedAt ASCENDING)",
          "missing: an index for pending COLLECTION (key ASCENDING, eventKey ASCENDING, exported ASCENDING, receivedAt ASCENDING)",
          "missing: an index for receipts COLLECTION (subscription =, syncAt ASCENDING)",
          "missing: an index for syncs COLLECTION (completion.reason =, key =, shard =, createdAt DESCENDING)",
          "missing: an index for syncs COLLECTION (completion.reason =, shard =, createdAt DESCENDING)",
          "missing: an index for syncs COLLECTION (eventID =, expectsReceipts =, createdAt ASCENDING)",
          "missing: an index for syncs COLLECTION (expectsReceipts =, state =, createdAt ASCENDING)",
        ],
      ],
      [
        "with an index in the other direction",
        {
          ...DECLARED,
          indexes: DECLARED.indexes.map((index) =>
            index === first
              ? {
                  ...index,
                  fields: [
                    { fieldPath: "key", order: "ASCENDING" },
                    { fieldPath: "eventKey", order: "ASCENDING" },
                    { fieldPath: "exported", order: "ASCENDING" },
                    { fieldPath: "receivedAt", order: "DESCENDING" },
                  ],
                }
              : index,
          ),
        },
        [
          "missing: an index for pending COLLECTION (eventKey =, exported =, key =, receivedAt ASCENDING)",
          "missing: an index for pending COLLECTION (key ASCENDING, eventKey ASCENDING, exported ASCENDING, receivedAt ASCENDING)",
          "unused: index pending COLLECTION (key ASCENDING, eventKey ASCENDING, exported ASCENDING, receivedAt DESCENDING)",
        ],
      ],
      [
        "with an index in the other scope",
        {
          ...DECLARED,
          indexes: DECLARED.indexes.map((index) =>
            index === first ? { ...index, queryScope: "COLLECTION_GROUP" } : index,
          ),
        },
        [
          "missing: an index for pending COLLECTION (eventKey =, exported =, key =, receivedAt ASCENDING)",
          "missing: an index for pending COLLECTION (key ASCENDING, eventKey ASCENDING, exported ASCENDING, receivedAt ASCENDING)",
          "unused: index pending COLLECTION_GROUP (key ASCENDING, eventKey ASCENDING, exported ASCENDING, receivedAt ASCENDING)",
        ],
      ],
      [
        "with an index that nothing uses",
        {
          ...DECLARED,
          indexes: [
            ...DECLARED.indexes,
            {
              collectionGroup: "syncs",
              queryScope: "COLLECTION",
              fields: [{ fieldPath: "state", order: "ASCENDING" }],
            },
          ],
        },
        ["unused: index syncs COLLECTION (state ASCENDING)"],
      ],
      [
        "with an exemption of a field that a query needs",
        withOverride("syncs.nextAttemptAt", { indexes: [] }),
        [
          "missing: an index for syncs COLLECTION (nextAttemptAt ASCENDING)",
          "missing: an index for syncs COLLECTION_GROUP (nextAttemptAt ASCENDING)",
        ],
      ],
      [
        "without the index of a query over all services, which no field has by itself",
        without("syncs.nextAttemptAt"),
        ["missing: an index for syncs COLLECTION_GROUP (nextAttemptAt ASCENDING)"],
      ],
      [
        "without the exemption of a field that no query uses",
        without("events.content"),
        ["missing: an exemption for events.content, which no query uses"],
      ],
      [
        "with a single-field index that nothing uses",
        withOverride("events.eventKey", {
          indexes: [{ order: "ASCENDING", queryScope: "COLLECTION" }],
        }),
        ["unused: index events.eventKey ASCENDING COLLECTION"],
      ],
      [
        "with an override of a field that is not stored",
        {
          ...DECLARED,
          fieldOverrides: [
            ...DECLARED.fieldOverrides,
            { collectionGroup: "events", fieldPath: "body", indexes: [] },
          ],
        },
        ["unused: override of events.body, which is not stored"],
      ],
      [
        "without a TTL policy",
        withOverride("pending.expireAt", { ttl: false }),
        ["missing: a TTL policy on pending.expireAt"],
      ],
      [
        "with a TTL policy on what is no time",
        withOverride("events.content", { ttl: true }),
        ["wrong: a TTL policy on events.content, which is not always a time"],
      ],
    ];
    for (const [title, declared, problems] of cases) {
      it(title, () => {
        assert.deepEqual(indexProblems(declared, usage), problems);
      });
    }
  });
});
