import { Completeness, missing, needs, type Shortfall } from "./condition.ts";
import type { DeadlineOf } from "./deadline.ts";
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
 * at it never counts. So is the deadline of a window: it closes what is open at it, and an event of the
 * same millisecond belongs to the next window. Of a deadline and a reset of the same millisecond the
 * deadline comes first.
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
  /** Not before the last event, and not after the observation period of the first. */
  readonly deadlineOf?: DeadlineOf | undefined;
}

/** A run of markers: the places `from` to `to`, without `to`. */
export interface Run {
  readonly from: number;
  readonly to: number;
}

/** A window that is closed: what becomes a sync. */
export interface Closed extends Run {
  readonly reason: "complete" | "deadline";
  /** Epoch milliseconds; undefined where the rule has none. */
  readonly deadlineAtMs: number | undefined;
}

/** What is left at a time. */
export interface Open {
  readonly run: Run;
  readonly missing: readonly Shortfall[];
  /** When it will close at the latest, if nothing else comes. Undefined if nothing is open, or never. */
  readonly deadlineAtMs: number | undefined;
  /** What a deadline has closed since the last marker. */
  readonly closed: readonly Closed[];
}

export class Replay {
  readonly #rule: ReplayFacts["rule"];
  #resetsMs: readonly number[] = [];
  readonly #keys: readonly string[];
  readonly #window: Completeness;
  readonly #open = new Fifo();
  readonly #deadlineOf: DeadlineOf | undefined;
  #deadlineAtMs: number | undefined;
  #nextReset = 0;
  #last: PendingEvent | undefined;

  constructor({ rule, resetsMs, deadlineOf }: ReplayFacts) {
    this.#rule = rule;
    this.#deadlineOf = deadlineOf;
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
   * @returns what closes: a window whose deadline it finds passed, of markers before this one, and the one
   *   that it completes, whose last member it is
   * @throws RangeError if it is older than the one before, or of another endpoint
   */
  next(event: PendingEvent): readonly Closed[] {
    if (this.#last !== undefined && byAge(this.#last, event) > 0) {
      throw new RangeError(`${event.id} is older than ${this.#last.id}, which came before it`);
    }
    const endpoint = this.#keys.indexOf(event.eventKey);
    if (endpoint === -1) throw new RangeError(`${event.id} is of no configured endpoint`);
    this.#last = event;
    const { receivedAtMs } = event;
    const passed = this.#passTo(receivedAtMs, receivedAtMs - 1);
    this.#open.push(receivedAtMs, endpoint);
    this.#window.add(event.eventKey);
    this.#deadlineAtMs = this.#deadlineOf?.(this.#open.oldestMs, receivedAtMs);
    return this.#window.isComplete ? [...passed, this.#close("complete")] : passed;
  }

  /** What is open at a time, which is not before that of the last marker. */
  openAt(nowMs: number): Open {
    const closed = this.#passTo(nowMs, nowMs);
    return {
      run: { from: this.#open.first, to: this.#open.end },
      missing: missing(this.#rule.condition, this.#window.count),
      deadlineAtMs: this.#deadlineAtMs,
      closed,
    };
  }

  /**
   * Lets time pass: what a deadline closes by then is closed, what was reset by then is dropped, and what
   * has left the period at that time.
   */
  #passTo(timeMs: number, resetsUntilMs: number): readonly Closed[] {
    const isBefore = (resetMs: number | undefined): resetMs is number =>
      resetMs !== undefined && resetMs <= resetsUntilMs;
    const resetMs = this.#resetsMs[this.#nextReset];
    const deadlineAtMs = this.#deadlineAtMs ?? Infinity;
    const isClosed = deadlineAtMs <= timeMs && !(isBefore(resetMs) && resetMs < deadlineAtMs);
    const closed = isClosed ? [this.#close("deadline")] : NOTHING;
    if (isBefore(resetMs)) {
      while (isBefore(this.#resetsMs[this.#nextReset])) this.#nextReset++;
      this.#empty();
    }
    // Where there is a deadline, all of it has been closed by then.
    const start = addSeconds(timeMs, -this.#rule.trigger.observationPeriod);
    while (this.#open.length > 0 && this.#open.oldestMs <= start) {
      this.#window.remove(this.#keys[this.#open.shift()] ?? "");
    }
    return closed;
  }

  /** Everything that is open; goes on empty. */
  #close(reason: Closed["reason"]): Closed {
    const { first: from, end: to } = this.#open;
    const closed = { from, to, reason, deadlineAtMs: this.#deadlineAtMs };
    this.#empty();
    return closed;
  }

  #empty(): void {
    this.#open.clear();
    this.#window.clear();
    this.#deadlineAtMs = undefined;
  }
}

const NOTHING: readonly Closed[] = [];

/** Times and endpoints of the open markers, first in, first out; places count on for ever. */
class Fifo {
  /** The place of the oldest one, and of the next to come. */
  first = 0;
  end = 0;
  #times = new Float64Array(16);
  #endpoints = new Uint16Array(16);
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
