import assert from "node:assert/strict";

import type { Rule } from "../../src/domain/rule.ts";
import { Eventarc } from "../../testkit/hostile/eventarc.ts";
import { asks, Fleet, inParallel, request } from "../../testkit/hostile/fleet.ts";
import { holdingInstance } from "../../testkit/hostile/holding.ts";
import { readLedger } from "../../testkit/hostile/ledger.ts";
import { Random } from "../../testkit/hostile/random.ts";
import { announceSeed } from "../../testkit/hostile/seed.ts";
import { World } from "../../testkit/hostile/world.ts";
import { windowOf } from "../../src/domain/window.ts";

describe("a change of the rule", function () {
  this.timeout(60_000);
  let world: World;
  const random = new Random(announceSeed("roll-out"));
  before(async () => {
    world = await World.open();
  });
  after(() => world.close());

  const changed = (rule: Rule, trigger: Partial<Rule["trigger"]>): Rule => ({
    ...rule,
    trigger: { ...rule.trigger, ...trigger },
  });
  /** The same service, under a rule that takes its events and under one that keeps them. */
  function bothRules(): { taken: Rule; kept: Rule } {
    const taken = world.rule(["a", "b"]);
    return { taken, kept: changed(taken, { keepEventAfterTrigger: true }) };
  }
  async function store(rule: Rule, ...keys: string[]): Promise<void> {
    const instance = world.instance([rule]);
    for (const key of keys) {
      await instance.run((engine) => engine.storeEvent(rule, request(key, key)));
    }
  }
  const check = (rule: Rule) =>
    world.instance([rule]).run((engine) => engine.checkWindow(rule, windowOf(rule), asks("a")));
  const sweep = (rule: Rule) => world.instance([rule]).run((engine) => engine.sweep([rule]));

  /** In how many syncs each event is that is in any. */
  async function memberships({ serviceName }: Rule): Promise<number[]> {
    const { syncs } = await readLedger(world.db, serviceName);
    const ids = syncs.flatMap(({ endpoints }) => endpoints.flatMap(({ members }) => members));
    return Array.from(Map.groupBy(ids, (id) => id).values(), (each) => each.length);
  }

  for (const [holder, other] of [
    ["kept", "taken"],
    ["taken", "kept"],
  ] as const) {
    it(`exports each event once when events ${other} are claimed while others claim them ${holder}`, async () => {
      const rules = bothRules();
      await store(rules[holder], "a", "a", "b");
      const { instance, claiming, goOn } = holdingInstance(world, rules[holder]);
      const slow = instance.run((engine) =>
        engine.checkWindow(rules[holder], windowOf(rules[holder]), asks("b")),
      );
      await claiming;
      assert.equal((await check(rules[other])).outcome, "fired");
      goOn();
      assert.notEqual((await slow).outcome, "fired");
      assert.deepEqual(await memberships(rules.taken), [1, 1, 1]);
    });
  }

  it("from kept to taken events exports none of them again", async () => {
    const { taken, kept } = bothRules();
    await store(kept, "a", "b");
    assert.equal((await check(kept)).outcome, "fired");
    await store(kept, "a");
    assert.equal((await check(taken)).outcome, "waiting");
    assert.equal((await sweep(taken)).fired, 0);
    await store(taken, "b");
    assert.equal((await check(taken)).outcome, "fired");
    const manual = await world
      .instance([taken])
      .run((engine) => engine.triggerSync(taken, windowOf(taken)));
    assert.equal(manual.numberOfEvents, 0);
    assert.deepEqual(await memberships(taken), [1, 1, 1, 1]);
  });

  it("from taken to kept events leaves no complete window that no sweep sees", async () => {
    const { taken, kept } = bothRules();
    await store(taken, "a", "b"); // and their triggers are lost
    assert.equal((await sweep(kept)).fired, 1);
    assert.equal((await sweep(kept)).fired, 0);
    assert.deepEqual(await memberships(kept), [1, 1]);
  });

  it("while both rules are at work puts no event into a sync of each", async () => {
    const { taken, kept } = bothRules();
    const fleetOf = (rule: Rule): Fleet =>
      new Fleet({ world, rule, random: random.fork(), size: 2, chunkSize: 3, onStored });
    const eventarc: Eventarc = new Eventarc({
      deliver: (created) => random.pick(fleets).any().deliver(created),
      concurrency: 16,
      random: random.fork(),
      faults: { copies: [1, 3], lateMs: 60 },
    });
    const onStored = eventarc.offer.bind(eventarc);
    const fleets = [fleetOf(taken), fleetOf(kept)];
    eventarc.watch(world.db, taken.serviceName);
    const keys = Array.from({ length: 200 }, () => random.pick(["a", "b"]));
    await inParallel(keys, 8, (key) => random.pick(fleets).sendOnce(request(key, key)));
    await eventarc.idle();
    await eventarc.stop();
    await world.settle([taken]);

    const { events, pending, syncs } = await readLedger(world.db, taken.serviceName);
    const inTaken = new Map<string, number>();
    const inKept = new Set<string>();
    for (const { id, eventID, endpoints } of syncs) {
      for (const member of endpoints.flatMap(({ members }) => members)) {
        if (id === eventID) inKept.add(member);
        else inTaken.set(member, (inTaken.get(member) ?? 0) + 1);
      }
    }
    assert.ok(inTaken.size > 0 && inKept.size > 0);
    for (const id of events.keys()) {
      const exports = (inTaken.get(id) ?? 0) + (inKept.has(id) ? 1 : 0);
      const isWaiting = pending.get(id)?.exported === false;
      assert.equal(exports, isWaiting ? 0 : 1, id);
    }
  });

  it("to a longer period loses nothing to an instance that sweeps by the old one", async () => {
    const old = world.rule(["a", "b"], { trigger: { observationPeriod: 10 } });
    const longer = changed(old, { observationPeriod: 3600 });
    await store(longer, "a");
    world.advance(120_000);
    assert.equal((await sweep(old)).expired, 0);
    await store(longer, "b");
    assert.equal((await check(longer)).outcome, "fired");
    assert.deepEqual(await memberships(longer), [1, 1]);
  });

  it("to a shorter period loses nothing that an instance with the old one may still claim", async () => {
    const old = world.rule(["a", "b"], { trigger: { observationPeriod: 3600 } });
    const shorter = changed(old, { observationPeriod: 10 });
    await store(old, "a");
    world.advance(120_000);
    assert.equal((await sweep(shorter)).expired, 0);
    await store(old, "b");
    assert.equal((await check(shorter)).outcome, "waiting");
    assert.equal((await check(old)).outcome, "fired");
    assert.deepEqual(await memberships(old), [1, 1]);
    // What no rule counts any more goes.
    await store(old, "a");
    world.advance(3_600_000 + 61_000);
    assert.equal((await sweep(shorter)).expired, 1);
  });
});
