/**
 * Open windows by key, as many as there are events, of which nobody ever tells: only sweeps look at them.
 *
 *     node testkit/openWindows.ts 100000 [SECONDS OF A DEADLINE]
 *
 * For half an hour, by a clock of its own, keys begin with an event of a, evenly. A few of them, minutes
 * later, get the event of b that completes them. All triggers are lost. What is measured is the code, not the
 * store: markers and events are made when they are asked for, and of those that are gone one bit each is kept.
 */
import type { Doc, Documents, Query, Version, Write } from "../src/adapters/firestore/documents.ts";
import { FORM } from "../src/adapters/firestore/form.ts";
import { makeStorePorts } from "../src/adapters/firestore/ports.ts";
import { makeEngine } from "../src/app/engine.ts";
import type { Log } from "../src/app/ports.ts";
import { everyEndpoint } from "../src/domain/condition.ts";
import type { Rule } from "../src/domain/rule.ts";
import { MemoryDatabase } from "./memoryDocuments.ts";

export interface OpenWindowsFigures {
  /** Each waits in a window; all but `completed` of them alone in one of its own. */
  readonly events: number;
  /** Windows that an event has completed, whose trigger was lost, and the messages that came of them. */
  readonly completed: number;
  readonly messages: number;
  /** From the event that completed a window to its message, at most. */
  readonly longestDelayMinutes: number;
  /** Reads of all sweeps for each event, without what a sweep with nothing to look at reads. */
  readonly readsPerEvent: number;
  readonly readsOfIdleSweep: number;
  readonly seconds: number;
  /** Most memory that the process has had. */
  readonly peakMegabytes: number;
}

export interface OpenWindowsOptions {
  /** Windows that an event completes. */
  readonly completed?: number;
  /** A deadline that is not reached, with alarms that are set. */
  readonly deadlineSeconds?: number;
}

const MINUTE_MS = 60_000;
const BEGINNING_MINUTES = 30;
/** Until sweeps have looked at the last of them. */
const MINUTES = BEGINNING_MINUTES + 6;

const endpoints = ["a", "b"].map((eventKey) => ({
  eventKey,
  minNbOfOccurrence: 1,
  eventToSend: "ALL" as const,
}));
const RULE: Rule = {
  serviceName: "keyed",
  endpoints,
  condition: everyEndpoint(endpoints),
  correlation: {},
  trigger: { type: "window", observationPeriod: 86_400, keepEventAfterTrigger: false },
  targetPubSub: { topic: "projects/demo/topics/target" },
  retentionPeriod: 604_800,
};

const silent: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };

export async function openWindows(
  events: number,
  { completed = 0, deadlineSeconds }: OpenWindowsOptions = {},
): Promise<OpenWindowsFigures> {
  const rule: Rule =
    deadlineSeconds === undefined
      ? RULE
      : { ...RULE, deadline: { seconds: deadlineSeconds, then: "publish" } };
  const startMs = Date.UTC(2026, 0, 1);
  let nowMs = startMs;
  const clock = (): number => nowMs;
  const store = new WaitingEvents(events, completed, startMs, clock);
  let [messages, longestDelayMs, ids] = [0, 0, 0];
  const engine = makeEngine({
    ...makeStorePorts(store, silent),
    publisher: {
      publish: ({ messages: batch }) =>
        Promise.resolve(
          batch.map((message) => {
            const lastMs = Date.parse(message.events["b"]?.lastEventDate ?? "");
            longestDelayMs = Math.max(longestDelayMs, nowMs - lastMs);
            return { status: "fulfilled" as const, value: `m${String(++messages)}` };
          }),
        ),
    },
    alarmClock: { set: () => Promise.resolve() },
    clock,
    newId: () => `id${String(ids++).padStart(18, "0")}`,
    log: silent,
  });
  const sweep = async (): Promise<void> => {
    nowMs += MINUTE_MS;
    const { errors, skipped } = await engine.sweep([rule]);
    if (errors + skipped > 0)
      throw new Error(`${String(errors + skipped)} steps of a sweep failed`);
  };
  const beganMs = performance.now();
  for (let minute = 0; minute < MINUTES; minute++) await sweep();
  const { reads } = store;
  await sweep();
  const idle = store.reads - reads;
  return {
    events,
    completed: store.completed,
    messages,
    longestDelayMinutes: longestDelayMs / MINUTE_MS,
    readsPerEvent: (reads - MINUTES * idle) / events,
    readsOfIdleSweep: idle,
    seconds: (performance.now() - beganMs) / 1000,
    peakMegabytes: process.resourceUsage().maxRSS / 1024,
  };
}

const PENDING = `services/${RULE.serviceName}/pending`;
const EVENTS = `services/${RULE.serviceName}/events`;

/** Numbered in the order of receipt. One that completes a window has the key of one some minutes before. */
class WaitingEvents implements Documents {
  reads = 0;
  readonly #count: number;
  readonly #startMs: number;
  readonly #clock: () => number;
  readonly #gapMs: number;
  /** Every so many events one completes a window, which began so many events before. */
  readonly #every: number;
  readonly #before: number;
  readonly #gone: Uint8Array;
  readonly #database = new MemoryDatabase();
  readonly #others = this.#database.documents();

  constructor(count: number, completed: number, startMs: number, clock: () => number) {
    this.#count = count;
    this.#startMs = startMs;
    this.#clock = clock;
    this.#gapMs = (BEGINNING_MINUTES * MINUTE_MS) / count;
    this.#every = completed === 0 ? Infinity : Math.floor(count / completed);
    this.#before = completed === 0 ? 0 : this.#every * Math.ceil(completed / 10) + 1;
    this.#gone = new Uint8Array(count);
  }

