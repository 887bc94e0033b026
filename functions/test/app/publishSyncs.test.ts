import assert from "node:assert/strict";
import { mock } from "node:test";
import type { Lease, Publisher } from "../../src/app/ports.ts";
import { LEASE_MS } from "../../src/app/claimSyncs.ts";
import { MessageBudget } from "../../src/app/messageBudget.ts";
import { publishSyncs } from "../../src/app/publishSyncs.ts";
import type { Event } from "../../src/domain/event.ts";
import type { Sync } from "../../src/domain/sync.ts";
import { MAX_MESSAGE_BYTES, type SyncMessage } from "../../src/domain/syncMessage.ts";
import { event, lease as leaseOn, member, NOW, sync, syncEndpoint } from "../support/factories.ts";
import { fakeClock, fakeEventLog, fakeOutbox } from "../support/fakes.ts";
import { recordingLog } from "../support/recordingLog.ts";

const EVENTS = [event({ id: "e1", content: "one" }), event({ id: "e2", content: "two" })];
const SYNC = sync([syncEndpoint("a", [member("e1"), member("e2")]), syncEndpoint("b", [])]);

/** What becomes of one message. */
type PublishOne = (topic: string, message: SyncMessage) => Promise<string>;

function setUp(publishOne: PublishOne, stored = EVENTS) {
  const clock = fakeClock();
  const outbox = fakeOutbox(clock);
  const log = recordingLog();
  const budget = new MessageBudget();
  const events = fakeEventLog(...stored);
  const requests: number[] = [];
  const publish: Publisher["publish"] = ({ topic, messages }) => {
    requests.push(messages.length);
    return Promise.allSettled(messages.map((message) => publishOne(topic, message)));
  };
  const deps = { events, outbox, publisher: { publish }, budget, clock, log };
  return {
    outbox,
    log,
    deps,
    /** How many messages each call of the publisher had. */
    requests,
    publish: async (lease: Partial<Lease> = {}, beginByMs = clock() + 1000) => {
      const whole = leaseOn(SYNC, { untilMs: clock() + LEASE_MS, ...lease });
      const [outcome, ...others] = await publishSyncs(deps, [whole], beginByMs);
      assert.deepEqual(others, []);
      return outcome ?? assert.fail("no outcome");
    },
    publishAll: (syncs: readonly Sync[]) =>
      publishSyncs(
        deps,
        syncs.map((one) => leaseOn(one)),
      ),
  };
}

