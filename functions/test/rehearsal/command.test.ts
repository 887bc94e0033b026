import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

import { commandInCheckout, type Commanded } from "../support/rehearsal/command.ts";
import { rehearsed, WORLD_MS } from "../support/rehearsal/world.ts";

/** What is to be deployed. */
const DECLARED = JSON.parse(
  readFileSync(new URL("../../../firestore.indexes.json", import.meta.url), "utf8"),
) as {
  readonly indexes: readonly unknown[];
  readonly fieldOverrides: readonly { readonly ttl?: boolean }[];
};

describe("scripts/rehearse, for a database of its own", () => {
  let command: Commanded;
  before(async function () {
    this.timeout(WORLD_MS);
    ({ command } = await rehearsed());
  });

  it("says that the deployment would go through, and that it looked at no real project", () => {
    assert.equal(command.status, 0, command.stdout + command.stderr);
    assert.deepEqual(command.report?.problems, []);
    assert.match(command.stdout, /stand-in of Google's APIs, with an empty project/);
    assert.match(command.stdout, /The deployment to other-project would go through\.\n$/);
  });

  it("puts rules, indexes and the trigger into that database, and nothing anywhere else", () => {
    const { databases = [], functions = [] } = command.report ?? {};
    assert.deepEqual(
      databases.map(({ id, createdIn, rules }) => [id, createdIn, rules]),
      [["eventsync", "nam5", "created"]],
    );
    assert.equal(databases[0]?.indexesAdded.length, DECLARED.indexes.length);
    const expiring = DECLARED.fieldOverrides.filter(({ ttl }) => ttl === true);
    assert.equal(databases[0].expiry.length, expiring.length);
    const checkWindow = functions.find(({ name }) => name === "checkWindow");
    assert.equal(checkWindow?.trigger?.filters["database"], "eventsync");
  });

  it("enables the APIs, and has images of old builds removed", () => {
    assert.deepEqual(command.report?.apisEnabled, [
      "artifactregistry.googleapis.com",
      "cloudbilling.googleapis.com",
      "cloudbuild.googleapis.com",
      "cloudfunctions.googleapis.com",
      "cloudresourcemanager.googleapis.com",
      "cloudscheduler.googleapis.com",
      "cloudtasks.googleapis.com",
      "eventarc.googleapis.com",
      "firebaseextensions.googleapis.com",
      "firestore.googleapis.com",
      "pubsub.googleapis.com",
      "run.googleapis.com",
      "storage.googleapis.com",
    ]);
    assert.deepEqual(command.report.cleanedUp, [
      "projects/other-project/locations/us-central1/repositories/gcf-artifacts",
    ]);
  });

  for (const said of [
    /database eventsync\n {2}CREATED in nam5/,
    /security rules: REPLACED/,
    /event in us-central1, as eventsync@other-project\.iam\.gserviceaccount\.com/,
    /may be called by: serviceAccount:my-source@other-project/,
    /config in us-central1.*\n.*\n {4}may be called by: nobody/,
    /sweep-us-central1: every 1 minutes \(UTC\), .* as eventsync@other-project/,
    /roles\/run\.invoker on project other-project to serviceAccount:PROJECT_NUMBER-compute@/,
    /Archive\n {2}\d+ KiB, \d+ files: lib\/ \(\d+\)/,
    /May checkWindow be retried on failure/,
    /was not looked at\n {2}topic projects\/other-project\/topics\/synced\n/,
    /account eventsync@other-project\.iam\.gserviceaccount\.com, with roles\/datastore\.user and /,
    /account my-source@other-project\.iam\.gserviceaccount\.com, which may call event\n/,
    /Warnings\n {2}deploying firestore sets the security rules/,
  ]) {
    it(`says ${String(said)}`, () => {
      assert.match(command.stdout, said);
      assert.doesNotMatch(command.stdout, /undefined|NaN|\[object/);
    });
  }

  it("leaves nothing behind", () => {
    assert.deepEqual(command.leftovers, { temporary: [], functions: [] });
  });
});

describe("scripts/rehearse, where the deployment would be refused", () => {
  it("ends with 1, and says why", async () => {
    const configuration = { projectId: "my-project", database: "(default)", observationPeriod: 1 };
    const { status, stdout, report, leftovers } = await commandInCheckout(configuration, {
      "functions/.env.my-project": "LOCATION=us-central1\nCONFIG={}\n",
    });
    assert.equal(status, 1);
    assert.match(stdout, /The deployment to my-project would NOT go through:/);
    assert.match(report?.problems.join("\n") ?? "", /serviceName: is missing/);
    assert.match(stdout, /serviceName: is missing/);
    assert.match(stdout, /SERVICE_ACCOUNT=eventsync@my-project\.iam\.gserviceaccount\.com/);
    assert.deepEqual(leftovers, { temporary: [], functions: [] });
  }).timeout(30_000);
});
