import assert from "node:assert/strict";

import { FakeCloud } from "../../tools/rehearsal/fakeCloud.ts";
import { emptyProject } from "../../tools/rehearsal/fakeProject.ts";
import { problemsOf, Rehearsal } from "../../tools/rehearsal/rehearsal.ts";
import { filesOf } from "../support/rehearsal/configuration.ts";

const CONFIGURATION = {
  projectId: "my-project",
  database: "(default)",
  observationPeriod: 3600,
};

describe("a deployment that cannot be made", () => {
  let rehearsal: Rehearsal;
  beforeEach(async () => {
    rehearsal = await Rehearsal.open(emptyProject("my-project"));
  });
  afterEach(() => rehearsal.close());

  it("ends without asking where parameters have no value, and has asked nothing of Google", async () => {
    rehearsal.write({ "functions/.env.my-project": "LOCATION=us-central1\n" });
    const refused = await rehearsal.deploy();
    assert.equal(refused.exitCode, 1);
    const reasons = problemsOf(refused).join("\n");
    assert.match(reasons, /CONFIG has no value/);
    assert.match(reasons, /SERVICE_ACCOUNT=eventsync@my-project\.iam\.gserviceaccount\.com/);
    assert.deepEqual(rehearsal.cloud.calls, []);
  }).timeout(30_000);

  it("ends in firebase-tools, too, which takes no defaults where it cannot ask", async () => {
    const { [`functions/.env.my-project`]: dotenv = "" } = filesOf(CONFIGURATION);
    rehearsal.write({
      "functions/.env.my-project": dotenv.replace(/^LOCATION=.*\n/m, ""),
      // Without the check, and with no need for a build.
      "functions/lib/index.js": `
        import { defineString } from "firebase-functions/params";
        import { onRequest } from "firebase-functions/https";
        const region = defineString("LOCATION", { default: "us-central1" });
        export const event = onRequest({ region, invoker: "private" }, () => {});
      `,
      "firebase.json": JSON.stringify({
        functions: [{ source: "functions", codebase: "eventsync" }],
      }),
    });
    const refused = await rehearsal.deploy([
      ...["firebase", "deploy", "--project", "my-project", "--only", "functions"],
    ] as [string, ...string[]]);
    assert.notEqual(refused.exitCode, 0);
    assert.deepEqual(refused.surprises, []);
    assert.match(problemsOf(refused).join("\n"), /no value for .*: LOCATION/);
  }).timeout(60_000);
});

describe("a firebase-tools that does something new", () => {
  it("is not taken for a success, whatever its exit code", async () => {
    const rehearsal = await Rehearsal.open(emptyProject("my-project"));
    try {
      const script = `
        await fetch("https://new.googleapis.com/v1/things?q=1", { method: "PUT" });
        const { connect } = await import("node:net");
        connect(443, "elsewhere.invalid").on("error", () => {});
      `;
      const done = await rehearsal.deploy(["node", "--input-type=module", "--eval", script]);
      assert.equal(done.exitCode, 0, done.output);
      assert.deepEqual(problemsOf(done), [
        "the rehearsal does not know PUT https://new.googleapis.com/v1/things",
        "something tried to connect to elsewhere.invalid",
      ]);
    } finally {
      await rehearsal.close();
    }
  }).timeout(30_000);
});

describe("the stand-in of Google's APIs", () => {
  let cloud: FakeCloud;
  before(async () => {
    cloud = await FakeCloud.start(emptyProject("my-project"));
  });
  after(() => cloud.stop());

  it("refuses and remembers what it does not know, by method and URL", async () => {
    const headers = { authorization: "Bearer rehearsal-access-token" };
    const url = `${cloud.origin}/run.googleapis.com/v2/projects/my-project/jobs?pageSize=1`;
    const response = await fetch(url, { method: "POST", headers });
    assert.equal(response.status, 501);
    assert.equal(cloud.surprises.length, 1);
    assert.match(
      cloud.surprises[0] ?? "",
      /POST https:\/\/run\.googleapis\.com\/v2\/projects\/my-project\/jobs/,
    );
  });

  it("takes no other credentials than its own", async () => {
    const headers = { authorization: "Bearer somebody-elses" };
    const url = `${cloud.origin}/serviceusage.googleapis.com/v1/projects/my-project/services/a`;
    assert.equal((await fetch(url, { headers })).status, 401);
  });
});
