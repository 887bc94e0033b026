import assert from "node:assert/strict";

import { decide } from "../../src/domain/decide.ts";
import type { Rule } from "../../src/domain/rule.ts";
import { request } from "../support/hostile/fleet.ts";
import { holdingInstance } from "../support/hostile/holding.ts";
import { Instance } from "../support/hostile/instance.ts";
import { Random } from "../support/hostile/random.ts";
import { announceSeed } from "../support/hostile/seed.ts";
import { World } from "../support/hostile/world.ts";

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

  it("is judged alike by the check and the model, to the millisecond, on clocks 2 s apart", async () => {
    const random = new Random(seed);
    const start = world.now();
    for (let turn = 0; turn < 40; turn++) {
      const rule = shortRule();
      const skew = () => random.int(-1000, 1000);
      // The clocks of three instances; the last event is near the edge of the period of the first.
      const times = { a: start + skew(), b: start + skew() };
      const edge = times[random.pick(["a", "b"] as const)] + PERIOD * 1000 + random.int(-2, 2);
      const checkedAt = random.chance(0.8) ? edge : start + random.int(0, 2 * PERIOD * 1000);
      for (const key of ["a", "b"] as const) {
        const store = instanceAt(rule, () => times[key]);
        await store.run((engine) => engine.storeEvent(rule, request(key, key)));
      }
      const check = instanceAt(rule, () => checkedAt);
      const { outcome } = await check.run((engine) => engine.checkWindow(rule, "a"));
      const pending = (["a", "b"] as const).map((key) => ({
        id: key,
        eventKey: key,
        receivedAtMs: times[key],
        size: 1,
        exported: false,
        version: undefined,
      }));
      const model = decide({ rule, pending, nowMs: checkedAt, resetAtMs: undefined });
      const isIn = (ms: number): boolean => checkedAt - ms < PERIOD * 1000;
      const expected = isIn(times.a) && isIn(times.b) ? "fired" : "waiting";
      assert.equal(outcome, expected, JSON.stringify({ times, checkedAt }));
      assert.equal(model.outcome === "fire" ? "fired" : model.outcome, expected);
    }
  });

  async function storePair(rule: Rule): Promise<void> {
    const instance = world.instance([rule]);
    for (const key of ["a", "b"]) {
      await instance.run((engine) => engine.storeEvent(rule, request(key, key)));
    }
  }

  it("that passes the period between probe and claim leaves the sync that was due", async () => {
    const rule = shortRule();
    await storePair(rule);
    const { instance, claiming, goOn } = holdingInstance(world, rule);
    const check = instance.run((engine) => engine.checkWindow(rule, "b"));
    await claiming;
    world.advance(PERIOD * 1000 + 1);
    const { expired } = await world.instance([rule]).run((engine) => engine.sweep([rule]));
    assert.equal(expired, 0); // not yet: a check that began in time may still claim them
    goOn();
    assert.equal((await check).outcome, "fired");
    const { violations, figures } = await world.judge(rule, { expectOnce: true });
    assert.deepEqual(violations, []);
    assert.equal(figures.exported, 2);
  });

  it("that has long passed between probe and claim leaves the events expired, and no sync", async () => {
    const rule = shortRule();
    await storePair(rule);
    const { instance, claiming, goOn } = holdingInstance(world, rule);
    const check = instance.run((engine) => engine.checkWindow(rule, "b"));
    await claiming;
    world.advance(PERIOD * 1000 + 120_000);
    const { expired } = await world.instance([rule]).run((engine) => engine.sweep([rule]));
    assert.equal(expired, 2);
    goOn();
    assert.equal((await check).outcome, "waiting");
    const { violations, figures } = await world.judge(rule);
    assert.deepEqual(violations, []);
    assert.deepEqual([figures.expired, figures.syncs], [2, 0]);
  });

  it("that takes half of a window away before the claim leaves no sync of the other half", async () => {
    const rule = shortRule();
    await storePair(rule);
    world.advance(PERIOD * 1000 - 500);
    await storePair(rule);
    const { instance, claiming, goOn } = holdingInstance(world, rule);
    const check = instance.run((engine) => engine.checkWindow(rule, "b"));
    assert.equal((await claiming).chunks.flat().flatMap(({ members }) => members).length, 4);
    // The first pair goes; the second has left the window, but is still there.
    world.advance(60_600);
    const { expired } = await world.instance([rule]).run((engine) => engine.sweep([rule]));
    assert.equal(expired, 2);
    goOn();
    assert.equal((await check).outcome, "waiting");
    const { violations, figures } = await world.judge(rule);
    assert.deepEqual(violations, []);
    assert.deepEqual([figures.expired, figures.syncs], [4, 0]);
  });
});
