import assert from "node:assert/strict";

import type { Documents } from "../../../src/adapters/firestore/documents.ts";
import { makeDeliveryPorts } from "../../../src/adapters/firestore/deliveryPorts.ts";
import { LEASE_MS } from "../../../src/app/claimSyncs.ts";
import { listDeliveries, type AskedDeliveries } from "../../../src/app/delivery/listDeliveries.ts";
import type { CallTarget } from "../../../src/app/delivery/parts.ts";
import { pauseTarget, resumeTarget } from "../../../src/app/delivery/pauseTarget.ts";
import { redriveAll, redriveOne } from "../../../src/app/delivery/redrive.ts";
import { testTarget } from "../../../src/app/delivery/testTarget.ts";
import type { DeliveryStand, WakeUp } from "../../../src/app/ports/deliveries.ts";
import { DELIVERY_STATES } from "../../../src/domain/delivery.ts";
import type { Target } from "../../../src/domain/target.ts";
import { windowOf } from "../../../src/domain/window.ts";
import { endpoint, rule } from "../../support/factories.ts";
import { answering, memoryWorld } from "../../support/memoryWorld.ts";
import { recordingLog } from "../../support/recordingLog.ts";
import { httpTarget, onlyTargets, pullTarget, topicTarget } from "../../support/targets.ts";

const once = { retry: { maxAttempts: 1, firstSeconds: 5, longestSeconds: 60 } };
const WEB = httpTarget("web", once);
const LANE = httpTarget("lane", { ...once, ordered: "all" });
const LOG = pullTarget("log");

function setUp(...targets: readonly Target[]) {
  const world = memoryWorld();
  const engine = world.instance();
  const by = onlyTargets(rule({ endpoints: [endpoint("a")] }), targets);
  const service = by.serviceName;
  const ports = makeDeliveryPorts(world.database.documents(), world.log);
  const wakeUps: WakeUp[] = [];
  const called: Parameters<CallTarget>[] = [];
  const deps = {
    ...ports,
    clock: world.clock,
    log: world.log,
    publisher: world.publisher,
    newId: () => "fresh",
    wakeUps: {
      set: (wakeUp: WakeUp) => {
        wakeUps.push(wakeUp);
        return Promise.resolve();
      },
    },
    callTarget: (...call: Parameters<CallTarget>) => {
      called.push(call);
      const record = { attempt: 1, atMs: world.clock(), durationMs: 3, status: 200 };
      return Promise.resolve({ verdict: { next: "delivered" as const }, record });
    },
  };
  return {
    ...world,
    engine,
    by,
    service,
    deps,
    wakeUps,
    called,
    send: async (...names: string[]) => {
      for (const name of names) {
        const event = await world.store(by, "a", name);
        await engine.checkWindow(by, windowOf(by), event);
        world.clock.advance(1000);
      }
    },
    fail: (retryAfterMs?: number) => {
      world.server = () => Promise.resolve(answering(500, retryAfterMs));
    },
    succeed: () => {
      world.server = () => Promise.resolve(answering(200));
    },
    listed: async (asked: Partial<AskedDeliveries> = {}, after?: DeliveryStand) => {
      const names = targets.map(({ name }) => name);
      const whole = { states: DELIVERY_STATES, limit: 10, ...asked, after };
      return listDeliveries(deps, service, names, whole);
    },
    states: () =>
      world.database.list("deliveries").map(({ fields: { target, state } }) => [target, state]),
    documents: () =>
      JSON.stringify(
        ["deliveries", "lanes", "syncs", "targets"].map((name) => world.database.list(name)),
      ),
    sweep: () => engine.sweep([by]),
  };
}

/** Refused with that code, and nothing is changed. */
async function refused(
  { documents }: { documents: () => string },
  work: () => Promise<unknown>,
  code: string,
): Promise<void> {
  const before = documents();
  await assert.rejects(work, { code });
  assert.equal(documents(), before);
}

