import assert from "node:assert/strict";

import type { Rule } from "../../src/domain/rule.ts";
import { Eventarc } from "../../testkit/hostile/eventarc.ts";
import { asks, Fleet, inChunksOf, inParallel, request } from "../../testkit/hostile/fleet.ts";
import { holdingInstance } from "../../testkit/hostile/holding.ts";
import { Instance } from "../../testkit/hostile/instance.ts";
import { preload } from "../../testkit/hostile/preload.ts";
import { Random } from "../../testkit/hostile/random.ts";
import { announceSeed } from "../../testkit/hostile/seed.ts";
import { World } from "../../testkit/hostile/world.ts";
import { windowOf } from "../../src/domain/window.ts";

const KEPT = { trigger: { keepEventAfterTrigger: true } };

describe("kept events", function () {
  this.timeout(60_000);
  let world: World;
  const random = new Random(announceSeed("kept events"));
  before(async () => {
    world = await World.open();
  });
  after(() => world.close());

  it("make one sync for each new event that completes the window, and none for a repeat", async () => {
    const rule = world.rule(["a", "b"], KEPT);
    const instance = world.instance([rule]);
    const store = async (key: string) => {
      await instance.run((engine) => engine.storeEvent(rule, request(key, key)));
    };
    const check = (key?: string) =>
      instance.run((engine) =>
        engine.checkWindow(rule, windowOf(rule), key === undefined ? undefined : asks(key)),
      );
    await store("a");
    await check("a");
    for (let expected = 1; expected <= 4; expected++) {
      const key = expected % 2 === 0 ? "a" : "b";
      await store(key);
      await Promise.all([check(key), check("a"), check("b"), check()]);
      await check(key);
      await instance.run((engine) => engine.sweep([rule]));
      const { figures, violations } = await world.judge(rule, { expectOnce: true });
      assert.deepEqual(violations, []);
      assert.equal(figures.syncs, expected);
    }
  });

  it("make no sync of what a newer sync has taken in since it was looked at", async () => {
    const rule = world.rule(["a", "b"], KEPT);
    const other = world.instance([rule]);
    const store = (key: string) =>
      other.run((engine) => engine.storeEvent(rule, request(key, key)));
    await store("a");
    await store("b");
    const { instance, claiming, goOn } = holdingInstance(world, rule);
    const slow = instance.run((engine) => engine.checkWindow(rule, windowOf(rule), asks("b")));
    await claiming;
    await store("a");
    await other.run((engine) => engine.checkWindow(rule, windowOf(rule), asks("a")));
    goOn();
    assert.equal((await slow).outcome, "nothingNew");
    const { figures, violations } = await world.judge(rule, { expectOnce: true });
    assert.deepEqual(violations, []);
    assert.equal(figures.syncs, 1);
  });

  it("make no sync twice under concurrent, repeated and late deliveries", async () => {
    const rule = world.rule(["a", "b", "c"], KEPT);
    const eventarc: Eventarc = new Eventarc({
      deliver: (created) => fleet.any().deliver(created),
      concurrency: 32,
      random: random.fork(),
      faults: { copies: [2, 5], lateMs: 100 },
    });
    const onStored = eventarc.offer.bind(eventarc);
    const fleet = new Fleet({ world, rule, random: random.fork(), size: 4, onStored });
    eventarc.watch(world.db, rule.serviceName);
    const keys = Array.from({ length: 150 }, () => random.pick(rule.endpoints).eventKey);
    await inParallel(keys, 8, (key) => fleet.sendOnce(request(key, key)));
    await eventarc.idle();
    await eventarc.stop();
    const { violations } = await world.judge(rule, {
      accepted: fleet.accepted,
      expectOnce: true,
    });
    assert.deepEqual(violations, []);
  });

  it("make several syncs of more than one commit marks, each with new ones and all before", async () => {
    const rule = world.rule(["a", "b"], KEPT);
    const ids = await preload(world.documents, rule, 1200, world.now() - 60_000);
    await world
      .instance([rule])
      .run((engine) => engine.checkWindow(rule, windowOf(rule), asks("a")));
    const { violations, figures } = await world.judge(rule, { accepted: ids, expectOnce: true });
    assert.deepEqual(violations, []);
    assert.deepEqual([figures.syncs, figures.exported], [3, 1200]);
    assert.deepEqual(countsOf(rule), [450, 900, 1200]);
    // Nothing is new any more, whatever leaves the window.
    world.advance(86_400_000 - 60_000 + 300);
    const { fired } = await world.instance([rule]).run((engine) => engine.sweep([rule]));
    assert.equal(fired, 0);
  });

  it("are all in the last sync of a manual trigger, which the answer is about", async () => {
    const rule = world.rule(["a", "b"], { trigger: { ...KEPT.trigger, type: "none" } });
    await preload(world.documents, rule, 1000, world.now() - 60_000);
    const instance = world.instance([rule]);
    const first = await instance.run((engine) => engine.triggerSync(rule, windowOf(rule)));
    assert.deepEqual([first.numberOfEvents, first.published], [1000, true]);
    const { violations, figures } = await world.judge(rule, { expectOnce: true });
    assert.deepEqual(violations, []);
    assert.equal(figures.syncs, 3);
    assert.deepEqual(countsOf(rule), [450, 900, 1000]);
    const again = await instance.run((engine) => engine.triggerSync(rule, windowOf(rule)));
    assert.equal(again.eventID, first.eventID);
    assert.equal((await world.judge(rule)).figures.syncs, 3);
  });

  /** How many events the messages of a service tell of, in the order of their syncs. */
  const countsOf = (rule: Rule): number[] =>
    world.receiver
      .of(rule.serviceName)
      .map(({ message }) =>
        Object.values(message.events).reduce((sum, list) => sum + list.numberOfEvents, 0),
      )
      .toSorted((a, b) => a - b);

  for (const fault of ["dies", "is held up"] as const) {
    it(`fire for new events only when a claim of many ${fault}, and the oldest leaves meanwhile`, async () => {
      const rule = world.rule(["a", "b"], {
        trigger: { keepEventAfterTrigger: true, observationPeriod: 3600 },
      });
      await preload(world.documents, rule, 600, world.now() - 60_000);
      await preloadOne(rule, world.now() - 3_500_000);
      const reached = Promise.withResolvers<undefined>();
      const gate = Promise.withResolvers<undefined>();
      let commits = 0;
      const claimer = new Instance({
        db: world.db,
        publisher: world.publisher,
        rules: [rule],
        clock: world.now,
        plan: (point) => {
          if (point !== "outbox.claimKept/commit:after" || ++commits !== 1) return undefined;
          reached.resolve(undefined);
          return fault === "dies" ? "kill" : gate.promise;
        },
      });
      const check = claimer
        .run((engine) => engine.checkWindow(rule, windowOf(rule), asks("a")))
        .catch(() => undefined);
      await reached.promise;
      world.advance(150_000);
      await world
        .instance([rule])
        .run((engine) => engine.checkWindow(rule, windowOf(rule), asks("b")));
      gate.resolve(undefined);
      await check;
      await world.settle([rule]);
      const { violations, figures } = await world.judge(rule);
      assert.deepEqual(violations, []);
      assert.equal(figures.exported, 601);
    });
  }

  it("fire for new events only, wherever a claim dies, though the oldest leaves meanwhile", async () => {
    const DYING = { trigger: { keepEventAfterTrigger: true, observationPeriod: 3600 } };
    for (let stopAt = 1, isKilled = true; isKilled; stopAt++) {
      const rule = world.rule(["a", "b"], DYING);
      // Two syncs, the second in two documents.
      await preload(world.documents, rule, 3, world.now() - 60_000);
      await preloadOne(rule, world.now() - 3_500_000);
      let steps = 0;
      isKilled = false;
      const dying = new Instance({
        db: world.db,
        publisher: world.publisher,
        rules: [rule],
        clock: world.now,
        adapt: inChunksOf.bind(undefined, 2),
        plan: (point) => {
          if (!point.startsWith("outbox.claimKept") || ++steps !== stopAt) return undefined;
          isKilled = true;
          return "kill";
        },
      });
      await dying
        .run((engine) => engine.checkWindow(rule, windowOf(rule), asks("a")))
        .catch(() => undefined);
      await world.settle([rule]);
      const { violations, figures } = await world.judge(rule);
      assert.deepEqual(violations, [], `killed at step ${String(stopAt)}`);
      assert.equal(figures.exported + figures.expired, 4);
      assert.ok(figures.expired <= 1);
    }
  });

  /** An event that is the oldest of its window. */
  async function preloadOne(rule: Rule, receivedAtMs: number): Promise<void> {
    const early = new Instance({
      db: world.db,
      publisher: world.publisher,
      rules: [rule],
      clock: () => receivedAtMs,
    });
    await early.run((engine) => engine.storeEvent(rule, request("a", "oldest")));
  }
});
