import assert from "node:assert/strict";

import { onAlarm } from "../../src/app/onAlarm.ts";
import type { AcceptedRequest } from "../../src/app/storeEvent.ts";
import { correlate } from "../../src/config/correlation.ts";
import { parseConfig } from "../../src/config/parse.ts";
import type { ServiceConfig } from "../../src/config/schema.ts";
import { HostileAlarms } from "../../testkit/hostile/alarms.ts";
import { Eventarc } from "../../testkit/hostile/eventarc.ts";
import { Fleet, inParallel, request } from "../../testkit/hostile/fleet.ts";
import { silentLog } from "../../testkit/hostile/instance.ts";
import { readLedger, type Ledger } from "../../testkit/hostile/ledger.ts";
import { Random } from "../../testkit/hostile/random.ts";
import { announceSeed } from "../../testkit/hostile/seed.ts";
import { uniqueName, World } from "../../testkit/hostile/world.ts";
import { waitFor } from "../../testkit/waitFor.ts";

const KEYS = 24;
const SECONDS = 600;

/** What a version says of a service, besides its name, its endpoints and its topic. */
type Version = Readonly<Record<string, unknown>>;

const byHeader = { correlation: { key: { header: "X-Order" } } };
const deadline = { seconds: SECONDS };

interface Change {
  readonly name: string;
  readonly versions: readonly [old: Version, next: Version];
  /** How many of the triggers and alarms are lost: what they told of is for the sweep of the new version. */
  readonly lost: number;
}

const changes: readonly Change[] = [
  {
    name: "that looks for the key elsewhere",
    versions: [
      { ...byHeader, deadline },
      { correlation: { key: { body: "$.order" } }, deadline },
    ],
    lost: 0.3,
  },
  {
    name: "with another condition",
    versions: [
      { ...byHeader, deadline },
      { ...byHeader, deadline, condition: { any: ["a", { endpoint: "b", min: 2 }] } },
    ],
    lost: 0.3,
  },
  {
    name: "with a shorter deadline",
    versions: [
      { ...byHeader, deadline },
      { ...byHeader, deadline: { seconds: SECONDS / 10, then: "discard" } },
    ],
    lost: 0.3,
  },
  {
    name: "with a longer deadline",
    versions: [
      { ...byHeader, deadline: { seconds: SECONDS / 10 } },
      { ...byHeader, deadline: { seconds: SECONDS, from: "last" } },
    ],
    lost: 0.3,
  },
  {
    // The net looks for windows with a key, or for that without: of the others only triggers and alarms tell.
    name: "with a correlation where there was none",
    versions: [{ deadline }, { ...byHeader, deadline }],
    lost: 0,
  },
  {
    name: "without the correlation",
    versions: [{ ...byHeader, deadline }, { deadline }],
    lost: 0,
  },
];

