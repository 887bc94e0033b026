import assert from "node:assert/strict";
import { mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";

import { REPOSITORY_ROOT } from "../../tools/paths.ts";
import { Checkout } from "../support/checkout.ts";
import { SEED_SERVICE } from "../support/wiredServices.ts";

const ENV = `CONFIG='${JSON.stringify(SEED_SERVICE)}'
LOCATION=europe-west4
SERVICE_ACCOUNT=eventsync@my-project.iam.gserviceaccount.com
DATABASE=(default)
`;
const SWEPT = 'case "$*" in logging*) echo 2026-11-21T00:00:00Z;; esac';

describe("scripts/deploy", () => {
  let checkout: Checkout;
  beforeEach(() => {
    checkout = new Checkout({ "functions/.env.my-project": ENV });
    checkout.fake("firebase", "");
    checkout.fake("gcloud", SWEPT);
  });
  afterEach(() => {
    checkout.remove();
  });
  const deploy = (...args: string[]): ReturnType<Checkout["run"]> =>
    checkout.run("deploy.ts", args, { EVENTSYNC_SWEEP_SECONDS: "0" });

  it("deploys, lets the trigger call, and shows that the sweep runs; it asks nothing", () => {
    const { status, stdout, stderr } = deploy("--project", "my-project", "--", "--message", "v2");
    assert.equal(status, 0, stderr);
    const common = "firebase deploy --project my-project --non-interactive --message v2";
    const job = "firebase-schedule-sweep-europe-west4 --project my-project --location europe-west4";
    const account = "serviceAccount:eventsync@my-project.iam.gserviceaccount.com";
    const invoker = `--project my-project --region europe-west4 --member ${account} --role roles/run.invoker --format none`;
    assert.deepEqual(checkout.calls.slice(0, 5), [
      // Never with --force, which would remove other people's indexes.
      `${common} --only firestore`,
      // By codebase: otherwise firebase-tools leaves out what has not changed, and grants with it.
      `${common} --only functions:eventsync --force`,
      `gcloud run services add-iam-policy-binding checkwindow ${invoker}`,
      `gcloud run services add-iam-policy-binding alarm ${invoker}`,
      `gcloud scheduler jobs run ${job}`,
    ]);
    assert.match(checkout.calls[5] ?? "", /^gcloud logging read .*"sweep\.finished".*errors=0/);
    assert.match(stderr, /warning: .* replaces the security rules/);
    assert.match(stdout, /the sweep runs/);
  });

  it("changes nothing with --dry-run", () => {
    assert.equal(deploy("--project", "my-project", "--dry-run").status, 0);
    assert.equal(checkout.calls.length, 2);
    for (const call of checkout.calls) assert.match(call, /^firebase deploy .*--dry-run/);
  });

  it("deploys nothing that check-config refuses", () => {
    const { status, stderr } = deploy("--project", "other-project");
    assert.equal(status, 1);
    assert.match(stderr, /CONFIG has no value/);
    assert.deepEqual(checkout.calls, []);
  });

  it("stops at the step that fails, and names it", () => {
    checkout.fake("firebase", 'case "$*" in *functions:*) exit 3;; esac');
    const { status, stderr } = deploy("--project", "my-project");
    assert.equal(status, 1);
    assert.match(stderr, /firebase deploy .* --only functions:eventsync --force failed/);
    assert.equal(checkout.calls.length, 2);
  });

  it("says how to sign in where firebase-tools could not authenticate, after what they say", () => {
    const theirs = "Error: Failed to authenticate, have you run firebase login?";
    checkout.fake("firebase", `echo "${theirs}" >&2; exit 1`);
    const { status, stderr } = deploy("--project", "my-project");
    assert.equal(status, 1);
    assert.match(
      stderr,
      /have you run firebase login\?\ndeploy: firebase deploy .* --only firestore failed: its output is above\nIf it could not authenticate: functions\/node_modules\/\.bin\/firebase login signs in; in CI, GOOGLE_APPLICATION_CREDENTIALS names/,
    );
    checkout.fake("firebase", 'case "$*" in *functions:*) exit 3;; esac');
    assert.doesNotMatch(deploy("--project", "my-project").stderr, /authenticate/);
  });

  it("fails if no sweep finishes without errors", () => {
    checkout.fake("gcloud", "");
    const { status, stderr } = deploy("--project", "my-project");
    assert.equal(status, 1);
    assert.match(stderr, /everything is deployed, but no sweep has finished without errors/);
  });

  it("refuses to begin what it cannot end: without gcloud", () => {
    const bare = new Checkout({ "functions/.env.my-project": ENV });
    bare.fake("firebase", "");
    const { status, stderr } = bare.run("deploy.ts", ["--project", "my-project"]);
    const { calls } = bare;
    bare.remove();
    assert.equal(status, 1);
    assert.match(stderr, /gcloud is not on PATH: install the Google Cloud CLI, or say --no-gcloud/);
    assert.deepEqual(calls, []);
  });

  it("prints with --no-gcloud what it leaves out", () => {
    const { status, stdout } = deploy("--project", "my-project", "--no-gcloud");
    assert.equal(status, 0);
    assert.equal(checkout.calls.length, 2);
    assert.match(
      stdout,
      /left out:\n(?: {2}gcloud run services .*\n){2} {2}gcloud scheduler jobs run /,
    );
  });

  it("takes the project from --project alone: GCLOUD_PROJECT is for predeploy steps", () => {
    const { status, stderr } = checkout.run("deploy.ts", [], { GCLOUD_PROJECT: "my-project" });
    assert.equal(status, 2);
    assert.match(stderr, /which project\?[^]*Usage: /);
    assert.deepEqual(checkout.calls, []);
  });

  for (const option of [
    "--project",
    "--project=other",
    "-P",
    "-Pother",
    "--only",
    "--force",
    "-f",
  ]) {
    it(`refuses ${option} for firebase deploy: it is what was checked that is deployed`, () => {
      const { status, stderr } = deploy("--project", "my-project", "--", option, "other");
      assert.equal(status, 2);
      assert.match(stderr, /is not for firebase deploy: this script sets it\nUsage: /);
      assert.deepEqual(checkout.calls, []);
    });
  }

  for (const [option, why] of [
    ["--config", /--config is not for firebase deploy: it is firebase\.json, which was checked/],
    ["--config=other.json", /it is firebase\.json, which was checked/],
    ["-c", /it is firebase\.json, which was checked/],
    ["--dry-run", /--dry-run is not for firebase deploy: say it before --/],
  ] as const) {
    it(`refuses ${option} for firebase deploy, and says why`, () => {
      const { status, stderr } = deploy("--project", "my-project", "--", option, "other");
      assert.equal(status, 2);
      assert.match(stderr, why);
      assert.deepEqual(checkout.calls, []);
    });
  }

  it("answers a wrong option with the usage, and --help alike", () => {
    const wrong = deploy("--project", "my-project", "--force");
    assert.equal(wrong.status, 2);
    assert.match(wrong.stderr, /^deploy: Unknown option '--force'\nUsage: /);
    const extra = deploy("extra", "--", "--message", "v2");
    assert.equal(extra.status, 2);
    assert.match(extra.stderr, /^deploy: unexpected argument "extra": .* follows --\nUsage: /);
    assert.match(deploy().stderr, /which project\?[^]*Usage: /);
    assert.match(deploy("--help").stdout, /^Usage: /);
    assert.deepEqual(checkout.calls, []);
  });
});

describe("the archive that is deployed", () => {
  const require = createRequire(import.meta.url);
  const { readdirRecursive } = require("firebase-tools/lib/fsAsync") as {
    readdirRecursive: (options: object) => Promise<{ readonly name: string }[]>;
  };
  const { functions } = JSON.parse(
    readFileSync(join(REPOSITORY_ROOT, "firebase.json"), "utf8"),
  ) as { functions: [{ codebase: string; ignore: string[] }] };

  it("has no environment of any project, but who may call: a change of that must be deployed", async () => {
    const source = mkdtempSync(join(tmpdir(), "eventsync-archive-"));
    try {
      mkdirSync(join(source, "lib"));
      for (const name of [".env", ".env.a-project", ".env.local", ".secret.local"]) {
        writeFileSync(join(source, name), "");
      }
      const kept = ["invokers.a-project.json", "invokers.json", "lib/index.js", "package.json"];
      for (const name of kept) writeFileSync(join(source, name), "");
      const files = await readdirRecursive({
        path: source,
        ignoreStrings: functions[0].ignore,
      });
      assert.deepEqual(files.map(({ name }) => relative(source, name)).sort(), kept);
    } finally {
      rmSync(source, { recursive: true });
    }
  });

  it("belongs to a codebase of its own: a deployment removes what is gone from its codebase", () => {
    assert.equal(functions[0].codebase, "eventsync");
  });
});
