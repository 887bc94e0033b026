import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { readFile } from "../../tools/configFiles.ts";
import { findJava } from "../../tools/java.ts";
import { FUNCTIONS_DIR } from "../../tools/paths.ts";
import { SEED_SERVICE } from "../support/wiredServices.ts";

const tool = (name: string): string => join(FUNCTIONS_DIR, "tools", name);

describe("what the commands need", () => {
  const directory = mkdtempSync(join(tmpdir(), "start-"));
  const at = (...parts: string[]): string => join(directory, ...parts);
  before(() => {
    for (const name of ["empty", "tmp", "folder"]) mkdirSync(at(name));
    writeFileSync(at("emulator"), "");
  });
  after(() => {
    // Whatever was wrong, nothing is left behind.
    assert.deepEqual(readdirSync(at("tmp")), []);
    rmSync(directory, { recursive: true });
  });

  /** On a machine that has Java, but no emulators and no network. */
  const run = (args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
    spawnSync(process.execPath, args, {
      encoding: "utf8",
      cwd: directory,
      env: {
        PATH: at("empty"),
        HOME: at("empty"),
        JAVA_HOME: findJava().home,
        FIREBASE_EMULATORS_PATH: at("empty", "emulators"),
        HTTPS_PROXY: "http://127.0.0.1:1",
        TMPDIR: at("tmp"),
        ...env,
      },
    });
  const start = (config: string, env: NodeJS.ProcessEnv = {}) =>
    run([tool("start.ts"), "--config", config], env);

  describe("the configuration of scripts/start", () => {
    it("is a file", () => {
      const refused = (path: string, problem: string): void => {
        const message = `cannot read ${path}: ${problem}`;
        assert.throws(() => readFile(path), { message });
      };
      refused(at("missing.json"), "there is no such file.");
      refused(at("emulator", "my.json"), "there is no such file.");
      refused(at("folder"), "it is a directory.");
      const { status, stdout, stderr } = start("missing.json");
      const message = "start: cannot read missing.json: there is no such file.\n";
      assert.deepEqual([status, stdout, stderr], [1, "", message]);
    });

    it("is correct", () => {
      writeFileSync(at("wrong.json"), JSON.stringify({ ...SEED_SERVICE, endpoints: [{}] }));
      const { status, stdout, stderr } = start("wrong.json");
      assert.deepEqual([status, stdout], [1, ""]);
      assert.match(stderr, /^start: wrong\.json: CONFIG has 1 problem\(s\):\n {2}- endpoints\[0\]/);
    });

    it("may be named as seen from where the user stands, and its unknown keys are named", () => {
      writeFileSync(at("my.json"), JSON.stringify({ ...SEED_SERVICE, targts: [] }));
      const { stderr } = start("my.json", { PUBSUB_EMULATOR_BINARY_PATH: "/none" });
      assert.equal(
        stderr,
        "start: nothing reads the key targts: did you mean “targets”?\n" +
          "start: PUBSUB_EMULATOR_BINARY_PATH names /none, which does not exist.\n",
      );
    });
  });

  it("without emulators and without a network, the cause is one line", () => {
    const suite = run([tool("suite.ts"), "--only", "firestore,pubsub", "--", "true"]);
    assert.equal(suite.status, 1);
    const [step, cause, ...rest] = suite.stderr.trimEnd().split("\n");
    assert.equal(step, "Downloading what is missing: Firestore and Pub/Sub …");
    assert.match(cause ?? "", /^suite: The Firestore and Pub\/Sub emulators are not installed and/);
    assert.match(cause ?? "", / could not be downloaded \(Failed to make request to [^)]+\): /);
    assert.match(cause ?? "", /connect to the network, or set HTTPS_PROXY; or install them with/);
    assert.match(cause ?? "", /gcloud components install cloud-firestore-emulator pubsub-emulator/);
    assert.match(cause ?? "", /set FIRESTORE_EMULATOR_BINARY_PATH and PUBSUB_EMULATOR_BINARY_PATH/);
    assert.deepEqual(rest, []);
  });

  it("only what is missing is downloaded", () => {
    const { stderr } = run([tool("suite.ts"), "--only", "firestore,pubsub", "--", "true"], {
      FIRESTORE_EMULATOR_BINARY_PATH: at("emulator"),
    });
    const [step, cause] = stderr.split("\n");
    assert.equal(step, "Downloading what is missing: Pub/Sub …");
    assert.match(cause ?? "", /^suite: The Pub\/Sub emulator is not installed and could not be/);
  });

  it("without a Java that is new enough, the cause says which were found", () => {
    for (const [home, version] of [
      ["jdk-17", "17.0.15"],
      ["jdk-8", "1.8.0_402"],
    ] as const) {
      mkdirSync(at("jdks", home, "bin"), { recursive: true });
      writeFileSync(at("jdks", home, "bin", "java"), "", { mode: 0o755 });
      writeFileSync(at("jdks", home, "release"), `JAVA_VERSION="${version}"\n`);
    }
    const find = (...roots: string[]) =>
      run(
        [
          "--input-type=module",
          "--eval",
          `import { findJava } from "${pathToFileURL(tool("java.ts")).href}";
           try { findJava(${JSON.stringify(roots)}); } catch (error) { console.log(error.message); }`,
        ],
        { JAVA_HOME: at("nowhere") },
      ).stdout;
    const message =
      "The Firebase emulators need Java 21 or newer: install a JDK, or set JAVA_HOME to one (found: ";
    assert.equal(find(at("nothing", "*")), `${message}none).\n`);
    const found = `Java 17 in ${at("jdks", "jdk-17")}, Java 8 in ${at("jdks", "jdk-8")}`;
    assert.equal(find(at("jdks", "*")), `${message}${found}).\n`);
  });

  it("the suite has a usage text, and ends with 2 where its line is wrong", () => {
    for (const args of [[], ["--bogus", "--", "true"], ["--only", "spanner", "--", "true"]]) {
      const { status, stderr } = run([tool("suite.ts"), ...args]);
      assert.equal(status, 2);
      assert.match(stderr, /^suite: .+\nUsage: node tools\/suite\.ts /);
    }
  });
});
