/** What a run of the emulators owns: a directory, and every process that was started for it. */
import { spawn } from "node:child_process";
import type { SpawnOptions } from "node:child_process";
import { appendFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";

import { endLaunches, forgetLaunch, noteLauncher } from "./launchers.ts";
import { writeLaunchers, writeNoteLauncher } from "./launchers.ts";
import { FUNCTIONS_DIR, PACKAGE_BIN_DIR } from "./paths.ts";
import { endGroup, settlesWithin, startGroup } from "./processGroup.ts";
import type { ProcessGroup } from "./processGroup.ts";
import { makeStagingDir, removeStagingDir } from "./staging.ts";

const END_MS = 2_000;

/** What a command came to. */
export interface Outcome {
  readonly code: number;
  /** What it printed, on both streams. */
  readonly output: string;
}

interface ExecuteOptions extends SpawnOptions {
  readonly logFile: string;
  readonly graceMs?: number;
  /** Is told the process id, which is the id of the group. */
  readonly onStart?: (id: number) => void;
}

/**
 * Everything ends with it: when it is closed, and also when this process is killed, by a watchdog of its
 * own (`watchdog.ts`).
 */
export class RunDirectory {
  readonly path: string;
  readonly #dismissWatchdog: () => Promise<void>;

  private constructor(path: string, dismissWatchdog: () => Promise<void>) {
    this.path = path;
    this.#dismissWatchdog = dismissWatchdog;
  }

  /** @param javaHome for what starts emulators */
  static open(javaHome?: string): RunDirectory {
    const path = makeStagingDir();
    const run = new RunDirectory(path, startWatchdog(path));
    mkdirSync(run.temporary);
    if (javaHome === undefined) writeNoteLauncher(path);
    else writeLaunchers(path, javaHome);
    return run;
  }

  /** For temporary files of what is started here. */
  get temporary(): string {
    return join(this.path, "tmp");
  }

  /**
   * Starts a command as the leader of a process group.
   *
   * @throws Error when the command cannot be started
   */
  start(command: string, args: readonly string[], options: SpawnOptions): Promise<ProcessGroup> {
    return startGroup(noteLauncher(this.path), [command, ...args], options);
  }

  /**
   * Runs a command to its end, or until the signal comes: then it has `graceMs` to end in good order.
   *
   * @throws Error when the command cannot be started
   */
  async execute(
    command: string,
    args: readonly string[],
    { logFile, graceMs = END_MS, onStart, signal, ...options }: ExecuteOptions,
  ): Promise<Outcome> {
    let output = "";
    const stdio = ["ignore", "pipe", "pipe"] as const;
    const group = await this.start(command, args, { ...options, stdio: [...stdio] });
    onStart?.(group.id);
    const read = (chunk: Buffer): void => {
      output += chunk.toString();
      appendFileSync(logFile, chunk);
    };
    group.process.stdout?.on("data", read);
    group.process.stderr?.on("data", read);
    const closed = new Promise<void>((resolve) => {
      group.process.once("close", () => {
        resolve();
      });
    });
    const end = (): void => void endGroup(group.id, "SIGTERM", graceMs);
    signal?.addEventListener("abort", end);
    if (signal?.aborted === true) end();
    const code = await group.exited;
    signal?.removeEventListener("abort", end);
    await endGroup(group.id, "SIGTERM", END_MS);
    // What it printed last may still be on its way; somebody else may hold the pipe open for good.
    await settlesWithin(closed, END_MS);
    forgetLaunch(this.path, group.id);
    return { code, output };
  }

  /** Ends whatever still runs, and removes the directory. */
  async close(): Promise<void> {
    await Promise.all(endLaunches(this.path).map((id) => endGroup(id, "SIGTERM", END_MS)));
    removeStagingDir(this.path);
    await this.#dismissWatchdog();
  }
}

/**
 * Has a directory removed, with all that was started there, should this process be killed. It is in a
 * session of its own: what ends this process, its group or its terminal leaves it alone.
 *
 * @returns what ends it, after an orderly stop
 */
export function startWatchdog(stagingDir: string): () => Promise<void> {
  const watchdog = spawn(
    join(PACKAGE_BIN_DIR, "node"),
    [join(FUNCTIONS_DIR, "tools", "watchdog.ts"), stagingDir],
    { cwd: "/", detached: true, stdio: ["pipe", "ignore", "ignore"] },
  );
  const ended = new Promise<void>((resolve) => {
    watchdog.once("exit", () => {
      resolve();
    });
    watchdog.once("error", () => {
      resolve();
    });
  });
  // Should it have ended before us, there is nobody to tell.
  watchdog.stdin.on("error", () => undefined);
  return () => {
    watchdog.stdin.end();
    return ended;
  };
}
