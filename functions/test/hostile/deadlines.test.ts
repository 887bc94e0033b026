import assert from "node:assert/strict";

import { HostileAlarms } from "../../testkit/hostile/alarms.ts";
import { Eventarc } from "../../testkit/hostile/eventarc.ts";
import { Fleet, inParallel, request } from "../../testkit/hostile/fleet.ts";
import { readLedger, type Ledger } from "../../testkit/hostile/ledger.ts";
import { Random } from "../../testkit/hostile/random.ts";
import { announceSeed } from "../../testkit/hostile/seed.ts";
import { judgeVisible } from "../../testkit/hostile/visible.ts";
import { World } from "../../testkit/hostile/world.ts";

/** What there is of each key, as if it were a service of its own. */
function windowsOf(ledger: Ledger): Map<string, Ledger> {
  const windows = Map.groupBy(ledger.events.values(), ({ key }) => key);
  return new Map(
    Array.from(windows, ([key, events]) => {
      const ids = new Set(events.map(({ id }) => id));
      const syncs = ledger.syncs.filter(({ endpoints }) =>
        endpoints.some(({ members }) => members.some((id) => ids.has(id))),
      );
      return [key, { ...ledger, syncs, events: new Map(events.map((event) => [event.id, event])) }];
    }),
  );
}

const KEYS = 1000;
const SECONDS = 600;

describe("1,000 keys whose deadlines pass in the middle", function () {
  this.timeout(400_000);
  const seed = announceSeed("deadlines");
  let world: World;
  before(async () => {
    world = await World.open();
  });
  after(() => world.close());

  it("are closed once each, whatever becomes of triggers and alarms, and two sweeps at once: each event is in one sync", async () => {
    const random = new Random(seed);
    const rule = world.rule(["a", "b"], {
      correlation: {},
      deadline: { seconds: SECONDS, then: "publish" },
    });
    const eventarc = new Eventarc({
      deliver: (created): Promise<void> =>
        random.chance(0.2) ? Promise.resolve() : fleet.any().deliver(created),
      concurrency: 16,
      random: random.fork(),
      faults: { copies: [1, 2], lateMs: 50 },
    });
    const alarms = new HostileAlarms({
      ring: async ({ window }) => {
        await fleet.any().run((engine) => engine.checkWindow(rule, window));
      },
      clock: world.now,
      random: random.fork(),
      lost: 0.3,
    });
    const fleet = new Fleet({
      world,
      rule,
      random: random.fork(),
      size: 4,
      skewMs: 500,
      onStored: eventarc.offer.bind(eventarc),
      alarmClock: alarms,
    });
    const send = (eventKey: string, keys: readonly number[]): Promise<void> =>
      inParallel(keys, 16, (key) =>
        fleet.send({ ...request(eventKey, `${eventKey}${String(key)}`), key: String(key) }),
      );
    const keys = Array.from({ length: KEYS }, (_, key) => key);
    const isThird = (rest: number) => (key: number) => key % 3 === rest;
    await send("a", keys);
    await send("b", keys.filter(isThird(0)));
    // Short of the deadlines of all, which pass one by one while more comes and sweeps look.
    world.advance(SECONDS * 1000 - 5000);
    const passing = setInterval(() => {
      world.advance(500);
    }, 100);
    const sweeps = [1, 2].map(() => fleet.any().run((engine) => engine.sweep([rule])));
    await Promise.all([send("b", keys.filter(isThird(1))), ...sweeps]);
    await eventarc.idle(180_000);
    clearInterval(passing);
    await eventarc.stop();
    await alarms.stop();
    assert.ok(alarms.rung > 0);
    // What triggers and alarms have left is for two sweeps at once, and for those of the settling.
    world.advance(SECONDS * 1000);
    await Promise.all([1, 2].map(() => fleet.any().run((engine) => engine.sweep([rule]))));
    await world.settle([rule]);
    const { violations, figures } = await world.judge(rule, { accepted: fleet.accepted });
    assert.deepEqual(violations, []);
    const events = KEYS + keys.filter((key) => !isThird(2)(key)).length;
    assert.deepEqual([figures.exported, figures.pending], [events, 0]);
    const windows = windowsOf(await readLedger(world.db, rule.serviceName));
    assert.equal(windows.size, KEYS);
    for (const [key, ledger] of windows) {
      assert.deepEqual(judgeVisible(rule, ledger), [], key);
      const reasons = ledger.syncs.map(({ reason }) => reason).join();
      // A deadline closes a window once: only what came after it is closed by another.
      const expected = [/^complete$/, /^(complete|deadline,deadline)$/, /^deadline$/];
      assert.match(reasons, expected[Number(key) % 3]!, key);
    }
  });
});
