/**
 * One random run of several wired instances on one store, by a clock of its own: events come at their
 * times, and what asks for checks comes late, twice, in any order, or not at all. What is published is
 * held against the reference.
 */
import assert from "node:assert/strict";
import fc from "fast-check";

import type { Documents } from "../../src/adapters/firestore/documents.ts";
import { timesOfDay } from "../../src/adapters/timeOfDay.ts";
import { makeStorePorts } from "../../src/adapters/firestore/ports.ts";
import { makeWindow } from "../../src/adapters/firestore/window.ts";
import { LEASE_MS } from "../../src/app/claimSyncs.ts";
import { makeEngine, type Engine } from "../../src/app/engine.ts";
import { onPending } from "../../src/app/onPending.ts";
import type { AlarmClock, Log, Publisher } from "../../src/app/ports.ts";
import type { Condition } from "../../src/domain/condition.ts";
import type { Deadline, Rule } from "../../src/domain/rule.ts";
import { toEventSyncError } from "../../src/domain/errors.ts";
import type { SyncMessage } from "../../src/domain/syncMessage.ts";
import { conditionsOf } from "./conditions.ts";
import { accepted, endpoint, NOW, rule } from "./factories.ts";
import { Random } from "../../testkit/hostile/random.ts";
import { sequentially } from "../../testkit/reference.ts";

export interface ModelCase {
  /** The least that each endpoint needs. */
  readonly needs: readonly number[];
  /** Not given: every endpoint. */
  readonly condition: Condition | undefined;
  readonly periodSeconds: number;
  /** How many correlation keys there are; 0: no correlation. */
  readonly keys: number;
  /** Which endpoint and key, and how long after the event before, in milliseconds. */
  readonly events: readonly {
    readonly endpoint: number;
    readonly key: number;
    readonly gapMs: number;
  }[];
  /** Milliseconds from the start; of that key, or of all of them. */
  readonly resets: readonly { readonly ms: number; readonly key: number }[];
  readonly deadline: Deadline | undefined;
  readonly instances: number;
  /** Of the deliveries, and of what goes on at the same time. */
  readonly seed: number;
}

const KEYS = ["a", "b", "c"];
const CORRELATION_KEYS = ["k1", "/k2", "k3"];

export const modelCases: fc.Arbitrary<ModelCase> = fc
  .constantFrom(1, 2, 10, 60, 300)
  .chain((periodSeconds) =>
    fc
      .array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 3 })
      .map((needs) => ({ periodSeconds, needs })),
  )
  .chain(({ periodSeconds, needs }) => {
    const periodMs = periodSeconds * 1000;
    // At the same moment, at the edges of the period, and anything between.
    const gapMs = fc.oneof(
      fc.constantFrom(0, 0, 1, periodMs - 1, periodMs, periodMs + 1),
      fc.integer({ min: 0, max: Math.round(periodMs / 3) }),
      fc.integer({ min: 0, max: 2 * periodMs }),
    );
    return fc.record({
      needs: fc.constant(needs),
      condition: fc.option(conditionsOf(KEYS.slice(0, needs.length)), { nil: undefined }),
      periodSeconds: fc.constant(periodSeconds),
      deadline: fc.option(deadlines(periodSeconds), { nil: undefined }),
      keys: fc.constantFrom(0, 0, 1, 2, 3),
      events: fc.array(
        fc.record({ endpoint: fc.nat({ max: 2 }), key: fc.nat({ max: 2 }), gapMs }),
        {
          maxLength: 14,
        },
      ),
      // Some of a key that has no event.
      resets: fc.array(
        fc.record({ ms: fc.nat({ max: 8 * periodMs }), key: fc.integer({ min: -1, max: 2 }) }),
        { maxLength: 2 },
      ),
      instances: fc.integer({ min: 1, max: 3 }),
      seed: fc.integer(),
    });
  });

/** So many seconds after an event, or at a second of the quarter of an hour after the start. */
function deadlines(periodSeconds: number): fc.Arbitrary<Deadline> {
  const then = fc.constantFrom("publish", "deadLetter");
  return fc.oneof(
    fc.record({
      seconds: fc.integer({ min: 1, max: periodSeconds }),
      from: fc.constantFrom("first", "last"),
      then,
    }),
    fc.record({
      at: fc
        .integer({ min: 0, max: 900 })
        .map((s) => new Date(NOW + s * 1000).toISOString().slice(11, 19)),
      timeZone: fc.constant("UTC"),
      then,
    }),
  );
}

