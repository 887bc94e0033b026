import assert from "node:assert/strict";

import {
  describeHistory,
  parseSchedule,
  replaySchedule,
  type Outcome,
} from "../../testkit/explore.ts";
import type { Choose } from "../../testkit/stage.ts";
import { bugs } from "./bugs.ts";
import { Explorer, type Report, type Task } from "./explorer.ts";
import { prepare, runScenario } from "./run.ts";
import { scenarioOf, scenarios } from "./scenarios.ts";

/**
 * `EXPLORE`: one schedule only, which it tells step by step; a failure prints it. Two scenarios have fewer
 * schedules than their share, so that 100,000 different ones are run of so many.
 */
const {
  EXPLORE: only,
  EXPLORE_SEED: seedText = "1",
  EXPLORE_SCHEDULES: total = "103000",
} = process.env;
const seed = Number(seedText);

/** Within so many schedules of its scenario an error is found. */
const FINDS_WITHIN = 10_000;

/**
 * As much time for each scenario, not as many schedules: one step takes about as long as another, so that a
 * scenario of many steps gets fewer schedules.
 */
async function shared(all: number): Promise<Task[]> {
  const shares: { readonly scenario: string; readonly share: number }[] = [];
  for (const facts of scenarios) {
    const prepared = await prepare(facts);
    const plain = (choose: Choose): Promise<Outcome> => runScenario(facts, prepared, choose);
    const { history } = await replaySchedule(plain, new Map());
    shares.push({ scenario: facts.name, share: 1 / history.length });
  }
  const whole = shares.reduce((sum, { share }) => sum + share, 0);
  return shares.map(({ scenario, share }) => ({
    ...{ scenario, seed },
    schedules: Math.ceil((all * share) / whole),
  }));
}

let explorer: Explorer;
before(async () => {
  explorer = await Explorer.start();
});
after(() => explorer.close());

describe("every schedule", function () {
  this.timeout(600_000);

  if (only === undefined) {
    it(`of at most ${total} leaves everything as it must be (seed ${seedText})`, async function () {
      const tasks = await shared(Number(total));
      const startMs = performance.now();
      const reports = await explorer.explore(tasks);
      const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
      const run = reports.reduce((sum, report) => sum + report.schedules, 0);
      process.stdout.write(`      ${String(run)} different schedules in ${seconds} s\n`);
      assert.deepEqual(
        reports.flatMap(({ found }) => found ?? []),
        [],
      );
    });
  } else {
    it(only, async () => {
      const { name, deviations } = parseSchedule(only);
      const facts = scenarioOf(name);
      const prepared = await prepare(facts);
      const { violations, history } = await replaySchedule(
        (choose) => runScenario(facts, prepared, choose),
        deviations,
      );
      process.stdout.write(`${describeHistory(deviations, history).join("\n")}\n`);
      assert.deepEqual(violations, []);
    });
  }
});

describe("an error that somebody might make", function () {
  this.timeout(600_000);

  const sown = only === undefined ? bugs : [];
  let reports: readonly Report[] = [];
  before(async () => {
    reports = await explorer.explore(
      sown.map(({ name, foundBy }) => ({
        scenario: foundBy,
        bug: name,
        schedules: FINDS_WITHIN,
        seed,
      })),
    );
  });

  for (const [index, { name, foundBy }] of sown.entries()) {
    it(`is found: ${name} ("${foundBy}")`, () => {
      const report = reports[index];
      assert.notEqual(report?.found, undefined, `not in ${String(report?.schedules)} schedules`);
    });
  }
});

describe("a schedule", () => {
  it("gives the same run each time", async () => {
    for (const facts of scenarios) {
      const prepared = await prepare(facts);
      const run = (): Promise<unknown> =>
        replaySchedule(
          (choose) => runScenario(facts, prepared, choose),
          new Map([
            [2, 1],
            [5, 2],
            [9, 1],
          ]),
        );
      assert.deepEqual(await run(), await run(), facts.name);
    }
  });
});
