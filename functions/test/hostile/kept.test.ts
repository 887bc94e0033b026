import assert from "node:assert/strict";

import { Eventarc } from "../support/hostile/eventarc.ts";
import { Fleet, inParallel, request } from "../support/hostile/fleet.ts";
import { holdingInstance } from "../support/hostile/holding.ts";
import { Instance } from "../support/hostile/instance.ts";
import { preload } from "../support/hostile/preload.ts";
import { Random } from "../support/hostile/random.ts";
import { announceSeed } from "../support/hostile/seed.ts";
import { World } from "../support/hostile/world.ts";

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
    const check = (key?: string) => instance.run((engine) => engine.checkWindow(rule, key));
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
    const slow = instance.run((engine) => engine.checkWindow(rule, "b"));
    await claiming;
    await store("a");
    await other.run((engine) => engine.checkWindow(rule, "a"));
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

  it("fire once though the instance dies before it has marked all of them", async () => {
    const rule = world.rule(["a", "b"], KEPT);
    const ids = await preload(world.documents, rule, 1200, world.now() - 60_000);
    let commits = 0;
    const dying = new Instance({
      db: world.db,
      publisher: world.publisher,
      rules: [rule],
      clock: world.now,
      plan: (point) =>
        point === "outbox.claim/commit:after" && ++commits === 2 ? "kill" : undefined,
    });
    await assert.rejects(
      dying.run((engine) => engine.checkWindow(rule, "a")),
      /killed/,
    );
    await world.settle([rule]);
    const { violations, figures } = await world.judge(rule, { accepted: ids, expectOnce: true });
    assert.deepEqual(violations, []);
    assert.equal(figures.syncs, 1);
  });
});
