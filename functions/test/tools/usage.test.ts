import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { readSettings, SECTIONS } from "../../tools/bench/settings.ts";
import { REPOSITORY_ROOT } from "../../tools/paths.ts";

describe("the command lines of the scripts", () => {
  // Nothing but the scripts is there: whatever they began would fail, and say so.
  const root = mkdtempSync(join(tmpdir(), "usage-"));
  before(() => {
    cpSync(join(REPOSITORY_ROOT, "scripts"), join(root, "scripts"), { recursive: true });
  });
  after(() => {
    rmSync(root, { recursive: true });
  });
  const call = (script: string, ...args: string[]) =>
    spawnSync(join(root, "scripts", script), args, { encoding: "utf8", cwd: root });

  for (const script of ["start", "test", "bench", "torture", "simulate"]) {
    it(`scripts/${script} explains itself, and does nothing else`, () => {
      for (const option of ["--help", "-h"]) {
        const { status, stdout, stderr } = call(script, option);
        assert.deepEqual({ status, stderr }, { status: 0, stderr: "" });
        assert.match(stdout, new RegExp(`^Usage: scripts/${script}\\b`));
        assert.match(stdout, /^ {2}--help +\S/m);
      }
    });

    // One word is what it needs.
    if (script === "simulate") continue;
    it(`scripts/${script} refuses what it does not know, and does nothing else`, () => {
      const usage = call(script, "--help").stdout;
      for (const [wrong, message] of [
        ["--bogus", "there is no option --bogus"],
        ["--bogus=1", "there is no option --bogus"],
        ["-x", "there is no option -x"],
        ["-", 'unexpected argument "-"'],
        ["--", "there is no option --"],
        ["word", 'unexpected argument "word"'],
        ["", 'unexpected argument ""'],
      ] as const) {
        const { status, stdout, stderr } = call(script, wrong);
        assert.deepEqual({ status, stdout }, { status: 2, stdout: "" }, wrong);
        assert.equal(stderr, `${script}: ${message}\n\n${usage}`);
      }
    });
  }

  it("their values are checked, too", () => {
    for (const [line, message] of [
      ["start --config", "--config needs FILE"],
      ["start --config=", "--config needs FILE"],
      ["start --config --demo", "--config needs FILE"],
      ["start --demo=yes", "--demo takes no value"],
      ["bench --quick --only", "--only needs NAMES"],
      ["bench --only cost,speed", `--only has no "speed", only ${SECTIONS.join(", ")}`],
      ["bench --only cost,", `--only has no "", only ${SECTIONS.join(", ")}`],
      ["bench --target http://localhost", "--target needs --subscription"],
      ["bench --endpoints a", '--endpoints needs two words with a comma between them, not "a"'],
      ["torture --seeds many", '--seeds needs a whole number, not "many"'],
      ["torture --seeds=-1", '--seeds needs a whole number, not "-1"'],
      [
        "torture --only=rain",
        '--only has no "rain", only storms, kills, crashes, races, redelivery',
      ],
      ["simulate", "EVENTS is missing"],
      ["simulate --config my.json --until end", "EVENTS is missing"],
      ["simulate --config my.json events.ndjson more", 'unexpected argument "more"'],
      ["simulate --config my.json - -", 'unexpected argument "-"'],
      ["simulate --bogus events.ndjson", "there is no option --bogus"],
      ["simulate --config --json events.ndjson", "--config needs FILE"],
      ["simulate events.ndjson", "--config is missing"],
    ] as const) {
      const [script = "", ...args] = line.split(" ");
      const { status, stderr } = call(script, ...args);
      assert.equal(stderr.split("\n")[0], `${script}: ${message}`);
      assert.equal(status, 2, line);
    }
  });

  it("a correct one goes on to the setup", () => {
    for (const line of [
      "start --config my.json --demo --verbose",
      "start --config=my.json",
      "test",
      `bench --quick --check --json=a.json --only ${SECTIONS.join(",")} --profile . --lib lib`,
      "bench --target http://localhost --endpoints a,b --subscription projects/p/subscriptions/s",
      "torture --seed 0 --seeds=2 --runs 3 --events 4 --only storms,kills",
      "simulate --config my.json events.ndjson",
      "simulate --config=my.json --expect a.json --until end - --json --verbose",
    ]) {
      const [script = "", ...args] = line.split(" ");
      const { status, stderr } = call(script, ...args);
      assert.equal(stderr, "setup: functions/package-lock.json is missing.\n", line);
      assert.equal(status, 1);
    }
  });

  it("what scripts/bench documents is what the benchmark reads", () => {
    const { stdout } = call("bench", "--help");
    const documented = [...stdout.matchAll(/^ +(--[a-z]+)( \S+)? {2}/gm)];
    assert.equal(documented.length, 11);
    for (const [, option = "", value] of documented) {
      if (option === "--help") continue;
      const values: Record<string, string> = {
        " NAMES": SECTIONS.join(","),
        " A,B": "a,b",
        " SIZES": "10,20",
      };
      const args = value === undefined ? [option] : [option, values[value] ?? "x"];
      assert.doesNotThrow(() => readSettings(["--subscription", "s", ...args]), option);
    }
  });
});
