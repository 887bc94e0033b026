import fc from "fast-check";

import { MemoryDatabase, type Hook } from "../../testkit/memoryDocuments.ts";
import type { Random } from "../../testkit/hostile/random.ts";
import { modelCases, modelRun, ticks } from "../support/model.ts";
import { withoutPauses } from "../support/pauses.ts";

const RUNS = 3000;

/** Answers when others have gone on for a while. */
const unevenly =
  (random: Random): Hook =>
  async (_, run) => {
    await ticks(random.chance(0.1) ? random.int(0, 200) : random.int(0, 4));
    const answer = run();
    await ticks(random.int(0, 4));
    return answer;
  };

describe("the wired core, for any events, rule, resets and delivery", function () {
  this.timeout(60_000);
  withoutPauses();

  it(`makes the syncs of the reference, event for event (${String(RUNS)} runs)`, () =>
    fc.assert(
      fc.asyncProperty(modelCases, async (model) => {
        const database = new MemoryDatabase();
        await modelRun(model, "svc", (random) => database.documents(unevenly(random)));
      }),
      { numRuns: RUNS, endOnFailure: true },
    ));
});
