import assert from "node:assert/strict";

import { membersOf } from "../../tools/rehearsal/fakeProject.ts";
import { CODEBASE, type Rehearsed } from "../../tools/rehearsal/rehearsal.ts";
import { OTHERS } from "../support/rehearsal/busyProject.ts";
import { accountOf, configOf } from "../support/rehearsal/configuration.ts";
import { rehearsed, WORLD_MS } from "../support/rehearsal/world.ts";

const PROJECT = "my-project";
const ACCOUNT = accountOf(PROJECT);
const INVOKER = "roles/run.invoker";

describe("a first deployment", () => {
  let first: Rehearsed;
  before(async function () {
    this.timeout(WORLD_MS);
    ({ first } = await rehearsed());
  });

  const names = [
    "alarm",
    "checkWindow",
    "config",
    "console",
    "deliveries",
    "event",
    "events",
    "pull",
    "rates",
    "receipts",
    "reset",
    "status",
    "sweep",
    "syncs",
    "trigger",
  ];
  const functionNamed = (name: string) =>
    first.after.functions[`projects/${PROJECT}/locations/us-central1/functions/${name}`]!;
  const summaryOf = (name: string) => first.summary.functions.find((each) => each.name === name)!;

  it("goes through without a terminal, and does nothing that the stand-in does not know", () => {
    assert.deepEqual(first.surprises, []);
    assert.equal(first.exitCode, 0, first.output);
    assert.match(first.output, /the sweep runs\. EventSync is deployed\./);
  });

  it("creates each of our functions, as the service account, in a codebase of their own", () => {
    const created = first.summary.functions.filter(({ change }) => change === "created");
    assert.deepEqual(
      created.map(({ name }) => name),
      names,
    );
    for (const name of names) {
      const { labels, serviceConfig, buildConfig } = functionNamed(name);
      assert.equal(labels?.["firebase-functions-codebase"], CODEBASE, name);
      assert.equal(serviceConfig.serviceAccountEmail, ACCOUNT, name);
      assert.equal(buildConfig.runtime, "nodejs24", name);
    }
  });

  it("gives each the region, memory, concurrency and time that it is declared with", () => {
    const limits = first.summary.functions
      .filter(({ name }) => names.includes(name))
      .map(({ name, region, memory, cpu, concurrency, maxInstances }) =>
        [name, region, memory, cpu, concurrency, maxInstances].join(" "),
      );
    assert.deepEqual(limits, [
      "alarm us-central1 512Mi 1 80 20",
      "checkWindow us-central1 512Mi 1 80 20",
      "config us-central1 512Mi 1 80 20",
      "console us-central1 512Mi 1 80 20",
      "deliveries us-central1 512Mi 1 80 20",
      "event us-central1 512Mi 1 80 20",
      "events us-central1 512Mi 1 80 20",
      "pull us-central1 512Mi 1 80 20",
      "rates us-central1 512Mi 1 80 20",
      "receipts us-central1 512Mi 1 80 20",
      "reset us-central1 512Mi 1 80 20",
      "status us-central1 512Mi 1 80 20",
      "sweep us-central1 512Mi 1 80 1",
      "syncs us-central1 512Mi 1 80 20",
      "trigger us-central1 512Mi 1 80 20",
    ]);
    for (const name of names) assert.ok(summaryOf(name).timeoutSeconds >= 30, name);
  });

  it("hands every function the parameters", () => {
    for (const name of names) {
      const { environmentVariables } = functionNamed(name).serviceConfig;
      const config = configOf({ projectId: PROJECT, database: "", observationPeriod: 3600 });
      assert.equal(environmentVariables?.["CONFIG"], config, name);
      assert.equal(environmentVariables["DATABASE"], "(default)", name);
      assert.equal(environmentVariables["SERVICE_ACCOUNT"], ACCOUNT, name);
    }
  });

  it("lets Eventarc run checkWindow for new markers, as the service account, with retries", () => {
    assert.deepEqual(summaryOf("checkWindow").trigger, {
      type: "google.cloud.firestore.document.v1.created",
      filters: {
        database: "(default)",
        namespace: "(default)",
        document: "services/{service}/pending/{eventId}",
      },
      region: "nam5",
      serviceAccount: ACCOUNT,
      isRetried: true,
    });
    const { eventFilters } = functionNamed("checkWindow").eventTrigger!;
    const operators = eventFilters.map(
      ({ attribute, operator }) => `${attribute} ${operator ?? "="}`,
    );
    assert.deepEqual(operators, ["database =", "namespace =", "document match-path-pattern"]);
  });

  it("runs the sweep every minute, as an account by its full address that may call it", () => {
    const [job] = first.summary.jobs.filter(({ change }) => change === "created");
    assert.deepEqual(job, {
      name: "firebase-schedule-sweep-us-central1",
      change: "created",
      schedule: "every 1 minutes",
      timeZone: "UTC",
      uri: functionNamed("sweep").url,
      identity: ACCOUNT,
    });
    assert.deepEqual(summaryOf("sweep").invokers, [`serviceAccount:${job.identity}`]);
  });

  it("makes the queue of the alarms", () => {
    assert.deepEqual(first.summary.queues, [
      { name: "alarm", change: "created", state: "RUNNING" },
    ]);
  });

  it("lets call whoever invokers.<project>.json names, the account of triggers and alarms, and nobody else", () => {
    const invokers = first.summary.functions.map(({ name, invokers }) => [name, ...invokers]);
    assert.deepEqual(invokers, [
      ["alarm", `serviceAccount:${ACCOUNT}`],
      ["checkWindow", `serviceAccount:${ACCOUNT}`],
      ["config"],
      ["console"],
      ["deliveries"],
      ["event", `serviceAccount:my-source@${PROJECT}.iam.gserviceaccount.com`],
      ["events"],
      ["pull"],
      ["rates"],
      ["receipts"],
      ["report", "allUsers"],
      ["reset"],
      ["status"],
      ["sweep", `serviceAccount:${ACCOUNT}`],
      ["syncs"],
      ["trigger", `serviceAccount:operator@${PROJECT}.iam.gserviceaccount.com`],
    ]);
  });

  it("grants nothing on the project but what firebase-tools gives the platform's own accounts", () => {
    const granted = first.summary.granted.filter(({ resource }) => resource.startsWith("project "));
    assert.deepEqual(
      granted.map(({ role, member }) => `${role} ${member.replace(/\d+/, "N")}`).sort(),
      [
        "roles/eventarc.eventReceiver serviceAccount:N-compute@developer.gserviceaccount.com",
        "roles/iam.serviceAccountTokenCreator serviceAccount:service-N@gcp-sa-pubsub.iam.gserviceaccount.com",
        "roles/run.invoker serviceAccount:N-compute@developer.gserviceaccount.com",
      ],
    );
    assert.deepEqual(first.summary.revoked, []);
  });

  it("replaces the rules, and adds the indexes, exempt fields and TTL policies", () => {
    const [database] = first.summary.databases;
    assert.equal(database?.rules, "updated");
    assert.deepEqual(database.indexesAdded.toSorted(), [
      "deliveries: lane ascending, place ascending",
      "deliveries: target ascending, nextAttemptAt ascending",
      "deliveries: target ascending, offset ascending",
      "deliveries: target ascending, state ascending, createdAt ascending",
      "deliveries: target ascending, state ascending, createdAt descending",
      "events: eventKey ascending, shard ascending, receivedAt descending",
      "lanes: target ascending, nextAttemptAt ascending",
      "pending: key ascending, eventKey ascending, exported ascending, receivedAt ascending",
      "pending: shard ascending, exported ascending, receivedAt ascending",
      "receipts: subscription ascending, syncAt ascending",
      "syncs: completion.reason ascending, shard ascending, createdAt descending",
      "syncs: expectsReceipts ascending, eventID ascending, createdAt ascending",
      "syncs: expectsReceipts ascending, state ascending, createdAt ascending",
      "syncs: key ascending, completion.reason ascending, shard ascending, createdAt descending",
    ]);
    assert.deepEqual(database.expiry, [
      "deliveries.expireAt",
      "events.expireAt",
      "parts.expireAt",
      "pending.expireAt",
      "receipts.expireAt",
      "syncs.expireAt",
      "windows.expireAt",
    ]);
    const groups = new Set(database.fieldsChanged.map((field) => field.split(".")[0]));
    assert.deepEqual(
      [...groups],
      [
        "deliveries",
        "events",
        "lanes",
        "malformed",
        "parts",
        "pending",
        "receipts",
        "services",
        "syncs",
        "targets",
        "upkeep",
        "windows",
      ],
    );
  });

  it("touches nothing of anybody else", () => {
    const { before, after } = first;
    assert.deepEqual(after.functions[OTHERS.function], before.functions[OTHERS.function]);
    assert.deepEqual(after.servicePolicies[OTHERS.service], before.servicePolicies[OTHERS.service]);
    assert.deepEqual(after.jobs[OTHERS.job], before.jobs[OTHERS.job]);
    assert.deepEqual(after.repositories[OTHERS.repository], before.repositories[OTHERS.repository]);
    assert.deepEqual(after.indexes[OTHERS.index], before.indexes[OTHERS.index]);
    assert.deepEqual(after.fields[OTHERS.field], before.fields[OTHERS.field]);
    assert.deepEqual(membersOf(after.policy, OTHERS.grant.role), OTHERS.grant.members);
    assert.deepEqual(membersOf(after.servicePolicies[OTHERS.service], INVOKER), ["allUsers"]);
  });
});
