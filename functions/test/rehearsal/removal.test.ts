import assert from "node:assert/strict";

import type { Rehearsed } from "../../tools/rehearsal/rehearsal.ts";
import { rehearsed, WORLD_MS } from "../support/rehearsal/world.ts";

describe("the removal that docs/DEPLOYMENT.md describes", () => {
  let removal: Rehearsed;
  before(async function () {
    this.timeout(WORLD_MS);
    ({ removal } = await rehearsed());
  });

  it("deletes each of our functions and their job, disables the queue, and nothing of anybody else", () => {
    assert.deepEqual(removal.surprises, []);
    assert.equal(removal.exitCode, 0, removal.output);
    const { functions, jobs, queues } = removal.summary;
    assert.deepEqual(queues, [{ name: "alarm", change: "updated", state: "DISABLED" }]);
    assert.deepEqual(
      functions.map(({ name, change }) => `${name} ${change}`),
      [
        "alarm deleted",
        "checkWindow deleted",
        "config deleted",
        "console deleted",
        "deliveries deleted",
        "event deleted",
        "events deleted",
        "pull deleted",
        "rates deleted",
        "receipts deleted",
        "report unchanged",
        "reset deleted",
        "status deleted",
        "sweep deleted",
        "syncs deleted",
        "trigger deleted",
      ],
    );
    assert.deepEqual(
      jobs.map(({ name, change }) => `${name} ${change}`),
      [
        "firebase-schedule-report-us-central1 unchanged",
        "firebase-schedule-sweep-us-central1 deleted",
      ],
    );
  });
});
