/** Drives a simulation with entries, and tells what fires as one would compare it. */
import { timesOfDay } from "../../src/adapters/timeOfDay.ts";
import { CLAIM_CHUNK } from "../../src/app/claimSyncs.ts";
import { deadlineOf } from "../../src/domain/deadline.ts";
import type { Rule } from "../../src/domain/rule.ts";
import { Simulation, type Entry, type Fired, type Happening } from "../../src/domain/simulation.ts";
import type { SimulatedRule } from "../../src/domain/simulatedWindow.ts";

export function simulatedRule(rule: Rule): SimulatedRule {
  const { at, timeZone } = rule.deadline ?? {};
  const isDaily = at !== undefined && timeZone !== undefined;
  const nextTime = isDaily ? timesOfDay(at, timeZone) : undefined;
  return { rule, deadlineOf: deadlineOf(rule, nextTime), newAtMost: CLAIM_CHUNK };
}

export interface Run {
  readonly happenings: readonly Happening[];
  readonly fired: readonly Fired[];
  readonly simulation: Simulation;
}

/** @param entries in the order of time */
export function simulate(rules: readonly Rule[], entries: readonly Entry[], untilMs: number): Run {
  const happenings: Happening[] = [];
  const simulation = new Simulation(rules.map(simulatedRule), (one) => happenings.push(one));
  for (const entry of entries) simulation.take(entry);
  simulation.passTo(untilMs);
  const fired = happenings.filter((one) => one.what === "fired");
  return { happenings, fired, simulation };
}

/** The ids of a sync's members, as they were received. */
export function idsOf({ sync }: Fired): string[] {
  return sync.endpoints.flatMap(({ members }) => members.map(({ id }) => id)).toSorted();
}
