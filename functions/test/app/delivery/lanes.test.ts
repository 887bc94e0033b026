import assert from "node:assert/strict";

import { LEASE_MS } from "../../../src/app/claimSyncs.ts";
import type { Engine } from "../../../src/app/engine.ts";
import type { Doc } from "../../../src/adapters/firestore/documents.ts";
import type { Rule } from "../../../src/domain/rule.ts";
import { windowOf } from "../../../src/domain/window.ts";
import { endpoint, rule } from "../../support/factories.ts";
import {
  answering,
  memoryWorld,
  type Called,
  type MemoryWorld,
} from "../../support/memoryWorld.ts";
import { httpTarget, onlyTargets, pullTarget } from "../../support/targets.ts";
import { waitFor } from "../../../testkit/waitFor.ts";

const plain = onlyTargets(rule({ endpoints: [endpoint("a")] }), []);
const ordered: Rule = { ...plain, targets: [httpTarget("web", { ordered: "all" })] };
const byKey: Rule = {
  ...plain,
  correlation: {},
  targets: [httpTarget("web", { ordered: "key" })],
};

const contentOf = ({ text }: Called): string => /"content":"([^"]*)"/.exec(text)?.[1] ?? "";

describe("lanes", () => {
  let world: MemoryWorld;
  let engine: Engine;
  beforeEach(() => {
    world = memoryWorld();
    engine = world.instance();
  });

  const send = async (by: Rule, name: string, key = ""): Promise<void> => {
    world.clock.advance(1);
    const event = await world.store(by, "a", name, key === "" ? undefined : key);
    await engine.checkWindow(by, { ...windowOf(by), key }, event);
  };
  const arrived = (): string[] => world.calls.map(contentOf);
  const waiting = (): readonly Doc[] =>
    world.database.list("deliveries").filter(({ fields }) => fields["state"] === "waiting");
  const ring = async (by: Rule): Promise<void> => {
    for (const wakeUp of world.wakeUps.splice(0)) {
      world.clock.advance(Math.max(0, wakeUp.atMs - world.clock()));
      await engine.wake([by], wakeUp);
    }
  };

  it("send one after the other, in the order of receipt, and leave no document", async () => {
    let running = 0;
    let most = 0;
    world.server = async () => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setImmediate(resolve));
      running--;
      return answering(200);
    };
    const checks: Promise<unknown>[] = [];
    for (let number = 0; number < 60; number++) {
      world.clock.advance(1);
      const event = await world.store(ordered, "a", `a${String(number)}`);
      checks.push(engine.checkWindow(ordered, windowOf(ordered), event));
    }
    await Promise.all(checks);
    assert.deepEqual(
      arrived(),
      Array.from({ length: 60 }, (_, number) => `a${String(number)}`),
    );
    assert.equal(most, 1);
    assert.equal(world.database.list("lanes").length, 0);
    assert.deepEqual(waiting(), []);
  });

  it("are read page by page while they send, each delivery once", async () => {
    world.server = () => Promise.resolve(answering(500));
    for (let number = 0; number < 170; number++) await send(ordered, String(number));
    assert.deepEqual(arrived(), ["0"]);
    world.server = () => Promise.resolve(answering(200));
    const requests = { get: 0, query: 0, commit: 0, count: 0, publish: 0, pause: 0 };
    const counting = world.instance((request, run) => {
      requests[request.kind]++;
      return Promise.resolve().then(run);
    });
    for (const wakeUp of world.wakeUps.splice(0)) {
      world.clock.advance(Math.max(0, wakeUp.atMs - world.clock()));
      await counting.wake([ordered], wakeUp);
    }
    const all = Array.from({ length: 170 }, (_, number) => String(number));
    assert.deepEqual(arrived(), ["0", ...all]);
    assert.deepEqual([waiting(), world.database.list("lanes")], [[], []]);
    // 170 deliveries: four pages of them and a last look, and syncs and events by the dozen.
    assert.ok(requests.query <= 6, `${String(requests.query)} queries`);
    assert.ok(requests.get <= 60, `${String(requests.get)} reads`);
  });

  it("send what is claimed late, with a place that has been passed, when they look again", async () => {
    const by: Rule = { ...ordered, correlation: {} };
    world.clock.advance(1);
    const late = await world.store(by, "a", "late", "slow");
    world.server = () => Promise.resolve(answering(500));
    const all = Array.from({ length: 120 }, (_, number) => String(number));
    for (const name of all) await send(by, name, "fast");
    world.server = async (call) => {
      if (contentOf(call) === "30") {
        await world.instance().checkWindow(by, { ...windowOf(by), key: "slow" }, late);
      }
      return answering(200);
    };
    await ring(by);
    assert.deepEqual(arrived(), ["0", ...all, "late"]);
    assert.deepEqual([waiting(), world.database.list("lanes")], [[], []]);
  });

  it("send no more than a page that is not marked: so much may come again", async () => {
    world.server = () => Promise.resolve(answering(500));
    for (let number = 0; number < 170; number++) await send(ordered, String(number));
    world.server = () => Promise.resolve(answering(200));
    const held = Promise.withResolvers<undefined>();
    const slow = world.instance(async (request, run) => {
      const states = (request.writes ?? []).map((write) =>
        "fields" in write ? write.fields["state"] : undefined,
      );
      if (states.includes("delivered")) await held.promise;
      return Promise.resolve().then(run);
    });
    const [wakeUp] = world.wakeUps.splice(0);
    assert.ok(wakeUp);
    world.clock.advance(Math.max(0, wakeUp.atMs - world.clock()));
    const working = slow.wake([ordered], wakeUp);
    let before = -1;
    await waitFor("the lane to stand still", () => {
      const isStill = world.calls.length === before;
      before = world.calls.length;
      return isStill ? true : undefined;
    });
    // The first one of them is being marked.
    assert.equal(arrived().length, 1 + 51);
    held.resolve(undefined);
    await working;
    assert.equal(arrived().length, 1 + 170);
    assert.deepEqual(waiting(), []);
  });

  it("wait as their first one does: nothing overtakes, and no other lane waits", async () => {
    world.server = (call) =>
      Promise.resolve(answering(contentOf(call) === "x1" && call.attempt < 3 ? 500 : 200));
    await send(byKey, "x1", "k1");
    await send(byKey, "x2", "k1");
    await send(byKey, "y1", "k2");
    await send(byKey, "x3", "k1");
    assert.deepEqual(arrived(), ["x1", "y1"]);
    await ring(byKey);
    assert.deepEqual(arrived(), ["x1", "y1", "x1"]);
    await ring(byKey);
    assert.deepEqual(arrived(), ["x1", "y1", "x1", "x1", "x2", "x3"]);
    assert.equal(world.database.list("lanes").length, 0);
  });

  it("keep what waits in them when they are half a day behind, though everything arrives", async () => {
    world.server = () => Promise.resolve(answering(503));
    for (const name of ["a1", "a2", "a3"]) await send(ordered, name);
    world.wakeUps.length = 0;
    world.clock.advance(13 * 3_600_000);
    // Slow: after the first time is up.
    world.server = () => {
      world.clock.advance(LEASE_MS / 2);
      return Promise.resolve(answering(200));
    };
    const [{ lane = "" } = {}] = waiting().map(({ fields }) => fields as { lane?: string });
    const of = { lane, key: "" };
    const service = ordered.serviceName;
    await engine.wake([ordered], { service, target: "web", of, atMs: world.clock() });
    assert.equal(waiting().length, 2);
    assert.equal(world.log.of("sync.kept").length, 3);
  });

  it("go on behind one that is undeliverable", async () => {
    const retry = { maxAttempts: 2, firstSeconds: 5, longestSeconds: 5 };
    const by = { ...ordered, targets: [httpTarget("web", { ordered: "all", retry })] };
    world.server = (call) => Promise.resolve(answering(contentOf(call) === "a1" ? 400 : 200));
    await send(by, "a1");
    await send(by, "a2");
    await ring(by);
    assert.deepEqual(arrived(), ["a1", "a1", "a2"]);
    assert.deepEqual(waiting(), []);
  });

  it("have what came behind a first one that waits come up with it, not by itself", async () => {
    world.server = () => Promise.resolve(answering(500));
    const retry = { maxAttempts: 20, firstSeconds: 3600, longestSeconds: 3600 };
    const by = { ...ordered, targets: [httpTarget("web", { ordered: "all", retry })] };
    for (let number = 1; number <= 5; number++) await send(by, `a${String(number)}`);
    world.clock.advance(LEASE_MS + 1000);
    await engine.sweep([by]);
    assert.deepEqual(arrived(), ["a1"]);
    assert.ok(waiting().every(({ fields }) => fields["nextAttemptAt"] === undefined));
    world.server = () => Promise.resolve(answering(200));
    world.clock.advance(3_600_000);
    // The alarm was lost.
    await engine.sweep([by]);
    assert.deepEqual(arrived(), ["a1", "a1", "a2", "a3", "a4", "a5"]);
  });

  it("are taken over when whoever works there is gone, and count the attempt", async () => {
    world.server = () => new Promise(() => undefined);
    world.clock.advance(1);
    const event = await world.store(ordered, "a", "a1");
    void engine.checkWindow(ordered, windowOf(ordered), event);
    while (world.calls.length === 0) await new Promise((resolve) => setImmediate(resolve));
    world.server = () => Promise.resolve(answering(200));
    const other = world.instance();
    const next = await world.store(ordered, "a", "a2");
    await other.checkWindow(ordered, windowOf(ordered), next);
    assert.deepEqual(arrived(), ["a1"]);
    world.clock.advance(LEASE_MS + 1000);
    await other.sweep([ordered]);
    assert.deepEqual(arrived(), ["a1", "a1", "a2"]);
    assert.deepEqual(
      world.calls.map(({ attempt }) => attempt),
      [1, 2, 1],
    );
  });

  it("come up though another, in which somebody works, has more than a sweep looks at", async () => {
    const hanging = new Set(["x0"]);
    world.server = (call) =>
      hanging.has(contentOf(call)) ? new Promise(() => undefined) : Promise.resolve(answering(200));
    world.clock.advance(1);
    const first = await world.store(byKey, "a", "x0", "k1");
    void engine.checkWindow(byKey, { ...windowOf(byKey), key: "k1" }, first);
    while (world.calls.length === 0) await new Promise((resolve) => setImmediate(resolve));
    for (let number = 1; number <= 400; number++) await send(byKey, `x${String(number)}`, "k1");
    // Whoever made this one has died before it went out.
    const dying = world.instance((request, run) =>
      request.kind === "commit" && request.writes?.some(({ path }) => path.includes("/lanes/"))
        ? Promise.reject(new Error("the instance has died"))
        : Promise.resolve().then(run),
    );
    world.clock.advance(1);
    const other = await world.store(byKey, "a", "y1", "k2");
    await dying.checkWindow(byKey, { ...windowOf(byKey), key: "k2" }, other);
    assert.deepEqual(arrived(), ["x0"]);
    // The one who works in that lane is long at it: its lease is as new as can be.
    const [lane = assert.fail()] = world.database.list("lanes");
    const untilMs = world.clock() + 2 * LEASE_MS;
    const fields = { nextAttemptAt: new Date(untilMs) };
    await world.database.documents().commit([{ kind: "update", path: lane.path, fields }]);
    world.clock.advance(LEASE_MS + 1000);
    await engine.sweep([byKey]);
    assert.deepEqual(arrived(), ["x0", "y1"]);
  });

  it("hide nothing from whoever keeps what waits for a target that is gone, however much is in one", async () => {
    world.server = ({ target }) =>
      target === "gone" ? Promise.resolve(answering(500)) : new Promise(() => undefined);
    world.clock.advance(1);
    const first = await world.store(ordered, "a", "a0");
    void engine.checkWindow(ordered, windowOf(ordered), first);
    while (world.calls.length === 0) await new Promise((resolve) => setImmediate(resolve));
    for (let number = 1; number <= 100; number++) await send(ordered, `a${String(number)}`);
    const retry = { maxAttempts: 20, firstSeconds: 3600, longestSeconds: 3600 };
    const gone = { ...plain, targets: [httpTarget("gone", { retry })] };
    await send(gone, "b1");
    const [lane = assert.fail()] = world.database.list("lanes");
    // Whoever works there is at it all the time.
    const fields = { nextAttemptAt: new Date(world.clock() + 100 * 3_600_000) };
    await world.database.documents().commit([{ kind: "update", path: lane.path, fields }]);
    world.clock.advance(4 * 3_600_000);
    await engine.sweep([ordered]);
    assert.equal(world.log.of("target.unknown").length, 1);
  });

  it("keep the place of a sync that takes several commits to claim", async () => {
    const by: Rule = {
      ...rule({ endpoints: [endpoint("a", { minNbOfOccurrence: 2 })] }),
      targets: [httpTarget("web", { ordered: "all" }), pullTarget("log")],
    };
    const small = memoryWorld({ claimChunk: 2, claimMs: 0 });
    const kept = small.instance();
    for (let number = 0; number < 7; number++) {
      small.clock.advance(1);
      await small.store(
        { ...by, trigger: { ...by.trigger, type: "none" } },
        "a",
        `a${String(number)}`,
      );
    }
    // One of all of them is begun by hand, and not completed.
    const byHand = { ...by, trigger: { ...by.trigger, type: "none" as const } };
    await assert.rejects(kept.triggerSync(byHand, windowOf(byHand)));
    small.clock.advance(1);
    await small.store(by, "a", "b1");
    small.clock.advance(1);
    const last = await small.store(by, "a", "b2");
    await kept.checkWindow(by, windowOf(by), last).catch(() => undefined);
    assert.deepEqual(small.calls.map(contentOf), []);
    for (let sweep = 0; sweep < 5; sweep++) {
      small.clock.advance(LEASE_MS + 1000);
      await kept.sweep([by]);
    }
    assert.deepEqual(small.calls.map(contentOf), ["a0", "b1"]);
    const offsets = small.database
      .list("deliveries")
      .filter(({ fields }) => fields["target"] === "log")
      .toSorted((a, b) => (String(a.fields["place"]) < String(b.fields["place"]) ? -1 : 1))
      .map(({ fields }) => fields["offset"]);
    assert.deepEqual(offsets, [1, 2]);
  });

  it("cost three writes and two reads for a sync that arrives at once", async () => {
    const counts = { reads: 0, writes: 0, deletes: 0 };
    const counting = world.instance((request, run) =>
      Promise.resolve().then(() => {
        const answer = run() as unknown;
        const paths = (request.writes ?? []).map(({ path }) => path.split("/")[2]);
        const own = ["deliveries", "lanes"];
        for (const [index, collection] of paths.entries()) {
          if (!own.includes(collection ?? "")) continue;
          if (request.writes?.[index]?.kind === "delete") counts.deletes++;
          else counts.writes++;
        }
        if (request.of !== undefined && own.includes(request.of)) {
          counts.reads += Math.max(1, Array.isArray(answer) ? answer.length : 1);
        }
        return answer as never;
      }),
    );
    await send(ordered, "warm");
    world.clock.advance(1);
    const event = await world.store(ordered, "a", "a1");
    await counting.checkWindow(ordered, windowOf(ordered), event);
    assert.deepEqual(counts, { reads: 2, writes: 3, deletes: 1 });
  });

  it("are 1,000 at once: each waits by itself, and all come up again", async () => {
    world.server = ({ attempt }) => Promise.resolve(answering(attempt === 1 ? 503 : 200));
    for (let key = 0; key < 1000; key++) await send(byKey, `k${String(key)}`, `k${String(key)}`);
    assert.equal(world.database.list("lanes").length, 1000);
    await ring(byKey);
    assert.deepEqual([world.calls.length, waiting().length], [2000, 0]);
    assert.equal(world.database.list("lanes").length, 0);
  }).timeout(20_000);
});
