import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { globSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";

import { LOCAL_PARAMETERS } from "../../tools/localParameters.ts";
import { FUNCTIONS_DIR } from "../../tools/paths.ts";
import { serviceConfig } from "../support/factories.ts";
import { processes, type Process } from "../support/processes.ts";
import { waitFor } from "../../testkit/waitFor.ts";

/** For a machine with two cores that has other things to do, too. */
const START_MS = 90_000;

/** Emulators of their own: those around the tests live on. */
describe("emulators whose starter is killed", function () {
  this.timeout(3 * START_MS);
  // Not in the temporary directory of the suite around it: a socket's path may have 104 characters.
  const temporary = mkdtempSync("/tmp/es-");
  after(() => {
    rmSync(temporary, { recursive: true });
  });

  const children: ChildProcess[] = [];
  afterEach(() => {
    // Also where a test has failed before it got there.
    for (const child of children.splice(0)) child.kill("SIGKILL");
  });
  const start = (tool: string, ...args: string[]): ChildProcess & { readonly printed: string } => {
    const child = spawn(process.execPath, [join(FUNCTIONS_DIR, "tools", tool), ...args], {
      cwd: temporary,
      env: { ...process.env, TMPDIR: temporary },
      stdio: ["ignore", "pipe", "pipe"],
    });
    children.push(child);
    let printed = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk: Buffer) => (printed += chunk.toString()));
    }
    return Object.defineProperty(child as never, "printed", { get: () => printed });
  };
  const untilPrinted = (child: ReturnType<typeof start>, text: RegExp): Promise<RegExpExecArray> =>
    waitFor(
      String(text),
      () => {
        assert.equal(child.exitCode, null, child.printed);
        return text.exec(child.printed) ?? undefined;
      },
      START_MS,
    );

  /** Everything that was started in the directory, and what that has started in turn. */
  const started = (): Process[] => {
    const notes = globSync(join(temporary, "*", "process-ids"));
    const ids = notes.flatMap((path) => readFileSync(path, "utf8").trim().split("\n").map(Number));
    return processes().filter(({ group, line }) => ids.includes(group) || line.includes(temporary));
  };
  const isEmulator = ({ line }: Process): boolean => line.includes(" -jar ");
  const untilGone = async (known: readonly Process[]): Promise<void> => {
    const groups = new Set(known.map(({ group }) => group));
    let left: unknown[] = [];
    const isGone = (): true | undefined => {
      left = [
        ...processes().filter(({ group, line }) => groups.has(group) || line.includes(temporary)),
        ...readdirSync(temporary),
      ];
      return left.length === 0 || undefined;
    };
    await waitFor("everything to be gone", isGone).catch((error: unknown) => {
      throw new Error(`${String(error)}; left: ${JSON.stringify(left)}`);
    });
  };

  it("end, with the functions and the command, and leave no file", async () => {
    const CONFIG = JSON.stringify(serviceConfig("svc", ["a", "b"]));
    const userEnv = Object.entries({ ...LOCAL_PARAMETERS, CONFIG });
    const command = `
      const answer = await fetch(process.env.EVENTSYNC_BASE_URL + "/config");
      console.log("answered", answer.status);
      setInterval(() => {}, 1000);`;
    const suite = start(
      "suite.ts",
      ...userEnv.flatMap(([name, value]) => ["--user-env", `${name}=${value}`]),
      ...["--", "node", "--input-type=module", "--eval", command],
    );
    await untilPrinted(suite, /answered 200/);
    const all = started();
    for (const part of ["/firebase emulators:start", "firestore", "pubsub", "watchdog.ts"]) {
      assert.ok(
        all.some(({ line }) => line.includes(part)),
        part,
      );
    }
    assert.ok(
      all.some(({ line }) => line.includes("functionsEmulatorRuntime")),
      "a function",
    );
    assert.ok(
      all.some(({ line }) => line.includes("answered")),
      "the command",
    );
    suite.kill("SIGKILL");
    await untilGone(all);
  });

  it("end in the middle of their start", async () => {
    const suite = start("suite.ts", "--only", "firestore,pubsub", "--", "true");
    await untilPrinted(suite, /Starting the emulators/);
    await waitFor("a first emulator", () => started().some(isEmulator) || undefined, START_MS);
    const all = started();
    suite.kill("SIGKILL");
    await untilGone(all);
  });

  it("end with scripts/start, which has named the ports that it chose", async () => {
    // Whoever has the port, it is taken.
    const holder = createServer();
    await new Promise<void>((resolve) => {
      holder.once("error", () => {
        resolve();
      });
      holder.listen(5001, "127.0.0.1", resolve);
    });
    const command = start("start.ts");
    try {
      const port = /^Port 5001 is taken: the functions emulator listens on (\d+) instead\.$/m;
      const [, chosen = ""] = await untilPrinted(command, port);
      await untilPrinted(command, new RegExp(`ready at http://127\\.0\\.0\\.1:${chosen}/demo`));
      assert.match(command.printed, /^Building the functions …\nStarting the emulators …\n/);
      const all = started();
      command.kill("SIGKILL");
      await untilGone(all);
    } finally {
      holder.close();
    }
  });
});
