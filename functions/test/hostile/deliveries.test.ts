import assert from "node:assert/strict";

import { LEASE_MS } from "../../src/app/claimSyncs.ts";
import type { WakeUp } from "../../src/app/ports/deliveries.ts";
import { HostileAlarms } from "../../testkit/hostile/alarms.ts";
import { Eventarc } from "../../testkit/hostile/eventarc.ts";
import type { FaultPlan } from "../../testkit/hostile/faults.ts";
import { Fleet, inParallel, request } from "../../testkit/hostile/fleet.ts";
import { Random } from "../../testkit/hostile/random.ts";
import { announceSeed } from "../../testkit/hostile/seed.ts";
import { TargetServer } from "../../testkit/hostile/targetServer.ts";
import { World } from "../../testkit/hostile/world.ts";
import { httpTarget, pullTarget } from "../support/targets.ts";

const RUNS = 6;
const KEYS = 8;
const PAIRS = 5;

/** Steps of a delivery at which instances end most. */
const STEPS = /^(deliveries|lanes|pullLog|server|outbox\.claimTaken)[./a-zA-Z]*:(before|after)$/;

describe("deliveries, by workers that are killed between any two steps", function () {
  this.timeout(240_000);
  const first = announceSeed("deliveries");
  let world: World;
  before(async () => {
    world = await World.open();
  });
  after(() => world.close());

  it(`arrive, in the order of their lanes, whatever becomes of alarms, and two sweeps at once (${String(RUNS)} runs)`, async () => {
    const violations: string[] = [];
    let kills = 0;
    for (let run = 0; run < RUNS; run++) {
      const seed = first + run;
      const random = new Random(seed);
      const rule = world.rule(["a", "b"], {
        correlation: {},
        targets: [
          httpTarget("web"),
          httpTarget("lane", { ordered: "key" }),
          httpTarget("all", { ordered: "all" }),
          pullTarget("log"),
        ],
      });
      let isHostile = true;
      const planOf = (): FaultPlan => {
        const own = random.fork();
        return (point) => {
          if (!isHostile) return undefined;
          if (STEPS.test(point) && own.chance(0.01)) {
            kills++;
            return "kill";
          }
          if (point.endsWith("/commit:after") && own.chance(0.05)) return "repeat";
          return own.chance(0.005) ? "unavailable" : undefined;
        };
      };
      const server = new TargetServer(random.fork(), 0.1);
      const alarms = new HostileAlarms<WakeUp>({
        ring: async (wakeUp) => {
          await fleet.any().run((engine) => engine.wake([rule], wakeUp));
        },
        clock: world.now,
        random: random.fork(),
        lost: 0.3,
      });
      const eventarc = new Eventarc({
        deliver: (created): Promise<void> => fleet.any().deliver(created),
        concurrency: 16,
        random: random.fork(),
        faults: { copies: [1, 2], lateMs: 50 },
        retryMs: [10, 200],
      });
      const fleet = new Fleet({
        world,
        rule,
        random: random.fork(),
        size: 3,
        planOf,
        server,
        wakeUps: alarms,
        onStored: eventarc.offer.bind(eventarc),
      });
      const sent = Array.from({ length: PAIRS * KEYS * 2 }, (_, index) => index);
      try {
        await inParallel(sent, 8, async (index) => {
          const key = String(index % KEYS);
          const eventKey = Math.floor(index / KEYS) % 2 === 0 ? "a" : "b";
          await fleet.send({ ...request(eventKey, `e${String(index)}`), key });
          if (index % 20 === 19) world.advance(6000);
        });
        await eventarc.idle(60_000);
        for (let turn = 0; turn < 2; turn++) {
          world.advance(LEASE_MS + 5000);
          const sweep = (): Promise<unknown> => fleet.any().run((engine) => engine.sweep([rule]));
          await Promise.allSettled([sweep(), sweep()]);
        }
      } finally {
        isHostile = false;
        await eventarc.stop();
        await alarms.stop();
      }
      server.failing = 0;
      await world.settle([rule], server);
      const verdict = await world.judge(rule, { accepted: fleet.accepted });
      const found = [...verdict.violations, ...(await server.judge(world.db, rule))];
      violations.push(...found.map((what) => `seed ${String(seed)}: ${what}`));
    }
    assert.deepEqual(violations, []);
    assert.ok(kills > RUNS, `${String(kills)} kills`);
  });
});
