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

/** One worker for each processor, for any number of explorations. */
export class Explorer {
  readonly #workers: readonly Worker[];

  private constructor(workers: readonly Worker[]) {
    this.#workers = workers;
  }

  /** Once all of them have loaded what they run. */
  static async start(): Promise<Explorer> {
    const workers = Array.from(
      { length: availableParallelism() },
      () => new Worker(new URL("./worker.ts", import.meta.url), { resourceLimits: MEMORY }),
    );
    await Promise.all(workers.map((worker) => answerOf(worker)));
    return new Explorer(workers);
  }

  /** @returns in the order of the tasks */
  async explore(tasks: readonly Task[]): Promise<Report[]> {
    const reports: Report[] = [];
    const waiting = [...tasks.entries()];
    const work = async (worker: Worker): Promise<void> => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        const [index, task] = next;
        const report = answerOf(worker);
        worker.postMessage(task);
        reports[index] = (await report) as Report;
      }
    };
    await Promise.all(this.#workers.map(work));
    return reports;
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }
}

/** What a worker tells next: that it is there, or a report. */
function answerOf(worker: Worker): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  worker.once("message", resolve);
  worker.once("error", reject);
  return promise.finally(() => {
    worker.off("error", reject);
  });
}
