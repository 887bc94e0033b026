import { parentPort } from "node:worker_threads";

import {
  describeFound,
  exploreAll,
  exploreRandomly,
  Explored,
  type Scenario,
} from "../../testkit/explore.ts";
import { States } from "../../testkit/states.ts";
import { bugs } from "./bugs.ts";
import type { Report, Task } from "./explorer.ts";
import { prepare, runScenario } from "./run.ts";
import { scenarioOf } from "./scenarios.ts";

/** Deviations of the systematic part, which is at most so much of a task. */
const MOST_DEVIATIONS = 3;
const SYSTEMATIC = 0.5;

// Faults are errors, and most of what one costs is its stack, which nobody sees.
Error.stackTraceLimit = 0;

parentPort?.postMessage("loaded");
parentPort?.on("message", (task: Task) => {
  void explore(task).then((report) => parentPort?.postMessage(report));
});

async function explore({ scenario: name, bug: sown, schedules, seed }: Task): Promise<Report> {
  const facts = scenarioOf(name);
  const bug = bugs.find((one) => one.name === sown);
  const prepared = await prepare(facts);
  const scenario: Scenario = (choose, settled) =>
    runScenario(facts, prepared, choose, { bug, settled });
  const settled = new States();
  const explored = new Explored();
  const near = await exploreAll(scenario, {
    mostDeviations: MOST_DEVIATIONS,
    mostSchedules: Math.ceil(schedules * SYSTEMATIC),
    settled,
    explored,
  });
  const { found, schedules: more } =
    near.found === undefined
      ? await exploreRandomly(scenario, {
          seed,
          schedules: schedules - near.schedules,
          settled,
          explored,
        })
      : { found: near.found, schedules: 0 };
  return {
    scenario: name,
    schedules: near.schedules + more,
    found: found && describeFound(name, found),
  };
}