describe("deliveries, as somebody operates them", () => {
  it("are listed newest first, over all targets, page by page without a gap or a repeat", async () => {
    const { send, listed } = setUp(WEB, LOG, topicTarget("topic"));
    await send("one", "two", "three");
    const all = (await listed()).deliveries.map(({ syncId, target }) => `${syncId} ${target}`);
    assert.equal(new Set(all).size, 9);
    const pages: string[] = [];
    let after: DeliveryStand | undefined;
    do {
      const page = await listed({ limit: 2 }, after);
      pages.push(...page.deliveries.map(({ syncId, target }) => `${syncId} ${target}`));
      after = page.next;
    } while (after !== undefined);
    assert.deepEqual(pages, all);
    const times = (await listed()).deliveries.map(({ createdAtMs }) => createdAtMs);
    assert.deepEqual(
      times,
      times.toSorted((a, b) => b - a),
    );
    const numbered = await listed({ states: ["numbered"], aboveMs: times[3]! });
    assert.deepEqual(
      numbered.deliveries.map(({ target, offset }) => [target, offset]),
      [["log", 3]],
    );
  });

  it("are redriven one by one, if they are undeliverable, with all their attempts", async () => {
    const world = setUp(WEB);
    const { deps, service, send, fail, succeed, states, wakeUps, listed, engine, by } = world;
    fail();
    await send("one");
    assert.deepEqual(states(), [["web", "undeliverable"]]);
    const [delivery] = (await listed()).deliveries;
    const { syncId } = delivery!;
    await refused(
      world,
      () => redriveOne(deps, { service, target: WEB, syncId: "none" }),
      "unknown-delivery",
    );
    succeed();
    await redriveOne(deps, { service, target: WEB, syncId });
    assert.deepEqual(states(), [["web", "waiting"]]);
    await refused(world, () => redriveOne(deps, { service, target: WEB, syncId }), "wrong-state");
    const [wakeUp] = wakeUps;
    assert.deepEqual(wakeUp?.of, { syncId });
    await engine.wake([by], wakeUp);
    assert.deepEqual(states(), [["web", "delivered"]]);
    await refused(world, () => redriveOne(deps, { service, target: WEB, syncId }), "wrong-state");
    assert.deepEqual(world.log.of("deliveries.redriven"), [{ service, target: "web", count: 1 }]);
  });

  it("are not redriven where nothing is sent, or nothing is left to send", async () => {
    const world = setUp(WEB, LOG);
    const { deps, service, send, fail, listed, database } = world;
    fail();
    await send("one");
    const { syncId } = (await listed()).deliveries[0]!;
    await refused(world, () => redriveOne(deps, { service, target: LOG, syncId }), "wrong-state");
    await database
      .documents()
      .commit([{ kind: "delete", path: `services/${service}/syncs/${syncId}` }]);
    await refused(world, () => redriveOne(deps, { service, target: WEB, syncId }), "wrong-state");
  });

  it("are redriven all together, oldest first, at a rate", async () => {
    const { deps, service, send, fail, succeed, wakeUps, sweep, states, clock, calls, listed } =
      setUp(WEB, LANE, LOG);
    fail();
    await send("one", "two", "three");
    const { deliveries } = await listed({ states: ["undeliverable"] });
    assert.equal(deliveries.length, 6);
    const oldest = deliveries.at(-1)!.createdAtMs;
    const targets = [WEB, LANE, LOG];
    const few = await redriveAll(deps, service, [WEB], { rate: 1, upToMs: oldest });
    assert.deepEqual(few, { redriven: 1, left: 0, untilMs: clock() + 1000 });
    const nowMs = clock();
    wakeUps.splice(0);
    const rest = await redriveAll(deps, service, targets, { rate: 2 });
    assert.deepEqual(rest, { redriven: 5, left: 0, untilMs: nowMs + 2500 });
    // One for each that is in no lane, and one for the lane.
    assert.deepEqual(
      wakeUps.map(({ target, atMs }) => [target, atMs - nowMs]),
      [
        ["web", 0],
        ["web", 500],
        ["lane", 1000],
      ],
    );
    const oldestFirst = deliveries.toReversed().filter(({ target }) => target === "web");
    assert.deepEqual(
      wakeUps.slice(0, 2).map(({ of }) => of),
      oldestFirst.slice(1).map(({ syncId }) => ({ syncId })),
    );
    succeed();
    calls.splice(0);
    clock.advance(10_000);
    await sweep();
    assert.ok(states().every(([, state]) => state === "delivered" || state === "numbered"));
    const inLane = calls.filter(({ target }) => target === "lane");
    assert.deepEqual(
      inLane.map(({ text }) => /"content":"([^"]*)"/.exec(text)?.[1]),
      ["one", "two", "three"],
    );
  });

  it("leave to the next call what is more than one does", async () => {
    const { deps, service, fail, send, database } = setUp(WEB);
    fail();
    await send("one");
    const [first] = database.list("deliveries");
    const copies = Array.from({ length: 1100 }, (_, index) => ({
      kind: "create" as const,
      path: `services/${service}/deliveries/copy${String(index)}-web`,
      fields: { ...first!.fields, syncId: `copy${String(index)}` },
    }));
    await database.documents().commit(copies);
    const counts = async () => {
      const { redriven, left } = await redriveAll(deps, service, [WEB], { rate: 1000 });
      return { redriven, left };
    };
    assert.deepEqual(await counts(), { redriven: 1000, left: 101 });
    assert.deepEqual(await counts(), { redriven: 101, left: 0 });
    assert.deepEqual(await counts(), { redriven: 0, left: 0 });
  });
});

