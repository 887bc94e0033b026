/** Runs a command with emulators around it. */
import { constants } from "node:os";
import { delimiter } from "node:path";

import { startEmulators } from "./emulators.ts";
import type { EmulatorOptions, RunningEmulators } from "./emulators.ts";
import { PACKAGE_BIN_DIR } from "./paths.ts";
import { endGroup } from "./processGroup.ts";
import { watchStarter } from "./starter.ts";

/** A command and the emulators it needs. */
export interface SuiteOptions extends Omit<EmulatorOptions, "signal"> {
  readonly command: readonly [string, ...string[]];
  /** Environment of the command, in addition to this process's own and the emulators'. */
  readonly env?: Readonly<Record<string, string>>;
}

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
const INTERRUPTED_MS = 10_000;
const END_MS = 2_000;

/**
 * Starts the emulators, runs the command with its input and output untouched, stops the emulators,
 * and gives the command's exit code. A signal to this process ends all of it, in the same order, and so
 * does the end of the script that started it.
 *
 * @throws Error when the emulators or the command cannot be started.
 */
export async function runSuite(options: SuiteOptions): Promise<number> {
  const interrupt = new AbortController();
  const onSignal = (signal: NodeJS.Signals): void => {
    interrupt.abort(signal);
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  const starter = watchStarter(() => {
    onSignal("SIGHUP");
  });
  try {
    const emulators = await startEmulators({ ...options, signal: interrupt.signal });
    try {
      const code = await runCommand(options, emulators, interrupt.signal);
      if (interrupt.signal.aborted) return exitCodeOf(interrupt.signal);
      if (code !== 0 && options.only.includes("functions") && options.verbose !== true) {
        process.stderr.write(`--- the end of the emulators' log ---\n${emulators.tail(40)}\n`);
      }
      return code;
    } finally {
      await emulators.stop();
    }
  } catch (error) {
    if (interrupt.signal.aborted) return exitCodeOf(interrupt.signal);
    throw error;
  } finally {
    starter.stop();
    for (const signal of SIGNALS) process.off(signal, onSignal);
  }
}

async function runCommand(
  { command, env }: SuiteOptions,
  emulators: RunningEmulators,
  interrupt: AbortSignal,
): Promise<number> {
  const [file, ...args] = command;
  const path = `${PACKAGE_BIN_DIR}${delimiter}${process.env["PATH"] ?? ""}`;
  const group = await emulators.start(file, args, {
    ...process.env,
    PATH: path,
    ...emulators.env,
    ...env,
  });
  const forward = (): void => {
    // A command that does not heed the signal must not keep the emulators alive.
    void endGroup(group.id, interrupt.reason as NodeJS.Signals, INTERRUPTED_MS);
  };
  interrupt.addEventListener("abort", forward);
  if (interrupt.aborted) forward();
  try {
    return await group.exited;
  } finally {
    interrupt.removeEventListener("abort", forward);
    // What the command left behind: a server it started in the background, say.
    await endGroup(group.id, "SIGTERM", END_MS);
  }
}

function exitCodeOf(interrupt: AbortSignal): number {
  return 128 + constants.signals[interrupt.reason as NodeJS.Signals];
}
