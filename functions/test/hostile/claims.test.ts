import assert from "node:assert/strict";

import { LEASE_MS } from "../../src/app/claimSyncs.ts";
import type { Rule } from "../../src/domain/rule.ts";
import type { FaultPlan } from "../support/hostile/faults.ts";
import { inChunksOf, request } from "../support/hostile/fleet.ts";
import { Instance } from "../support/hostile/instance.ts";
import { World } from "../support/hostile/world.ts";

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

  async function store(rule: Rule, pairs: number): Promise<void> {
    const instance = world.instance([rule]);
    for (let pair = 0; pair < pairs; pair++) {
      for (const key of ["a", "b"]) {
        await instance.run((engine) => engine.storeEvent(rule, request(key, key)));
      }
    }
  }

  for (const { pairs, keepEventAfterTrigger, syncs } of [
    { pairs: 1, keepEventAfterTrigger: false, syncs: 1 },
    { pairs: 3, keepEventAfterTrigger: false, syncs: 1 },
    { pairs: 3, keepEventAfterTrigger: true, syncs: 3 },
  ]) {
    const what = `${String(pairs)} pairs, ${keepEventAfterTrigger ? "kept" : "taken"}`;
    it(`whose answers are lost goes on, and its sync out, without the sweep (${what})`, async () => {
      const rule = world.rule(["a", "b"], { trigger: { keepEventAfterTrigger } });
      await store(rule, pairs);
      // The client repeats each commit by itself, and sees what the first one has done.
      const instance = instanceWith(rule, (point) =>
        point.endsWith("/commit:after") ? "repeat" : undefined,
      );
      await instance.run((engine) => engine.checkWindow(rule, "a"));
      const { violations, figures } = await world.judge(rule, { expectOnce: true });
      assert.deepEqual(violations, []);
      assert.deepEqual([figures.syncs, figures.exported], [syncs, 2 * pairs]);
    });
  }

  /**
   * Holds a claimer up where the plan says, until another instance has taken its sync over.
   *
   * @param planWith makes the plan; what it is given holds the instance up
   */
  async function takeOver(
    planWith: (hold: () => Promise<unknown>) => FaultPlan,
    syncs = 2,
  ): Promise<void> {
    const rule = world.rule(["a", "b"]);
    await store(rule, 3);
    const held = Promise.withResolvers<undefined>();
    const gate = Promise.withResolvers<undefined>();
    const hold = (): Promise<unknown> => {
      held.resolve(undefined);
      return gate.promise;
    };
    const check = instanceWith(rule, planWith(hold)).run((engine) => engine.checkWindow(rule, "a"));
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
    assert.deepEqual([figures.syncs, figures.exported], [syncs, 6]);
  }

  it("that was taken over while its claimer was held up gets no more events", () =>
    takeOver((hold) => {
      let commits = 0;
      return (point) =>
        point === "outbox.claim/commit:before" && ++commits === 2 ? hold() : undefined;
    }));

  /** Loses the answer to one of the claim's commits, and holds the claimer up before it looks. */
  const losingAnswer =
    (commit: number) =>
    (hold: () => Promise<unknown>): FaultPlan => {
      let commits = 0;
      let reads = 0;
      return (point) => {
        if (point === "outbox.claim/commit:after" && ++commits === commit) return "repeat";
        // The client has repeated the commit, and now looks whether the first one took effect.
        const isLooking = point === "outbox.claim/batchGetDocuments:before" && ++reads === 1;
        return isLooking ? hold() : undefined;
      };
    };

  it("whose first answer was lost gets no more events either, once it was taken over", () =>
    takeOver(losingAnswer(1)));

  it("whose second answer was lost gets no more events either, once it was taken over", () =>
    takeOver(losingAnswer(2)));

  it("whose last answer was lost is not published beside whoever took it over", () =>
    takeOver(losingAnswer(4), 1));

  it("renews its lease with each commit, so that nobody takes over who is alive", async () => {
    const rule = world.rule(["a", "b"]);
    await store(rule, 3);
    const gates = [1, 2].map(() => ({
      reached: Promise.withResolvers<undefined>(),
      open: Promise.withResolvers<undefined>(),
    }));
    let commits = 0;
    const check = instanceWith(rule, (point) => {
      if (point !== "outbox.claim/commit:after") return undefined;
      const gate = gates[commits++];
      gate?.reached.resolve(undefined);
      return gate?.open.promise;
    }).run((engine) => engine.checkWindow(rule, "a"));
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
      await store(rule, 3);
      let commits = 0;
      const dying = instanceWith(rule, (point) =>
        point === "outbox.claim/commit:after" && ++commits === stopAt ? "kill" : undefined,
      );
      await assert.rejects(
        dying.run((engine) => engine.checkWindow(rule, "a")),
        /killed/,
      );
      await world.settle([rule]);
      const { violations, figures } = await world.judge(rule, { expectOnce: true });
      assert.deepEqual(violations, []);
      assert.equal(figures.pending, 0);
    }
  });
});
