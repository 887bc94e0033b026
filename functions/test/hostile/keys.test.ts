import assert from "node:assert/strict";

import { inParallel, request } from "../../testkit/hostile/fleet.ts";
import { Eventarc } from "../../testkit/hostile/eventarc.ts";
import { Fleet } from "../../testkit/hostile/fleet.ts";
import { Random } from "../../testkit/hostile/random.ts";
import { announceSeed } from "../../testkit/hostile/seed.ts";
import { World } from "../../testkit/hostile/world.ts";

/** There are 1,000 in the test of deadlines, and 2,000 in memory in that of the net under lost triggers. */
const KEYS = 500;

describe(`${String(KEYS)} keys`, function () {
  this.timeout(180_000);
  const seed = announceSeed("keys");
  let world: World;
  before(async () => {
    world = await World.open();
  });
  after(() => world.close());

  it("lose no event with triggers late, repeated and lost: the sweep finds them all, each event is in one sync", async () => {
    const random = new Random(seed);
    const rule = world.rule(["a", "b"], { correlation: {} });
    const eventarc = new Eventarc({
      // Of one in five nothing is ever told.
      deliver: (created): Promise<void> =>
        random.chance(0.2) ? Promise.resolve() : fleet.any().deliver(created),
      concurrency: 16,
      random: random.fork(),
      faults: { copies: [1, 2], lateMs: 50 },
    });
    const onStored = eventarc.offer.bind(eventarc);
    const fleet = new Fleet({
      world,
      rule,
      random: random.fork(),
      size: 4,
      skewMs: 2000,
      onStored,
    });
    const events = Array.from({ length: KEYS }, (_, key) => String(key)).flatMap((key) => [
      { ...request("a", `a${key}`), key },
      { ...request("b", `b${key}`), key },
    ]);
    await inParallel(events, 16, (event) => fleet.send(event));
    await eventarc.idle(60_000);
    await eventarc.stop();
    await world.settle([rule]);
    const { violations, figures } = await world.judge(rule, { accepted: fleet.accepted });
    assert.deepEqual(violations, []);
    assert.deepEqual([figures.syncs, figures.exported, figures.pending], [KEYS, 2 * KEYS, 0]);
  });
});
