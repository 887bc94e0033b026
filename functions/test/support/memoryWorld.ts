/** The wired core on a store in memory, by a clock that stands still unless told. */
import { timesOfDay } from "../../src/adapters/timeOfDay.ts";
import { makeStorePorts } from "../../src/adapters/firestore/ports.ts";
import { makeEngine, type Engine, type NewEvent } from "../../src/app/engine.ts";
import type { Alarm, AlarmClock, Publisher } from "../../src/app/ports.ts";
import type { Rule } from "../../src/domain/rule.ts";
import type { SyncMessage } from "../../src/domain/syncMessage.ts";
import { MemoryDatabase, type Hook } from "../../testkit/memoryDocuments.ts";
import { accepted } from "./factories.ts";
import { fakeClock, type FakeClock } from "./fakes.ts";
import { recordingLog, type RecordingLog } from "./recordingLog.ts";

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
  /** Another instance. */
  instance(hook?: Hook, alarmClock?: AlarmClock): Engine;
  /** Stores an event whose name is its content, at the time of the clock. */
  store(rule: Rule, eventKey: string, name: string, key?: string): Promise<NewEvent>;
  /** The names of the events of each message, endpoint by endpoint: `a1 a2 b1`. */
  groups(): string[];
}

export function memoryWorld(): MemoryWorld {
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
  const instance = (hook?: Hook, alarmClock = recordingClock): Engine =>
    makeEngine({
      ...makeStorePorts(database.documents(hook), log),
      publisher,
      alarmClock,
      timesOfDay: (...zone) => Promise.resolve(timesOfDay(...zone)),
      clock,
      newId: () => `id${String(ids++).padStart(18, "0")}`,
      log,
    });
  const source = instance();
  return {
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
  };
}
