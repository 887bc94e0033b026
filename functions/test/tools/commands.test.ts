import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { FUNCTIONS_DIR } from "../../tools/paths.ts";
import { SEED_SERVICE } from "../support/wiredServices.ts";

function run(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const env = { ...process.env, GCLOUD_PROJECT: "demo-eventsync" };
  return spawnSync(process.execPath, args, { cwd: FUNCTIONS_DIR, encoding: "utf8", env });
}

describe("the predeploy check of the configuration", () => {
  const directory = mkdtempSync(join(tmpdir(), "check-config-"));
  after(() => {
    rmSync(directory, { recursive: true });
  });
  const check = (config: string): ReturnType<typeof run> => {
    const file = join(directory, "config.json");
    writeFileSync(file, config);
    return run("tools/checkConfig.ts", file);
  };

  it("passes a correct one, and names keys that nothing reads", () => {
    const { status, stdout, stderr } = check(JSON.stringify({ ...SEED_SERVICE, sevriceName: "x" }));
    assert.equal(status, 0, stderr);
    assert.match(stdout, /is correct: "My First Event Sync"/);
    assert.match(stderr, /nothing reads the key sevriceName/);
  });

  it("refuses a bad one with every problem and its path", () => {
    const { status, stderr } = check(
      JSON.stringify({ ...SEED_SERVICE, endpoints: [{}, { eventKey: 1 }], targetPubSub: {} }),
    );
    assert.equal(status, 1);
    assert.match(stderr, /3 problem\(s\)/);
    assert.match(stderr, /endpoints\[0\]\.eventKey: is missing/);
    assert.match(stderr, /endpoints\[1\]\.eventKey: expected .*, got 1/);
    assert.match(stderr, /targetPubSub\.topic: is missing/);
  });

  it("checks the project's dotenv files when no file is named", () => {
    const { status, stdout, stderr } = run("tools/checkConfig.ts");
    assert.equal(status, 0, stderr);
    assert.match(stdout, /\.env\.demo-eventsync is correct/);
  });
});

describe("what is made from the code", () => {
  const tools = [
    "configReference.ts",
    "compileSchema.ts",
    "editorSchema.ts",
    "logReference.ts",
    "metricFiles.ts",
    "openApiFile.ts",
  ];
  for (const tool of tools) {
    it(`is up to date: ${tool}`, () => {
      const { status, stderr } = run(`tools/${tool}`, "--check");
      assert.equal(status, 0, stderr);
    });
  }
});
