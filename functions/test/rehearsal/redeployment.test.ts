import assert from "node:assert/strict";

import { membersOf } from "../../tools/rehearsal/fakeProject.ts";
import type { Rehearsed } from "../../tools/rehearsal/rehearsal.ts";
import { OTHERS } from "../support/rehearsal/busyProject.ts";
import { accountOf } from "../support/rehearsal/configuration.ts";
import { BY_HAND, rehearsed, WORLD_MS } from "../support/rehearsal/world.ts";

const PROJECT = "my-project";
const ACCOUNT = accountOf(PROJECT);
const SERVICES = `projects/${PROJECT}/locations/us-central1/services`;

describe("a deployment after a change of the configuration", () => {
  let first: Rehearsed;
  let second: Rehearsed;
  before(async function () {
    this.timeout(WORLD_MS);
    ({ first, second } = await rehearsed());
  });

  const invokersOf = (service: string) =>
    membersOf(second.after.servicePolicies[`${SERVICES}/${service}`], "roles/run.invoker");

  it("goes through", () => {
    assert.deepEqual(second.surprises, []);
    assert.equal(second.exitCode, 0, second.output);
  });

  it("updates each of our functions, creates and deletes none", () => {
    assert.deepEqual(
      second.summary.functions.map(({ name, change }) => `${name} ${change}`),
      [
        "alarm updated",
        "checkWindow updated",
        "config updated",
        "console updated",
        "deliveries updated",
        "event updated",
        "events updated",
        "pull updated",
        "rates updated",
        "receipts updated",
        "report unchanged",
        "reset updated",
        "status updated",
        "sweep updated",
        "syncs updated",
        "trigger updated",
      ],
    );
    for (const { name, serviceConfig } of Object.values(second.after.functions)) {
      if (name === OTHERS.function) continue;
      assert.match(
        serviceConfig.environmentVariables?.["CONFIG"] ?? "",
        /"observationPeriod":7200/,
      );
    }
  });

  it("keeps the trigger as it is", () => {
    const triggerIn = (state: Rehearsed) =>
      state.summary.functions.find(({ name }) => name === "checkWindow")?.trigger;
    assert.deepEqual(triggerIn(second), triggerIn(first));
  });

  it("keeps in force who is declared in invokers.<project>.json", () => {
    assert.deepEqual(invokersOf("event"), [
      `serviceAccount:my-source@${PROJECT}.iam.gserviceaccount.com`,
    ]);
    assert.deepEqual(invokersOf("trigger"), [
      `serviceAccount:operator@${PROJECT}.iam.gserviceaccount.com`,
    ]);
    assert.deepEqual(invokersOf("config"), []);
    assert.deepEqual(invokersOf("reset"), []);
  });

  it("locks out who was let in by hand, except to those of triggers and alarms, of which it sets nothing", () => {
    const before = membersOf(
      second.before.servicePolicies[`${SERVICES}/event`],
      "roles/run.invoker",
    );
    assert.ok(before.includes(BY_HAND));
    assert.ok(!invokersOf("event").includes(BY_HAND));
    assert.deepEqual(invokersOf("sweep"), [`serviceAccount:${ACCOUNT}`]);
    for (const service of ["checkwindow", "alarm"]) {
      assert.deepEqual(invokersOf(service), [`serviceAccount:${ACCOUNT}`, BY_HAND]);
    }
  });

  it("leaves other roles on the functions alone", () => {
    for (const service of ["event", "checkwindow", "alarm", "sweep"]) {
      const policy = second.after.servicePolicies[`${SERVICES}/${service}`];
      assert.deepEqual(membersOf(policy, "roles/run.viewer"), [BY_HAND], service);
    }
  });

  it("leaves the job, and its identity, alone", () => {
    assert.deepEqual(
      second.summary.jobs.map(({ name, change, identity }) => [name, change, identity]),
      [
        ["firebase-schedule-report-us-central1", "unchanged", ""],
        ["firebase-schedule-sweep-us-central1", "unchanged", ACCOUNT],
      ],
    );
  });

  it("changes nothing of the database, where nothing is different", () => {
    assert.deepEqual(second.summary.databases, [
      {
        id: "(default)",
        rules: "unchanged",
        indexesAdded: [],
        indexesDeleted: [],
        fieldsChanged: [],
        fieldsReset: [],
        expiry: first.summary.databases[0]?.expiry,
      },
    ]);
  });

  it("touches nothing of anybody else", () => {
    const { before } = first;
    const { after } = second;
    assert.deepEqual(after.functions[OTHERS.function], before.functions[OTHERS.function]);
    assert.deepEqual(after.servicePolicies[OTHERS.service], before.servicePolicies[OTHERS.service]);
    assert.deepEqual(after.jobs[OTHERS.job], before.jobs[OTHERS.job]);
    assert.deepEqual(after.indexes[OTHERS.index], before.indexes[OTHERS.index]);
    assert.deepEqual(after.fields[OTHERS.field], before.fields[OTHERS.field]);
  });
});