describe("a delivery that is asked for by a name that is none", () => {
  for (const [syncId, target] of [
    ["x".repeat(2000), "web"],
    ["__x", "y__"],
    ["a", "b\n"],
  ] as const) {
    it(`is not there: ${JSON.stringify(`${syncId.slice(0, 10)}-${target}`)}`, async () => {
      // Firestore would answer that the argument is invalid.
      const documents = { get: () => assert.fail() } as unknown as Documents;
      const { deliveries } = makeDeliveryPorts(documents, recordingLog());
      assert.equal(await deliveries.get({ service: "svc", target, syncId }), undefined);
    });
  }
});

describe("a target that is paused", () => {
  it("gets nothing until it is resumed; then what waits goes out at a rate, once nobody else can be at it", async () => {
    const world = setUp(WEB, LANE);
    const { deps, service, send, sweep, calls, clock, states, wakeUps, engine, by } = world;
    for (const target of [WEB, LANE]) {
      await refused(world, () => resumeTarget(deps, service, target, 1), "wrong-state");
      const state = await pauseTarget(deps, service, target, "repairs");
      const again = await pauseTarget(deps, service, target, "other");
      assert.deepEqual([again, state], [{ pausedAtMs: clock(), reason: "repairs" }, again]);
    }
    const pausedAtMs = clock();
    await send("one", "two", "three");
    clock.advance(LEASE_MS);
    await sweep();
    assert.deepEqual(calls, []);
    assert.ok(states().every(([, state]) => state === "waiting"));

    const { brought, isWhole, untilMs } = await resumeTarget(deps, service, WEB, 2);
    assert.deepEqual([brought, isWhole], [3, true]);
    const [first] = wakeUps;
    assert.ok(first !== undefined && first.atMs > pausedAtMs + LEASE_MS + 10_000);
    assert.deepEqual(
      wakeUps.map(({ atMs }) => atMs - first.atMs),
      [0, 500, 1000],
    );
    assert.equal(untilMs, first.atMs + 1000);
    await resumeTarget(deps, service, LANE, 2);
    for (const wakeUp of wakeUps.splice(0)) {
      clock.advance(Math.max(0, wakeUp.atMs - clock()));
      await engine.wake([by], wakeUp);
    }
    assert.ok(
      states().every(([, state]) => state === "delivered"),
      JSON.stringify(states()),
    );
    assert.equal(calls.length, 6);
    assert.deepEqual(
      world.log.of("target.resumed").map((line) => (line as { brought: number }).brought),
      [3, 3],
    );
    await refused(world, () => resumeTarget(deps, service, WEB, 1), "wrong-state");
  });

  it("begins no sooner than whoever began before the pause has ended, however short it was", async () => {
    const { deps, service, clock } = setUp(WEB);
    const pausedAtMs = clock();
    await pauseTarget(deps, service, WEB, "short");
    const { brought, untilMs } = await resumeTarget(deps, service, WEB, 1);
    assert.equal(brought, 0);
    assert.ok(untilMs >= pausedAtMs + LEASE_MS + 60_000);
  });

  it("gets what was put off for as long as can be, too", async () => {
    const retry = { maxAttempts: 20, firstSeconds: 86_400, longestSeconds: 86_400 };
    const web = httpTarget("web", { retry });
    const world = setUp(web);
    const { deps, service, send } = world;
    world.fail(86_400_000);
    await send("one");
    await pauseTarget(deps, service, web, "repairs");
    assert.equal((await resumeTarget(deps, service, web, 1)).brought, 1);
  });

  it("begins minutes later at most, though it was paused by a clock that is ahead", async () => {
    const { deps, service, clock } = setUp(WEB);
    const atMs = clock() + 86_400_000;
    await deps.targetStates.pause({ service, target: "web" }, { atMs, reason: "410" });
    const { untilMs } = await resumeTarget(deps, service, WEB, 1);
    assert.ok(untilMs <= clock() + LEASE_MS + 120_000);
  });

  it("is not put off for hours by a sweep that knew of the pause only", async () => {
    const world = setUp(WEB, LANE);
    const { deps, service, send, sweep, clock, states } = world;
    for (const target of [WEB, LANE]) await pauseTarget(deps, service, target, "repairs");
    await send("one");
    clock.advance(5000);
    await send("two");
    clock.advance(LEASE_MS - 6000);
    await sweep(); // "one" is due; and for ten seconds the instance relies on the pause
    for (const target of [WEB, LANE]) await resumeTarget(deps, service, target, 10);
    clock.advance(6000);
    await sweep();
    for (let minute = 0; minute < 15; minute++) {
      clock.advance(60_000);
      await sweep();
    }
    assert.deepEqual(new Set(states().map(([, state]) => state)), new Set(["delivered"]));
  });

  it("cannot be one that is pulled from", async () => {
    const world = setUp(LOG);
    await refused(world, () => pauseTarget(world.deps, world.service, LOG, ""), "wrong-state");
    await refused(world, () => resumeTarget(world.deps, world.service, LOG, 1), "wrong-state");
  });
});