describe("a change of the configuration of a service with keys", function () {
  this.timeout(120_000);
  const seed = announceSeed("roll-out with keys");
  let world: World;
  before(async () => {
    world = await World.open();
  });
  after(() => world.close());

  for (const { name, versions, lost } of changes) {
    it(`to one ${name} leaves each event in one sync, and nothing behind`, async () => {
      const random = new Random(seed);
      const serviceName = uniqueName("s");
      const [old, next] = versions.map((version): Party => {
        const rule = configured(world, serviceName, version);
        const fleet = new Fleet({
          world,
          rule,
          random: random.fork(),
          size: 2,
          // An alarm that is early by the clock of whoever hears it is as good as lost.
          skewMs: lost > 0 ? 500 : 0,
          onStored: (created) => {
            eventarc.offer(created);
          },
          alarmClock: { set: (alarm) => alarms.set(alarm) },
        });
        return { rule, fleet };
      }) as [Party, Party];
      let serving: readonly Party[] = [old];
      const eventarc: Eventarc = new Eventarc({
        deliver: (created) =>
          random.chance(lost)
            ? Promise.resolve()
            : random.pick(serving).fleet.any().deliver(created),
        concurrency: 16,
        random: random.fork(),
        faults: { copies: [1, 2], lateMs: 50 },
      });
      const alarms: HostileAlarms = new HostileAlarms({
        ring: async (alarm) => {
          const { rule, fleet } = random.pick(serving);
          await fleet.any().run((engine) => onAlarm(engine, silentLog, [rule], alarm, world.now));
        },
        clock: world.now,
        random: random.fork(),
        lost,
      });
      const send = (eventKey: string, keys: readonly number[]): Promise<void> =>
        inParallel(keys, 16, async (key) => {
          const { rule, fleet } = random.pick(serving);
          const asked = requestOf(eventKey, key);
          const endpoint = rule.endpoints.find((one) => one.eventKey === eventKey)!;
          await fleet.send({ ...asked, ...correlate(rule, endpoint, asked) });
        });
      const sweep = (): Promise<unknown> =>
        Promise.all(
          serving.map(({ rule, fleet }) => fleet.any().run((engine) => engine.sweep([rule]))),
        );
      const keys = Array.from({ length: KEYS }, (_, key) => key);

      await send("a", keys.slice(0, KEYS / 2));
      serving = [old, next];
      await Promise.all([
        send("a", keys.slice(KEYS / 2)),
        send(
          "b",
          keys.filter((k) => k % 2 === 0),
        ),
      ]);
      world.advance((SECONDS / 10) * 1000 + 120_000);
      await Promise.all([
        sweep(),
        send(
          "b",
          keys.filter((key) => key % 4 === 1),
        ),
      ]);
      await eventarc.idle();
      serving = [next];
      world.advance(SECONDS * 1000);
      await Promise.all([
        sweep(),
        send(
          "b",
          keys.filter((key) => key % 4 === 3),
        ),
      ]);
      await eventarc.idle();
      // Past all deadlines, and the time that the net leaves to alarms.
      for (const seconds of [SECONDS, SECONDS / 10]) {
        world.advance(seconds * 1000);
        await alarms.idle();
      }
      await world.settle([next.rule]);
      await eventarc.stop();
      await alarms.stop();

      const ledger = await readLedger(world.db, serviceName);
      assert.equal(ledger.events.size, old.fleet.accepted.size + next.fleet.accepted.size);
      judge(ledger);
      const published = ledger.syncs.filter(({ state }) => state === "published");
      await waitFor("the messages", () => {
        const sent = new Set(world.receiver.of(serviceName).map(({ message }) => message.eventID));
        return published.every(({ eventID }) => sent.has(eventID)) ? true : undefined;
      });
    });
  }
});

interface Party {
  readonly rule: ServiceConfig;
  readonly fleet: Fleet;
}

function configured(world: World, serviceName: string, version: Version): ServiceConfig {
  const service = {
    serviceName,
    endpoints: [{ eventKey: "a" }, { eventKey: "b" }],
    trigger: { type: "window", observationPeriod: 86_400 },
    targetPubSub: { topic: world.receiver.topicName },
    ...version,
  };
  return parseConfig(JSON.stringify(service)).services[0];
}

/** Half of the events have the same key in both places, the others do not. */
function requestOf(eventKey: string, key: number): AcceptedRequest {
  const header = `k${String(key)}`;
  const order = key % 2 === 0 ? header : `${eventKey}-${header}`;
  const content = JSON.stringify({ order });
  return {
    ...request(eventKey, content),
    headers: [{ name: "X-Order", values: [header] }],
  };
}

/** Each event in one sync, each sync of one key and finished, no marker left, no window closed twice. */
function judge({ events, pending, malformed, syncs }: Ledger): void {
  const membersOf = (sync: (typeof syncs)[number]): string[] =>
    sync.endpoints.flatMap(({ members }) => [...members]);
  const memberships = Map.groupBy(syncs.flatMap(membersOf), (id) => id);
  for (const { id, key } of events.values()) {
    assert.equal(memberships.get(id)?.length, 1, `${id} with the key “${key}”`);
  }
  assert.deepEqual([memberships.size, pending.size, malformed.size], [events.size, 0, 0]);
  for (const sync of syncs) {
    const keys = new Set(membersOf(sync).map((id) => events.get(id)?.key));
    assert.equal(keys.size, 1, `${sync.id} has the keys ${[...keys].join(", ")}`);
    assert.match(sync.state, /^(published|discarded)$/);
    assert.equal(sync.hasNextAttempt, false, `${sync.id} is still due`);
  }
}
