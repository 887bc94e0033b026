/**
 * One window of any size, on documents in memory: so many events of endpoint a, then the first of b.
 *
 *     node testkit/largeWindow.ts 1000000
 *
 * What is measured is the code, not the store: markers, events and the parts of the sync are made when they
 * are asked for, and of those that are gone one bit each is kept. All other documents are in a
 * `MemoryDatabase`.
 */
import { monitorEventLoopDelay } from "node:perf_hooks";

import type { Doc, Documents, Query, Version, Write } from "../src/adapters/firestore/documents.ts";
import { FORM } from "../src/adapters/firestore/form.ts";
import { makeStorePorts } from "../src/adapters/firestore/ports.ts";
import { makeEngine, type Engine } from "../src/app/engine.ts";
import type { Log } from "../src/app/ports.ts";
import { everyEndpoint } from "../src/domain/condition.ts";
import { toEventSyncError } from "../src/domain/errors.ts";
import type { Rule } from "../src/domain/rule.ts";
import type { SyncMessage } from "../src/domain/syncMessage.ts";
import { windowOf } from "../src/domain/window.ts";
import { MemoryDatabase } from "./memoryDocuments.ts";

export interface LargeWindowFigures {
  readonly events: number;
  readonly messages: readonly SyncMessage[];
  readonly reads: number;
  readonly writes: number;
  readonly requests: number;
  /** Calls of a check or a sweep until it was published. */
  readonly steps: number;
  readonly seconds: number;
  /** Most memory that the process has had. */
  readonly peakMegabytes: number;
  /** The longest that anything else on the instance had to wait for its turn. */
  readonly longestTurnMs: number;
  /** Syncs of another service on the same instance, and how long the slowest took from event to message. */
  readonly others: { readonly syncs: number; readonly slowestMs: number };
}

const endpoints = ["a", "b"].map((eventKey) => ({
  eventKey,
  minNbOfOccurrence: 1,
  eventToSend: "ALL" as const,
}));
const ruleOf = (serviceName: string): Rule => ({
  serviceName,
  endpoints,
  condition: everyEndpoint(endpoints),
  trigger: { type: "window", observationPeriod: 3600, keepEventAfterTrigger: false },
  targetPubSub: { topic: "projects/demo/topics/target" },
  retentionPeriod: 604_800,
});
const LARGE = ruleOf("large");
const OTHER = ruleOf("other");

const silent: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };

/**
 * @param options.claimMs how long each step goes on with the claim
 */
export async function largeWindow(
  events: number,
  options: { readonly claimMs?: number } = {},
): Promise<LargeWindowFigures> {
  const store = new LargeStore(events);
  const messages: SyncMessage[] = [];
  let ids = 0;
  const engine = makeEngine({
    ...makeStorePorts(store, silent),
    publisher: {
      publish: ({ messages: batch }) =>
        Promise.resolve(
          batch.map((message) => ({
            status: "fulfilled" as const,
            value: `m${String(messages.push(message))}`,
          })),
        ),
    },
    clock: Date.now,
    newId: () => `id${String(ids++).padStart(18, "0")}`,
    log: silent,
    ...options,
  });
  const turns = monitorEventLoopDelay({ resolution: 1 });
  const startMs = performance.now();
  turns.enable();
  let steps = 0;
  let isDone = false;
  const work = async (): Promise<void> => {
    const asked = { eventKey: "b", receivedAtMs: store.lastMs };
    do {
      steps++;
      // As the platform does: the trigger comes again, and so does the sweep.
      if (steps % 2 === 1) await unlessSoon(engine.checkWindow(LARGE, windowOf(LARGE), asked));
      else await engine.sweep([LARGE]);
      isDone = messages.some(({ serviceName }) => serviceName === LARGE.serviceName);
    } while (!isDone && steps < 10_000);
  };
  const [, others] = await Promise.all([work(), besides(engine, messages, () => isDone)]);
  turns.disable();
  return {
    events: events + 1,
    messages: messages.filter(({ serviceName }) => serviceName === LARGE.serviceName),
    reads: store.reads,
    writes: store.writes,
    requests: store.requests,
    steps,
    seconds: (performance.now() - startMs) / 1000,
    peakMegabytes: process.resourceUsage().maxRSS / 1024,
    longestTurnMs: turns.max / 1e6,
    others,
  };
}

