/**
 * Looks for a schedule under which something does not hold: first all schedules that differ from the plain
 * one in few places (few preemptions and faults find nearly all bugs), then random ones.
 *
 * A schedule is told by its deviations: at which step not the first option was taken, but another. The same
 * deviations give the same run, so a failure is repeated by them alone.
 */
import { createHash } from "node:crypto";
import type { Choose } from "./stage.ts";
import type { States } from "./states.ts";

/** Where a schedule is not the plain one: step → option. */
export type Deviations = ReadonlyMap<number, number>;

/** What came of a run. */
export interface Outcome {
  /** How many options there were at each step. */
  readonly options: readonly number[];
  /** What did not hold, one line each. */
  readonly violations: readonly string[];
  readonly history: readonly string[];
}

/** @param settled which states need not be looked at again: each that was, and is as it must be, is added */
export type Scenario = (choose: Choose, settled?: States) => Promise<Outcome>;

export interface Found {
  readonly deviations: Deviations;
  readonly outcome: Outcome;
}

export interface Exploration {
  /** How many were run, all different. */
  readonly schedules: number;
  /** The first schedule under which something did not hold, with as few deviations as could be. */
  readonly found: Found | undefined;
}

/** A step at which a schedule had a choice, by what was chosen before it. */
interface Branch {
  options: number;
  readonly taken: (Branch | undefined)[];
  /** Every schedule that comes by here was run. */
  isDone: boolean;
}

const newBranch = (): Branch => ({ options: 0, taken: [], isDone: false });

/** As `Choose`; knows besides which options lead to a schedule that was not run yet. */
type ChooseNew = (step: number, options: number, isOpen: (option: number) => boolean) => number;

/** The schedules of a scenario that were run: none of them needs to be run again. */
export class Explored {
  readonly #root = newBranch();

  /** There is no other schedule. */
  get isDone(): boolean {
    return this.#root.isDone;
  }

  async run(
    scenario: Scenario,
    choose: ChooseNew,
    settled?: States,
  ): Promise<{ readonly deviations: Deviations; readonly outcome: Outcome }> {
    const deviations = new Map<number, number>();
    const path: Branch[] = [];
    let branch = this.#root;
    const isOpen = (option: number): boolean => branch.taken[option]?.isDone !== true;
    const outcome = await scenario((step, options) => {
      const option = choose(step, options, isOpen);
      if (option > 0) deviations.set(step, option);
      path.push(branch);
      if (branch.taken.length > 0 && branch.options !== options) {
        throw new Error("the same choices gave another run");
      }
      branch.options = options;
      branch = branch.taken[option] ??= newBranch();
      return option;
    }, settled);
    branch.isDone = true;
    for (const before of path.toReversed()) {
      const done = before.taken.filter((next) => next?.isDone === true);
      before.isDone = done.length === before.options;
    }
    return { deviations, outcome };
  }
}

export async function replaySchedule(
  scenario: Scenario,
  deviations: Deviations,
  settled?: States,
): Promise<Outcome> {
  return scenario(following(deviations), settled);
}

const following =
  (deviations: Deviations): Choose =>
  (step, options) => {
    const option = deviations.get(step) ?? 0;
    return option < options ? option : 0;
  };

/**
 * All schedules with at most so many deviations, nearest to the plain one first, until one fails. Where
 * there are more than are to be run, those of most deviations are a sample from everywhere.
 */
export async function exploreAll(
  scenario: Scenario,
  limits: {
    readonly mostDeviations: number;
    readonly mostSchedules: number;
    readonly settled?: States;
    readonly explored?: Explored;
  },
): Promise<Exploration> {
  const { settled, explored = new Explored() } = limits;
  let schedules = 0;
  let level: Deviations[] = [new Map()];
  for (let depth = 0; depth <= limits.mostDeviations; depth++) {
    const next: Deviations[] = [];
    const room = limits.mostSchedules - schedules;
    const isLast = depth === limits.mostDeviations || level.length >= room;
    for (const deviations of spread(level, room)) {
      schedules++;
      const { outcome } = await explored.run(scenario, following(deviations), settled);
      if (outcome.violations.length > 0) return { schedules, found: { deviations, outcome } };
      if (!isLast) next.push(...extensions(deviations, outcome));
    }
    level = next;
  }
  return { schedules, found: undefined };
}

