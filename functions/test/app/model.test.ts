import fc from "fast-check";

import { MemoryDatabase, type Hook } from "../../testkit/memoryDocuments.ts";
import type { Random } from "../../testkit/hostile/random.ts";
import { modelCases, modelRun, ticks, type Sizes } from "../support/model.ts";
import { withoutPauses } from "../support/pauses.ts";

const RUNS = 1500;

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
  this.timeout(120_000);
  withoutPauses();

  // Every time limit that is set makes an error, and most of its cost is its stack, which nobody sees.
  const { stackTraceLimit } = Error;
  before(() => {
    Error.stackTraceLimit = 0;
  });
  after(() => {
    Error.stackTraceLimit = stackTraceLimit;
  });

  const run = (what: string, sizes: fc.Arbitrary<Sizes | undefined>): void => {
    it(`makes the syncs of the reference, event for event (${String(RUNS)} runs, ${what})`, () =>
      fc.assert(
        fc.asyncProperty(modelCases, sizes, async (model, of) => {
          const database = new MemoryDatabase();
          await modelRun(model, "svc", (random) => database.documents(unevenly(random)), of);
        }),
        { numRuns: RUNS, endOnFailure: true },
      ));
  };

  run("windows that are read whole", fc.constant(undefined));
  const few = fc.integer({ min: 1, max: 3 });
  run("windows that are not", fc.record({ scanPage: few, seekAfter: few, claimChunk: few }));
});
