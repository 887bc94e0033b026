import assert from "node:assert/strict";

import { LEASE_MS } from "../../src/app/claimSyncs.ts";
import type { Ports } from "../../src/app/ports.ts";
import type { Rule } from "../../src/domain/rule.ts";
import type { FaultPlan } from "../../testkit/hostile/faults.ts";
import { asks, inChunksOf, inParallel, request } from "../../testkit/hostile/fleet.ts";
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
    const adapt = (ports: Ports): Ports => ({ ...inChunksOf(2, ports), claimMs: 10 * LEASE_MS });
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
   */
  async function takeOver(planWith: (hold: () => Promise<unknown>) => FaultPlan): Promise<void> {
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
    // Another instance goes on with it, and publishes it; it does not look at the window.
    const relayed = await world.instance([]).run((engine) => engine.sweep([]));
    assert.equal(relayed.published, 1);
    gate.resolve(undefined);
    await check;
    await world.settle([rule]);
    const { violations, figures } = await world.judge(rule, {
      expectOnce: true,
      isSequential: true,
    });
    assert.deepEqual(violations, []);
    assert.deepEqual([figures.syncs, figures.exported, figures.pending], [1, 6, 0]);
  }

  it("that was taken over while its claimer was held up is one sync, and out once", () =>
    takeOver((hold) => {
      let commits = 0;
      return (point) => (isCommit(point, "before") && ++commits === 2 ? hold() : undefined);
    }));

  /** Loses the answer to one of the claim's commits, and holds the claimer up before it looks. */
  const losingAnswer =
    (commit: number) =>
    (hold: () => Promise<unknown>): FaultPlan => {
      let commits = 0;
      let isLost = false;
      return (point) => {
        if (isCommit(point, "after") && ++commits === commit) {
          isLost = true;
          return "repeat";
        }
        // The client has repeated the commit, and now looks whether the first one took effect.
        const isLooking = isLost && point.endsWith("/batchGetDocuments:before");
        if (isLooking) isLost = false;
        return isLooking ? hold() : undefined;
      };
    };

  for (const [commit, name] of [
    [1, "first"],
    [2, "second"],
    [4, "last"],
  ] as const) {
    it(`whose ${name} answer was lost is one sync, and out once, though it was taken over`, () =>
      takeOver(losingAnswer(commit)));
  }

  it("renews its lease with each commit, so that nobody takes over who is alive", async () => {
    const rule = world.rule(["a", "b"]);
    await store(rule, 6);
    const gates = [1, 2].map(() => ({
      reached: Promise.withResolvers<undefined>(),
      open: Promise.withResolvers<undefined>(),
    }));
    let commits = 0;
    const check = instanceWith(rule, (point) => {
      if (!isCommit(point, "after")) return undefined;
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

  it("that stops between two commits is gone on with by whoever takes it over", async () => {
    const rule = world.rule(["a", "b"]);
    for (const stopAt of [1, 2, 3, 4]) {
      await store(rule, 6);
      let commits = 0;
      const dying = instanceWith(rule, (point) =>
        isCommit(point, "after") && ++commits === stopAt ? "kill" : undefined,
      );
      await assert.rejects(
        dying.run((engine) => engine.checkWindow(rule, windowOf(rule), asks("a"))),
        /killed/,
      );
      await world.settle([rule]);
      const { violations, figures } = await world.judge(rule, {
        expectOnce: true,
        isSequential: true,
      });
      assert.deepEqual(violations, []);
      assert.deepEqual([figures.syncs, figures.pending], [stopAt, 0]);
    }
  });

  it("of 3,000 events that are not all read, stopped again and again, is one sync", async () => {
    const rule = world.rule(["a", "b"]);
    const source = world.instance([rule]);
    const names = Array.from({ length: 2999 }, (_, index) => `a${String(index)}`);
    await inParallel(names, 50, (name) =>
      source.run((engine) => engine.storeEvent(rule, request("a", name))),
    );
    await store(rule, 1);
    const { db, publisher, now: clock } = world;
    for (let stopAt = 3; stopAt <= 12; stopAt += 3) {
      let commits = 0;
      const plan: FaultPlan = (point) =>
        isCommit(point, "after") && ++commits === stopAt ? "kill" : undefined;
      const adapt = (ports: Ports): Ports => ({ ...ports, claimChunk: 100, seekAfter: 500 });
      const dying = new Instance({ db, publisher, rules: [rule], plan, clock, adapt });
      world.advance(LEASE_MS + 1);
      await assert.rejects(
        dying.run((engine) => engine.sweep([rule])),
        /killed/,
      );
    }
    await world.settle([rule]);
    const { violations, figures } = await world.judge(rule, {
      expectOnce: true,
      isSequential: true,
    });
    assert.deepEqual(violations, []);
    assert.deepEqual([figures.syncs, figures.exported, figures.pending], [1, 3000, 0]);
  });
});

/** Of a claim, to Firestore. */
function isCommit(point: string, when: "before" | "after"): boolean {
  return ["claimTaken", "goOn"].some((method) => point === `outbox.${method}/commit:${when}`);
}
