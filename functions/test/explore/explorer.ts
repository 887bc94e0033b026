/** Spreads the exploration of all scenarios over the processors. */
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";

/** So many schedules of a scenario: first those near the plain one, then random ones. */
export interface Task {
  readonly scenario: string;
  /** The name of an error to sow, if any. */
  readonly bug?: string;
  readonly schedules: number;
  readonly seed: number;
}

export interface Report {
  readonly scenario: string;
  readonly schedules: number;
  /** Told for a person. */
  readonly found: string | undefined;
}

/** Whole schedules live and die in it: a smaller one is emptied all the time. */
const MEMORY = { maxYoungGenerationSizeMb: 64 };

/** @returns in the order of the tasks */
export async function exploreTasks(tasks: readonly Task[]): Promise<Report[]> {
  const reports: Report[] = [];
  const waiting = [...tasks.entries()];
  const work = async (): Promise<void> => {
    const worker = new Worker(new URL("./worker.ts", import.meta.url), { resourceLimits: MEMORY });
    try {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        const [index, task] = next;
        reports[index] = await ask(worker, task);
      }
    } finally {
      await worker.terminate();
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  return reports;
}

function ask(worker: Worker, task: Task): Promise<Report> {
  const { promise, resolve, reject } = Promise.withResolvers<Report>();
  worker.once("message", resolve);
  worker.once("error", reject);
  worker.postMessage(task);
  return promise.finally(() => {
    worker.off("error", reject);
  });
}
