import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";

import { exampleNames } from "../../tools/examples.ts";
import { FUNCTIONS_DIR } from "../../tools/paths.ts";
import { processes } from "../support/processes.ts";

/** They wait for deadlines; the rest is for a slow start, after which they begin again. */
const PLAY_MS = 600_000;
/** How far ahead a deadline by the clock is at least: beside other checks all of them together begin slowly. */
const LEAD_SECONDS = 150;

describe("the examples, on emulators of their own", function () {
  this.timeout(PLAY_MS);
  // Not in the temporary directory of the suite around it: a socket's path may have 104 characters.
  const temporary = mkdtempSync("/tmp/es-");
  after(() => {
    rmSync(temporary, { recursive: true });
  });

  it("end with 0 when the messages are the expected ones, and leave nothing behind", async () => {
    // One start for all of them: `run` calls the same for one.
    const tool = join(FUNCTIONS_DIR, "tools", "example.ts");
    const child = spawn(
      process.execPath,
      [tool, "--lead", String(LEAD_SECONDS), ...exampleNames()],
      {
        env: { ...process.env, TMPDIR: temporary },
        stdio: ["ignore", "pipe", "pipe"],
      },
    );
    let printed = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk: Buffer) => (printed += chunk.toString()));
    }
    try {
      const [code] = (await once(child, "close")) as [number | null];
      assert.equal(code, 0, printed);
    } finally {
      child.kill();
    }
    for (const name of exampleNames()) {
      assert.match(printed, new RegExp(`^${name}: the \\d+ messages that were expected`, "m"));
    }
    assert.match(printed, /^attributes \{.*"reason":"deadline","key":"C-3"\}$/m);
    assert.deepEqual(readdirSync(temporary), []);
    assert.deepEqual(
      processes().filter(({ line }) => line.includes(temporary)),
      [],
    );
  });
});
