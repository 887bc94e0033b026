/**
 * Runs commands beside each other: each as soon as there is room and what it needs has passed, in the order
 * in which they are listed. What a command prints is kept apart, and handed over whole when it has ended.
 */
import { setPriority } from "node:os";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";

import { RunDirectory } from "../runDirectory.ts";

/** A command to run. */
export interface Step {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  /** The steps that must have passed before. */
  readonly after?: readonly string[];
  /** Takes all processors, so nothing runs beside it. */
  readonly isAlone?: boolean;
  /** Others wait for it in the end, so that the processors are given to it first. */
  readonly isUrgent?: boolean;
}

/** What came of a step. */
export interface Result {
  readonly name: string;
  /** `left out`: something that it needs has not passed. */
  readonly outcome: "passed" | "failed" | "left out";
  readonly seconds: number;
  /** All that it printed, in order, as plain text. */
  readonly output: string;
}

export interface StepsOptions {
  /** How many steps may run at the same time. */
  readonly room: number;
  readonly cwd: string;
  /** Ends all of them, in good order: the rest counts as failed. */
  readonly signal: AbortSignal;
  readonly onStart: (name: string) => void;
  readonly onEnd: (result: Result) => void;
}

/** Emulators that a step started are stopped one after another. */
const GRACE_MS = 35_000;
/** What is not urgent gives way, and still goes on. */
const LOW_PRIORITY = 5;

/**
 * Runs all steps, whether or not others fail. Nothing is left running, even if this process is killed.
 *
 * @returns in the order of the steps
 * @throws Error if a command cannot be started
 */
export async function runSteps(
  steps: readonly Step[],
  options: StepsOptions,
): Promise<readonly Result[]> {
  const directory = RunDirectory.open();
  try {
    return await new Schedule(steps, options, directory).run();
  } finally {
    await directory.close();
  }
}

class Schedule {
  readonly #steps: readonly Step[];
  readonly #options: StepsOptions;
  readonly #directory: RunDirectory;
  readonly #running = new Map<Step, Promise<void>>();
  readonly #results = new Map<string, Result>();

  constructor(steps: readonly Step[], options: StepsOptions, directory: RunDirectory) {
    this.#steps = steps;
    this.#options = options;
    this.#directory = directory;
  }

  async run(): Promise<readonly Result[]> {
    const waiting = [...this.#steps];
    while (waiting.length > 0 || this.#running.size > 0) {
      const index = waiting.findIndex((step) => this.#isDecided(step));
      const [next] = waiting.slice(index === -1 ? waiting.length : index);
      // Nobody overtakes one that waits for room: it would wait for ever.
      if (next !== undefined && this.#isRoomFor(next)) {
        waiting.splice(index, 1);
        this.#begin(next);
      } else {
        await Promise.race(this.#running.values());
      }
    }
    return this.#steps.flatMap(({ name }) => this.#results.get(name) ?? []);
  }

  /** Whether all that it needs has ended, one way or the other. */
  #isDecided({ after = [] }: Step): boolean {
    return after.every((name) => this.#results.has(name));
  }

  #isRoomFor(step: Step): boolean {
    if (this.#running.size === 0) return true;
    const isBesideAlone = [...this.#running.keys()].some(({ isAlone }) => isAlone === true);
    return step.isAlone !== true && !isBesideAlone && this.#running.size < this.#options.room;
  }

  #begin(step: Step): void {
    const { signal, onStart, onEnd } = this.#options;
    const { name, after = [] } = step;
    const end = (result: Result): void => {
      this.#results.set(name, result);
      onEnd(result);
    };
    const isPossible = after.every((other) => this.#results.get(other)?.outcome === "passed");
    if (!isPossible || signal.aborted) {
      end({ name, outcome: "left out", seconds: 0, output: "" });
      return;
    }
    onStart(name);
    this.#running.set(
      step,
      this.#execute(step)
        .then(end)
        .finally(() => {
          this.#running.delete(step);
        }),
    );
  }

  async #execute({ name, command, isUrgent = false }: Step): Promise<Result> {
    const { cwd, signal } = this.#options;
    const [file, ...args] = command;
    const startMs = performance.now();
    // Hundreds of processes of Node.js compile the same modules: once will do.
    const { code, output } = await this.#directory.execute(file, args, {
      cwd,
      signal,
      env: { ...plainEnv(process.env), NODE_COMPILE_CACHE: join(this.#directory.path, "compiled") },
      logFile: join(this.#directory.path, `${name}.log`),
      graceMs: GRACE_MS,
      onStart: (id) => {
        if (!isUrgent) lowerPriority(id);
      },
    });
    return {
      name,
      outcome: code === 0 ? "passed" : "failed",
      seconds: (performance.now() - startMs) / 1000,
      output: stripVTControlCharacters(output),
    };
  }
}

/** No colours, whatever the machine asks for: what is printed goes into a log. */
function plainEnv(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { ...env, NO_COLOR: "1", FORCE_COLOR: undefined, MOCHA_COLORS: undefined };
}

/** What the process starts is started with the same. */
function lowerPriority(id: number): void {
  try {
    setPriority(id, LOW_PRIORITY);
  } catch {
    // It has ended already, or the system does not let us.
  }
}