interface Arrival {
  readonly id: string;
  readonly key: string;
  readonly eventKey: string;
  readonly receivedAtMs: number;
}

/** Something that happens at a time. */
interface Entry {
  readonly atMs: number;
  /** Done before anything else happens; else it goes on beside what comes next. */
  readonly isAwaited: boolean;
  readonly run: () => Promise<unknown>;
}

const silent: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** What an instance reads, keeps and claims at a time, where that is to be less than a window holds. */
export interface Sizes {
  readonly scanPage: number;
  readonly seekAfter: number;
  readonly claimChunk: number;
}

/** @param documentsOf what an instance asks through */
export async function modelRun(
  { needs, condition, periodSeconds, keys, events, resets, deadline, instances, seed }: ModelCase,
  serviceName: string,
  documentsOf: (random: Random) => Documents,
  sizes?: Sizes,
): Promise<void> {
  const random = new Random(seed);
  const configured = rule({
    serviceName,
    endpoints: needs.map((minNbOfOccurrence, index) =>
      endpoint(KEYS[index] ?? "", { minNbOfOccurrence }),
    ),
    ...(condition && { condition }),
    trigger: { observationPeriod: periodSeconds },
    deadLetterPubSub: { topic: "projects/demo-eventsync/topics/dead" },
    ...(deadline !== undefined && { deadline }),
    ...(keys > 0 && { correlation: {} }),
  });
  const arrivals = arrivalsOf(events, needs.length, keys);
  const resetsOf = resets.map(({ ms, key }) => ({
    atMs: NOW + ms,
    window: { service: serviceName, key: keys > 0 ? (CORRELATION_KEYS[key] ?? "") : "" },
  }));
  let nowMs = NOW;
  let ids = 0;
  const messages: SyncMessage[] = [];
  const publisher: Publisher = {
    publish: async ({ messages: batch }) => {
      await ticks(random.int(0, 5));
      return batch.map((message) => {
        const value = `m${String(messages.push(message))}`;
        return { status: "fulfilled", value };
      });
    },
  };
  const timeline: Entry[] = [];
  const rung = new Set<string>();
  const alarmClock: AlarmClock = {
    set: async (alarm) => {
      await ticks(random.int(0, 5));
      const name = JSON.stringify(alarm);
      if (rung.has(name)) return;
      rung.add(name);
      timeline.push(
        ...ringsOf(random, periodSeconds * 1000).map((delayMs): Entry => ({
          atMs: Math.max(nowMs, alarm.atMs + delayMs),
          isAwaited: random.chance(0.4),
          run: () => any().checkWindow(configured, alarm.window),
        })),
      );
    },
  };
  const engines = Array.from({ length: instances }, () => {
    const documents = documentsOf(random.fork());
    return makeEngine({
      ...makeStorePorts(documents, silent),
      ...(sizes && { ...sizes, window: makeWindow(documents, silent, sizes) }),
      publisher,
      alarmClock,
      timesOfDay: (...zone) => Promise.resolve(timesOfDay(...zone)),
      clock: () => nowMs,
      // In order, as those of events of one millisecond are told apart by their ids.
      newId: () => `id${String(ids++).padStart(18, "0")}`,
      log: silent,
    });
  });
  const any = (): Engine => random.pick(engines);

  timeline.push(
    ...arrivals.map(({ id, key, eventKey, receivedAtMs }) => ({
      atMs: receivedAtMs,
      isAwaited: true,
      run: () =>
        any().storeEvent(
          configured,
          accepted({ eventKey, content: id, ...(key !== "" && { key }) }),
        ),
    })),
    ...resetsOf.map(({ atMs, window }) => ({
      atMs,
      isAwaited: true,
      run: () => any().reset(configured, window),
    })),
    ...arrivals.flatMap(({ key, eventKey, receivedAtMs }) =>
      delaysOf(random, periodSeconds * 1000).map((delayMs): Entry => ({
        atMs: receivedAtMs + delayMs,
        isAwaited: random.chance(0.4),
        run: () => deliver(any(), configured, { key, eventKey, receivedAtMs }, nowMs),
      })),
    ),
    ...Array.from({ length: random.int(0, 3) }, (): Entry => ({
      atMs: NOW + random.int(0, 10 * periodSeconds * 1000),
      isAwaited: random.chance(0.4),
      run: () => any().sweep([configured]),
    })),
  );

  const running: Promise<unknown>[] = [];
  while (timeline.length > 0) {
    timeline.sort((a, b) => a.atMs - b.atMs); // stable: of one millisecond, events come first, then resets
    const { atMs, isAwaited, run } = timeline.shift() ?? assert.fail();
    nowMs = Math.max(nowMs, atMs);
    const work = run().catch((error: unknown) => {
      // The platform would try again; here the sweep has to do.
      if (toEventSyncError(error).retry !== "soon") throw error;
    });
    running.push(work);
    if (isAwaited) await work;
    else await ticks(random.int(0, 60));
  }
  await Promise.all(running);
  // Every deadline has passed by then.
  nowMs += periodSeconds * 1000;
  for (let turn = 0; turn < 3; turn++) {
    nowMs += LEASE_MS + 1000;
    const { errors } = await any().sweep([configured]);
    assert.equal(errors, 0);
  }
  assert.deepEqual(groupsOf(configured, messages), [
    ...[...Map.groupBy(arrivals, ({ key }) => key)]
      .flatMap(([key, ofKey]) => {
        const met = resetsOf.filter(({ window }) => window.key === "" || window.key === key);
        const resetsMs = met.map(({ atMs }) => atMs);
        return sequentially(configured, ofKey, resetsMs);
      })
      .map((group) => group.toSorted().join(" "))
      .toSorted(),
  ]);
}

