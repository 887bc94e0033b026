import assert from "node:assert/strict";

import { onAlarm } from "../../src/app/onAlarm.ts";
import type { Deadline, Rule } from "../../src/domain/rule.ts";
import { windowOf } from "../../src/domain/window.ts";
import type { Hook } from "../../testkit/memoryDocuments.ts";
import { accepted, NOW, rule } from "../support/factories.ts";
import { memoryWorld, type MemoryWorld } from "../support/memoryWorld.ts";

const MINUTE = 60_000;
const DEAD = "projects/demo-eventsync/topics/dead";

const withDeadline = (deadline: Partial<Deadline>, more: Partial<Rule> = {}): Rule =>
  rule({ deadline: { then: "publish", ...deadline }, ...more });

const WINDOW = windowOf(rule());
const minute = withDeadline({ seconds: 60 });

/** The documents of a service's syncs. */
const syncsOf = ({ database }: MemoryWorld): Record<string, unknown>[] =>
  database.list("services/svc/syncs").map(({ fields }) => fields);

/** What an instance asks of the database, in order. */
function requestsOf(): { hook: Hook; readonly kinds: string[] } {
  const kinds: string[] = [];
  return {
    kinds,
    hook: (request, run) => {
      kinds.push(request.kind);
      return Promise.resolve(run());
    },
  };
}