/** So many of them, from everywhere, where there are more. */
function spread<T>(items: readonly T[], most: number): readonly T[] {
  if (items.length <= most) return items;
  return items.filter(
    (_, index) =>
      Math.floor(((index + 1) * most) / items.length) > Math.floor((index * most) / items.length),
  );
}

/** One more deviation, behind the last one: each schedule is met once. */
function* extensions(deviations: Deviations, { options }: Outcome): Generator<Deviations> {
  const last = Math.max(-1, ...deviations.keys());
  for (let step = last + 1; step < options.length; step++) {
    for (let option = 1; option < (options[step] ?? 1); option++) {
      yield new Map([...deviations, [step, option]]);
    }
  }
}

/** Random schedules, none of which was run before, for as long as there are any: the same for the same seed. */
export async function exploreRandomly(
  scenario: Scenario,
  limits: {
    readonly seed: number;
    readonly schedules: number;
    readonly settled?: States;
    readonly explored?: Explored;
  },
): Promise<Exploration> {
  const { seed, settled, explored = new Explored() } = limits;
  let schedules = 0;
  while (schedules < limits.schedules && !explored.isDone) {
    const random = randomOf(seed, schedules++);
    // From nearly plain to quite wild.
    const chance = 0.02 + 0.4 * random();
    const choose: ChooseNew = (_, options, isOpen) => {
      if (random() >= chance && isOpen(0)) return 0;
      const others = Array.from({ length: options - 1 }, (__, index) => index + 1).filter(isOpen);
      return others[Math.floor(random() * others.length)] ?? 0;
    };
    const { deviations, outcome } = await explored.run(scenario, choose, settled);
    if (outcome.violations.length > 0) {
      return { schedules, found: await shrink(scenario, { deviations, outcome }) };
    }
  }
  return { schedules, found: undefined };
}

/** Leaves out what the failure does not need. */
async function shrink(scenario: Scenario, found: Found): Promise<Found> {
  let best = found;
  for (const step of [...found.deviations.keys()].toReversed()) {
    const fewer = new Map([...best.deviations].filter(([other]) => other !== step));
    const outcome = await replaySchedule(scenario, fewer);
    if (outcome.violations.length > 0) best = { deviations: fewer, outcome };
  }
  return best;
}

/** Mulberry32 on a seed that a hash has scattered: small, and the same everywhere. */
function randomOf(seed: number, run: number): () => number {
  let state = createHash("sha256")
    .update(`${String(seed)}/${String(run)}`)
    .digest()
    .readUInt32LE();
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Both ways: a scenario and a schedule of it, as a person passes them on. */
export function formatSchedule(name: string, deviations: Deviations): string {
  const steps = Array.from(deviations, ([step, option]) => `${String(step)}=${String(option)}`);
  return `${name}:${steps.join(",")}`;
}

export function parseSchedule(text: string): { name: string; deviations: Deviations } {
  const [name = "", steps = ""] = text.split(":");
  const pairs = steps
    .split(",")
    .filter((step) => step !== "")
    .map((step) => step.split("=").map(Number) as [number, number]);
  return { name, deviations: new Map(pairs) };
}

/** For a person: what went wrong, and on which schedule, step by step. */
export function describeFound(name: string, { deviations, outcome }: Found): string {
  return [
    `${name}: ${outcome.violations.join("; ")}`,
    `again: EXPLORE="${formatSchedule(name, deviations)}"`,
    ...describeHistory(deviations, outcome.history),
  ].join("\n");
}

/** Marked where it is not the plain one. */
export function describeHistory(deviations: Deviations, history: readonly string[]): string[] {
  return history.map((line, step) => `${deviations.has(step) ? "*" : " "} ${String(step)} ${line}`);
}
