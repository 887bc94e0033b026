import assert from "node:assert/strict";

import {
  exploreAll,
  exploreRandomly,
  replaySchedule,
  type Scenario,
} from "../../testkit/explore.ts";
import { States } from "../../testkit/states.ts";
import { bugs } from "./bugs.ts";
import { prepare, runScenario, type World } from "./run.ts";
import { scenarioOf, scenarios } from "./scenarios.ts";

const SCHEDULES = 40;

/** Runs on, whatever is found. */
const onward =
  (scenario: Scenario): Scenario =>
  async (choose, settled) => ({ ...(await scenario(choose, settled)), violations: [] });

/** Tells the same keys, and has met none of them. */
class Forgetful extends States {
  last = "";
  override keyOf(state: unknown): string {
    return (this.last = super.keyOf(state));
  }
  override has(): boolean {
    return false;
  }
}

describe("a state that was settled", function () {
  this.timeout(600_000);

  it("is settled in the same way again, to the last byte", async () => {
    let met = 0;
    for (const facts of scenarios) {
      const prepared = await prepare(facts);
      const settled = new Forgetful();
      const ends = new Map<string, string>();
      let world: World | undefined;
      const works: typeof facts.works = (of) => facts.works((world = of));
      const scenario: Scenario = async (choose) => {
        const outcome = await runScenario({ ...facts, works }, prepared, choose, { settled });
        const { violations } = outcome;
        const { database, commits, messages, acceptedIds, server, stage } = world ?? assert.fail();
        const end = JSON.stringify({
          ...{ violations, messages, acceptedIds, clock: stage.clock() },
          ...{ documents: database.changes(prepared), commits: commits.state() },
          ...{ arrived: server.arrived, overtaken: server.overtaken, beside: server.violations },
        });
        if (ends.has(settled.last)) met++;
        assert.equal(ends.get(settled.last) ?? end, end, facts.name);
        ends.set(settled.last, end);
        return outcome;
      };
      // What differs in one fate only comes to states that are nearly the same.
      await exploreAll(scenario, { mostDeviations: 1, mostSchedules: 3 * SCHEDULES });
    }
    assert.ok(met > scenarios.length, `only ${String(met)} states were met again`);
  });

  it("hides no error", async () => {
    let wrong = 0;
    for (const bug of bugs) {
      const facts = scenarioOf(bug.foundBy);
      const prepared = await prepare(facts);
      const scenario: Scenario = async (choose, settled) => {
        const taken = new Map<number, number>();
        const noted: typeof choose = (step, options) => {
          const option = choose(step, options);
          taken.set(step, option);
          return option;
        };
        const { violations } = await runScenario(facts, prepared, noted, { bug, settled });
        const alone = await replaySchedule(
          (again) => runScenario(facts, prepared, again, { bug }),
          taken,
        );
        assert.deepEqual(violations, alone.violations, bug.name);
        if (violations.length > 0) wrong++;
        return alone;
      };
      const settled = new States();
      await exploreRandomly(onward(scenario), { seed: 1, schedules: SCHEDULES, settled });
    }
    assert.ok(wrong > bugs.length, `only ${String(wrong)} schedules were wrong`);
  });
});

describe("what tells a state", () => {
  const states = new States();
  const different: readonly unknown[] = [
    [1, [2]],
    [[1], 2],
    ["1", [2]],
    { a: 1 },
    { a: undefined },
    {},
    [],
    { a: Symbol.iterator },
    { a: Symbol.asyncIterator },
    new Date(5),
    5,
    [new Date(5)],
    new Date(6).toJSON(),
    new Date(6),
    Buffer.from("a"),
    Buffer.from("b"),
    null,
    "null",
  ];

  it("differs where anything differs, and only there", () => {
    const keys = different.map((state) => states.keyOf(state));
    assert.equal(new Set(keys).size, different.length);
    assert.deepEqual(
      different.map((state) => states.keyOf(state)),
      keys,
    );
  });
});
