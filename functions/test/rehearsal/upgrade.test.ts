import assert from "node:assert/strict";

import { CODEBASE, problemsOf } from "../../tools/rehearsal/rehearsal.ts";
import { OTHERS } from "../support/rehearsal/busyProject.ts";
import { accountOf } from "../support/rehearsal/configuration.ts";
import { SWEEP_JOB } from "../support/rehearsal/firstVersion.ts";
import { rehearsed, WORLD_MS, type World } from "../support/rehearsal/world.ts";

describe("an upgrade from the first version", () => {
  let upgrade: World["upgrade"];
  before(async function () {
    this.timeout(WORLD_MS);
    ({ upgrade } = await rehearsed());
  });

  const identityIn = (state: World["upgrade"]["withJob"]): string | undefined =>
    state.after.jobs[SWEEP_JOB]?.httpTarget?.oidcToken?.serviceAccountEmail;

  it("takes the functions, of those names, into their own codebase, and no others", () => {
    const { before, after } = upgrade.withJob;
    for (const { name, labels } of Object.values(after.functions)) {
      const expected = name === OTHERS.function ? undefined : CODEBASE;
      assert.equal(labels?.["firebase-functions-codebase"], expected, name);
    }
    assert.deepEqual(Object.keys(after.functions), Object.keys(before.functions));
    assert.deepEqual(after.functions[OTHERS.function], before.functions[OTHERS.function]);
  });

  it("does not mend the identity of a job that is there, and is not taken for a success", () => {
    assert.deepEqual(upgrade.withJob.surprises, []);
    assert.equal(identityIn(upgrade.withJob), "eventsync@");
    assert.equal(upgrade.withJob.exitCode, 1);
    assert.match(problemsOf(upgrade.withJob).join("\n"), /no sweep has finished without errors/);
  });

  it("goes through once that job is deleted", () => {
    assert.deepEqual(upgrade.withoutJob.surprises, []);
    assert.equal(upgrade.withoutJob.exitCode, 0, upgrade.withoutJob.output);
    assert.equal(identityIn(upgrade.withoutJob), accountOf("my-project"));
  });
});
