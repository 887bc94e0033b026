/**
 * The long form of the hostile tests, on the Firestore and Pub/Sub emulators around it:
 *
 *   node tools/suite.ts --only firestore,pubsub -- node tools/torture.ts [options]
 *
 * `scripts/torture --help` says which; that script also checks them.
 */
import { parseArgs } from "node:util";

import { sharedBuild } from "../testkit/hostile/build.ts";
import { crashRun } from "../testkit/hostile/crashes.ts";
import type { Verdict } from "../testkit/hostile/invariants.ts";
import { Random } from "../testkit/hostile/random.ts";
import { raceRun, redeliveryRun } from "../testkit/hostile/scenarios.ts";
import { ServerFleet } from "../testkit/hostile/serverFleet.ts";
import { storm } from "../testkit/hostile/storm.ts";
import { World } from "../testkit/hostile/world.ts";
import { Tally } from "./tortureTally.ts";

const PARTS = ["storms", "kills", "crashes", "races", "redelivery"] as const;
const IN_FLIGHT = 64;
const PROCESSES = { ingesters: 2, checkers: 4 };
/** Crash runs at the same time, each in a database of its own. */
const SIDE_BY_SIDE = 3;
/** Crash runs on one database, before the next gets a new one. */
const RUNS_PER_WORLD = 25;
const KILL_STORMS_PER_SEED = 3;

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    seeds: { type: "string", default: "20" },
    runs: { type: "string", default: "500" },
    events: { type: "string", default: "5000" },
    only: { type: "string", default: PARTS.join(",") },
  },
});
const firstSeed = Number(values.seed);
const parts = new Set(values.only.split(","));
const tally = new Tally();

const seedsOf = (count: string): number[] =>
  Array.from({ length: Number(count) }, (_, index) => firstSeed + index);

/** Runs one scenario; what it throws is a violation, too. */
async function attempt<R extends Verdict>(
  scenario: string,
  seed: number,
  run: () => Promise<R>,
): Promise<void> {
  const startedAt = performance.now();
  const seconds = (): number => (performance.now() - startedAt) / 1000;
  try {
    tally.add(scenario, seed, await run(), seconds());
  } catch (error) {
    tally.fail(scenario, seed, error instanceof Error ? error.message : String(error), seconds());
  }
}

async function withWorld(work: (world: World) => Promise<void>): Promise<void> {
  const world = await World.open();
  try {
    await work(world);
  } finally {
    await world.close();
  }
}

/** Storms on separate processes of the built functions: undisturbed ones, and some with SIGKILL. */
async function processes(seed: number): Promise<void> {
  await withWorld(async (world) => {
    const random = new Random(seed);
    const events = Number(values.events);
    const kept = { trigger: { keepEventAfterTrigger: true } };
    const storms = parts.has("storms")
      ? [
          { scenario: "two endpoints", rule: world.rule(["a", "b"]), events, kills: 0 },
          {
            scenario: "five endpoints",
            rule: world.rule(["a", "b", "c", "d", "e"]),
            events,
            kills: 0,
          },
          { scenario: "events kept", rule: world.rule(["a", "b"], kept), events: 300, kills: 0 },
        ]
      : [];
    const killed = Array.from({ length: parts.has("kills") ? KILL_STORMS_PER_SEED : 0 }, () => ({
      scenario: "SIGKILL",
      rule: world.rule(["a", "b"], random.chance(0.3) ? kept : {}),
      events: 200,
      kills: random.int(2, 4),
    }));
    const all = [...storms, ...killed];
    const fleet = await ServerFleet.start({
      build: await sharedBuild(),
      projectId: world.projectId,
      rules: all.map(({ rule }) => rule),
      random: random.fork(),
      ...PROCESSES,
    });
    try {
      for (const { scenario, ...options } of all) {
        const run = { world, fleet, random: random.fork(), inFlight: IN_FLIGHT, ...options };
        await attempt(scenario, seed, async () => {
          const before = fleet.kills;
          const report = await storm(run);
          return { ...report, processKills: fleet.kills - before };
        });
      }
    } finally {
      await fleet.stop();
    }
  });
}

async function crashes(): Promise<void> {
  const seeds = seedsOf(values.runs);
  const series = async (): Promise<void> => {
    while (seeds.length > 0) {
      await withWorld(async (world) => {
        for (const seed of seeds.splice(0, RUNS_PER_WORLD)) {
          await attempt("killed at a step", seed, () => crashRun(world, seed));
        }
      });
    }
  };
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, series));
}

async function operators(seed: number): Promise<void> {
  await withWorld(async (world) => {
    if (parts.has("races")) {
      for (const keepEventAfterTrigger of [false, true]) {
        const options = { events: 400, keepEventAfterTrigger };
        await attempt("reset and trigger", seed, () => raceRun(world, seed, options));
      }
    }
    if (parts.has("redelivery")) {
      await attempt("sources send again", seed, () => redeliveryRun(world, seed, 500));
    }
  });
}

process.stdout.write(
  `First seed ${String(firstSeed)}; --seed, --seeds and --runs repeat a part.\n`,
);
for (const seed of seedsOf(values.seeds)) {
  if (parts.has("storms") || parts.has("kills")) await processes(seed);
  await operators(seed);
}
if (parts.has("crashes")) await crashes();
process.stdout.write(tally.summary());
process.exitCode = tally.violations.length === 0 ? 0 : 1;