function arrivalsOf(events: ModelCase["events"], endpoints: number, keys: number): Arrival[] {
  let receivedAtMs = NOW;
  return events.map(({ endpoint: index, key, gapMs }, position) => ({
    id: `e${String(position).padStart(2, "0")}`,
    key: keys > 0 ? (CORRELATION_KEYS[key % keys] ?? "") : "",
    eventKey: KEYS[index % endpoints] ?? "",
    receivedAtMs: (receivedAtMs += gapMs),
  }));
}

/** How long after its event each delivery comes: none, one or several, at once or long after. */
function delaysOf(random: Random, periodMs: number): number[] {
  if (random.chance(0.15)) return [];
  const longest = random.pick([0, 20, 500, periodMs, 3 * periodMs]);
  return Array.from({ length: random.pick([1, 1, 1, 2, 3]) }, () => random.int(0, longest));
}

/** How long after its time an alarm rings: not at all, once or twice, early or late. */
function ringsOf(random: Random, periodMs: number): number[] {
  if (random.chance(0.3)) return [];
  const delay = (): number => random.pick([0, 0, -500, -periodMs, random.int(0, periodMs)]);
  return Array.from({ length: random.pick([1, 1, 2]) }, delay);
}

function deliver(
  engine: Engine,
  configured: Rule,
  event: Omit<Arrival, "id">,
  nowMs: number,
): Promise<void> {
  const { serviceName } = configured;
  const { receivedAtMs: createdAtMs } = event;
  const created = { serviceName, eventId: "", ...event, isNewer: false, createdAtMs };
  return onPending(engine, silent, [configured], created, nowMs);
}

/** What the events of each message are called; a repeat of a message counts once. */
function groupsOf({ endpoints }: Rule, messages: readonly SyncMessage[]): string[] {
  const texts = new Set(messages.map((message) => JSON.stringify(message)));
  const distinct = [...texts].map((text) => JSON.parse(text) as SyncMessage);
  assert.equal(new Set(distinct.map(({ eventID }) => eventID)).size, distinct.length);
  return distinct
    .map((message) =>
      endpoints
        .flatMap(({ eventKey }) => message.events[eventKey]?.events ?? [])
        .map(({ content }) => content)
        .toSorted()
        .join(" "),
    )
    .toSorted();
}

/** Lets others go on for a while. */
export async function ticks(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await Promise.resolve();
}
