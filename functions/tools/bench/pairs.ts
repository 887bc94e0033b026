/**
 * A load of pairs of events, and what became of each: the same for our functions and for those that one
 * would write instead.
 */
import { setTimeout as delay } from "node:timers/promises";

import { closedLoop } from "./closedLoop.ts";
import { contentsOf, type Contents } from "../../testkit/inbox.ts";
import { newContent } from "./server.ts";
import { summarize, type Latency } from "./stats.ts";

/** How many pairs are under way at a time, each with one request. */
export const IN_FLIGHT = 32;

/** Where messages arrive, by `performance.now()`. */
export interface Arrivals {
  listen(listener: (arrived: Arrived) => void): () => void;
}

export interface Arrived {
  readonly at: number;
  readonly message: Contents;
}

/** One of the two events of a pair. */
export interface PairEvent {
  /** What both have in common. */
  readonly pair: string;
  readonly endpoint: 0 | 1;
  readonly content: string;
}

export interface PairFigures {
  /** Pairs of which an event was sent. */
  readonly pairs: number;
  /** Pairs of which both events were answered 2xx. */
  readonly answered: number;
  /** Messages with any of the events. */
  readonly messages: number;
  /** What is in more than one message. */
  readonly duplicates: { readonly events: number; readonly pairs: number };
  /** What was answered 2xx and is in no message; a pair if both of its events were answered. */
  readonly lost: { readonly events: number; readonly pairs: number };
  /** Milliseconds from when the second event of a pair was first sent until both were in messages. */
  readonly latencyMs: Latency;
}

interface Sent {
  readonly at: number;
  answered: boolean;
  messages: number;
  receivedAt: number | undefined;
}

/** Keeps account of pairs from the moment it is created. Times are those of `performance.now()`. */
export class PairTally {
  readonly close: () => void;
  readonly startedAt = performance.now();
  readonly #pairs = new Map<string, Sent[]>();
  readonly #byContent = new Map<string, Sent>();
  #messages = 0;
  #received = 0;
  #lastAt = this.startedAt;

  constructor(inbox: Arrivals) {
    this.close = inbox.listen((received) => {
      this.#receive(received);
    });
  }

  sent({ pair, content }: PairEvent, at: number): void {
    const event: Sent = { at, answered: false, messages: 0, receivedAt: undefined };
    this.#byContent.set(content, event);
    this.#pairs.set(pair, [...(this.#pairs.get(pair) ?? []), event]);
  }

  answered({ content }: PairEvent): void {
    const event = this.#byContent.get(content);
    if (event) event.answered = true;
  }

  /** When the last event came that had not come before. */
  get lastAt(): number {
    return this.#lastAt;
  }

  /** Whether an event that was answered 2xx is in no message yet. */
  get isMissing(): boolean {
    return Array.from(this.#byContent.values()).some(isLost);
  }

  /** Waits until nothing is missing, or nothing has come for so long. */
  async untilQuiet(quietMs: number): Promise<void> {
    const begun = performance.now();
    while (this.isMissing && performance.now() - Math.max(begun, this.#lastAt) < quietMs) {
      await delay(5);
    }
  }

  pairsPerSecond(until: number): number {
    return this.#received / 2 / ((until - this.startedAt) / 1000);
  }

  figures(): PairFigures {
    const events = [...this.#byContent.values()];
    const pairs = [...this.#pairs.values()];
    const answered = pairs.filter((pair) => pair.length === 2 && pair.every((one) => one.answered));
    return {
      pairs: pairs.length,
      answered: answered.length,
      messages: this.#messages,
      duplicates: {
        events: events.filter(isRepeated).length,
        pairs: pairs.filter((pair) => pair.some(isRepeated)).length,
      },
      lost: {
        events: events.filter(isLost).length,
        pairs: answered.filter((pair) => pair.some(isLost)).length,
      },
      latencyMs: summarize(pairs.flatMap(latencyOf)),
    };
  }

  #receive({ at, message }: Arrived): void {
    const events = contentsOf(message).flatMap((content) => this.#byContent.get(content) ?? []);
    if (events.length > 0) this.#messages++;
    for (const event of events) {
      if (++event.messages > 1) continue;
      event.receivedAt = at;
      this.#received++;
      this.#lastAt = at;
    }
  }
}

let loads = 0;

/**
 * Keeps `IN_FLIGHT` pairs under way. The second event of a pair is sent once the first is answered: sent
 * together, they would contend for whatever a function keeps by their key.
 *
 * @param send resolves to whether it was answered 2xx; if not, the pair ends there
 */
export async function sendPairs(
  tally: PairTally,
  limit: { readonly ms?: number; readonly count?: number },
  send: (event: PairEvent) => Promise<boolean>,
): Promise<void> {
  const load = `${String(process.pid)}-${String(loads++)}`;
  await closedLoop(IN_FLIGHT, limit, async (index) => {
    for (const endpoint of [0, 1] as const) {
      const event = { pair: `${load}-${String(index)}`, endpoint, content: newContent() };
      tally.sent(event, performance.now());
      if (!(await send(event))) return;
      tally.answered(event);
    }
  });
}

function isLost({ answered, receivedAt }: Sent): boolean {
  return answered && receivedAt === undefined;
}

function isRepeated({ messages }: Sent): boolean {
  return messages > 1;
}

function latencyOf([first, second]: readonly Sent[]): number[] {
  if (first?.receivedAt === undefined || second?.receivedAt === undefined) return [];
  return [Math.max(first.receivedAt, second.receivedAt) - second.at];
}