describe("a window whose deadline passes", () => {
  it("is closed with what is there a second later, and not before", async () => {
    const world = memoryWorld();
    await world.store(minute, "a", "a1");
    world.clock.advance(MINUTE + 999);
    await world.instance().checkWindow(minute, WINDOW);
    assert.deepEqual(world.groups(), []);
    world.clock.advance(1);
    await world.instance().checkWindow(minute, WINDOW);
    await world.instance().checkWindow(minute, WINDOW);
    assert.deepEqual(world.groups(), ["a1"]);
    assert.deepEqual(world.topics, [minute.targetPubSub?.topic]);
    assert.deepEqual(syncsOf(world)[0]?.["completion"], {
      reason: "deadline",
      complete: false,
      missing: [{ eventKey: "b", have: 0, need: 1 }],
      firstEventAt: new Date(NOW),
      deadlineAt: new Date(NOW + MINUTE),
    });
  });

  it("takes in an event that was received before it, and became visible just after it", async () => {
    const world = memoryWorld();
    await world.store(minute, "a", "a1");
    world.clock.advance(MINUTE - 1);
    // It holds the time of its receipt, and its commit takes half a second.
    const late = world.instance((_, run) => {
      world.clock.advance(500);
      return Promise.resolve(run());
    });
    await late.storeEvent(minute, accepted({ eventKey: "a", content: "a2" }));
    await world.instance().checkWindow(minute, WINDOW);
    assert.deepEqual(world.groups(), []);
    world.clock.advance(501);
    await world.instance().checkWindow(minute, WINDOW);
    assert.deepEqual(world.groups(), ["a1 a2"]);
  });

  it("leaves to the next window what is received at that very moment", async () => {
    const world = memoryWorld();
    await world.store(minute, "a", "a1");
    world.clock.advance(MINUTE);
    const last = await world.store(minute, "b", "b1");
    world.clock.advance(1000);
    await world.instance().checkWindow(minute, WINDOW, last);
    assert.deepEqual(world.groups(), ["a1"]);
  });

  it("does not hold up what is complete after it", async () => {
    const world = memoryWorld();
    await world.store(minute, "a", "a1");
    world.clock.advance(MINUTE);
    await world.store(minute, "a", "a2");
    const last = await world.store(minute, "b", "b2");
    const instance = world.instance();
    await instance.checkWindow(minute, WINDOW, last);
    assert.deepEqual(world.groups(), ["a2 b2"]);
    world.clock.advance(1000);
    await instance.checkWindow(minute, WINDOW);
    assert.deepEqual(world.groups(), ["a2 b2", "a1"]);
  });

  it("keeps what it holds until then, whatever else the instance has closed", async () => {
    const world = memoryWorld();
    const long = withDeadline({ seconds: 600 });
    const instance = world.instance();
    await world.store(long, "a", "a1");
    world.clock.advance(500_000);
    await world.store(long, "a", "a2");
    world.clock.advance(100_000);
    await world.store(long, "a", "a3");
    await instance.checkWindow(long, WINDOW, await world.store(long, "b", "b3"));
    world.clock.advance(500);
    await instance.checkWindow(long, WINDOW, await world.store(long, "b", "b4"));
    assert.deepEqual(world.groups(), ["a3 b3"]);
    world.clock.advance(500);
    await instance.checkWindow(long, WINDOW);
    assert.deepEqual(world.groups(), ["a3 b3", "a1 a2"]);
  });

  it("goes to the dead-letter topic where its rule says so, a complete one to the target", async () => {
    const dead = withDeadline(
      { seconds: 60, then: "deadLetter" },
      { deadLetterPubSub: { topic: DEAD } },
    );
    const world = memoryWorld();
    await world.store(dead, "a", "a1");
    world.clock.advance(2 * MINUTE);
    await world.store(dead, "a", "a2");
    await world.store(dead, "b", "b2");
    await world.instance().checkWindow(dead, WINDOW);
    assert.deepEqual(world.groups(), ["a1", "a2 b2"]);
    assert.deepEqual(world.topics, [DEAD, dead.targetPubSub?.topic]);
  });

  it("is closed by the sweep after any downtime, once, and nothing of it expires", async () => {
    for (const seconds of [60, 3600]) {
      const long = withDeadline({ seconds });
      const world = memoryWorld();
      await world.store(long, "a", "a1");
      world.clock.advance(48 * 60 * MINUTE);
      const [first, second] = [world.instance(), world.instance()];
      await Promise.all([first.sweep([long]), second.sweep([long])]);
      await first.sweep([long]);
      assert.deepEqual(world.groups(), ["a1"]);
      assert.equal(world.database.list("services/svc/pending").length, 0);
    }
  });

  it("closes a session after a gap, and at the latest when its period is over", async () => {
    const session = withDeadline({ seconds: 600, from: "last" });
    const world = memoryWorld();
    const clicks = Array.from({ length: 9 }, (_, index) => `a${String(index)}`);
    for (const click of clicks) {
      await world.store(session, "a", click);
      world.clock.advance(8 * MINUTE);
    }
    world.clock.advance(20 * MINUTE);
    await world.instance().sweep([session]);
    // The ninth click came after an hour: it belongs to the next session.
    assert.deepEqual(world.groups(), [clicks.slice(0, 8).join(" "), "a8"]);
  });

  it("closes at a time of day, by the clocks of its zone", async () => {
    // 11:06:20.908 in UTC, an hour later in Berlin.
    const daily = withDeadline(
      { at: "12:30", timeZone: "Europe/Berlin" },
      { trigger: { ...rule().trigger, observationPeriod: 90_000 } },
    );
    const world = memoryWorld();
    await world.store(daily, "a", "a1");
    world.clock.advance(24 * MINUTE - 19_000);
    await world.instance().checkWindow(daily, WINDOW);
    assert.deepEqual(world.groups(), ["a1"]);
  });

  it("is closed by a manual trigger without any grace", async () => {
    const world = memoryWorld();
    await world.store(minute, "a", "a1");
    world.clock.advance(MINUTE);
    const { published } = await world.instance().triggerSync(minute, WINDOW);
    assert.ok(published);
    assert.deepEqual(
      syncsOf(world).map(({ completion }) => (completion as { reason: unknown }).reason),
      ["deadline"],
    );
  });

  it("is closed though a reset comes just after it, before it could be claimed", async () => {
    const world = memoryWorld();
    const short = withDeadline({ seconds: 600 });
    await world.store(short, "a", "a1");
    world.clock.advance(10 * MINUTE + 100);
    await world.instance().reset(short, windowOf(short));
    world.clock.advance(100);
    // Its check finds that the deadline has passed just now; what was reset is older than a minute.
    await world.instance().sweep([short]);
    assert.deepEqual(world.groups(), []);
    world.clock.advance(1000);
    await world.instance().sweep([short]);
    assert.deepEqual(world.groups(), ["a1"]);
  });
});