async function unlessSoon(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (toEventSyncError(error).retry !== "soon") throw error;
  }
}

/** Pairs of another service, one after the other, as long as the large window takes. */
async function besides(
  engine: Engine,
  messages: readonly SyncMessage[],
  isDone: () => boolean,
): Promise<LargeWindowFigures["others"]> {
  let [syncs, slowestMs] = [0, 0];
  const before = messages.length;
  while (!isDone()) {
    const startMs = performance.now();
    for (const eventKey of ["a", "b"]) {
      const request = { eventKey, httpMethod: "POST", headers: [], queryParams: [] } as const;
      const stored = await engine.storeEvent(OTHER, {
        ...request,
        content: "x",
        idempotencyKey: undefined,
      });
      const { receivedAtMs } = stored;
      await engine.checkWindow(OTHER, windowOf(OTHER), { eventKey, receivedAtMs });
    }
    syncs++;
    slowestMs = Math.max(slowestMs, performance.now() - startMs);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  if (messages.length <= before) throw new Error("the other service has published nothing");
  return { syncs, slowestMs };
}

const PENDING = "services/large/pending/";
const EVENTS = "services/large/events/";
const PARTS = /^services\/large\/syncs\/[^/]+\/parts\//;

/** Members of a part: a run of the events of a, and perhaps the one of b. */
interface Part {
  readonly from: number;
  readonly to: number;
  readonly expireAt: unknown;
}

class LargeStore implements Documents {
  reads = 0;
  writes = 0;
  requests = 0;
  readonly lastMs: number;
  readonly #count: number;
  readonly #startMs: number;
  readonly #gapMs: number;
  /** Whether the marker of that number is gone; the last one is the one of b. */
  readonly #gone: Uint8Array;
  /** All before are gone. */
  #first = 0;
  readonly #parts = new Map<string, Part>();
  readonly #database = new MemoryDatabase();
  readonly #others = this.#database.documents();

  constructor(count: number) {
    this.#count = count;
    // Half an hour of them, as long as there is one in a millisecond.
    this.#gapMs = 1_800_000 / count;
    this.#startMs = Date.now() - 1_800_000;
    this.lastMs = this.#timeOf(count);
    this.#gone = new Uint8Array(count + 1);
  }

  #timeOf(index: number): number {
    return Math.floor(this.#startMs + index * this.#gapMs);
  }

  #idOf(index: number): string {
    return `e${String(index).padStart(19, "0")}`;
  }

  #marker(index: number): Doc {
    const id = this.#idOf(index);
    const fields = {
      v: FORM,
      key: "",
      eventKey: index === this.#count ? "b" : "a",
      receivedAt: new Date(this.#timeOf(index)),
      size: 250,
      exported: false,
    };
    return { path: PENDING + id, id, fields, version: "1" };
  }

  #event(index: number): Doc {
    const id = this.#idOf(index);
    const fields = {
      v: FORM,
      eventKey: index === this.#count ? "b" : "a",
      receivedAt: new Date(this.#timeOf(index)),
      httpMethod: "POST",
      headers: [],
      queryParams: [],
      content: "x".repeat(150),
    };
    return { path: EVENTS + id, id, fields, version: "1" };
  }

  async get(paths: readonly string[]): Promise<(Doc | undefined)[]> {
    this.#ask(paths.length, 0);
    await turn();
    return Promise.all(paths.map((path) => this.#find(path)));
  }

  async find(paths: readonly string[]): Promise<Doc[]> {
    return (await this.get(paths)).filter((doc) => doc !== undefined);
  }

  async #find(path: string): Promise<Doc | undefined> {
    const id = path.slice(path.lastIndexOf("/") + 1);
    const index = Number(id.slice(1));
    if (path.startsWith(PENDING)) {
      return this.#gone[index] === 1 ? undefined : this.#marker(index);
    }
    if (path.startsWith(EVENTS)) return this.#event(index);
    const part = this.#parts.get(path);
    if (part === undefined) return (await this.#others.get([path]))[0];
    const lists = [this.#members(part), { events: [], sizes: [] }];
    const fields = { v: FORM, endpoints: lists, expireAt: part.expireAt };
    return { path, id, fields, version: "1" };
  }

  #members({ from, to }: Part): { readonly events: string[]; readonly sizes: number[] } {
    const events = Array.from({ length: to - from }, (_, offset) => this.#idOf(from + offset));
    return { events, sizes: events.map(() => 250) };
  }

  async query(query: Query): Promise<Doc[]> {
    await turn();
    const isLarge = "collection" in query.from && `${query.from.collection}/` === PENDING;
    const found = isLarge
      ? this.#indices(query).map((index) => this.#marker(index))
      : await this.#others.query(query);
    this.#ask(Math.max(1, found.length), 0);
    return found;
  }

  async count(query: Query): Promise<number> {
    await turn();
    const isLarge = "collection" in query.from && `${query.from.collection}/` === PENDING;
    const count = isLarge ? this.#indices(query).length : await this.#others.count(query);
    this.#ask(Math.max(1, Math.ceil(count / 1000)), 0);
    return count;
  }

  #indices({ equal = {}, above, upTo, after, limit = Infinity }: Query): number[] {
    const keys = [equal["eventKey"]].flat();
    const found: number[] = [];
    let index = this.#first;
    if (above !== undefined) index = Math.max(index, this.#firstAbove(Number(above)));
    if (after !== undefined) index = Math.max(index, Number(after.path.split("/e").at(-1)) + 1);
    if (!keys.includes("a")) index = Math.max(index, this.#count);
    for (; index <= this.#count && found.length < limit; index++) {
      if (upTo !== undefined && this.#timeOf(index) > Number(upTo)) break;
      if (this.#gone[index] === 1) continue;
      if (keys.includes(index === this.#count ? "b" : "a")) found.push(index);
    }
    return found;
  }

  #firstAbove(ms: number): number {
    let index = Math.max(0, Math.floor((ms - this.#startMs) / this.#gapMs));
    while (index <= this.#count && this.#timeOf(index) <= ms) index++;
    return index;
  }

  async commit(writes: readonly Write[]): Promise<Version> {
    this.#ask(0, writes.length);
    await turn();
    const own = writes.filter(({ path }) => path.startsWith(PENDING) && path.length > 0);
    const numbers = own.map(({ path }) => Number(path.split("/e").at(-1)));
    if (numbers.some((index) => this.#gone[index] === 1)) throw refused();
    const parts = writes.filter(({ path }) => PARTS.test(path));
    const others = writes.filter((write) => !own.includes(write) && !parts.includes(write));
    // What the store refuses is refused before anything is done.
    const version = await this.#others.commit(others);
    for (const write of parts) if (write.kind !== "delete") this.#keepPart(write);
    for (const index of numbers) this.#gone[index] = 1;
    while (this.#gone[this.#first] === 1) this.#first++;
    return version;
  }

  #keepPart({ path, fields }: Extract<Write, { readonly fields: object }>): void {
    const [a, b] = fields["endpoints"] as readonly { readonly events: readonly string[] }[];
    const numbers = (a?.events ?? []).map((id) => Number(id.slice(1)));
    const [from = 0] = numbers;
    if ((b?.events.length ?? 0) > 0 || numbers.some((index, offset) => index !== from + offset)) {
      throw new Error("a part holds other events than a run of a");
    }
    this.#parts.set(path, { from, to: from + numbers.length, expireAt: fields["expireAt"] });
  }

  #ask(reads: number, writes: number): void {
    this.requests++;
    this.reads += reads;
    this.writes += writes;
  }
}

/** Others have their turn, as while a request is under way. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** FAILED_PRECONDITION, as the client reports it. */
function refused(): Error {
  return Object.assign(new Error("9: a marker is gone"), { code: 9 });
}

if (process.argv[1] !== undefined && import.meta.filename === process.argv[1]) {
  const [events = 1_000_000, claimMs = 2000] = process.argv.slice(2).map(Number);
  const { messages, ...figures } = await largeWindow(events, { claimMs });
  const [message] = messages;
  const lists = Object.values(message?.events ?? {});
  process.stdout.write(
    `${JSON.stringify(
      {
        ...figures,
        messages: messages.length,
        eventID: message?.eventID,
        numberOfEvents: lists.map(({ numberOfEvents }) => numberOfEvents),
        sent: lists.map((list) => list.events?.length ?? 0),
        truncated: message?.truncated?.numberOfEvents,
      },
      null,
      2,
    )}\n`,
  );
}
