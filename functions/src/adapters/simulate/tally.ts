import type { Told } from "./simulator.ts";

/** What a simulation came to, in numbers. */
export interface Tally {
  /** Requests that are events, whatever became of them; of a batch each. */
  readonly events: number;
  readonly refused: number;
  readonly ignored: number;
  readonly repeated: number;
  readonly fired: number;
  /** Syncs that fired by reason. */
  readonly complete: number;
  readonly deadline: number;
  readonly manual: number;
  /** Events that left their windows, and are in no sync; and those that were reset. */
  readonly expired: number;
  readonly reset: number;
}

/** Counts what is told. */
export class Tallier {
  #counted = 0;
  readonly #numbers = {
    refused: 0,
    ignored: 0,
    repeated: 0,
    fired: 0,
    complete: 0,
    deadline: 0,
    manual: 0,
    expired: 0,
    reset: 0,
  };

  add(told: Told): void {
    const numbers = this.#numbers;
    switch (told.what) {
      case "fired":
        numbers.fired++;
        numbers[told.sync.completion.reason]++;
        if (told.by !== undefined) this.#counted++;
        return;
      case "arrived":
        this.#counted++;
        return;
      case "expired":
        for (const count of told.counts.values()) numbers.expired += count;
        return;
      case "reset":
        numbers.reset += told.dropped.length;
        return;
      case "refused":
      case "ignored":
      case "repeated":
        numbers[told.what]++;
        return;
      case "nothing":
    }
  }

  get tally(): Tally {
    const { refused, ignored, repeated } = this.#numbers;
    return { events: this.#counted + refused + ignored + repeated, ...this.#numbers };
  }
}
