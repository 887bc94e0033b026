/** Scenarios that the short form runs once and the long form with many seeds. */
import type { Engine } from "../../src/app/engine.ts";
import { windowOf } from "../../src/domain/window.ts";
import { Eventarc } from "./eventarc.ts";
import { Fleet, inParallel, request } from "./fleet.ts";
import type { Verdict } from "./invariants.ts";
import { Random } from "./random.ts";
import type { KnownReset } from "./visible.ts";
import type { World } from "./world.ts";

export interface RaceReport extends Verdict {
  readonly seed: number;
  readonly resets: number;
  readonly triggers: number;
}

/** Resets and manual triggers at random among the events, on instances whose clocks are apart. */
export async function raceRun(
  world: World,
  seed: number,
  options: { readonly events: number; readonly keepEventAfterTrigger: boolean },
): Promise<RaceReport> {
  const random = new Random(seed);
  const { events, keepEventAfterTrigger } = options;
  const rule = world.rule(["a", "b"], { trigger: { keepEventAfterTrigger } });
  const eventarc: Eventarc = new Eventarc({
    deliver: (created) => fleet.any().deliver(created),
    concurrency: 16,
    random: random.fork(),
    faults: { copies: [2, 5], lateMs: 100 },
  });
  const onStored = eventarc.offer.bind(eventarc);
  const fleet = new Fleet({ world, rule, random: random.fork(), size: 4, skewMs: 2000, onStored });
  eventarc.watch(world.db, rule.serviceName);
  let triggers = 0;
  const resets: KnownReset[] = [];
  const operate = (work: (engine: Engine) => Promise<unknown>) => () => fleet.any().run(work);
  const work = Array.from({ length: events }, (_, index): (() => Promise<unknown>) => {
    const { eventKey } = random.pick(rule.endpoints);
    if (random.chance(0.05)) {
      triggers++;
      return operate((engine) => engine.triggerSync(rule, windowOf(rule)));
    }
    if (random.chance(0.05)) {
      return async () => {
        const begunMs = Date.now();
        const { resetAtMs } = await fleet.any().run((engine) => engine.reset(rule, windowOf(rule)));
        resets.push({ atMs: resetAtMs, begunMs, endedMs: Date.now() });
      };
    }
    return () => fleet.sendOnce(request(eventKey, String(index)));
  });
  try {
    await inParallel(work, 8, (item) => item());
    await eventarc.idle();
  } finally {
    await eventarc.stop();
  }
  await world.settle([rule]);
  const verdict = await world.judge(rule, { accepted: fleet.accepted, resets });
  return { seed, resets: resets.length, triggers, ...verdict };
}

export interface RedeliveryReport extends Verdict {
  readonly seed: number;
  /** Different events, and requests that were made for them. */
  readonly sources: number;
  readonly requests: number;
}

/** Every request is made one to four times with its idempotency key, some at the same moment. */
export async function redeliveryRun(
  world: World,
  seed: number,
  sources: number,
): Promise<RedeliveryReport> {
  const random = new Random(seed);
  const rule = world.rule(["a", "b"]);
  const eventarc: Eventarc = new Eventarc({
    deliver: (created) => fleet.any().deliver(created),
    concurrency: 16,
    random: random.fork(),
    faults: { copies: [1, 3], lateMs: 30 },
  });
  const onStored = eventarc.offer.bind(eventarc);
  const fleet = new Fleet({ world, rule, random: random.fork(), size: 4, onStored });
  eventarc.watch(world.db, rule.serviceName);
  const repeats = Array.from({ length: sources }, (_, index) => {
    const { eventKey } = random.pick(rule.endpoints);
    const again = request(eventKey, String(index), `key-${String(index)}`);
    return Array.from({ length: random.int(1, 4) }, () => again);
  });
  // Half of them come one after the other; the others whenever, some long after the event was exported.
  const requests = [
    ...repeats.filter((_, index) => index % 2 === 0).flat(),
    ...random.shuffle(repeats.filter((_, index) => index % 2 === 1).flat()),
  ];
  try {
    await inParallel(requests, 16, (item) => fleet.sendOnce(item));
    await eventarc.idle();
  } finally {
    await eventarc.stop();
  }
  const verdict = await world.judge(rule, {
    accepted: fleet.accepted,
    expectOnce: true,
    resets: [],
  });
  const counted = verdict.figures.events === sources && fleet.accepted.size === sources;
  const violations = counted
    ? verdict.violations
    : [...verdict.violations, `${String(sources)} sources made ${String(verdict.figures.events)}`];
  return { ...verdict, violations, seed, sources, requests: requests.length };
}
