import pMap from "p-map";
import { EventSyncError } from "../../domain/errors.ts";
import { LEASE_MS } from "../claimSyncs.ts";
import type { Target } from "../../domain/target.ts";
import type { Ports } from "../ports.ts";
import type {
  Deliveries,
  Lanes,
  TargetId,
  TargetState,
  TargetStates,
  WakeUp,
  WakeUpClock,
} from "../ports/deliveries.ts";
import { RELIED_ON_MS } from "./knownStates.ts";
import { requireSent } from "./redrive.ts";
import { wake } from "./wake.ts";

type Deps = Pick<Ports, "clock" | "log"> & {
  readonly deliveries: Deliveries;
  readonly lanes: Lanes;
  readonly targetStates: TargetStates;
  readonly wakeUps?: WakeUpClock;
};

/** How far ahead anything may have been put off: a server may ask for a day, and chance adds half the longest pause. */
const FAR_MS = 37 * 3_600_000;

/** Who began before the pause was known everywhere has ended by then: the work of an instance, and its lease. */
const QUIET_MS = RELIED_ON_MS + 60_000 + LEASE_MS;

/** How long one call goes on. */
const WORK_MS = 60_000;

const PAGE = 200;

/** Alarms that are set at a time. */
const CONCURRENCY = 32;

/**
 * What is for a target waits from now on; instances that know better go on for ten seconds.
 *
 * @returns its state, which is the old one if it was paused already
 * @throws EventSyncError `wrong-state` for a target that is pulled from
 */
export async function pauseTarget(
  { targetStates, clock, log }: Deps,
  service: string,
  target: Target,
  reason: string,
): Promise<TargetState> {
  requireSent(target);
  const id = { service, target: target.name };
  const state = await targetStates.read(id);
  if (state.pausedAtMs !== undefined) return state;
  const atMs = clock();
  await targetStates.pause(id, { atMs, reason });
  log.warn("target.paused", { ...id, reason });
  return { pausedAtMs: atMs, reason };
}

export interface Resumed {
  /** Deliveries and lanes that come up sooner now. */
  readonly brought: number;
  /** Whether all do; the others come up by themselves, within hours. */
  readonly isWhole: boolean;
  /** When the last of them comes up. */
  readonly untilMs: number;
}

/**
 * Has a target take deliveries again, and what waits come up at a rate: deliveries that are in no lane, and
 * lanes, in which one follows the other. It begins once nobody can be at work any more who began before the
 * pause, so that nothing goes out twice for it, or beside another of its lane.
 *
 * @param rate of them per second
 * @throws EventSyncError `wrong-state` if it is not paused
 */
export async function resumeTarget(
  deps: Deps,
  service: string,
  target: Target,
  rate: number,
): Promise<Resumed> {
  const { targetStates, lanes, deliveries, clock, log } = deps;
  requireSent(target);
  const id = { service, target: target.name };
  const { pausedAtMs } = await targetStates.read(id);
  if (pausedAtMs === undefined) {
    throw new EventSyncError(
      "wrong-state",
      `The target ${JSON.stringify(id.target)} is not paused.`,
    );
  }
  await targetStates.resume(id);
  const nowMs = clock();
  // Ten seconds later everybody knows of it. A clock that is ahead may have paused it.
  const sinceMs = Math.min(pausedAtMs, nowMs);
  const startMs = Math.max(nowMs + RELIED_ON_MS + 1000, sinceMs + QUIET_MS);
  const pace = new Pace(startMs, rate, nowMs + WORK_MS, clock);
  await bring(deps, pace, {
    page: (aboveMs) => lanes.due(id, { nowMs: nowMs + FAR_MS, aboveMs, limit: PAGE }),
    putOff: (lane, atMs) => lanes.putOff(lane, atMs),
    of: ({ lane, key }) => ({ lane, key }),
    id,
  });
  await bring(deps, pace, {
    page: (aboveMs) => deliveries.due(id, { nowMs: nowMs + FAR_MS, aboveMs, limit: PAGE }),
    putOff: (stored, atMs) => deliveries.putOff([stored], atMs),
    of: ({ delivery: { syncId } }) => ({ syncId }),
    id,
  });
  const { brought, isOver, untilMs } = pace;
  log.info("target.resumed", { ...id, brought });
  return { brought, isWhole: !isOver, untilMs };
}

/** Times one after the other, until there is no time left to give them out. */
class Pace {
  readonly #startMs: number;
  readonly #rate: number;
  readonly #endMs: number;
  readonly #clock: () => number;
  brought = 0;

  constructor(startMs: number, rate: number, endMs: number, clock: () => number) {
    this.#startMs = startMs;
    this.#rate = rate;
    this.#endMs = endMs;
    this.#clock = clock;
  }

  get isOver(): boolean {
    return this.#clock() >= this.#endMs;
  }

  /** The last time that was given out. */
  get untilMs(): number {
    return this.#startMs + Math.ceil((this.brought * 1000) / this.#rate);
  }

  next(): number {
    this.brought++;
    return this.untilMs;
  }
}

/** Deliveries or lanes. */
interface Waiting<T> {
  /** What comes up after a time, soonest first. */
  readonly page: (aboveMs: number) => Promise<T[]>;
  readonly putOff: (one: T, atMs: number) => Promise<void>;
  readonly of: (one: T) => WakeUp["of"];
  readonly id: TargetId;
}

/** What comes up sooner than its turn would be is left as it is, so each page is behind what is done. */
async function bring<T>(
  deps: Deps,
  pace: Pace,
  { page, putOff, of, id }: Waiting<T>,
): Promise<void> {
  while (!pace.isOver) {
    const found = await page(pace.untilMs);
    if (found.length === 0) return;
    const timed = found.map((one) => ({ one, atMs: pace.next() }));
    await pMap(
      timed,
      async ({ one, atMs }) => {
        await putOff(one, atMs);
        await wake(deps, { ...id, of: of(one), atMs });
      },
      { concurrency: CONCURRENCY },
    );
  }
}