describe("a test delivery", () => {
  const reply = { topic: "projects/p/topics/answers", when: ["onSuccess"] as const };

  it("is marked, publishes no answer, and stores nothing", async () => {
    const { deps, by, called, documents } = setUp(WEB);
    const before = documents();
    const tested = await testTarget(deps, by, { ...WEB, reply, deadLetter: reply });
    assert.equal(documents(), before);
    assert.deepEqual(tested, {
      isDelivered: true,
      eventID: "test-fresh",
      record: { attempt: 1, atMs: deps.clock(), durationMs: 3, status: 200 },
    });
    const [[target, { message, ...ids }]] = called as [Parameters<CallTarget>];
    assert.deepEqual(ids, { syncId: "test-fresh", eventId: "test-fresh" });
    assert.deepEqual(target, { ...WEB, headers: { "eventsync-test": "true" } });
    assert.equal(message.test, true);
    assert.equal(message.events["a"]?.events?.[0]?.content, "test");
  });

  it("goes to a topic, and to no log", async () => {
    const world = setUp(LOG);
    const { deps, by, messages } = world;
    const topic = topicTarget("topic");
    assert.equal((await testTarget(deps, by, topic)).isDelivered, true);
    assert.deepEqual(
      messages.map(({ test, eventID }) => [test, eventID]),
      [[true, "test-fresh"]],
    );
    await refused(world, () => testTarget(deps, by, LOG), "wrong-state");
  });
});
