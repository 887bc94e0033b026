/**
 * One run of the crash test: a few events, a few instances that are killed at random steps, requests that
 * fail or lose their answers, hostile delivery, then the platform's retries and the sweep.
 */
import { LEASE_MS } from "../../src/app/claimSyncs.ts";
import type { Rule } from "../../src/domain/rule.ts";
import { windowOf } from "../../src/domain/window.ts";
import { Eventarc } from "./eventarc.ts";
import type { Fault, FaultPlan, FaultPoint } from "./faults.ts";
import { Fleet, inParallel, request } from "./fleet.ts";
import type { Verdict } from "./invariants.ts";
import { readLedger } from "./ledger.ts";
import { Random } from "./random.ts";
import type { World } from "./world.ts";

export interface CrashReport extends Verdict {
  readonly seed: number;
  /** Where instances were killed. */
  readonly kills: readonly FaultPoint[];
  /** Failures and repeats that were injected. */
  readonly errors: number;
}

/** Steps at which every run of so many seeds kills at least one instance, if it comes by there. */
export const KILL_STEPS = [
  "events.append",
  "events.append/commit",
  "events.read",
  "window.count",
  "window.collect",
  "window.scan",
  "window.scan/runQuery",
  "window.hasNew",
  "window.removeExpired",
  "window.next",
  "window.newest",
  "services.read",
  "services.reset/commit",
  "outbox.claimTaken",
  "outbox.claimTaken/commit",
  "outbox.claimTaken/batchGetDocuments",
  "outbox.goOn",
  "outbox.goOn/commit",
  "outbox.goOn/batchGetDocuments",
  "outbox.claimKept",
  "outbox.claimKept/commit",
  "outbox.claimKept/batchGetDocuments",
  "outbox.due",
  "outbox.take",
  "outbox.take/commit",
  "outbox.markPublished",
  "outbox.markPublished/commit",
  "outbox.markFailed",
  "publisher.publish",
].flatMap((step) => [`${step}:before`, `${step}:after`]);

/** Chooses the faults of all instances of a run. */
class Faults {
  readonly kills: FaultPoint[] = [];
  errors = 0;
  isOn = true;
  readonly #random: Random;
  readonly #targets: readonly FaultPoint[];
  readonly #mostKills: number;

  constructor(random: Random, targets: readonly FaultPoint[]) {
    this.#random = random;
    this.#targets = targets;
    this.#mostKills = random.int(2, 6);
  }

  /** The plan of one instance: where the run aims, and anywhere. */
  planOf(): FaultPlan {
    const random = this.#random.fork();
    return (point) => {
      const fault = this.isOn ? this.#choose(random, point) : undefined;
      if (fault === "kill") this.kills.push(point);
      else if (fault !== undefined && fault !== "slow") this.errors++;
      return fault;
    };
  }

  #choose(random: Random, point: FaultPoint): Fault | undefined {
    if (this.kills.length < this.#mostKills) {
      if (this.#targets.includes(point) && random.chance(killChance(point))) return "kill";
      if (random.chance(0.002)) return "kill";
    }
    // Clients repeat single requests, not what is made of them.
    const isRequest = point.endsWith("/commit:after") || point === "publisher.publish:after";
    if (isRequest && random.chance(0.05)) return "repeat";
    const mustFail =
      point === "publisher.publish:before" &&
      this.#targets.some((target) => target.startsWith("outbox.markFailed"));
    if (random.chance(mustFail ? 0.4 : 0.01)) return "unavailable";
    return random.chance(0.05) ? "slow" : undefined;
  }
}

/** Steps that every event comes by would use up the run's kills before a sync is made. */
function killChance(point: FaultPoint): number {
  if (point.startsWith("events.append")) return 0.05;
  return /^(window\.count|services\.read)/.test(point) ? 0.1 : 0.5;
}

