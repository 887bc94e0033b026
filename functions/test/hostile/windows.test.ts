import assert from "node:assert/strict";
import { windowOf } from "../../src/domain/window.ts";

import { asks, inParallel, request } from "../../testkit/hostile/fleet.ts";
import { preload } from "../../testkit/hostile/preload.ts";
import { readLedger } from "../../testkit/hostile/ledger.ts";
import { World } from "../../testkit/hostile/world.ts";

describe("large windows", function () {
  this.timeout(120_000);
  let world: World;
  before(async () => {
    world = await World.open();
  });
  after(() => world.close());

  it("fire with 10,000 events, of which a replay keeps no more than half", async () => {
    const rule = world.rule(["a", "b"]);
    const chatty = { ...rule, endpoints: rule.endpoints.slice(0, 1) };
    const ids = await preload(world.documents, chatty, 10_000, world.now() - 60_000);
    const instance = world.instance([rule]);
    await instance.run((engine) => engine.storeEvent(rule, request("b", "the rare one")));
    await instance.run((engine) => engine.checkWindow(rule, windowOf(rule), asks("b")));
    const verdict = await world.judge(rule, { accepted: ids, expectOnce: true });
    assert.deepEqual(verdict.violations, []);
    assert.equal(verdict.figures.exported, 10_001);
    assert.equal(verdict.figures.syncs, 1);
    const [{ message } = assert.fail()] = world.receiver.of(rule.serviceName);
    assert.equal(message.events["a"]?.numberOfEvents, 10_000);
    assert.equal(message.truncated, undefined);
  });

  it("of 1,000 pairs make a message of each, one and one", async () => {
    const rule = world.rule(["a", "b"]);
    const ids = await preload(world.documents, rule, 2_000, world.now() - 60_000);
    await world
      .instance([rule])
      .run((engine) => engine.checkWindow(rule, windowOf(rule), asks("a")));
    const verdict = await world.judge(rule, {
      accepted: ids,
      expectOnce: true,
      isSequential: true,
    });
    assert.deepEqual(verdict.violations, []);
    assert.deepEqual([verdict.figures.syncs, verdict.figures.exported], [1_000, 2_000]);
  });

  it("lose nothing when four instances check the same one", async () => {
    const rule = world.rule(["a", "b"]);
    const ids = await preload(world.documents, rule, 3_000, world.now() - 60_000);
    const instances = Array.from({ length: 4 }, () => world.instance([rule]));
    await inParallel(instances, 4, (instance) =>
      instance
        .run((engine) => engine.checkWindow(rule, windowOf(rule), asks("a")))
        .catch(() => undefined),
    );
    await world.settle([rule]);
    const verdict = await world.judge(rule, {
      accepted: ids,
      expectOnce: true,
      isSequential: true,
    });
    assert.deepEqual(verdict.violations, []);
    assert.equal(verdict.figures.exported, 3_000);
  });

  it("fire with more bytes than Pub/Sub takes, and say what they leave out", async () => {
    // Complete with the last event only.
    const rule = world.rule(["a", "b"], { minNbOfOccurrence: 2 });
    const instance = world.instance([rule]);
    const content = "x".repeat(900_000);
    const events = Array.from({ length: 14 }, (_, index) =>
      request(index < 12 ? "b" : "a", content),
    );
    await inParallel(events, 2, (event) =>
      instance.run((engine) => engine.storeEvent(rule, event)),
    );
    await instance.run((engine) => engine.checkWindow(rule, windowOf(rule), asks("b")));

    const verdict = await world.judge(rule, { expectOnce: true });
    assert.deepEqual(verdict.violations, []);
    const [{ message, data } = assert.fail()] = world.receiver.of(rule.serviceName);
    assert.ok(data.length < 10_000_000, `${String(data.length)} bytes`);
    assert.equal(message.events["a"]?.events?.length, 2);
    assert.equal(message.events["b"]?.numberOfEvents, 12);
    const left = message.events["b"].truncated ?? 0;
    assert.equal(left + (message.events["b"].events?.length ?? 0), 12);
    const [sync] = (await readLedger(world.db, rule.serviceName)).syncs;
    assert.deepEqual(message.truncated, {
      numberOfEvents: left,
      sync: `services/${rule.serviceName}/syncs/${sync?.id ?? ""}`,
      events: `services/${rule.serviceName}/events`,
    });
    // The window is free: what comes next makes the next sync.
    for (const key of ["a", "a", "b", "b"]) {
      await instance.run((engine) => engine.storeEvent(rule, request(key, "next")));
    }
    await instance.run((engine) => engine.checkWindow(rule, windowOf(rule), asks("a")));
    assert.equal((await world.judge(rule, { expectOnce: true })).figures.syncs, 2);
  });
});
