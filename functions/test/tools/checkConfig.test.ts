import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";

import { parseInvokers } from "../../src/config/invokers.ts";
import { reviewDeployment, type Deployment, type Review } from "../../tools/deployment.ts";
import { Checkout, type Ran } from "../support/checkout.ts";
import { SEED_SERVICE } from "../support/wiredServices.ts";

const CONFIG = `CONFIG='${JSON.stringify({ ...SEED_SERVICE, serviceName: "Theirs" })}'\n`;
const PARAMETERS = `LOCATION=europe-west4
SERVICE_ACCOUNT=eventsync@my-project.iam.gserviceaccount.com
DATABASE=(default)
`;

describe("check-config", () => {
  const check = (
    files: Readonly<Record<string, string>>,
    args: readonly string[] = ["--project", "my-project"],
    env?: Readonly<Record<string, string>>,
  ): Ran => {
    const checkout = new Checkout(files);
    try {
      return checkout.run("checkConfig.ts", args, env);
    } finally {
      checkout.remove();
    }
  };

  it("checks the project that is named, and says which file each value came from", () => {
    const { status, stdout, stderr } = check({
      "functions/.env": PARAMETERS,
      "functions/.env.my-project": `${CONFIG}LOCATION=us-east1\n`,
    });
    assert.equal(status, 0, stderr);
    assert.match(stdout, /project my-project/);
    assert.match(stdout, /CONFIG in functions\/\.env\.my-project is correct: "Theirs"/);
    assert.match(
      stdout,
      /"Theirs" fires when the last 3600 seconds hold 1 “entry1” and 1 “entry2”$/m,
    );
    assert.match(stdout, /LOCATION in functions\/\.env\.my-project is us-east1/);
    assert.match(stdout, /DATABASE in functions\/\.env is \(default\)/);
  });

  it("checks the project of a deployment in a predeploy step", () => {
    const { status, stdout } = check({ "functions/.env.my-project": CONFIG + PARAMETERS }, [], {
      GCLOUD_PROJECT: "my-project",
    });
    assert.equal(status, 0);
    assert.match(stdout, /project my-project/);
  });

  it("refuses schemas and filters that could not be used, before they are deployed", () => {
    const endpoints = [{ eventKey: "a", schema: { typ: 1 }, filter: "body.a ==" }];
    const config = `CONFIG='${JSON.stringify({ ...SEED_SERVICE, endpoints })}'\n`;
    const { status, stderr } = check({ "functions/.env.my-project": config + PARAMETERS });
    assert.equal(status, 1);
    assert.match(stderr, /endpoints\[0\]\.schema\.typ: there is no such keyword/);
    assert.match(stderr, /endpoints\[0\]\.filter: expected an expression in CEL/);
  });

  const STAGING = '{"projects": {"staging": "my-project", "other": "other-project"}}';

  it("takes an alias of .firebaserc", () => {
    const { status, stdout, stderr } = check(
      {
        ".firebaserc": STAGING,
        "functions/.env.my-project": CONFIG + PARAMETERS,
        "functions/.env.other": "CONFIG=\n",
      },
      ["--project", "staging"],
    );
    assert.equal(status, 0, stderr);
    assert.match(stdout, /project my-project/);
    assert.match(stdout, /CONFIG in functions\/\.env\.my-project/);
  });

  it("refuses a file called after an alias: whether it is deployed depends on --project", () => {
    for (const named of ["staging", "my-project"]) {
      const { status, stderr } = check(
        {
          ".firebaserc": STAGING,
          "functions/.env": CONFIG + PARAMETERS,
          "functions/.env.staging": "LOCATION=us-east1\n",
        },
        ["--project", named],
      );
      assert.equal(status, 1);
      assert.match(
        stderr,
        /reads functions\/\.env\.staging only with --project staging; name it functions\/\.env\.my-project$/m,
      );
    }
  });

  it("reads firebase.json and .firebaserc as firebase-tools does, with comments", () => {
    const { status, stdout, stderr } = check(
      {
        ".firebaserc": '{"projects": {"staging": "my-project"} /* ours */}',
        "firebase.json": '\ufeff{\n// rules\n"firestore": {"rules": "firestore.rules"}\n}',
        "functions/.env.my-project": CONFIG + PARAMETERS,
      },
      ["--project", "staging"],
    );
    assert.equal(status, 0, stderr);
    assert.match(stdout, /project my-project/);
  });

  for (const name of ["firebase.json", ".firebaserc"]) {
    for (const text of ['{"projects": ', "null"]) {
      it(`names ${name} if it is ${text}`, () => {
        const { status, stderr } = check({
          [name]: text,
          "functions/.env.my-project": CONFIG + PARAMETERS,
        });
        assert.equal(status, 1);
        assert.ok(stderr.startsWith(`check-config: ${name}`), stderr);
      });
    }
  }

  it("takes no name of JavaScript for an alias", () => {
    const { stdout } = check({ "functions/.env": CONFIG + PARAMETERS }, [
      "--project",
      "constructor",
    ]);
    assert.match(stdout, /project constructor$/m);
  });

  it("never takes the demo for the user's project", () => {
    const { status, stdout, stderr } = check({ "functions/.env.my-project": "CONFIG=\n" }, []);
    assert.equal(status, 1);
    assert.match(stderr, /which project\? Name it with --project/);
    assert.doesNotMatch(stdout, /correct/);
  });

  it("says in the end what is wrong, with every file that is bad", () => {
    const { status, stderr } = check({
      "functions/.env.my-project": `CONFIG={}\n${PARAMETERS}`,
      "functions/invokers.json": '{"event": ["me@example.com"]}',
    });
    assert.equal(status, 1);
    assert.match(stderr, /problem: functions\/\.env\.my-project: CONFIG has \d problem\(s\)/);
    assert.match(stderr, /problem: functions\/invokers\.json has 1 problem\(s\):\n +- event: expe/);
  });

  it("lists who may call", () => {
    const { status, stdout } = check({
      "functions/.env.my-project": CONFIG + PARAMETERS,
      "functions/invokers.my-project.json": '{"event": ["a@"]}',
    });
    assert.equal(status, 0);
    assert.match(stdout, /functions\/invokers\.my-project\.json lets call: event a@; trigger/);
  });

  it("lists the accounts and topics that must exist", () => {
    const { stdout } = check({
      "functions/.env.my-project": CONFIG + PARAMETERS,
      "functions/invokers.json":
        '{"event": ["a@", "b@x.iam.gserviceaccount.com"], "config": ["a@"]}',
    });
    const listed = stdout.split("\n").flatMap((line) => line.split("is not looked at: ")[1] ?? []);
    assert.deepEqual(listed, [
      "topic projects/demo-eventsync/topics/seed-sample",
      "account eventsync@my-project.iam.gserviceaccount.com, with roles/datastore.user and roles/eventarc.eventReceiver on my-project, and roles/pubsub.publisher on the topic",
      "account a@my-project.iam.gserviceaccount.com, which may call event, config",
      "account b@x.iam.gserviceaccount.com, which may call event",
    ]);
  });

  it("says which line of which file cannot be read, and how an apostrophe is written", () => {
    const config = JSON.stringify({ ...SEED_SERVICE, serviceName: "Guillaume's" }, null, 2);
    const { status, stderr } = check({
      "functions/.env.my-project": `CONFIG='${config}'\n${PARAMETERS}`,
    });
    assert.equal(status, 1);
    assert.match(
      stderr,
      /^check-config: functions\/\.env\.my-project cannot be read:\n {2}- Invalid/,
    );
    assert.match(stderr, /error on lines: .*Guillaume's/);
    assert.match(stderr, /in CONFIG, write it as \\u0027\n$/);
  });

  it("names every variable that a function may not have, and its file", () => {
    const { status, stderr } = check({
      "functions/.env": "GCLOUD_PROJECT=x\nFIREBASE_X=y\n",
      "functions/.env.my-project": CONFIG + PARAMETERS,
    });
    assert.equal(status, 1);
    assert.match(stderr, /functions\/\.env cannot be read:\n {2}- Key GCLOUD_PROJECT is reserved/);
    assert.match(stderr, /\n {2}- Key FIREBASE_X starts with a reserved prefix/);
    assert.doesNotMatch(stderr, /u0027/);
  });

  it("refuses what is no project's id", () => {
    const { status, stderr } = check({}, ["--project", "MY_PROJECT"]);
    assert.equal(status, 1);
    assert.match(stderr, /^check-config: "MY_PROJECT" is no project: expected its id \(6 to 30 /);
  });

  it("takes a file as seen from where npm was called, else from where it runs", () => {
    const file = { "my.json": JSON.stringify({ ...SEED_SERVICE, serviceName: "Theirs" }) };
    const checkout = new Checkout(file);
    try {
      const functions = join(checkout.root, "functions");
      const args = ["--prefix", "functions", "run", "check-config", "my.json"];
      const npm = spawnSync("npm", args, { cwd: checkout.root, encoding: "utf8" });
      assert.equal(npm.status, 0, npm.stderr);
      assert.match(npm.stdout, /CONFIG in my\.json is correct: "Theirs"/);
      const here = checkout.run("checkConfig.ts", ["my.json"]);
      assert.equal(here.status, 0, here.stderr);
      const elsewhere = checkout.run("checkConfig.ts", ["my.json"], { INIT_CWD: functions });
      assert.equal(elsewhere.status, 1);
      const missing = `cannot read ${join(functions, "my.json")}: there is no such file.`;
      assert.equal(elsewhere.stderr, `check-config: ${missing}\n`);
    } finally {
      checkout.remove();
    }
  });

  it("answers a wrong option with the usage, and --help alike", () => {
    const wrong = check({}, ["--projet", "my-project"]);
    assert.equal(wrong.status, 2);
    assert.match(wrong.stderr, /^check-config: Unknown option '--projet'\nUsage: /);
    const extra = check({}, ["--project", "my-project", "extra"]);
    assert.equal(extra.status, 2);
    assert.match(extra.stderr, /^check-config: unexpected argument "extra"\nUsage: /);
    const { status, stdout } = check({}, ["--help"]);
    assert.equal(status, 0);
    assert.match(stdout, /^Usage: /);
  });
});

describe("the review of a deployment", () => {
  const CONFIG_VALUE = JSON.stringify(SEED_SERVICE);
  const review = (
    values: Readonly<Record<string, string | undefined>>,
    others: Partial<Deployment> = {},
  ): Review => {
    const all: Readonly<Record<string, string | undefined>> = {
      CONFIG: CONFIG_VALUE,
      LOCATION: "europe-west4",
      SERVICE_ACCOUNT: "eventsync@my-project.iam.gserviceaccount.com",
      DATABASE: "(default)",
      ...values,
    };
    const settings = Object.entries(all).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, { value, file: "functions/.env.my-project" }] as const],
    );
    return reviewDeployment({
      project: "my-project",
      settings: Object.fromEntries(settings),
      firestore: { rules: "firestore.rules" },
      invokers: { file: undefined, invokers: parseInvokers("{}", "") },
      ...others,
    });
  };

  it("finds nothing wrong with what is right", () => {
    assert.deepEqual(review({}).problems, []);
  });

  it("names keys that nothing reads", () => {
    const CONFIG = JSON.stringify({ ...SEED_SERVICE, sevriceName: "x" });
    assert.match(review({ CONFIG }).warnings.join("\n"), /^nothing reads the key sevriceName$/m);
  });

  it("says what becomes of the rest of the database", () => {
    const [warning = ""] = review({}).warnings;
    assert.match(
      warning,
      /replaces the security rules of all of the database \(default\) of my-pr/,
    );
    assert.match(warning, /TTL policies hold for every collection called services, events, /);
    const firestore = { database: "eventsync" };
    const own = review({ DATABASE: "eventsync" }, { firestore }).warnings.join();
    assert.match(own, /the database eventsync of my-project, .*nothing but EventSync's data/);
    assert.doesNotMatch(own, /replaces/);
  });

  it("says where firebase would make the database, if that is far from LOCATION", () => {
    const far = review({ LOCATION: "europe-west1" }).warnings.join("\n");
    assert.match(far, /^LOCATION is europe-west1: if the database \(default\) .* in nam5, far/m);
    assert.match(
      far,
      /: gcloud firestore databases create --project my-project --location europe-west1$/m,
    );
    for (const LOCATION of ["us-central1", "nam5", undefined]) {
      assert.doesNotMatch(review({ LOCATION }).warnings.join(), /LOCATION/);
    }
  });

  it("names variables that nothing reads", () => {
    assert.match(
      review({ LOCTION: "us-central1" }).warnings.join("\n"),
      /^nothing of EventSync reads the variable LOCTION in functions\/\.env\.my-project$/m,
    );
    const telemetry = { OTEL_EXPORTER_OTLP_ENDPOINT: "https://collector.example.com" };
    assert.doesNotMatch(review(telemetry).warnings.join("\n"), /OTEL/);
  });

  it("says which roles the account and the topics of other projects need", () => {
    const SERVICE_ACCOUNT = "a@theirs.iam.gserviceaccount.com";
    const topic = "projects/others/topics/synced";
    const CONFIG = JSON.stringify({ ...SEED_SERVICE, targetPubSub: { topic } });
    const warnings = review({ SERVICE_ACCOUNT, CONFIG }).warnings.join("\n");
    assert.match(warnings, /^SERVICE_ACCOUNT is a@theirs.* of another project than my-project: /m);
    assert.match(warnings, /roles\/iam\.serviceAccountTokenCreator/);
    assert.match(
      warnings,
      /^the topic projects\/others\/topics\/synced .*: a@theirs.* needs roles\/pubsub\.publisher/m,
    );
    const own = JSON.stringify({
      ...SEED_SERVICE,
      targetPubSub: { topic: "projects/my-project/topics/synced" },
    });
    assert.doesNotMatch(review({ CONFIG: own }).warnings.join(), /another project/);
  });

  it("says what targets need, and where syncs go", () => {
    const topic = (name: string): string => `projects/my-project/topics/${name}`;
    const targets = [
      { name: "copy", kind: "pubsub", topic: topic("copy"), reasons: ["manual"] },
      {
        name: "shop",
        kind: "http",
        url: "https://shop.example/a-path-that-is-secret/{eventID}",
        auth: { identityToken: {} },
        ordered: "all",
        reply: { topic: topic("answers") },
        deadLetter: { topic: topic("undeliverable") },
      },
      { name: "log", kind: "pull" },
    ];
    const facts = (some: readonly object[]): string[] => [
      ...review({ CONFIG: JSON.stringify({ ...SEED_SERVICE, targets: some }) }).facts,
    ];
    const all = facts(targets).join("\n");
    const account = "account eventsync@my-project.iam.gserviceaccount.com, with";
    for (const expected of [
      "goes to “copy” (the topic projects/my-project/topics/copy, only manual); " +
        "goes to “shop” (POST to https://shop.example, one after the other, " +
        "answers to the topic projects/my-project/topics/answers); " +
        "goes to “log” (a log to pull from)",
      ...["copy", "answers", "undeliverable"].map((name) => `topic ${topic(name)}`),
      `${account} roles/cloudtasks.enqueuer on my-project and roles/iam.serviceAccountUser on itself, for alarms; without them deliveries that failed are repeated with the sweep`,
      `${account} roles/run.invoker on what the target “shop” of "My First Event Sync" calls, https://shop.example`,
    ]) {
      assert.ok(all.includes(expected), `${expected}\nis not in\n${all}`);
    }
    assert.doesNotMatch(all, /secret/);
    assert.doesNotMatch(facts([{ name: "log", kind: "pull" }]).join(), /cloudtasks|run\.invoker/);
  });

  it("gives the lines for parameters without a value: without a terminal nobody is asked", () => {
    const { problems } = review({ LOCATION: "", SERVICE_ACCOUNT: undefined, DATABASE: undefined });
    const lines = [
      "LOCATION=us-central1",
      "SERVICE_ACCOUNT=eventsync@my-project.iam.gserviceaccount.com",
      "DATABASE=(default)",
    ];
    assert.equal(problems.length, 1);
    assert.ok(problems[0]?.endsWith(`functions/.env.my-project:\n      ${lines.join("\n      ")}`));
  });

  for (const [name, value, message] of [
    ["SERVICE_ACCOUNT", "eventsync@", /: what ends in @.* does not reach the scheduler/],
    ["SERVICE_ACCOUNT", "eventsync@{{ params.PROJECT_ID }}.iam.gserviceaccount.com", /expression/],
    ["SERVICE_ACCOUNT", "eventsync", /such as eventsync@my-project\.iam\.gserviceaccount\.com: /],
    ["SERVICE_ACCOUNT", "me@gmail.com", /the full e-mail address of a service account, such as /],
    ["LOCATION", "nam5", /expected a region, such as us-central1 \(of a database in nam5\)/],
    ["DATABASE", "My_Database", /expected \(default\), or the id of a database/],
    ["CONFIG", "{}", /CONFIG has \d problem/],
    [
      "CONFIG",
      undefined,
      /CONFIG has no value: neither functions\/\.env\.my-project nor functions/,
    ],
  ] as const) {
    it(`refuses ${name} ${value ?? "without a value"}`, () => {
      assert.match(review({ [name]: value }).problems[0] ?? "", message);
    });
  }

  it("takes the name of a secret, and not the secrets themselves", () => {
    const named = review({ SECRETS: "projects/my-project/secrets/eventsync" });
    assert.deepEqual(named.problems, []);
    assert.doesNotMatch(named.warnings.join(), /SECRETS/);
    const held = review({ SECRETS: '{"shop":"s3cret"}' });
    assert.match(held.problems.join(), /SECRETS in .*my-project holds the secrets themselves/);
    assert.doesNotMatch(JSON.stringify(held), /s3cret/);
  });

  it("refuses a DATABASE that rules and indexes would not go to", () => {
    const DATABASE = "eventsync";
    assert.match(
      review({ DATABASE }).problems.join(),
      /is eventsync, but firebase\.json deploys rules and indexes to \(default\): set "database".*, or DATABASE=\(default\) here/,
    );
    const other = review({}, { firestore: { database: "eventsync" } });
    assert.match(other.problems.join(), /is \(default\), but .* to eventsync/);
    for (const firestore of [{ database: DATABASE }, [{ database: "a" }, { database: DATABASE }]]) {
      assert.deepEqual(review({ DATABASE }, { firestore }).problems, []);
    }
  });

  it("refuses what is too large for a function's environment", () => {
    const fixed = ["CONFIG", "LOCATION", "SERVICE_ACCOUNT", "DATABASE", "FILL"].join("").length;
    const values = `${CONFIG_VALUE}europe-west4eventsync@my-project.iam.gserviceaccount.com(default)`;
    const left = 31 * 1024 - fixed - Buffer.byteLength(values);
    assert.deepEqual(review({ FILL: "x".repeat(left) }).problems, []);
    assert.match(
      review({ FILL: `${"x".repeat(left - 1)}é` }).problems.join(),
      /the variables have 31745 bytes, \d{5} of them FILL in functions\/\.env\.my-project: expected at most 31744/,
    );
  });
});
