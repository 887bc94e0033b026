import { withinTime } from "./withinTime.ts";

/**
 * Shares work among those who ask for it at the same time.
 *
 * Per key at most one piece of work runs and one waits. Who asks while one runs joins the one that
 * waits: it has not begun yet, so it will see everything that was committed before it was asked for.
 * This bounds the cost of a burst by the time that one check takes, not by the number of events.
 * Correctness never rests on it; other instances have their own.
 *
 * A run that takes too long counts as failed: who shares it is told, and the next one begins, beside it
 * if it goes on after all.
 */
export class Coalescer<Input, Hint, Result> {
  readonly #slots = new Map<string, Slot<Hint, Result>>();
  readonly #work: (input: Input, hints: ReadonlySet<Hint>) => Promise<Result>;
  readonly #deadlineMs: number;

  /**
   * @param work what is shared; `hints` holds those of everyone who shares this run
   * @param deadlineMs how long one run may take
   */
  constructor(
    work: (input: Input, hints: ReadonlySet<Hint>) => Promise<Result>,
    deadlineMs: number,
  ) {
    this.#work = work;
    this.#deadlineMs = deadlineMs;
  }

  /**
   * @param hint what only this caller knows, if anything
   * @returns the result of a run that began after this call
   * @throws TimeoutError if that run takes too long
   */
  run(key: string, input: Input, hint?: Hint): Promise<Result> {
    const slot = this.#slots.get(key);
    const hints = slot?.next?.hints ?? new Set<Hint>();
    if (hint !== undefined) hints.add(hint);
    if (slot === undefined) return this.#start(key, input, hints);
    if (slot.next === undefined) {
      const begin = (): Promise<Result> => this.#start(key, input, hints);
      slot.next = { hints, result: slot.current.then(begin, begin) };
    }
    return slot.next.result;
  }

  #start(key: string, input: Input, hints: ReadonlySet<Hint>): Promise<Result> {
    const current = withinTime(
      this.#work(input, hints),
      this.#deadlineMs,
      `the work on ${key} is not done after ${String(this.#deadlineMs / 1000)} s`,
    );
    const slot: Slot<Hint, Result> = { current, next: undefined };
    this.#slots.set(key, slot);
    // Registered before anyone can wait for this run, so it comes before the run that waits begins.
    const release = (): void => {
      if (slot.next === undefined) this.#slots.delete(key);
    };
    current.then(release, release);
    return current;
  }
}

interface Slot<Hint, Result> {
  readonly current: Promise<Result>;
  next: { readonly hints: Set<Hint>; readonly result: Promise<Result> } | undefined;
}
