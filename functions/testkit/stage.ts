/**
 * One run of several instances on one memory, in which every request is a step, and somebody chooses at
 * each step which request is answered next, and how. The same choices give the same run.
 *
 * Between two steps everything runs on until nothing can go on without an answer. Time passes with what
 * has an effect; pauses end, in their order, when nobody waits for a request any more.
 */
import type { Hook, Request } from "./memoryDocuments.ts";

/** What may become of a request. */
export const FATES = [
  /** It is answered. */
  "answered",
  /** It took effect, the answer was lost, and the client made it again: what is answered is the repeat. */
  "repeated",
  /** It took effect, and the caller is told that it did not work. */
  "answerLost",
  /** It did not take effect. */
  "refused",
  /** It took effect, and its instance ended. */
  "lastOne",
] as const;
export type Fate = (typeof FATES)[number];

const FAULTS = FATES.filter((fate) => fate !== "answered");

/** What makes a difference: to repeat a question does not, and whether it had an effect is all one. */
const POSSIBLE: Readonly<Record<Request["kind"], readonly Fate[]>> = {
  get: ["refused", "lastOne"],
  query: ["refused", "lastOne"],
  count: ["refused", "lastOne"],
  commit: FAULTS,
  publish: FAULTS,
  pause: [],
};

/** Questions that are asked in another order, and answered the same, must not differ in their time only. */
const TAKES_TIME: ReadonlySet<Request["kind"]> = new Set(["commit", "publish"]);

/** Which option is taken at a step; 0 is always: the same instance goes on, without a fault. */
export type Choose = (step: number, options: number) => number;

interface Waiting {
  readonly actor: Actor;
  readonly kind: Request["kind"];
  answer(fate: Fate): void;
}

export interface Actor {
  readonly name: string;
  readonly hook: Hook;
  readonly isAlive: boolean;
}

interface LivingActor extends Actor {
  isAlive: boolean;
}

/** UNAVAILABLE, as the client reports it. */
const UNAVAILABLE = 14;

export class Stage {
  /** What was chosen, for people: `check 2: commit (answerLost)`. */
  readonly history: string[] = [];
  /** How many options there were at each step. */
  readonly options: number[] = [];
  /** How many faults have been dealt. */
  faults = 0;
  readonly #choose: Choose;
  #faultsLeft: number;
  #waiting: Waiting[] = [];
  #last: Actor | undefined;
  #timeMs: number;

  /**
   * @param options.mostFaults how many requests at most meet another fate than to be answered
   */
  constructor(options: {
    readonly choose: Choose;
    readonly mostFaults: number;
    readonly startMs: number;
  }) {
    this.#choose = options.choose;
    this.#faultsLeft = options.mostFaults;
    this.#timeMs = options.startMs;
  }

  /** The time, by a clock that is right. */
  readonly clock = (): number => this.#timeMs;

  advance(ms: number): void {
    this.#timeMs += ms;
  }

  /** From now on every request is answered at once, in the order in which they were made. */
  calm(): void {
    this.#isCalm = true;
  }
  #isCalm = false;