describe("publishSyncs", () => {
  it("publishes the message with its events, to the topic of the sync, then marks it", async () => {
    const published: [string, SyncMessage][] = [];
    const { publish, outbox, log, deps } = setUp((topic, message) => {
      assert.deepEqual(outbox.marks, [], "marked before it was published");
      published.push([topic, message]);
      deps.clock.advance(2500);
      return Promise.resolve("m1");
    });
    assert.deepEqual(await publish(), { outcome: "published", messageId: "m1" });
    assert.deepEqual(outbox.marks, ["published sync1 as m1"]);
    const [[topic, message]] = published as [[string, SyncMessage]];
    assert.equal(topic, SYNC.topic);
    assert.equal(message.eventID, SYNC.eventID);
    assert.deepEqual(
      message.events["a"]?.events?.map(({ content }) => content),
      ["one", "two"],
    );
    const [line, ...others] = log.of("sync.published");
    assert.deepEqual(others, []);
    assert.equal(line?.["durationMs"], NOW - SYNC.createdAtMs + 2500);
  });

  it("reads the events of all endpoints together", async () => {
    const stored = [
      event({ id: "a1", eventKey: "a", content: "a1" }),
      event({ id: "a2", eventKey: "a", content: "a2" }),
      event({ id: "b1", eventKey: "b", content: "b1" }),
    ];
    let message: SyncMessage | undefined;
    const { deps, publish } = setUp((_topic, sent) => {
      message = sent;
      return Promise.resolve("m1");
    }, stored);
    const reads: (readonly string[])[] = [];
    const read = deps.events.read.bind(deps.events);
    deps.events.read = (events) => {
      reads.push(events.eventIds);
      return read(events);
    };
    const members = [member("a1"), member("a2")];
    await publish({ sync: sync([syncEndpoint("b", [member("b1")]), syncEndpoint("a", members)]) });
    assert.deepEqual(reads, [["b1", "a1", "a2"]]);
    const contents = Object.entries(message?.events ?? {}).map(([key, { events = [] }]) => [
      key,
      ...events.map(({ content }) => content),
    ]);
    assert.deepEqual(contents, [
      ["a", "a1", "a2"],
      ["b", "b1"],
    ]);
  });

  it("publishes the same bytes however often", async () => {
    const bodies: string[] = [];
    const { publish, deps } = setUp((_topic, message) => {
      bodies.push(JSON.stringify(message));
      return Promise.resolve("m");
    });
    await publish();
    deps.clock.advance(3_600_000);
    await publish({ attempt: 7 });
    assert.equal(bodies.length, 2);
    assert.equal(bodies[0], bodies[1]);
  });

  it("counts events that are gone as truncated rather than not publishing", async () => {
    let message: SyncMessage | undefined;
    const { publish } = setUp((_topic, sent) => {
      message = sent;
      return Promise.resolve("m1");
    }, EVENTS.slice(1));
    await publish();
    assert.equal(message?.events["a"]?.numberOfEvents, 2);
    assert.equal(message.events["a"].truncated, 1);
  });

  it("sends no more than a message can hold, and says so in the log", async () => {
    const content = "x".repeat(900_000);
    const large = Array.from({ length: 12 }, (_, index) =>
      event({ id: `l${String(index)}`, content }),
    );
    const whole = sync([
      syncEndpoint(
        "a",
        large.map(({ id }) => member(id, 900_200)),
      ),
    ]);
    let bytes = 0;
    const { publish, log } = setUp((_topic, message) => {
      bytes = Buffer.byteLength(JSON.stringify(message));
      return Promise.resolve("m1");
    }, large);
    await publish({ sync: whole });
    assert.ok(bytes > 8_000_000 && bytes <= MAX_MESSAGE_BYTES, String(bytes));
    assert.equal(log.of("sync.published")[0]?.["truncated"], 3);
  });

  for (const [attempt, seconds] of [
    [1, 30],
    [2, 60],
    [3, 120],
    [7, 1920],
    [8, 3600],
    [2000, 3600],
  ] as const) {
    it(`notes a failure and pauses ${String(seconds)} s after attempt ${String(attempt)}`, async () => {
      const { publish, outbox, log } = setUp(() => Promise.reject(new Error("no such topic")));
      assert.deepEqual(await publish({ attempt }), { outcome: "failed", error: "no such topic" });
      assert.deepEqual(outbox.marks, [`failed sync1: no such topic, again in ${String(seconds)}s`]);
      const [line] = log.of("sync.publishFailed");
      assert.equal(line?.["error"], "no such topic");
      assert.equal(line["attempt"], attempt);
    });
  }

  it("says how long a sync has waited when it cannot be published", async () => {
    const { publish, deps, log } = setUp(() => Promise.reject(new Error("no such topic")));
    deps.clock.advance(7_200_400);
    await publish();
    assert.equal(log.of("sync.publishFailed")[0]?.["ageSeconds"], 7200);
  });

  it("notes a failure to read the events, too", async () => {
    const { deps, outbox, publish } = setUp(() => assert.fail("published"));
    deps.events.read = () => Promise.reject(new Error("unavailable"));
    assert.equal((await publish()).outcome, "failed");
    assert.deepEqual(outbox.marks, ["failed sync1: unavailable, again in 30s"]);
  });

  it("says that the message is out where only the mark fails", async () => {
    const { deps, publish, outbox, log } = setUp(() => Promise.resolve("m1"));
    deps.outbox.markPublished = () => Promise.reject(new Error("unavailable"));
    assert.deepEqual(await publish(), { outcome: "published", messageId: "m1" });
    assert.deepEqual(outbox.marks, [], "marked as failed");
    assert.equal(log.of("sync.markFailed")[0]?.["messageId"], "m1");
  });

  it("throws if not even the failure can be noted: then the lease runs out", async () => {
    const { deps, publish } = setUp(() => Promise.reject(new Error("no such topic")));
    deps.outbox.markFailed = () => Promise.reject(new Error("unavailable"));
    await assert.rejects(publish(), /unavailable/);
  });

  describe("of a sync that has waited for half a day", () => {
    const HOUR_MS = 3_600_000;

    it("first puts off the expiry of what it is made of, once", async () => {
      const { publish, deps, outbox, log } = setUp(() => Promise.reject(new Error("no topic")));
      deps.clock.advance(12 * HOUR_MS - 1);
      await publish();
      deps.clock.advance(1);
      await publish();
      await publish({ keptUntilMs: NOW + 36 * HOUR_MS });
      assert.deepEqual(
        outbox.marks.filter((mark) => mark.startsWith("kept")),
        ["kept sync1 for 604800s"],
      );
      assert.equal(log.of("sync.kept").length, 1);
    });

    it("is tried all the same where that fails", async () => {
      const { publish, deps, outbox, log } = setUp(() => Promise.resolve("m1"));
      deps.clock.advance(12 * HOUR_MS);
      outbox.keep = () => Promise.reject(new Error("unavailable"));
      assert.equal((await publish()).outcome, "published");
      assert.equal(log.of("sync.keepFailed")[0]?.["error"], "unavailable");
    });

    it("leaves it to whoever has taken it over meanwhile", async () => {
      const { publish, deps, outbox } = setUp(() => assert.fail("published"));
      deps.clock.advance(12 * HOUR_MS);
      outbox.keep = () => Promise.resolve(undefined);
      assert.equal((await publish()).outcome, "postponed");
      assert.deepEqual(outbox.marks, []);
    });
  });

  describe("when many messages are to be built at once", () => {
    const large = sync([syncEndpoint("a", [member("e1", 8_900_000)])]);

    beforeEach(() => {
      mock.timers.enable({ apis: ["setTimeout"] });
    });
    afterEach(() => {
      mock.timers.reset();
    });

    it("reads the events of two at a time", async () => {
      const publishing: PromiseWithResolvers<string>[] = [];
      const { deps, publish } = setUp(() => {
        const waiting = Promise.withResolvers<string>();
        publishing.push(waiting);
        return waiting.promise;
      });
      let reads = 0;
      const read = deps.events.read.bind(deps.events);
      deps.events.read = (...args) => {
        reads++;
        return read(...args);
      };
      const all = Array.from({ length: 5 }, () => publish({ sync: large }));
      for (const expected of [2, 4, 5]) {
        await settle();
        assert.equal(reads, expected);
        for (const { resolve } of publishing.splice(0)) resolve("m");
      }
      assert.deepEqual(
        (await Promise.all(all)).map(({ outcome }) => outcome),
        Array<string>(5).fill("published"),
      );
    });

    it("leaves what finds no room in time for later, without a word of failure", async () => {
      const { publish, outbox, log } = setUp(() => new Promise(() => undefined));
      for (let index = 0; index < 2; index++) void publish({ sync: large }).catch(() => undefined);
      const late = publish({ sync: large }, NOW + 1000);
      await settle();
      mock.timers.tick(1000);
      assert.equal((await late).outcome, "postponed");
      assert.equal((await publish({ sync: large }, NOW)).outcome, "postponed");
      assert.deepEqual(outbox.marks, []);
      assert.equal(log.of("sync.postponed").length, 2);
      assert.deepEqual(
        log.lines.filter(({ level }) => level !== "info"),
        [],
      );
    });

    it("gives up what does not answer, and the room that it had", async () => {
      const { deps, publish, outbox } = setUp(() => Promise.resolve("m1"));
      const read = deps.events.read.bind(deps.events);
      deps.events.read = () => new Promise(() => undefined);
      const stuck = Array.from({ length: 2 }, () => publish({ sync: large }));
      await settle();
      deps.events.read = read;
      const next = publish({ sync: large }, NOW + 90_000);
      await settle();
      mock.timers.tick(60_000);
      for (const one of stuck) assert.equal((await one).outcome, "failed");
      assert.equal((await next).outcome, "published");
      assert.match(outbox.marks[0] ?? "", /not read and published within 60 s, again in 30s/);
    });
  });

  describe("of many", () => {
    /** Each of one event with so many bytes. */
    function many(count: number, bytes = 100): { stored: Event[]; syncs: Sync[] } {
      const stored = Array.from({ length: count }, (_, index) =>
        event({ id: `m${String(index)}`, content: "x".repeat(bytes) }),
      );
      const syncs = stored.map(({ id }, index) =>
        sync([syncEndpoint("a", [member(id, bytes + 200)])], { id: `sync${String(index)}` }),
      );
      return { stored, syncs };
    }
    const idOf = ({ eventID }: { eventID: string }): string => `m-${eventID}`;

    it("reads, publishes and marks them together, and tells what became of each", async () => {
      const { stored, syncs } = many(3);
      const { publishAll, requests, deps, outbox } = setUp(
        (_topic, message) => Promise.resolve(idOf(message)),
        stored,
      );
      let reads = 0;
      const read = deps.events.read.bind(deps.events);
      deps.events.read = (...args) => {
        reads++;
        return read(...args);
      };
      assert.deepEqual(
        await publishAll(syncs),
        syncs.map((one) => ({ outcome: "published", messageId: idOf(one) })),
      );
      assert.deepEqual([reads, requests], [1, [3]]);
      assert.deepEqual(
        outbox.marks,
        syncs.map((one) => `published ${one.id} as ${idOf(one)}`),
      );
    });

    it("sends no more together than one message may hold, nor than one commit marks", async () => {
      const large = many(6, 4_000_000);
      const first = setUp((_topic, message) => Promise.resolve(idOf(message)), large.stored);
      await first.publishAll(large.syncs);
      assert.deepEqual(first.requests, [2, 2, 2]);
      const small = many(450);
      const second = setUp((_topic, message) => Promise.resolve(idOf(message)), small.stored);
      const outcomes = await second.publishAll(small.syncs);
      assert.deepEqual(second.requests, [200, 200, 50]);
      assert.deepEqual(
        outcomes.map((one) => one.outcome === "published" && one.messageId),
        small.syncs.map(idOf),
      );
    });

    it("sends those of other topics by themselves", async () => {
      const { stored, syncs } = many(4);
      const [, , third, fourth] = syncs;
      const other = [third!, fourth!].map((one) => ({ ...one, topic: "projects/p/topics/other" }));
      const topics: string[] = [];
      const { publishAll, requests } = setUp((topic) => {
        topics.push(topic);
        return Promise.resolve("m");
      }, stored);
      await publishAll([...syncs.slice(0, 2), ...other]);
      assert.deepEqual(requests, [2, 2]);
      assert.deepEqual(topics, [SYNC.topic, SYNC.topic, other[0]!.topic, other[1]!.topic]);
    });

    it("notes a failure on its sync only", async () => {
      const { stored, syncs } = many(3);
      const { publishAll, outbox } = setUp(
        (_topic, message) =>
          message.eventID === syncs[1]!.eventID
            ? Promise.reject(new Error("too large"))
            : Promise.resolve("m"),
        stored,
      );
      const outcomes = await publishAll(syncs);
      assert.deepEqual(
        outcomes.map(({ outcome }) => outcome),
        ["published", "failed", "published"],
      );
      assert.deepEqual(outbox.marks, [
        "published sync0 as m",
        "published sync2 as m",
        "failed sync1: too large, again in 30s",
      ]);
    });

    it("leaves one that somebody else has taken over, and goes on with the others", async () => {
      const { stored, syncs } = many(3);
      const { deps, outbox } = setUp(() => Promise.resolve("m"), stored);
      deps.clock.advance(604_800_000 - 1000); // so old that what it is made of has to be kept
      const keep = deps.outbox.keep.bind(deps.outbox);
      deps.outbox.keep = (held, untilMs) =>
        held.sync.id === "sync1" ? Promise.resolve(undefined) : keep(held, untilMs);
      const leases = syncs.map((one) => leaseOn(one, { untilMs: deps.clock() + LEASE_MS }));
      const outcomes = await publishSyncs(deps, leases);
      assert.deepEqual(
        outcomes.map(({ outcome }) => outcome),
        ["published", "postponed", "published"],
      );
      assert.deepEqual(
        outbox.marks.filter((mark) => mark.startsWith("published")),
        ["published sync0 as m", "published sync2 as m"],
      );
    });
  });
});

/** Lets everything run that waits for nothing but its turn. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
