/** The wired core on a store in memory, by a clock that stands still unless told. */
import { timesOfDay } from "../../src/adapters/timeOfDay.ts";
import { makeStorePorts } from "../../src/adapters/firestore/ports.ts";
import { makeEngine, type Engine, type NewEvent } from "../../src/app/engine.ts";
import { makeDeliveryPorts } from "../../src/adapters/firestore/deliveryPorts.ts";
import { makeDeliverer } from "../../src/app/delivery/deliverer.ts";
import type { Alarm, AlarmClock, Publisher } from "../../src/app/ports.ts";
import type { WakeUp } from "../../src/app/ports/deliveries.ts";
import { verdict, type CallResult } from "../../src/domain/attempt.ts";
import type { Rule } from "../../src/domain/rule.ts";
import type { SyncMessage } from "../../src/domain/syncMessage.ts";
import { MemoryDatabase, type Hook } from "../../testkit/memoryDocuments.ts";
import { accepted } from "./factories.ts";
import { fakeClock, type FakeClock } from "./fakes.ts";
import { recordingLog, type RecordingLog } from "./recordingLog.ts";

/** One call of an HTTP target. */
export interface Called {
  readonly target: string;
  readonly syncId: string;
  readonly attempt: number;
  /** What is sent. */
  readonly text: string;
  readonly key: string;
}

/** An answer of a server. */
export function answering(status: number, retryAfterMs?: number): CallResult {
  return {
    status,
    headers: {},
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    answer: { body: Buffer.from(`answer ${String(status)}`), isTruncated: false },
  };
}

export interface MemoryWorld {
  readonly database: MemoryDatabase;
  readonly clock: FakeClock;
  readonly log: RecordingLog;
  readonly messages: SyncMessage[];
  /** The topic of each message. */
  readonly topics: string[];
  /** The alarms that were asked for, in order. */
  readonly alarms: Alarm[];
  readonly publisher: Publisher;
  /** The calls of HTTP targets, in order of their beginning. */
  readonly calls: Called[];
  /** How servers answer; 200 at once unless told. */
  server: (call: Called) => Promise<CallResult>;
  /** When deliveries and lanes are to be woken, in order. */
  readonly wakeUps: WakeUp[];
  /** Another instance. */
  instance(hook?: Hook, alarmClock?: AlarmClock): Engine;
  /** Stores an event whose name is its content, at the time of the clock. */
  store(rule: Rule, eventKey: string, name: string, key?: string): Promise<NewEvent>;
  /** The names of the events of each message, endpoint by endpoint: `a1 a2 b1`. */
  groups(): string[];
}

/** @param limits of its instances, where a test wants several commits from few events */
export function memoryWorld(
  limits: { readonly claimChunk?: number; readonly claimMs?: number } = {},
): MemoryWorld {
  const database = new MemoryDatabase();
  const clock = fakeClock();
  const log = recordingLog();
  const messages: SyncMessage[] = [];
  const topics: string[] = [];
  const alarms: Alarm[] = [];
  let ids = 0;
  const publisher: Publisher = {
    publish: ({ topic, messages: batch }) => {
      topics.push(...batch.map(() => topic));
      return Promise.resolve(
        batch.map((message) => ({
          status: "fulfilled",
          value: `m${String(messages.push(message))}`,
        })),
      );
    },
  };
  const recordingClock: AlarmClock = {
    set: (alarm) => {
      alarms.push(alarm);
      return Promise.resolve();
    },
  };
  const calls: Called[] = [];
  const wakeUps: WakeUp[] = [];
  const newId = (): string => `id${String(ids++).padStart(18, "0")}`;
  const instance = (hook?: Hook, alarmClock = recordingClock): Engine => {
    const documents = database.documents(hook);
    const stores = makeStorePorts(documents, log);
    const deliverer = makeDeliverer({
      ...makeDeliveryPorts(documents, log),
      events: stores.events,
      publisher,
      clock,
      newId,
      log,
      wakeUps: {
        set: (wakeUp) => {
          wakeUps.push(wakeUp);
          return Promise.resolve();
        },
      },
      callTarget: async ({ name: target, retry }, { message, syncId }, attempt) => {
        const call = {
          target,
          syncId,
          attempt,
          text: JSON.stringify(message),
          key: message.key ?? "",
        };
        calls.push(call);
        const atMs = clock();
        const result = await world.server(call);
        const { status } = result as { readonly status?: number };
        return {
          verdict: verdict(result, undefined, attempt, retry, clock(), 1),
          record: {
            attempt,
            atMs,
            durationMs: clock() - atMs,
            ...(status !== undefined && { status }),
            ...("error" in result && { error: result.error }),
          },
        };
      },
    });
    return makeEngine({
      ...stores,
      publisher,
      alarmClock,
      timesOfDay: (...zone) => Promise.resolve(timesOfDay(...zone)),
      clock,
      newId,
      log,
      deliverer: () => Promise.resolve(deliverer),
      ...limits,
    });
  };
  const world: Pick<MemoryWorld, "server"> = { server: () => Promise.resolve(answering(200)) };
  const source = instance();
  return Object.assign(world, {
    calls,
    wakeUps,
    database,
    clock,
    log,
    messages,
    topics,
    alarms,
    publisher,
    instance,
    async store(rule, eventKey, name, key) {
      const request = accepted({ eventKey, content: name, ...(key !== undefined && { key }) });
      const { receivedAtMs } = await source.storeEvent(rule, request);
      return { eventKey, receivedAtMs };
    },
    groups: () =>
      messages.map(({ events }) =>
        Object.values(events)
          .flatMap((list) => (list.events ?? []).map(({ content }) => content))
          .join(" "),
      ),
  } satisfies Omit<MemoryWorld, "server">);
}