  get completed(): number {
    let completed = 0;
    for (let index = 0; index < this.#count; index++) if (this.#completes(index)) completed++;
    return completed;
  }

  #completes(index: number): boolean {
    return index >= this.#before && (index + 1) % this.#every === 0;
  }

  #keyOf(index: number): string {
    return `k${String(this.#completes(index) ? index - this.#before : index)}`;
  }

  #timeOf(index: number): number {
    return Math.floor(this.#startMs + index * this.#gapMs);
  }

  #isThere(index: number): boolean {
    const isStored = index < this.#count && this.#timeOf(index) <= this.#clock();
    return isStored && this.#gone[index] === 0;
  }

  #doc(collection: string, index: number): Doc {
    const id = `e${String(index).padStart(19, "0")}`;
    const common = {
      v: FORM,
      key: this.#keyOf(index),
      eventKey: this.#completes(index) ? "b" : "a",
      receivedAt: new Date(this.#timeOf(index)),
    };
    const fields =
      collection === PENDING
        ? { ...common, shard: index % 8, size: 250, exported: false }
        : { ...common, httpMethod: "POST", headers: [], queryParams: [], content: "x" };
    return { path: `${collection}/${id}`, id, fields, version: "1" };
  }

  async get(paths: readonly string[]): Promise<(Doc | undefined)[]> {
    this.reads += paths.length;
    await turn();
    return Promise.all(
      paths.map(async (path) => {
        if (path.startsWith(`${EVENTS}/`)) return this.#doc(EVENTS, numberOf(path));
        if (!path.startsWith(`${PENDING}/`)) return (await this.#others.get([path]))[0];
        const index = numberOf(path);
        return this.#isThere(index) ? this.#doc(PENDING, index) : undefined;
      }),
    );
  }

  async find(paths: readonly string[]): Promise<Doc[]> {
    return (await this.get(paths)).filter((doc) => doc !== undefined);
  }

  async query(query: Query): Promise<Doc[]> {
    await turn();
    const found = isOfMarkers(query)
      ? this.#find(query).map((index) => this.#doc(PENDING, index))
      : await this.#others.query(query);
    this.reads += Math.max(1, found.length);
    return found;
  }

  async count(query: Query): Promise<number> {
    await turn();
    const count = isOfMarkers(query) ? this.#find(query).length : await this.#others.count(query);
    this.reads += Math.max(1, Math.ceil(count / 1000));
    return count;
  }

  #find(query: Query): number[] {
    const { equal = {}, above, upTo, after, limit = Infinity } = query;
    const first = Math.max(
      above === undefined ? 0 : Math.ceil((Number(above) - this.#startMs) / this.#gapMs),
      after === undefined ? 0 : numberOf(after.path) + 1,
    );
    const keys = equal["key"] === undefined ? undefined : new Set([equal["key"]].flat());
    const numbers = keys === undefined ? from(first, this.#count) : this.#numbersOf(keys).values();
    const eventKeys = equal["eventKey"] === undefined ? undefined : [equal["eventKey"]].flat();
    const found: number[] = [];
    for (const index of numbers) {
      const atMs = this.#timeOf(index);
      if (found.length >= limit || (upTo !== undefined && atMs > Number(upTo))) break;
      if (!this.#isThere(index) || index < first) continue;
      if (above !== undefined && atMs <= Number(above)) continue;
      if (keys?.has(this.#keyOf(index)) === false) continue;
      if (eventKeys?.includes(this.#completes(index) ? "b" : "a") ?? true) found.push(index);
    }
    return found;
  }

  /** Of the event that began each window, and of the one that completes it, if there is one. */
  #numbersOf(keys: ReadonlySet<unknown>): number[] {
    const own = Array.from(keys, (key) => Number(String(key).slice(1)));
    const all = new Set([...own, ...own.map((index) => index + this.#before)]);
    return [...all].toSorted((a, b) => a - b);
  }

  async commit(writes: readonly Write[]): Promise<Version> {
    await turn();
    const own = writes.filter(({ path }) => path.startsWith(`${PENDING}/`));
    const numbers = own.map(({ path }) => numberOf(path));
    if (numbers.some((index) => !this.#isThere(index))) {
      throw Object.assign(new Error("9: a marker is gone"), { code: 9 });
    }
    const version = await this.#others.commit(writes.filter((write) => !own.includes(write)));
    for (const index of numbers) this.#gone[index] = 1;
    return version;
  }
}

function isOfMarkers({ from: source }: Query): boolean {
  return "collection" in source && source.collection === PENDING;
}

function numberOf(path: string): number {
  return Number(path.slice(path.lastIndexOf("/e") + 2));
}

function* from(first: number, end: number): Generator<number, undefined> {
  for (let index = first; index < end; index++) yield index;
  return undefined;
}

/** Others have their turn, as while a request is under way. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

if (process.argv[1] !== undefined && import.meta.filename === process.argv[1]) {
  const [events = 100_000, deadlineSeconds] = process.argv.slice(2).map(Number);
  const options = deadlineSeconds === undefined ? {} : { deadlineSeconds };
  const waiting = await openWindows(events, options);
  const completed = await openWindows(events, { ...options, completed: events / 200 });
  process.stdout.write(`${JSON.stringify({ waiting, completed }, null, 2)}\n`);
}
