import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";

import { FUNCTIONS_DIR } from "../../tools/paths.ts";

function rehearse(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const command = ["tools/rehearsal/main.ts", ...args];
  const env = { ...process.env, GCLOUD_PROJECT: "my-project" };
  return spawnSync(process.execPath, command, { cwd: FUNCTIONS_DIR, encoding: "utf8", env });
}

describe("the options of scripts/rehearse", () => {
  it("are shown by --help", () => {
    const { status, stdout, stderr } = rehearse("--help");
    assert.equal(status, 0, stderr);
    assert.match(stdout, /^usage: scripts\/rehearse --project PROJECT \[--json FILE\]/);
  });

  for (const [what, args] of Object.entries({
    "an unknown option": ["--projects", "my-project"],
    "an operand": ["my-project"],
    "no project": [],
  })) {
    it(`refuse ${what}, with 2, and nothing runs`, () => {
      const { status, stdout, stderr } = rehearse(...args);
      assert.equal(status, 2);
      assert.equal(stdout, "");
      assert.match(stderr, /usage: scripts\/rehearse/);
    });
  }
});
