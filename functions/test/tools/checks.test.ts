import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { runSteps, type Result, type Step } from "../../tools/checks/steps.ts";
import { summarize } from "../../tools/checks/summary.ts";
import { FUNCTIONS_DIR } from "../../tools/paths.ts";
import { signalGroup } from "../../tools/processGroup.ts";
import { processes } from "../support/processes.ts";
import { waitFor } from "../../testkit/waitFor.ts";

const sh = (name: string, script: string, more: Partial<Step> = {}): Step => ({
  name,
  command: ["sh", "-c", script],
  ...more,
});

describe("steps that run beside each other", () => {
  const directory = mkdtempSync(join(tmpdir(), "steps-"));
  after(() => {
    rmSync(directory, { recursive: true });
  });
  let turn = 0;
  const file = (): string => join(directory, String(turn++));

  async function run(
    steps: readonly Step[],
    room = 2,
    signal = new AbortController().signal,
  ): Promise<{ readonly results: readonly Result[]; readonly told: readonly string[] }> {
    const told: string[] = [];
    const results = await runSteps(steps, {
      room,
      cwd: directory,
      signal,
      onStart: (name) => told.push(`+${name}`),
      onEnd: ({ name }) => told.push(`-${name}`),
    });
    return { results, told };
  }
  const outcomes = (results: readonly Result[]): string[] =>
    results.map(({ name, outcome }) => `${name} ${outcome}`);

  it("all run, whatever fails, but for those that need what has failed", async () => {
    const { results } = await run([
      sh("first", "exit 3"),
      sh("second", "exit 0"),
      sh("third", "exit 0", { after: ["first"] }),
      sh("fourth", "exit 0", { after: ["third"] }),
      sh("fifth", "exit 0", { after: ["second"] }),
    ]);
    assert.deepEqual(outcomes(results), [
      "first failed",
      "second passed",
      "third left out",
      "fourth left out",
      "fifth passed",
    ]);
  });

  it("keep what they print apart, in order, and without colours", async () => {
    const [mine, yours] = [file(), file()];
    const until = (path: string): string => `until [ -e ${path} ]; do sleep 0.01; done`;
    const { results } = await run([
      sh("a", `printf '\\033[32ma1\\033[0m\\n'; touch ${mine}; ${until(yours)}; echo a2 >&2`),
      sh("b", `${until(mine)}; echo b1; touch ${yours}; echo "$NO_COLOR$FORCE_COLOR"`),
    ]);
    assert.deepEqual(
      results.map(({ output }) => output),
      ["a1\na2\n", "b1\n1\n"],
    );
  });

  it("compile what they have in common once, into a directory that is gone with them", async () => {
    const { results } = await run(["a", "b"].map((name) => sh(name, 'echo "$NODE_COMPILE_CACHE"')));
    const [path = "", other] = results.map(({ output }) => output.trim());
    assert.match(path, /\/compiled$/);
    assert.equal(other, path);
    assert.ok(!existsSync(join(path, "..")));
  });

  it("begin in their order, as there is room; one that needs all of it runs alone", async () => {
    const { told } = await run(
      [sh("a", ":"), sh("b", ":", { isAlone: true }), sh("c", ":"), sh("d", ":")],
      1,
    );
    assert.deepEqual(told, ["+a", "-a", "+b", "-b", "+c", "-c", "+d", "-d"]);
    const beside = await run([
      sh("slow", "sleep 0.3"),
      sh("alone", ":", { isAlone: true }),
      sh("c", ":"),
    ]);
    assert.deepEqual(beside.told.slice(0, 4), ["+slow", "-slow", "+alone", "-alone"]);
  });

  it("do not wait for one that cannot begin yet", async () => {
    const ready = file();
    const { told } = await run([
      sh("slow", `until [ -e ${ready} ]; do sleep 0.01; done`),
      sh("needs it", ":", { after: ["slow"] }),
      sh("free", `touch ${ready}`),
    ]);
    assert.deepEqual(told.slice(0, 2), ["+slow", "+free"]);
  });

  it("end when they are interrupted, and what waits is left out", async () => {
    const ready = file();
    const interrupt = new AbortController();
    const running = run(
      [sh("endless", `touch ${ready}; sleep 1000 & sleep 1000`), sh("later", ":")],
      1,
      interrupt.signal,
    );
    await waitFor("its start", () => existsSync(ready) || undefined);
    interrupt.abort();
    assert.deepEqual(outcomes((await running).results), ["endless failed", "later left out"]);
  });

  it("leave nothing behind, even if who runs them is killed", async () => {
    const temporary = mkdtempSync(join(directory, "killed-"));
    const script = join(directory, "runner.ts");
    const mark = `leave-nothing-${String(process.pid)}`;
    const url = pathToFileURL(join(FUNCTIONS_DIR, "tools/checks/steps.ts")).href;
    writeFileSync(
      script,
      `import { runSteps } from "${url}";
       const command = ["sh", "-c", "sleep 1000; : ${mark}"];
       await runSteps([{ name: "endless", command }], {
         room: 1, cwd: "/", signal: new AbortController().signal,
         onStart: () => {}, onEnd: () => {},
       });`,
    );
    const runner: ChildProcess = spawn(process.execPath, [script], {
      env: { ...process.env, TMPDIR: temporary },
      stdio: "ignore",
    });
    const marked = () => processes().filter(({ line }) => line.includes(mark));
    try {
      await waitFor("the step", () => marked().length > 0 || undefined);
      runner.kill("SIGKILL");
      await waitFor("the end of all", () => {
        return (marked().length === 0 && readdirSync(temporary).length === 0) || undefined;
      });
    } finally {
      runner.kill("SIGKILL");
      for (const { group } of marked()) signalGroup(group, "SIGKILL");
    }
  });
});

describe("the summary of the checks", () => {
  const result = (name: string, more: Partial<Result> = {}): Result => ({
    name,
    outcome: "passed",
    seconds: 9.6,
    output: "",
    ...more,
  });

  it("has a line for each, and last the number of tests", () => {
    const text = summarize([
      result("build"),
      result("unit", { output: "\n  1028 passing (1m)\n\n", seconds: 61 }),
      result("rehearsal", { output: "  12 passing (58s)\n" }),
    ]);
    assert.equal(
      text,
      "build        passed      10 s\n" +
        "unit         passed      61 s  1028 passed\n" +
        "rehearsal    passed      10 s  12 passed\n" +
        "1040 passed, 0 failed\n",
    );
  });

  it("names what failed and what was left out", () => {
    const text = summarize([
      result("build", { outcome: "failed" }),
      result("unit", { outcome: "failed", output: "  7 passing (1s)\n  2 failing\n" }),
      result("emulators", { outcome: "left out", seconds: 0 }),
    ]);
    assert.match(text, /^unit +failed +10 s {2}7 passed {2}2 failed$/m);
    assert.match(text, /\nnot passed: build, unit, emulators\n7 passed, 4 failed\n$/);
  });
});
