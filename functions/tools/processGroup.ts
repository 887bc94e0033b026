/**
 * Processes started as leaders of their own group, so that everything a command starts can be
 * signalled together, by the id we were given when we started it and never by name or port.
 */
import { spawn } from "node:child_process";
import type { ChildProcess, SpawnOptions } from "node:child_process";
import { constants } from "node:os";
import { setTimeout as delay } from "node:timers/promises";

/** A command running in a process group of its own. */
export interface ProcessGroup {
  readonly process: ChildProcess;
  /** The group's id, which is the process id of its leader. */
  readonly id: number;
  /** The leader's exit code in the shell's convention: 128 and more for a signal. */
  readonly exited: Promise<number>;
}

const POLL_MS = 20;

/**
 * Starts a command as the leader of a new process group.
 *
 * @throws Error when the command cannot be started.
 */
export async function startGroup(
  command: string,
  args: readonly string[],
  options: SpawnOptions,
): Promise<ProcessGroup> {
  const child = spawn(command, args, { ...options, detached: true });
  const exited = new Promise<number>((resolve) => {
    child.once("exit", (code, signal) => {
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  });
  await new Promise<void>((resolve, reject) => {
    child.once("spawn", resolve);
    child.once("error", (error) => {
      reject(new Error(`Cannot start ${command}: ${error.message}`));
    });
  });
  if (child.pid === undefined) throw new Error(`${command} was started without a process id.`);
  return { process: child, id: child.pid, exited };
}

/** Sends a signal to every process of a group; a group that has ended is left in peace. */
export function signalGroup(id: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-id, signal);
  } catch {
    // Nobody is left to receive it.
  }
}

/** Ends whatever is left of a group: asks with `signal`, and insists when `graceMs` have passed. */
export async function endGroup(id: number, signal: NodeJS.Signals, graceMs: number): Promise<void> {
  signalGroup(id, signal);
  const deadline = Date.now() + graceMs;
  while (isGroupAlive(id)) {
    if (Date.now() > deadline) {
      signalGroup(id, "SIGKILL");
      return;
    }
    await delay(POLL_MS);
  }
}

/** Waits for a promise for so long; false when it has not settled by then. */
export async function settlesWithin(promise: Promise<unknown>, ms: number): Promise<boolean> {
  const timer = new AbortController();
  const settled = promise.then(
    () => true,
    () => true,
  );
  const timeout = delay(ms, false, { signal: timer.signal }).catch(() => false);
  try {
    return await Promise.race([settled, timeout]);
  } finally {
    timer.abort();
  }
}

function isGroupAlive(id: number): boolean {
  try {
    process.kill(-id, 0);
    return true;
  } catch {
    return false;
  }
}
