import fc from "fast-check";
import { Firestore } from "@google-cloud/firestore";

import { firestoreDocuments } from "../../src/adapters/firestore/firestoreDocuments.ts";
import { uniqueName } from "../../testkit/hostile/world.ts";
import { modelCases, modelRun } from "../support/model.ts";
import { emulatorVariable, uniqueProject } from "../support/store.ts";

/** The same on memory, some thousand times: `test/app/model.test.ts`. */
const RUNS = 20;

describe("the wired core on Firestore, for any events, rule, resets and delivery", function () {
  this.timeout(120_000);
  let db: Firestore;
  before(() => {
    emulatorVariable("FIRESTORE_EMULATOR_HOST");
    db = new Firestore({ projectId: uniqueProject() });
  });
  after(() => db.terminate());

  it(`makes the syncs of the reference, event for event (${String(RUNS)} runs)`, () =>
    fc.assert(
      fc.asyncProperty(modelCases, (model) =>
        modelRun(model, uniqueName("model"), () => firestoreDocuments(db)),
      ),
      { numRuns: RUNS, endOnFailure: true },
    ));
});
