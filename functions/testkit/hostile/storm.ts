/**
 * Many events at once against separate processes of the built functions, with hostile delivery; a part
 * of the processes is killed meanwhile, if asked.
 */
import type { Rule } from "../../src/domain/rule.ts";
import { Eventarc, type Created } from "./eventarc.ts";
import { inParallel } from "./fleet.ts";
import type { Verdict } from "./invariants.ts";
import type { Random } from "./random.ts";
import type { ServerFleet } from "./serverFleet.ts";
import type { World } from "./world.ts";

export interface StormOptions {
  readonly world: World;
  readonly fleet: ServerFleet;
  readonly rule: Rule;
  readonly random: Random;
  readonly events: number;
  readonly inFlight: number;
  /** How many times a process is killed. */
  readonly kills?: number;
}

export interface StormReport extends Verdict {
  /** Deliveries of pending markers, and how many of them were not acknowledged. */
  readonly deliveries: number;
  readonly failures: number;
  readonly seconds: number;
}

export async function storm(options: StormOptions): Promise<StormReport> {
  const { world, fleet, rule, random, events, inFlight, kills = 0 } = options;
  const startedAt = performance.now();
  const eventarc = new Eventarc({
    deliver: (created) => fleet.deliver(created),
    concurrency: 64,
    random: random.fork(),
    faults: { copies: [2, 5], lateMs: 300 },
  });
  eventarc.watch(world.db, rule.serviceName);
  const accepted = new Set<string>();
  const keys = Array.from({ length: events }, (_, index) => ({
    index,
    eventKey: random.pick(rule.endpoints).eventKey,
  }));
  // Known beforehand, so that the seed decides when, as far as it can.
  const killAfter = new Set(Array.from({ length: kills }, () => random.int(1, events)));
  try {
    await inParallel(keys, inFlight, async ({ index, eventKey }) => {
      const created = await sendUntilStored(fleet, rule, eventKey, `event ${String(index)}`);
      accepted.add(created.eventId);
      eventarc.offer(created);
      if (killAfter.has(accepted.size)) fleet.killAny();
    });
    await eventarc.idle(IDLE_MS);
    await fleet.recover();
  } finally {
    await eventarc.stop();
  }
  // Where nothing was killed the platform's deliveries alone have finished everything.
  if (kills > 0) await world.settle([rule]);
  const verdict = await world.judge(rule, { accepted, expectOnce: kills === 0, resets: [] });
  const violations =
    verdict.figures.events === events
      ? verdict.violations
      : [...verdict.violations, `${String(events)} sources made ${String(verdict.figures.events)}`];
  const { deliveries, failures } = eventarc.figures;
  return {
    ...verdict,
    violations,
    deliveries,
    failures,
    seconds: (performance.now() - startedAt) / 1000,
  };
}

/** A source that names its request, and repeats it until it is answered. */
async function sendUntilStored(
  fleet: ServerFleet,
  rule: Rule,
  eventKey: string,
  body: string,
): Promise<Created> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await fleet.send(rule, eventKey, body, { "idempotency-key": body });
    } catch (error) {
      if (attempt === MAX_ATTEMPTS) throw error;
    }
  }
}

const MAX_ATTEMPTS = 20;
const IDLE_MS = 180_000;
