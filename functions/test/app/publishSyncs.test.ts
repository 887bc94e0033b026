import assert from "node:assert/strict";
import type { Lease, Publisher } from "../../src/app/ports.ts";
import { LEASE_MS } from "../../src/app/claimSyncs.ts";
import { MessageBudget } from "../../src/app/messageBudget.ts";
import { MAX_MESSAGE_BYTES, publishSync } from "../../src/app/publishSync.ts";
import type { SyncMessage } from "../../src/domain/syncMessage.ts";
import { event, member, sync, syncEndpoint, lease as leaseOn } from "../support/factories.ts";
import { fakeClock, fakeEventLog, fakeOutbox } from "../support/fakes.ts";
import { recordingLog } from "../support/recordingLog.ts";

const EVENTS = [event({ id: "e1", content: "one" }), event({ id: "e2", content: "two" })];
const SYNC = sync([syncEndpoint("a", [member("e1"), member("e2")]), syncEndpoint("b", [])]);

function setUp(publish: Publisher["publish"], stored = EVENTS) {
  const clock = fakeClock();
  const outbox = fakeOutbox(clock);
  const log = recordingLog();
  const budget = new MessageBudget();
  const events = fakeEventLog(...stored);
  const deps = { events, outbox, publisher: { publish }, budget, clock, log };
  return {
    outbox,
    log,
    deps,
    publish: (lease: Partial<Lease> = {}, beginByMs = clock() + 1000) =>
      publishSync(deps, leaseOn(SYNC, { untilMs: clock() + LEASE_MS, ...lease }), beginByMs),
  };
}

describe("publishSync", () => {
  it("publishes the message with its events, to the topic of the sync, then marks it", async () => {
    const published: [string, SyncMessage][] = [];
    const { publish, outbox, log } = setUp((topic, message) => {
      assert.deepEqual(outbox.marks, [], "marked before it was published");
      published.push([topic, message]);
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
    assert.equal(log.of("sync.published").length, 1);
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
    deps.events.read = (serviceName, ids) => {
      reads.push(ids);
      return read(serviceName, ids);
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
});
