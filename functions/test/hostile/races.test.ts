import assert from "node:assert/strict";
import { Timestamp } from "@google-cloud/firestore";

import { Instance } from "../../testkit/hostile/instance.ts";
import { raceRun } from "../../testkit/hostile/scenarios.ts";
import { announceSeed } from "../../testkit/hostile/seed.ts";
import { World } from "../../testkit/hostile/world.ts";
import { windowOf } from "../../src/domain/window.ts";

describe("resets and manual triggers among the events", function () {
  this.timeout(60_000);
  let world: World;
  const seed = announceSeed("races");
  before(async () => {
    world = await World.open();
  });
  after(() => world.close());

  for (const keepEventAfterTrigger of [false, true]) {
    const mode = keepEventAfterTrigger ? "kept" : "taken";
    it(`leave each event exported, reset or pending (events ${mode})`, async () => {
      const report = await raceRun(world, seed, { events: 150, keepEventAfterTrigger });
      assert.deepEqual(report.violations, []);
      const { events, exported, pending, expired } = report.figures;
      assert.equal(exported + pending + expired, events);
      assert.ok(report.resets > 0 && report.triggers > 0);
    });
  }

  it("are not undone by a reset on an instance whose clock is behind", async () => {
    const rule = world.rule(["a", "b"]);
    const { db, publisher } = world;
    const at = (skewMs: number) =>
      new Instance({ db, publisher, rules: [rule], clock: world.clock(skewMs) });
    const ahead = await at(1000).run((engine) => engine.reset(rule, windowOf(rule)));
    await at(-1000).run((engine) => engine.reset(rule, windowOf(rule)));
    const state = await db.collection("services").doc(rule.serviceName).get();
    const resets = state.get("resets") as Timestamp[];
    assert.deepEqual(resets.at(-1), Timestamp.fromMillis(ahead.resetAtMs));
  });
});