describe("a window that its deadline discards", () => {
  const discarding = withDeadline({ seconds: 60, then: "discard" });

  it("leaves a record that one can read, and no message", async () => {
    const world = memoryWorld();
    await world.store(discarding, "a", "a1");
    await world.store(discarding, "a", "a2");
    world.clock.advance(2 * MINUTE);
    await world.instance().checkWindow(discarding, WINDOW);
    await world.instance().sweep([discarding]);
    assert.deepEqual(world.messages, []);
    assert.equal(world.database.list("services/svc/pending").length, 0);
    const [record, ...others] = syncsOf(world);
    assert.equal(others.length, 0);
    assert.equal(record?.["state"], "discarded");
    assert.equal(record["nextAttemptAt"], undefined);
    const [a] = record["endpoints"] as { readonly events: readonly string[] }[];
    assert.equal(a?.events.length, 2);
    const days = ((record["expireAt"] as Date).getTime() - world.clock()) / 86_400_000;
    assert.equal(days, 7);
    const logged = world.log.lines.filter(({ event }) => event === "sync.discarded");
    assert.equal(logged.length, 1);
    assert.deepEqual(logged[0]?.fields["numberOfEvents"], { a: 2, b: 0 });
  });

  it("is discarded by the sweep where its claimer ended half-way, and never published", async () => {
    const world = memoryWorld();
    await world.store(discarding, "a", "a1");
    world.clock.advance(2 * MINUTE);
    let commits = 0;
    const dying: Hook = (request, run) =>
      request.kind === "commit" && ++commits > 1
        ? new Promise(() => undefined)
        : Promise.resolve(run());
    void world.instance(dying).checkWindow(discarding, WINDOW);
    while (syncsOf(world).length === 0) await new Promise((resolve) => setImmediate(resolve));
    assert.equal(syncsOf(world)[0]?.["state"], "claimed");
    world.clock.advance(10 * MINUTE);
    await world.instance().sweep([discarding]);
    assert.equal(syncsOf(world)[0]?.["state"], "discarded");
    assert.deepEqual(world.messages, []);
  });

  it("is a sync like any other when it is complete", async () => {
    const world = memoryWorld();
    await world.store(discarding, "a", "a1");
    await world
      .instance()
      .checkWindow(discarding, WINDOW, await world.store(discarding, "b", "b1"));
    assert.deepEqual(world.groups(), ["a1 b1"]);
  });
});

