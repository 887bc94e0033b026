import assert from "node:assert/strict";

import { exploreAll, exploreRandomly, Explored, type Scenario } from "../../testkit/explore.ts";

/** Two or three choices: who takes 1 first has another one. Notes what it is led through. */
function branching(): { readonly scenario: Scenario; readonly runs: string[] } {
  const runs: string[] = [];
  const scenario: Scenario = (choose) => {
    const options: number[] = [];
    const taken: number[] = [];
    const pick = (count: number): number => {
      options.push(count);
      const option = choose(taken.length, count);
      taken.push(option);
      return option;
    };
    if (pick(3) === 1) pick(2);
    pick(4);
    runs.push(taken.join(""));
    return Promise.resolve({ options, violations: [], history: [] });
  };
  return { scenario, runs };
}

/** 0 and 2, with four each; 1, with two times four. */
const ALL = 16;

describe("schedules that were explored", () => {
  it("are not drawn again, and drawing ends with the last one", async () => {
    const { scenario, runs } = branching();
    const { schedules } = await exploreRandomly(scenario, { seed: 1, schedules: 1000 });
    assert.deepEqual([schedules, runs.length, new Set(runs).size], [ALL, ALL, ALL]);
  });

  it("are not drawn after they were met near the plain one", async () => {
    const { scenario, runs } = branching();
    const explored = new Explored();
    await exploreAll(scenario, { mostDeviations: 1, mostSchedules: 1000, explored });
    const near = runs.length;
    assert.deepEqual([near, explored.isDone], [6, false]);
    await exploreRandomly(scenario, { seed: 1, schedules: 1000, explored });
    assert.deepEqual([runs.length, new Set(runs).size, explored.isDone], [ALL, ALL, true]);
  });

  it("are as many as were asked for, where there are more", async () => {
    const { scenario, runs } = branching();
    await exploreRandomly(scenario, { seed: 1, schedules: 7 });
    assert.deepEqual([runs.length, new Set(runs).size], [7, 7]);
  });
});
