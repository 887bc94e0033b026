import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { FUNCTIONS_DIR } from "../../tools/paths.ts";
import { signalGroup } from "../../tools/processGroup.ts";
import { RunDirectory } from "../../tools/runDirectory.ts";
import { isRunning, processes } from "../support/processes.ts";
import { waitFor } from "../../testkit/waitFor.ts";

const moduleUrl = (name: string): string => pathToFileURL(join(FUNCTIONS_DIR, "tools", name)).href;

/** A test that fails must not leave a process, which would keep this one from its end. */
const started: ChildProcess[] = [];
const opened: RunDirectory[] = [];
function leaveNothing(): void {
  afterEach(async () => {
    for (const child of started.splice(0)) signalGroup(child.pid ?? NaN, "SIGKILL");
    for (const directory of opened.splice(0)) await directory.close();
  });
}

/** The leader of a group of its own. */
function start(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const child = spawn(command, args, {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "inherit"],
    detached: true,
  });
  started.push(child);
  return child;
}

/** A process that runs a module's text, and the first line it prints, as JSON. */
async function run<T>(text: string, env: NodeJS.ProcessEnv = {}): Promise<[ChildProcess, T]> {
  const child = start(process.execPath, ["--input-type=module", "--eval", text], env);
  let printed = "";
  child.stdout.on("data", (chunk: Buffer) => (printed += chunk.toString()));
  await waitFor("its first line", () => printed.includes("\n") || undefined);
  return [child, JSON.parse(printed) as T];
}

function open(): RunDirectory {
  const directory = RunDirectory.open("/none");
  opened.push(directory);
  return directory;
}

describe("a run of the emulators", () => {
  leaveNothing();
  const temporary = mkdtempSync(join(tmpdir(), "run-"));
  after(() => {
    rmSync(temporary, { recursive: true });
  });

  const begin = `
    import { RunDirectory } from "${moduleUrl("runDirectory.ts")}";
    const run = RunDirectory.open("/none");
    const start = async (script) =>
      (await run.start("sh", ["-c", script], { stdio: "ignore" })).id;`;

  it("that is killed leaves no process and no file behind", async () => {
    const [parent, { path, ids }] = await run<{ path: string; ids: number[] }>(
      `${begin}
       const withAnother = await start("sleep 1000 & exec sleep 1000");
       const deaf = await start("trap '' TERM; sleep 1000; sleep 1000");
       console.log(JSON.stringify({ path: run.path, ids: [withAnother, deaf] }));
       setInterval(() => {}, 1000);`,
      { TMPDIR: temporary },
    );
    const groups = (): number[] => processes().map(({ group }) => group);
    await waitFor("both to run", () => ids.every((id) => groups().includes(id)) || undefined);
    parent.kill("SIGKILL");
    try {
      await waitFor("everything to be gone", () => {
        const left = processes().filter(
          ({ group, line }) => ids.includes(group) || line.includes(path),
        );
        return (left.length === 0 && !existsSync(path)) || undefined;
      });
    } catch (error) {
      for (const id of ids) signalGroup(id, "SIGKILL");
      throw error;
    }
    assert.deepEqual(readdirSync(temporary), []);
  });

  it("that ends does so, too, with its watchdog", async () => {
    const [parent, { path, ids }] = await run<{ path: string; ids: number[] }>(
      `${begin}
       const ids = [await start("sleep 1000 & exec sleep 1000")];
       await run.close();
       console.log(JSON.stringify({ path: run.path, ids }));`,
      { TMPDIR: temporary },
    );
    await waitFor("its end", () => parent.exitCode ?? undefined);
    const left = processes().filter(
      ({ group, line }) => ids.includes(group) || line.includes(path),
    );
    assert.deepEqual(left, []);
    assert.deepEqual(readdirSync(temporary), []);
  });

  it("tells what a command printed, and forgets it: its id may be somebody else's by then", async () => {
    const directory = open();
    const logFile = join(directory.path, "log");
    const other = spawn("sleep", ["1000"], { detached: true });
    try {
      const script = "echo out; echo err >&2; exit 3";
      const { code, output } = await directory.execute("sh", ["-c", script], { logFile });
      assert.equal(code, 3);
      assert.deepEqual(output.trim().split("\n").sort(), ["err", "out"]);
      assert.equal(readFileSync(logFile, "utf8"), output);
      assert.ok(other.pid !== undefined);
      // As if the system had given the same id again, to somebody who leads a group.
      const notes = join(directory.path, "process-ids");
      appendFileSync(notes, `${String(other.pid)}\n${String(-other.pid)}\n`);
      await directory.close();
      opened.pop();
      assert.ok(isRunning(other.pid));
    } finally {
      other.kill("SIGKILL");
    }
  });

  it("interrupted, ends the command that it waits for", async () => {
    const directory = open();
    const logFile = join(directory.path, "log");
    const interrupt = new AbortController();
    const options = { logFile, signal: interrupt.signal };
    const outcome = directory.execute("sh", ["-c", "echo on; exec sleep 1000"], options);
    await waitFor("its start", () => existsSync(logFile) || undefined);
    interrupt.abort();
    assert.equal((await outcome).code, 143);
  });
});

describe("a command that a script runs", () => {
  leaveNothing();
  const watch = `
    import { watchStarter } from "${moduleUrl("starter.ts")}";
    watchStarter(() => process.exit(0));
    console.log(process.pid);`;
  const node = `'${process.execPath}' --input-type=module --eval "$WATCH"`;
  const starters = {
    "the script": `export EVENTSYNC_SCRIPT_PID=$$; sh -c '${node.replaceAll("'", `'\\''`)}; :'; :`,
    "the npm in between": `export npm_lifecycle_event=test; ${node}; :`,
  };

  for (const [what, script] of Object.entries(starters)) {
    it(`ends when ${what} was killed`, async () => {
      const starter = start("sh", ["-c", script], {
        EVENTSYNC_SCRIPT_PID: "",
        npm_lifecycle_event: undefined,
        WATCH: watch,
      });
      let printed = "";
      starter.stdout.on("data", (chunk: Buffer) => (printed += chunk.toString()));
      await waitFor("its start", () => printed.includes("\n") || undefined);
      starter.kill("SIGKILL");
      await waitFor("its end", () => !isRunning(Number(printed)) || undefined);
    });
  }
});
