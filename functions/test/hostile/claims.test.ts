import assert from "node:assert/strict";

import { LEASE_MS } from "../../src/app/claimSyncs.ts";
import type { Rule } from "../../src/domain/rule.ts";
import type { FaultPlan } from "../../testkit/hostile/faults.ts";
import { asks, inChunksOf, request } from "../../testkit/hostile/fleet.ts";
import { Instance } from "../../testkit/hostile/instance.ts";
import { World } from "../../testkit/hostile/world.ts";
import { windowOf } from "../../src/domain/window.ts";

describe("a claim", function () {
  this.timeout(60_000);
  let world: World;
  before(async () => {
    world = await World.open();
  });
  after(() => world.close());

  /** Claims two events in each commit. */
  const instanceWith = (rule: Rule, plan: FaultPlan): Instance => {
    const { db, publisher, now: clock } = world;
    const adapt = inChunksOf.bind(undefined, 2);
    return new Instance({ db, publisher, rules: [rule], plan, clock, adapt });
  };

  /** So many events that the last one completes a window of all of them. */
  async function store(rule: Rule, events: number): Promise<void> {
    const instance = world.instance([rule]);
    const keys = [...Array.from({ length: events - 1 }, () => "a"), "b"];
    for (const key of keys) {
      await instance.run((engine) => engine.storeEvent(rule, request(key, key)));
    }
  }

  for (const { events, keepEventAfterTrigger, syncs } of [
    { events: 2, keepEventAfterTrigger: false, syncs: 1 },
    { events: 6, keepEventAfterTrigger: false, syncs: 1 },
    { events: 6, keepEventAfterTrigger: true, syncs: 3 },
  ]) {
    const what = `${String(events)} events, ${keepEventAfterTrigger ? "kept" : "taken"}`;
    it(`whose answers are lost goes on, and its sync out, without the sweep (${what})`, async () => {
      const rule = world.rule(["a", "b"], { trigger: { keepEventAfterTrigger } });
      await store(rule, events);
      // The client repeats each commit by itself, and sees what the first one has done.
      const instance = instanceWith(rule, (point) =>
        point.endsWith("/commit:after") ? "repeat" : undefined,
      );
      await instance.run((engine) => engine.checkWindow(rule, windowOf(rule), asks("a")));
      const isSequential = !keepEventAfterTrigger;
      const { violations, figures } = await world.judge(rule, { expectOnce: true, isSequential });
      assert.deepEqual(violations, []);
      assert.deepEqual([figures.syncs, figures.exported], [syncs, events]);
    });
  }

  it("of many syncs whose answer is lost makes each of them once", async () => {
    const rule = world.rule(["a", "b"]);
    for (let pair = 0; pair < 5; pair++) await store(rule, 2);
    const instance = instanceWith(rule, (point) =>
      point.endsWith("/commit:after") ? "repeat" : undefined,
    );
    await instance.run((engine) => engine.checkWindow(rule, windowOf(rule), asks("a")));
    const { violations, figures } = await world.judge(rule, {
      expectOnce: true,
      isSequential: true,
    });
    assert.deepEqual(violations, []);
    assert.deepEqual([figures.syncs, figures.exported], [5, 10]);
  });

  /**
   * Holds a claimer up where the plan says, until another instance has taken its sync over.
   *
   * @param planWith makes the plan; what it is given holds the instance up
   * @param exported how many events are in the sync that is taken over; the others still wait
   */
  async function takeOver(
    planWith: (hold: () => Promise<unknown>) => FaultPlan,
    exported: number,
  ): Promise<void> {
    const rule = world.rule(["a", "b"]);
    await store(rule, 6);
    const held = Promise.withResolvers<undefined>();
    const gate = Promise.withResolvers<undefined>();
    const hold = (): Promise<unknown> => {
      held.resolve(undefined);
      return gate.promise;
    };
    const check = instanceWith(rule, planWith(hold)).run((engine) =>
      engine.checkWindow(rule, windowOf(rule), asks("a")),
    );
    await held.promise;
    world.advance(LEASE_MS + 1);
    // Another instance publishes what is claimed so far; it does not look at the window.
    const relayed = await world.instance([]).run((engine) => engine.sweep([]));
    assert.equal(relayed.published, 1);
    gate.resolve(undefined);
    await check;
    await world.settle([rule]);
    const { violations, figures } = await world.judge(rule, { expectOnce: true });
    assert.deepEqual(violations, []);
    assert.deepEqual(
      [figures.syncs, figures.exported, figures.pending],
      [1, exported, 6 - exported],
    );
  }

  it("that was taken over while its claimer was held up gets no more events", () =>
    takeOver((hold) => {
      let commits = 0;
      return (point) =>
        point === "outbox.claimTaken/commit:before" && ++commits === 2 ? hold() : undefined;
    }, 2));

  /** Loses the answer to one of the claim's commits, and holds the claimer up before it looks. */
  const losingAnswer =
    (commit: number) =>
    (hold: () => Promise<unknown>): FaultPlan => {
      let commits = 0;
      let reads = 0;
      return (point) => {
        if (point === "outbox.claimTaken/commit:after" && ++commits === commit) return "repeat";
        // The client has repeated the commit, and now looks whether the first one took effect.
        const isLooking = point === "outbox.claimTaken/batchGetDocuments:before" && ++reads === 1;
        return isLooking ? hold() : undefined;
      };
    };

  it("whose first answer was lost gets no more events either, once it was taken over", () =>
    takeOver(losingAnswer(1), 2));

  it("whose second answer was lost gets no more events either, once it was taken over", () =>
    takeOver(losingAnswer(2), 4));

  it("whose last answer was lost is not published beside whoever took it over", () =>
    takeOver(losingAnswer(4), 6));

  it("renews its lease with each commit, so that nobody takes over who is alive", async () => {
    const rule = world.rule(["a", "b"]);
    await store(rule, 6);
    const gates = [1, 2].map(() => ({
      reached: Promise.withResolvers<undefined>(),
      open: Promise.withResolvers<undefined>(),
    }));
    let commits = 0;
    const check = instanceWith(rule, (point) => {
      if (point !== "outbox.claimTaken/commit:after") return undefined;
      const gate = gates[commits++];
      gate?.reached.resolve(undefined);
      return gate?.open.promise;
    }).run((engine) => engine.checkWindow(rule, windowOf(rule), asks("a")));
    // Together longer than a lease; each alone is not.
    for (const { reached, open } of gates) {
      await reached.promise;
      world.advance(LEASE_MS * 0.7);
      const { published } = await world.instance([]).run((engine) => engine.sweep([]));
      assert.equal(published, 0);
      open.resolve(undefined);
    }
    await check;
    const { violations, figures } = await world.judge(rule, { expectOnce: true });
    assert.deepEqual(violations, []);
    assert.deepEqual([figures.syncs, figures.exported], [1, 6]);
  });

  it("that stops between two commits goes out with what it has, and the rest with the next", async () => {
    const rule = world.rule(["a", "b"]);
    for (const stopAt of [1, 2, 3, 4]) {
      await store(rule, 6);
      let commits = 0;
      const dying = instanceWith(rule, (point) =>
        point === "outbox.claimTaken/commit:after" && ++commits === stopAt ? "kill" : undefined,
      );
      await assert.rejects(
        dying.run((engine) => engine.checkWindow(rule, windowOf(rule), asks("a"))),
        /killed/,
      );
      await world.settle([rule]);
      const { violations, figures } = await world.judge(rule, { expectOnce: true });
      assert.deepEqual(violations, []);
      assert.equal(figures.syncs, stopAt);
    }
    await store(rule, 2);
    await world.settle([rule]);
    const { violations, figures } = await world.judge(rule, { expectOnce: true });
    assert.deepEqual(violations, []);
    assert.deepEqual([figures.syncs, figures.exported, figures.pending], [5, 26, 0]);
  });
});
