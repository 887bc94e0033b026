import assert from "node:assert/strict";

import type { Rule } from "../../src/domain/rule.ts";
import { asks, request } from "../../testkit/hostile/fleet.ts";
import { holdingInstance } from "../../testkit/hostile/holding.ts";
import { Instance } from "../../testkit/hostile/instance.ts";
import { Random } from "../../testkit/hostile/random.ts";
import { announceSeed } from "../../testkit/hostile/seed.ts";
import { World } from "../../testkit/hostile/world.ts";
import { windowOf } from "../../src/domain/window.ts";

const PERIOD = 10;

describe("time", function () {
  this.timeout(60_000);
  let world: World;
  const seed = announceSeed("time");
  before(async () => {
    world = await World.open();
  });
  after(() => world.close());

  const shortRule = (): Rule => world.rule(["a", "b"], { trigger: { observationPeriod: PERIOD } });
  const instanceAt = (rule: Rule, clock: () => number): Instance => {
    const { db, publisher } = world;
    return new Instance({ db, publisher, rules: [rule], clock });
  };

  it("of receipt alone decides, to the millisecond, on clocks 2 s apart, whenever the check comes", async () => {
    const random = new Random(seed);
    const start = world.now();
    for (let turn = 0; turn < 40; turn++) {
      const rule = shortRule();
      const skew = () => random.int(-1000, 1000);
      // The second event is near the edge of the period of the first.
      const [first, second] = random.shuffle(["a", "b"]) as [string, string];
      const firstMs = start + skew();
      const edge = firstMs + PERIOD * 1000 + random.int(-2, 2);
      const secondMs = random.chance(0.8) ? edge : start + 1000 + random.int(0, PERIOD * 2000);
      for (const [key, ms] of [
        [first, firstMs],
        [second, secondMs],
      ] as const) {
        const store = instanceAt(rule, () => ms);
        await store.run((engine) => engine.storeEvent(rule, request(key, key)));
      }
      const checkedAt = secondMs + skew() + random.int(0, 1) * random.int(0, 5 * PERIOD * 1000);
      const check = instanceAt(rule, () => checkedAt);
      const asking = random.pick([asks(first, firstMs), asks(second, secondMs), undefined]);
      // What the first event completes is nothing: it may be lost, or come last.
      const { outcome } = await check.run((engine) =>
        engine.checkWindow(rule, windowOf(rule), asking),
      );
      const expected = secondMs - firstMs < PERIOD * 1000 ? "fired" : "waiting";
      assert.equal(outcome, expected, JSON.stringify({ firstMs, secondMs, checkedAt }));
      const nowMs = Math.max(checkedAt, secondMs);
      const { violations } = await world.judge(rule, { isSequential: true, nowMs });
      assert.deepEqual(violations, []);
    }
  });

  async function storePair(rule: Rule): Promise<void> {
    const instance = world.instance([rule]);
    for (const key of ["a", "b"]) {
      await instance.run((engine) => engine.storeEvent(rule, request(key, key)));
    }
  }

  const sweep = (rule: Rule) => world.instance([rule]).run((engine) => engine.sweep([rule]));

  for (const passedMs of [PERIOD * 1000 + 1, PERIOD * 1000 + 120_000]) {
    it(`that passes between probe and claim (${String(passedMs)} ms) takes nothing from the syncs that were due`, async () => {
      const rule = shortRule();
      await storePair(rule);
      await storePair(rule);
      const { instance, claiming, goOn } = holdingInstance(world, rule);
      const check = instance.run((engine) => engine.checkWindow(rule, windowOf(rule), asks("b")));
      assert.equal((await claiming).length, 2);
      world.advance(passedMs);
      const { expired, fired } = await sweep(rule);
      assert.deepEqual([expired, fired], [0, 2]);
      goOn();
      assert.equal((await check).outcome, "waiting");
      const { violations, figures } = await world.judge(rule, {
        expectOnce: true,
        isSequential: true,
      });
      assert.deepEqual(violations, []);
      assert.deepEqual([figures.syncs, figures.exported], [2, 4]);
    });
  }

  it("that passes while every trigger is lost leaves the syncs to the sweep, and only then expires", async () => {
    const rule = shortRule();
    const instance = world.instance([rule]);
    const store = (key: string) =>
      instance.run((engine) => engine.storeEvent(rule, request(key, key)));
    await store("a");
    world.advance(PERIOD * 1000); // just outside
    await storePair(rule);
    await store("a"); // open
    world.advance(3_600_000);
    const { expired, fired } = await sweep(rule);
    assert.deepEqual([expired, fired], [2, 1]);
    const { violations, figures } = await world.judge(rule, {
      expectOnce: true,
      isSequential: true,
    });
    assert.deepEqual(violations, []);
    assert.deepEqual([figures.syncs, figures.exported, figures.expired], [1, 2, 2]);
  });

  it("expires an event a minute after its period: one before it may become visible late", async () => {
    const rule = shortRule();
    const early = world.now();
    await world.instance([rule]).run((engine) => engine.storeEvent(rule, request("a", "a")));
    world.advance(PERIOD * 1000 + 55_000);
    assert.equal((await sweep(rule)).expired, 0);
    await instanceAt(rule, () => early + 5000).run((engine) =>
      engine.storeEvent(rule, request("b", "late")),
    );
    assert.equal((await sweep(rule)).fired, 1);
    await world.instance([rule]).run((engine) => engine.storeEvent(rule, request("a", "a")));
    world.advance(PERIOD * 1000 + 61_000);
    assert.equal((await sweep(rule)).expired, 1);
  });
});