  /** An instance. */
  actor(name: string): Actor {
    const actor: LivingActor = {
      name,
      isAlive: true,
      hook: <T>(request: Request, run: () => T): Promise<T> =>
        new Promise<T>((resolve, reject) => {
          if (!actor.isAlive) return;
          if (this.#isCalm) {
            this.history.push(`${name}: ${request.kind}`);
            this.#passTime(request.kind);
            settle(actor, "answered", run, resolve, reject);
            return;
          }
          this.#waiting.push({
            actor,
            kind: request.kind,
            answer: (fate) => {
              settle(actor, fate, run, resolve, reject);
            },
          });
        }),
    };
    return actor;
  }

  /**
   * Runs all of it together, until each has ended or its instance has.
   *
   * @returns what was thrown, for the scenario to do what the platform does: perhaps again
   */
  async play(works: readonly Work[]): Promise<unknown[]> {
    const running = new Set(works);
    const errors: unknown[] = [];
    const timers = new Timers(this.clock);
    try {
      for (const work of works) {
        const ended = (): void => void running.delete(work);
        work.run().then(ended, (error: unknown) => {
          errors.push(error);
          ended();
        });
      }
      for (;;) {
        await quiet();
        if (this.#waiting.length > 0) this.#step();
        else if (![...running].some(({ actor }) => actor.isAlive)) return errors;
        else this.#timeMs = Math.max(this.#timeMs, timers.runNext());
      }
    } finally {
      timers.restore();
    }
  }

  #passTime(kind: Request["kind"]): void {
    if (TAKES_TIME.has(kind)) this.#timeMs++;
  }

  #step(): void {
    // Who was answered last goes on, if it can.
    const waiting: Waiting[] = [];
    for (const one of this.#waiting) if (one.actor === this.#last) waiting.push(one);
    for (const one of this.#waiting) if (one.actor !== this.#last) waiting.push(one);
    const faults = POSSIBLE[this.#faultsLeft > 0 ? (waiting[0]?.kind ?? "pause") : "pause"];
    const count = waiting.length + faults.length;
    const step = this.options.length;
    const chosen = count === 1 ? 0 : this.#choose(step, count);
    this.options.push(count);
    // A fault befalls the request that would be answered next.
    const fate =
      chosen < waiting.length ? "answered" : (faults[chosen - waiting.length] ?? "answered");
    const next = waiting[chosen < waiting.length ? chosen : 0];
    if (next === undefined) throw new Error("there is no such option");
    if (fate !== "answered") {
      this.#faultsLeft--;
      this.faults++;
    }
    this.history.push(`${next.actor.name}: ${next.kind}${fate === "answered" ? "" : ` (${fate})`}`);
    this.#waiting.splice(this.#waiting.indexOf(next), 1);
    this.#last = next.actor;
    this.#passTime(next.kind);
    next.answer(fate);
    if (!next.actor.isAlive) {
      this.#waiting = this.#waiting.filter(({ actor }) => actor.isAlive);
    }
  }
}

/** What an instance is asked to do. */
export interface Work {
  readonly actor: Actor;
  run(): Promise<unknown>;
}

/** Turns of the event loop cost a good part of a schedule. */
const QUIETS_PER_TURN = 32;
let quiets = 0;

/**
 * All promises that can go on have gone on. Now and then the event loop turns for it, since only then does
 * Node.js report a rejection that nobody handles: each such error is met in many schedules.
 */
function quiet(): Promise<void> {
  quiets++;
  return new Promise((resolve) => {
    if (quiets % QUIETS_PER_TURN === 0) setImmediate(resolve);
    else process.nextTick(resolve);
  });
}

/**
 * Takes the place of the global timers: a pause ends when nothing else can go on. Its length must not be
 * left to chance either.
 */
class Timers {
  readonly #original = { setTimeout: globalThis.setTimeout, clearTimeout: globalThis.clearTimeout };
  readonly #random = Math.random;
  #pending: { readonly id: object; readonly atMs: number; readonly run: () => void }[] = [];

  constructor(clock: () => number) {
    const set = (run: (...args: unknown[]) => void, ms = 0, ...args: unknown[]): object => {
      const id = { unref: () => id, ref: () => id };
      this.#pending.push({
        id,
        atMs: clock() + ms,
        run: () => {
          run(...args);
        },
      });
      return id;
    };
    const clear = (id: object): void => {
      this.#pending = this.#pending.filter((timer) => timer.id !== id);
    };
    Object.assign(globalThis, { setTimeout: set, clearTimeout: clear });
    Math.random = () => 0.5;
  }

  /** Ends the shortest pause. @returns the time then */
  runNext(): number {
    const [next] = this.#pending.toSorted((a, b) => a.atMs - b.atMs);
    if (next === undefined)
      throw new Error("nothing can go on: somebody waits for what never comes");
    this.#pending = this.#pending.filter((timer) => timer !== next);
    next.run();
    return next.atMs;
  }

  restore(): void {
    Object.assign(globalThis, this.#original);
    Math.random = this.#random;
  }
}

function settle<T>(
  actor: LivingActor,
  fate: Fate,
  run: () => T,
  resolve: (value: T) => void,
  reject: (error: unknown) => void,
): void {
  try {
    switch (fate) {
      case "answered":
        resolve(run());
        return;
      case "repeated":
        run();
        resolve(run());
        return;
      case "answerLost":
        run();
        reject(unavailable());
        return;
      case "refused":
        reject(unavailable());
        return;
      case "lastOne":
        actor.isAlive = false;
        run();
    }
  } catch (error) {
    if (actor.isAlive) reject(error);
  }
}

function unavailable(): Error {
  return Object.assign(new Error("14 UNAVAILABLE: injected"), { code: UNAVAILABLE });
}
