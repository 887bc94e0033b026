import assert from "node:assert/strict";

import type { Rehearsed } from "../../tools/rehearsal/rehearsal.ts";
import { makeReport, renderReport } from "../../tools/rehearsal/report.ts";
import { rehearsed, WORLD_MS } from "../support/rehearsal/world.ts";

const DATABASE = "projects/other-project/databases/eventsync";

describe("a deployment into an empty project and a database of its own", () => {
  let elsewhere: Rehearsed;
  before(async function () {
    this.timeout(WORLD_MS);
    ({ elsewhere } = await rehearsed());
  });

  it("goes through", () => {
    assert.deepEqual(elsewhere.surprises, []);
    assert.equal(elsewhere.exitCode, 0, elsewhere.output);
  });

  it("puts rules, indexes and the trigger there, and nothing anywhere else", () => {
    const { after, summary } = elsewhere;
    assert.deepEqual(Object.keys(after.databases), ["eventsync"]);
    assert.deepEqual(Object.keys(after.releases), [
      "projects/other-project/releases/cloud.firestore/eventsync",
    ]);
    const inDatabase = [...Object.keys(after.indexes), ...Object.keys(after.fields)];
    for (const name of inDatabase) assert.ok(name.startsWith(`${DATABASE}/`), name);
    const checkWindow = summary.functions.find(({ name }) => name === "checkWindow");
    assert.equal(checkWindow?.trigger?.filters["database"], "eventsync");
    for (const { serviceConfig } of Object.values(after.functions)) {
      assert.equal(serviceConfig.environmentVariables?.["DATABASE"], "eventsync");
    }
  });

  it("enables the APIs, and has images of old builds removed", () => {
    assert.deepEqual(elsewhere.summary.apisEnabled, [
      "artifactregistry.googleapis.com",
      "cloudbilling.googleapis.com",
      "cloudbuild.googleapis.com",
      "cloudfunctions.googleapis.com",
      "cloudresourcemanager.googleapis.com",
      "cloudscheduler.googleapis.com",
      "eventarc.googleapis.com",
      "firebaseextensions.googleapis.com",
      "firestore.googleapis.com",
      "pubsub.googleapis.com",
      "run.googleapis.com",
      "storage.googleapis.com",
    ]);
    assert.deepEqual(elsewhere.summary.cleanedUp, [
      "projects/other-project/locations/us-central1/repositories/gcf-artifacts",
    ]);
  });

  it("is told in plain words", () => {
    const { summary, archive } = elsewhere;
    const text = renderReport(
      makeReport(summary, archive, { problems: [], warnings: ["look out"] }),
    );
    assert.doesNotMatch(text, /undefined|NaN|\[object/);
    for (const said of [
      /stand-in of Google's APIs, with an empty project/,
      /database eventsync\n {2}CREATED in nam5/,
      /security rules: REPLACED/,
      /event in us-central1, as eventsync@other-project\.iam\.gserviceaccount\.com/,
      /may be called by: serviceAccount:my-source@other-project/,
      /config in us-central1.*\n.*\n {4}may be called by: nobody/,
      /sweep-us-central1: every 1 minutes \(UTC\), .* as eventsync@other-project/,
      /roles\/run\.invoker on project other-project to serviceAccount:PROJECT_NUMBER-compute@/,
      /Archive\n {2}\d+ KiB, \d+ files: lib\/ \(\d+\)/,
      /May checkWindow be retried on failure/,
      /look out/,
      /The deployment to other-project would go through\./,
    ]) {
      assert.match(text, said);
    }
  });
});