describe("alarms", () => {
  const at = (ms: number) => ({ window: WINDOW, atMs: NOW + ms });

  it("are set once for a window and its deadline, a second after it, whoever looks", async () => {
    const world = memoryWorld();
    const [first, second] = [world.instance(), world.instance()];
    const a1 = await world.store(minute, "a", "a1");
    await first.checkWindow(minute, WINDOW, a1);
    world.clock.advance(100);
    const a2 = await world.store(minute, "a", "a2");
    await first.checkWindow(minute, WINDOW, a2);
    await second.checkWindow(minute, WINDOW, a2);
    // The other instance asks for the same alarm: its name keeps it single.
    assert.deepEqual(world.alarms, [at(MINUTE + 1000), at(MINUTE + 1000)]);
  });

  it("lead to each other: one that rings finds the next deadline", async () => {
    const world = memoryWorld();
    const instance = world.instance();
    await instance.checkWindow(minute, WINDOW, await world.store(minute, "a", "a1"));
    world.clock.advance(20_000);
    await instance.checkWindow(minute, WINDOW, await world.store(minute, "b", "b1"));
    world.clock.advance(20_000);
    await instance.checkWindow(minute, WINDOW, await world.store(minute, "a", "a2"));
    assert.deepEqual(world.alarms, [at(MINUTE + 1000)]);
    world.clock.advance(21_000);
    await onAlarm(instance, world.log, [minute], at(MINUTE + 1000), world.clock);
    assert.deepEqual(world.alarms.slice(1), [at(40_000 + MINUTE + 1000)]);
    world.clock.advance(40_000);
    await onAlarm(instance, world.log, [minute], at(40_000 + MINUTE + 1000), world.clock);
    assert.deepEqual(world.groups(), ["a1 b1", "a2"]);
  });

  it("are set for an earlier deadline that comes to light", async () => {
    const world = memoryWorld();
    const instance = world.instance();
    const a1 = await world.store(minute, "a", "a1");
    world.clock.advance(100);
    const a2 = await world.store(minute, "a", "a2");
    // As if the first event had become visible only now.
    const [marker] = world.database.list("services/svc/pending");
    const { path = "", fields = {} } = marker ?? {};
    await world.database.documents().commit([{ kind: "delete", path }]);
    await instance.checkWindow(minute, WINDOW, a2);
    await world.database.documents().commit([{ kind: "create", path, fields }]);
    await instance.checkWindow(minute, WINDOW, a1);
    assert.deepEqual(world.alarms, [at(100 + MINUTE + 1000), at(MINUTE + 1000)]);
  });

  it("ring after at most 29 days, and then lead on", async () => {
    const DAY = 86_400_000;
    const seconds = 40 * 86_400;
    const far = withDeadline(
      { seconds },
      { trigger: { ...rule().trigger, observationPeriod: seconds } },
    );
    const world = memoryWorld();
    const instance = world.instance();
    await instance.checkWindow(far, WINDOW, await world.store(far, "a", "a1"));
    const [first] = world.alarms;
    assert.ok(first !== undefined && first.atMs <= NOW + 29 * DAY && first.atMs > NOW + 28 * DAY);
    world.clock.advance(first.atMs - NOW);
    await onAlarm(instance, world.log, [far], first, world.clock);
    assert.deepEqual(world.alarms.slice(1), [{ ...first, atMs: NOW + 40 * DAY + 1000 }]);
  });

  it("cost an event that completes nothing one read, and one more where no alarm is known", async () => {
    const world = memoryWorld();
    const { hook, kinds } = requestsOf();
    const instance = world.instance(hook);
    await instance.checkWindow(minute, WINDOW, await world.store(minute, "a", "a1"));
    assert.deepEqual(kinds.splice(0), ["count", "query"]);
    await instance.checkWindow(minute, WINDOW, await world.store(minute, "a", "a2"));
    assert.deepEqual(kinds.splice(0), ["count"]);
    await instance.checkWindow(rule(), WINDOW, await world.store(rule(), "a", "a3"));
    assert.deepEqual(kinds.splice(0), ["count"]);
  });

  it("that cannot be set fail nothing, and are tried again: the sweep closes what is due", async () => {
    const world = memoryWorld();
    const set = (): Promise<void> => Promise.reject(new Error("no such queue"));
    const instance = world.instance(undefined, { set });
    await instance.checkWindow(minute, WINDOW, await world.store(minute, "a", "a1"));
    await instance.checkWindow(minute, WINDOW, await world.store(minute, "a", "a2"));
    const failed = world.log.lines.filter(({ event }) => event === "alarm.failed");
    assert.equal(failed.length, 2);
    assert.match(String(failed[0]?.fields["error"]), /no such queue/);
    world.clock.advance(2 * MINUTE);
    await instance.sweep([minute]);
    assert.deepEqual(world.groups(), ["a1 a2"]);
  });

  it("do no harm: early, late, double, or of a service that has no deadline", async () => {
    const world = memoryWorld();
    const instance = world.instance();
    const ring = (atMs: number, by = minute): Promise<void> =>
      onAlarm(instance, world.log, [by], { window: WINDOW, atMs }, world.clock);
    await world.store(minute, "a", "a1");
    await ring(NOW - 1000);
    await ring(NOW + 1000 * MINUTE);
    await ring(NOW, rule());
    await ring(NOW, rule({ serviceName: "other" }));
    assert.deepEqual(world.groups(), []);
    world.clock.advance(2 * MINUTE);
    await Promise.all([ring(NOW + MINUTE), ring(NOW + MINUTE), ring(NOW)]);
    await ring(NOW + MINUTE);
    assert.deepEqual(world.groups(), ["a1"]);
    assert.equal(world.log.lines.filter(({ event }) => event === "alarm.ignored").length, 2);
  });
});
