import assert from "node:assert/strict";

import type { Rule } from "../../src/domain/rule.ts";
import { sharedBuild } from "../../testkit/hostile/build.ts";
import { Random } from "../../testkit/hostile/random.ts";
import { announceSeed } from "../../testkit/hostile/seed.ts";
import { ServerFleet } from "../../testkit/hostile/serverFleet.ts";
import { storm, type StormReport } from "../../testkit/hostile/storm.ts";
import { World } from "../../testkit/hostile/world.ts";

const TWO = ["a", "b"];
const FIVE = ["a", "b", "c", "d", "e"];

describe("six processes of the built functions, under hostile delivery", function () {
  this.timeout(120_000);
  let world: World;
  let fleet: ServerFleet;
  let rules: Record<"two" | "five" | "kept" | "killed", Rule>;
  const random = new Random(announceSeed("concurrency"));

  before(async () => {
    world = await World.open();
    rules = {
      two: world.rule(TWO),
      five: world.rule(FIVE),
      kept: world.rule(TWO, { trigger: { keepEventAfterTrigger: true } }),
      killed: world.rule(TWO),
    };
    fleet = await ServerFleet.start({
      build: await sharedBuild(),
      projectId: world.projectId,
      rules: Object.values(rules),
      random: random.fork(),
      ingesters: 2,
      checkers: 4,
    });
  });
  after(async () => {
    await fleet.stop();
    await world.close();
  });

  const run = (rule: Rule, events: number, kills = 0): Promise<StormReport> =>
    storm({ world, fleet, rule, random: random.fork(), events, inFlight: 64, kills });

  it("put each of 400 events of two endpoints into one sync, published once", async () => {
    const { violations, figures } = await run(rules.two, 400);
    assert.deepEqual(violations, []);
    assert.ok(figures.exported > 300);
  });

  it("put each of 400 events of five endpoints into one sync, published once", async () => {
    const { violations, figures } = await run(rules.five, 400);
    assert.deepEqual(violations, []);
    assert.ok(figures.exported > 300);
  });

  it("make each sync of kept events once", async () => {
    const { violations } = await run(rules.kept, 150);
    assert.deepEqual(violations, []);
  });

  it("lose and duplicate nothing when processes are killed meanwhile", async () => {
    const { violations } = await run(rules.killed, 400, 4);
    assert.deepEqual(violations, []);
    assert.ok(fleet.kills > 0);
  });
});