export async function crashRun(world: World, seed: number): Promise<CrashReport> {
  const random = new Random(seed);
  const rule = randomRule(world, random);
  // In turn, so that a series of runs leaves none out; and others, so that it meets them combined.
  const target = KILL_STEPS[seed % KILL_STEPS.length] ?? "";
  const faults = new Faults(random.fork(), [
    target,
    random.pick(KILL_STEPS),
    random.pick(KILL_STEPS),
  ]);
  const fleet = new Fleet({
    world,
    rule,
    random: random.fork(),
    size: 3,
    skewMs: 2000,
    chunkSize: random.int(1, 6),
    planOf: () => faults.planOf(),
    onStored: (created) => {
      eventarc.offer(created);
    },
  });
  const eventarc: Eventarc = new Eventarc({
    deliver: (created) => fleet.any().deliver(created),
    concurrency: 8,
    random: random.fork(),
    faults: { copies: [1, 3], lateMs: 60 },
    retryMs: [10, 200],
  });
  eventarc.watch(world.db, rule.serviceName);
  const attempts: ResetAttempt[] = [];
  try {
    const hasReset = target.startsWith("services.reset") || random.chance(0.1);
    const waves = random.int(1, 4);
    for (let wave = 1; wave <= waves; wave++) {
      const work = randomWork({
        world,
        rule,
        fleet,
        random,
        wave,
        hasReset: hasReset && wave === 1,
        attempts,
      });
      await inParallel(work, 6, (item) => item());
      if (wave === waves || random.chance(0.6)) await eventarc.idle();
    }
    await sweepTwice(world, rule, fleet);
  } finally {
    faults.isOn = false;
    await eventarc.stop();
  }
  await world.settle([rule]);
  const { resetsMs } = await readLedger(world.db, rule.serviceName);
  // There is one at most, so what is stored is what it wrote, whatever was answered.
  const resets = resetsMs.flatMap((atMs) => attempts.map((attempt) => ({ ...attempt, atMs })));
  const verdict = await world.judge(rule, { accepted: fleet.accepted, resets });
  return { seed, kills: faults.kills, errors: faults.errors, ...verdict };
}

function randomRule(world: World, random: Random): Rule {
  const min = random.int(1, 2);
  const trigger = { keepEventAfterTrigger: random.chance(0.35) };
  if (random.chance(0.3)) {
    // Events of `d` are in no condition.
    const of = ["a", "b", "c"].map((endpoint) => ({ endpoint, min }));
    return world.rule(["a", "b", "c", "d"], { condition: { atLeast: { n: 2, of } }, trigger });
  }
  const endpoints = random.chance(0.5) ? ["a", "b"] : ["a", "b", "c"];
  return world.rule(endpoints, { minNbOfOccurrence: min, trigger });
}

type Work = () => Promise<unknown>;

interface Wave {
  readonly world: World;
  readonly rule: Rule;
  readonly fleet: Fleet;
  readonly random: Random;
  readonly wave: number;
  readonly hasReset: boolean;
  /** Where it is noted. */
  readonly attempts: ResetAttempt[];
}

/** A reset; one that was not answered may have become visible at any time since, or not at all. */
interface ResetAttempt {
  readonly begunMs: number;
  endedMs: number;
}

/** What sources, operators and the scheduler do, in an order of its own. */
function randomWork({ world, rule, fleet, random, wave, hasReset, attempts }: Wave): Work[] {
  const sources = Array.from({ length: random.int(4, 12) }, (_, index): Work => {
    const { eventKey } = random.pick(rule.endpoints);
    const name = `${String(wave)}-${String(index)}`;
    // Most sources send until they are told; some send once, whatever comes of it.
    return random.chance(0.8)
      ? () => fleet.send(request(eventKey, name, name))
      : () => fleet.sendOnce(request(eventKey, name)).catch(() => undefined);
  });
  const extra = (probability: number, work: Work): Work[] =>
    random.chance(probability) ? [() => work().catch(() => undefined)] : [];
  return random.shuffle([
    ...sources,
    ...extra(0.1, () => fleet.any().run((engine) => engine.triggerSync(rule, windowOf(rule)))),
    ...extra(hasReset ? 1 : 0, async () => {
      const attempt: ResetAttempt = { begunMs: Date.now(), endedMs: Infinity };
      attempts.push(attempt);
      await fleet.any().run((engine) => engine.reset(rule, windowOf(rule)));
      attempt.endedMs = Date.now();
    }),
    // Time passes beyond the leases of claimers that are still alive.
    ...extra(0.3, () => sweepTwice(world, rule, fleet)),
  ]);
}

/** Two sweeps at the same time, once the leases that are out have run out; either may die. */
async function sweepTwice(world: World, rule: Rule, fleet: Fleet): Promise<void> {
  world.advance(LEASE_MS + 5000);
  const sweep = (): Promise<unknown> => fleet.any().run((engine) => engine.sweep([rule]));
  await Promise.allSettled([sweep(), sweep()]);
}
