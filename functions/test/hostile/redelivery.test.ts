import assert from "node:assert/strict";

import { redeliveryRun } from "../../testkit/hostile/scenarios.ts";
import { announceSeed } from "../../testkit/hostile/seed.ts";
import { World } from "../../testkit/hostile/world.ts";

describe("sources that send again", function () {
  this.timeout(60_000);
  let world: World;
  const seed = announceSeed("redelivery");
  before(async () => {
    world = await World.open();
  });
  after(() => world.close());

  it("are counted once per idempotency key, at the same moment or long after", async () => {
    const report = await redeliveryRun(world, seed, 200);
    assert.deepEqual(report.violations, []);
    assert.ok(report.requests > report.sources);
  });
});
