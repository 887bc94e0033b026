import assert from "node:assert/strict";

import { crashRun, KILL_STEPS } from "../../testkit/hostile/crashes.ts";
import { announceSeed } from "../../testkit/hostile/seed.ts";
import { World } from "../../testkit/hostile/world.ts";

const RUNS = 36;
const SIDE_BY_SIDE = 2;

describe("instances that are killed between any two steps", function () {
  this.timeout(120_000);
  const first = announceSeed("crashes");

  it(`leave every event in one sync, and every sync published (${String(RUNS)} runs)`, async () => {
    const seeds = Array.from({ length: RUNS }, (_, index) => first + index);
    const violations: string[] = [];
    let kills = 0;
    const series = async (): Promise<void> => {
      const world = await World.open();
      for (let seed = seeds.shift(); seed !== undefined; seed = seeds.shift()) {
        const report = await crashRun(world, seed);
        kills += report.kills.length;
        violations.push(...report.violations.map((what) => `seed ${String(seed)}: ${what}`));
      }
      await world.close();
    };
    await Promise.all(Array.from({ length: SIDE_BY_SIDE }, series));
    assert.deepEqual(violations, []);
    assert.ok(kills > RUNS / 2, `${String(kills)} kills at ${String(KILL_STEPS.length)} points`);
  });
});
