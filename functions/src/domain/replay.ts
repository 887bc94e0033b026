import { Completeness, missing, needs, type Shortfall } from "./condition.ts";
import { byAge, type PendingEvent } from "./event.ts";
import { addSeconds, type Rule } from "./rule.ts";

/**
 * The same events give the same syncs, whenever anybody looks.
 *
 * A check does not look at the window as it is: it goes through the markers in the order of receipt
 * and does at each what a check at that very moment would have done. It drops what had left the
 * observation period, adds the event, and if the window is complete closes a sync with all that is
 * there and goes on empty:
 *
 *     a1   a2   b1 │ b2   ────── period ──────▶  a3   b3 │ a4
 *     └──── sync ──┘ expired                     └ sync ─┘ open
 *
 * So a late, repeated or lost trigger changes when a sync is made, never what is in it. (What nobody
 * can do without waiting: an event whose commit becomes visible after a later one was taken joins
 * the next sync.)
 *
 * A reset is an entry in the same order of time: what was complete before it goes out, what was open
 * at it never counts.
 *
 * The condition is monotone, so an event that an earlier replay has passed without closing a sync
 * closes none in a later one, merely because something else has gone.
 *
 * Since markers leave the window from its old end only, what is open is always a run of markers
 * without a gap, and so is a sync. That is how they are told: by their places in the order, counted
 * from the first marker that was fed. A replay keeps ten bytes for a marker that is open, whatever
 * the marker, and touches each a constant number of times.
 */
export interface ReplayFacts {
  readonly rule: Pick<Rule, "endpoints" | "condition" | "trigger">;
  /** Epoch milliseconds, in any order. What was received at or before a reset is before it. */
  readonly resetsMs: readonly number[];
}

/** A run of markers: the places `from` to `to`, without `to`. */
export interface Run {
  readonly from: number;
  readonly to: number;
}

/** What is left at a time. */
export interface Open {
  readonly run: Run;
  readonly missing: readonly Shortfall[];
}

export class Replay {
  readonly #rule: ReplayFacts["rule"];
  #resetsMs: readonly number[] = [];
  readonly #keys: readonly string[];
  readonly #window: Completeness;
  readonly #open = new Fifo();
  #nextReset = 0;
  #last: PendingEvent | undefined;

  constructor({ rule, resetsMs }: ReplayFacts) {
    this.#rule = rule;
    this.#keys = rule.endpoints.map(({ eventKey }) => eventKey);
    this.#window = new Completeness(rule.condition);
    this.learn(resetsMs);
  }

  /** The place of the oldest marker that is open; of the next one, if none is. */
  get openFrom(): number {
    return this.#open.first;
  }

  /** How many markers are open. */
  get openLength(): number {
    return this.#open.length;
  }

  /**
   * The endpoints of which one more event could make a difference. Nothing closes before the next event of
   * one of them: those of the others do not make the window more complete, and what leaves it makes it
   * less.
   */
  get unsatisfied(): string[] {
    return [...needs(this.#rule.condition)]
      .filter(([eventKey, need]) => this.#window.count(eventKey) < need)
      .map(([eventKey]) => eventKey);
  }

  /**
   * Takes what is known of resets by now in place of what was known before. One that is earlier than a
   * marker which has been fed comes too late.
   */
  learn(resetsMs: readonly number[]): void {
    const passedMs = this.#last?.receivedAtMs ?? -Infinity;
    this.#resetsMs = resetsMs.filter((ms) => ms >= passedMs).toSorted((a, b) => a - b);
    this.#nextReset = 0;
  }

  /**
   * Goes on with the next marker.
   *
   * @param event of a configured endpoint
   * @returns the sync that it closes: this marker is its last member
   * @throws RangeError if it is older than the one before, or of another endpoint
   */
  next(event: PendingEvent): Run | undefined {
    if (this.#last !== undefined && byAge(this.#last, event) > 0) {
      throw new RangeError(`${event.id} is older than ${this.#last.id}, which came before it`);
    }
    const endpoint = this.#keys.indexOf(event.eventKey);
    if (endpoint === -1) throw new RangeError(`${event.id} is of no configured endpoint`);
    this.#last = event;
    this.#passTo(event.receivedAtMs, event.receivedAtMs - 1);
    this.#open.push(event.receivedAtMs, endpoint);
    this.#window.add(event.eventKey);
    return this.#window.isComplete ? this.#close() : undefined;
  }

  /** What is open at a time, which is not before that of the last marker. */
  openAt(nowMs: number): Open {
    this.#passTo(nowMs, nowMs);
    return {
      run: { from: this.#open.first, to: this.#open.end },
      missing: missing(this.#rule.condition, this.#window.count),
    };
  }

  /** Lets time pass: what was reset by then is dropped, and what has left the period at that time. */
  #passTo(timeMs: number, resetsUntilMs: number): void {
    const isBefore = (resetMs: number | undefined): boolean =>
      resetMs !== undefined && resetMs <= resetsUntilMs;
    if (isBefore(this.#resetsMs[this.#nextReset])) {
      while (isBefore(this.#resetsMs[this.#nextReset])) this.#nextReset++;
      this.#close();
    }
    const start = addSeconds(timeMs, -this.#rule.trigger.observationPeriod);
    while (this.#open.length > 0 && this.#open.oldestMs <= start) {
      this.#window.remove(this.#keys[this.#open.shift()] ?? "");
    }
  }

  /** Everything that is open; goes on empty. */
  #close(): Run {
    const run = { from: this.#open.first, to: this.#open.end };
    this.#open.clear();
    this.#window.clear();
    return run;
  }
}

/** Times and endpoints of the open markers, first in, first out; places count on for ever. */
class Fifo {
  /** The place of the oldest one, and of the next to come. */
  first = 0;
  end = 0;
  #times = new Float64Array(64);
  #endpoints = new Uint16Array(64);
  /** The place of what stands at index 0. */
  #base = 0;

  get length(): number {
    return this.end - this.first;
  }

  get oldestMs(): number {
    return this.#times[this.first - this.#base] ?? NaN;
  }

  push(timeMs: number, endpoint: number): void {
    if (this.end - this.#base === this.#times.length) this.#makeRoom();
    this.#times[this.end - this.#base] = timeMs;
    this.#endpoints[this.end - this.#base] = endpoint;
    this.end++;
  }

  shift(): number {
    return this.#endpoints[this.first++ - this.#base] ?? 0;
  }

  clear(): void {
    this.first = this.end;
  }

  /** Doubles only where more than half is in use, so that each entry is moved a constant number of times. */
  #makeRoom(): void {
    const size = this.#times.length * (this.length * 2 > this.#times.length ? 2 : 1);
    const times = new Float64Array(size);
    const endpoints = new Uint16Array(size);
    times.set(this.#times.subarray(this.first - this.#base, this.end - this.#base));
    endpoints.set(this.#endpoints.subarray(this.first - this.#base, this.end - this.#base));
    this.#times = times;
    this.#endpoints = endpoints;
    this.#base = this.first;
  }
}
