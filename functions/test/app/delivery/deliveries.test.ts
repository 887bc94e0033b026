import assert from "node:assert/strict";

import { LEASE_MS } from "../../../src/app/claimSyncs.ts";
import type { Engine } from "../../../src/app/engine.ts";
import type { Doc } from "../../../src/adapters/firestore/documents.ts";
import type { Rule } from "../../../src/domain/rule.ts";
import { windowOf } from "../../../src/domain/window.ts";
import { ago, endpoint, rule } from "../../support/factories.ts";
import { answering, memoryWorld, type MemoryWorld } from "../../support/memoryWorld.ts";
import { httpTarget, onlyTargets, pullTarget, topicTarget } from "../../support/targets.ts";

const one = [endpoint("a")];
const withoutTopic = onlyTargets(rule({ endpoints: one }), []);

describe("deliveries", () => {
  let world: MemoryWorld;
  let engine: Engine;
  beforeEach(() => {
    world = memoryWorld();
    engine = world.instance();
  });

  const deliveries = (): readonly Doc[] => world.database.list("deliveries");
  const states = (): unknown[] =>
    deliveries().map(({ fields }) => [fields["target"], fields["state"]]);
  const send = async (by: Rule, name: string, key?: string): Promise<void> => {
    const event = await world.store(by, "a", name, key);
    const window = { ...windowOf(by), key: key ?? "" };
    await engine.checkWindow(by, window, event).catch(() => undefined);
    world.clock.advance(1);
  };
  const contents = (): string[] =>
    world.calls.map(({ text }) => /"content":"([^"]*)"/.exec(text)?.[1] ?? "");
  /** What the platform does when an alarm is due. */
  const ring = async (by: Rule): Promise<void> => {
    const due = world.wakeUps.splice(0).toSorted((a, b) => a.atMs - b.atMs);
    for (const wakeUp of due) {
      world.clock.advance(Math.max(0, wakeUp.atMs - world.clock()));
      await engine.wake([by], wakeUp);
    }
  };

  it("lose no attempt where there is no room for one", async () => {
    const retry = { maxAttempts: 2, firstSeconds: 5, longestSeconds: 5 };
    const by = { ...withoutTopic, targets: [httpTarget("web", { retry })] };
    world.server = () => Promise.resolve(answering(500));
    await send(by, "a1");
    const [wakeUp = assert.fail()] = world.wakeUps.splice(0);
    let wait = true;
    // It takes so long to take the delivery that no attempt may begin any more.
    const slow = world.instance((request, run) => {
      if (wait && request.kind === "commit") {
        wait = false;
        world.clock.advance(60_000);
      }
      return Promise.resolve().then(run);
    });
    for (let time = 0; time < 3; time++) {
      world.clock.advance(3_600_000);
      wait = true;
      await slow.wake([by], { ...wakeUp, atMs: world.clock() });
    }
    assert.equal(world.calls.length, 1);
    world.clock.advance(3_600_000);
    await engine.sweep([by]);
    assert.deepEqual(
      world.calls.map(({ attempt }) => attempt),
      [1, 2],
    );
    assert.deepEqual(states(), [["web", "undeliverable"]]);
  });

  it("go to each target whose reasons fit, and nothing is published where there is no topic", async () => {
    const by = {
      ...withoutTopic,
      targets: [
        httpTarget("web"),
        topicTarget("topic"),
        pullTarget("log"),
        httpTarget("manual", { reasons: ["manual"] }),
      ],
    };
    await send(by, "a1");
    assert.deepEqual(states(), [
      ["log", "numbered"],
      ["topic", "delivered"],
      ["web", "delivered"],
    ]);
    assert.deepEqual(contents(), ["a1"]);
    assert.deepEqual(world.topics, [by.targets[1]?.kind === "pubsub" && by.targets[1].topic]);
    const [sync] = world.database.list("syncs");
    assert.equal(sync?.fields["state"], "settled");
    assert.equal(sync.fields["nextAttemptAt"], undefined);
    const manual = await engine.triggerSync(by, windowOf(by));
    assert.equal(manual.published, true);
    assert.equal(states().filter((state) => String(state) === "manual,delivered").length, 1);
    assert.equal(deliveries().length, 7);
  });

  it("are made beside a topic of the service, and cost nothing where there are no targets", async () => {
    const by = rule({ endpoints: one, targets: [httpTarget("web")] });
    await send(by, "a1");
    assert.equal(world.messages.length, 1);
    assert.deepEqual(states(), [["web", "delivered"]]);
    assert.equal(world.calls[0]?.text, JSON.stringify(world.messages[0]));
    const plain = rule({ endpoints: one, serviceName: "plain" });
    await send(plain, "a2");
    assert.equal(deliveries().length, 1);
  });

  it("are tried again with growing pauses, by alarms, until one arrives: the same bytes each time", async () => {
    const by = { ...withoutTopic, targets: [httpTarget("web")] };
    const statuses = [500, 503, 200];
    world.server = () => Promise.resolve(answering(statuses.shift() ?? 200));
    await send(by, "a1");
    const before = world.clock();
    await ring(by);
    await ring(by);
    assert.deepEqual(
      world.calls.map(({ attempt }) => attempt),
      [1, 2, 3],
    );
    assert.equal(new Set(world.calls.map(({ text }) => text)).size, 1);
    assert.deepEqual(states(), [["web", "delivered"]]);
    assert.ok(world.clock() - before >= 14_000, "5 s and 10 s");
    const attempts = deliveries()[0]?.fields["attempts"] as { readonly status: number }[];
    assert.deepEqual(
      attempts.map(({ status }) => status),
      [500, 503, 200],
    );
  });

  it("are tried again by a sweep where the alarm was lost", async () => {
    const by = { ...withoutTopic, targets: [httpTarget("web")] };
    const statuses = [500];
    world.server = () => Promise.resolve(answering(statuses.shift() ?? 200));
    await send(by, "a1");
    await engine.sweep([by]);
    assert.equal(world.calls.length, 1, "it is not due yet");
    world.clock.advance(5_000);
    const { deliveries: report } = await engine.sweep([by]);
    assert.equal(report?.delivered, 1);
    assert.deepEqual(states(), [["web", "delivered"]]);
  });

  it("are taken together, in a few commits, and each by one of two sweeps", async () => {
    const by = { ...withoutTopic, targets: [httpTarget("web")] };
    const names = Array.from({ length: 30 }, (_, index) => `a${String(index)}`);
    const fail = async (): Promise<void> => {
      world.server = () => Promise.resolve(answering(500));
      for (const name of names) await send(by, name);
      world.server = () => Promise.resolve(answering(200));
      world.calls.length = 0;
      world.clock.advance(6_000);
    };
    await fail();
    let commits = 0;
    const counting = world.instance((request, run) => {
      if (request.kind === "commit") commits++;
      return Promise.resolve().then(run);
    });
    await counting.sweep([by]);
    assert.deepEqual(contents().toSorted(), names.toSorted());
    // One by one it would take 30, and a few to mark them.
    assert.ok(commits <= 24, `${String(commits)} commits`);

    await fail();
    await Promise.all([engine.sweep([by]), world.instance().sweep([by])]);
    assert.deepEqual(contents().toSorted(), names.toSorted());
    assert.ok(states().every((state) => String(state) === "web,delivered"));
  });

  it("are undeliverable after the last attempt, at the dead-letter topic, and kept", async () => {
    const topic = "projects/demo-eventsync/topics/dead";
    const retry = { maxAttempts: 2, firstSeconds: 5, longestSeconds: 10 };
    const by = { ...withoutTopic, targets: [httpTarget("web", { retry, deadLetter: { topic } })] };
    world.server = () => Promise.resolve(answering(400));
    await send(by, "a1");
    await ring(by);
    assert.deepEqual(states(), [["web", "undeliverable"]]);
    assert.deepEqual(world.topics, [topic]);
    const [delivery] = deliveries();
    assert.equal(delivery?.fields["nextAttemptAt"], undefined);
    assert.ok(delivery?.fields["expireAt"] instanceof Date);
    const [event] = world.database.list("events");
    assert.ok(Number(event?.fields["expireAt"]) >= Number(delivery.fields["expireAt"]));
    await engine.sweep([by]);
    assert.equal(world.calls.length, 2);
  });

  it("are taken over when whoever claimed them is gone, and not before", async () => {
    const by = { ...withoutTopic, targets: [httpTarget("web")] };
    let isHanging = true;
    world.server = () =>
      isHanging ? new Promise(() => undefined) : Promise.resolve(answering(200));
    const event = await world.store(by, "a", "a1");
    void engine.checkWindow(by, windowOf(by), event);
    while (world.calls.length === 0) await new Promise((resolve) => setImmediate(resolve));
    isHanging = false;
    const other = world.instance();
    await other.sweep([by]);
    assert.equal(world.calls.length, 1);
    world.clock.advance(LEASE_MS + 1000);
    await other.sweep([by]);
    assert.deepEqual(
      world.calls.map(({ attempt }) => attempt),
      [1, 2],
    );
    assert.deepEqual(states(), [["web", "delivered"]]);
  });

  it("wait while their target is paused, by a 410, and no other target does", async () => {
    const by = { ...withoutTopic, targets: [httpTarget("gone"), httpTarget("web")] };
    world.server = ({ target }) => Promise.resolve(answering(target === "gone" ? 410 : 200));
    await send(by, "a1");
    await send(by, "a2");
    assert.deepEqual(world.calls.map(({ target }) => target).toSorted(), ["gone", "web", "web"]);
    world.clock.advance(LEASE_MS + 1000);
    const { deliveries: report } = await engine.sweep([by]);
    assert.equal(report?.putOff, 2);
    assert.equal((await engine.sweep([by])).deliveries?.putOff, 0);
    assert.equal(world.calls.length, 3);
  });

  it("wait after a 410 even where an instance has just read that the target is not paused", async () => {
    const retry = { maxAttempts: 5, firstSeconds: 1, longestSeconds: 1 };
    const by = { ...withoutTopic, targets: [httpTarget("web", { retry })] };
    const other = world.instance();
    const ringOther = async (): Promise<void> => {
      for (const wakeUp of world.wakeUps.splice(0)) {
        world.clock.advance(Math.max(0, wakeUp.atMs - world.clock()));
        await other.wake([by], wakeUp);
      }
    };
    const answers = [500, 200, 410];
    world.server = () => Promise.resolve(answering(answers.shift() ?? 200));
    await send(by, "a1");
    await ringOther();
    assert.equal(world.calls.length, 2);
    await send(by, "a2");
    await ringOther();
    assert.deepEqual(contents(), ["a1", "a1", "a2"]);
  });

  it("wait from the 410 on, those included that their instance has already begun", async () => {
    const by = { ...withoutTopic, targets: [httpTarget("gone")] };
    world.server = () => Promise.resolve(answering(410));
    const events = [];
    for (let number = 1; number <= 40; number++) {
      events.push(await world.store(by, "a", `a${String(number)}`));
    }
    await engine.checkWindow(by, windowOf(by), events.at(-1) ?? assert.fail());
    assert.equal(deliveries().length, 40);
    // No more were under way at a time.
    assert.ok(world.calls.length <= 32, String(world.calls.length));
    const waiting = deliveries().filter(({ fields }) => fields["state"] === "waiting");
    assert.equal(waiting.length, 40);
    assert.equal(world.log.of("delivery.postponed").length, 40 - world.calls.length);
  });

  it("of a target that is not configured any more are kept, and go on when it is again", async () => {
    const by = { ...withoutTopic, targets: [httpTarget("web"), httpTarget("old")] };
    world.server = ({ target }) => Promise.resolve(answering(target === "old" ? 500 : 200));
    await send(by, "a1");
    const without = { ...by, targets: [httpTarget("web")] };
    for (let hour = 0; hour < 14 * 24; hour++) {
      world.clock.advance(3_600_000);
      await engine.sweep([without]);
    }
    assert.ok(world.log.lines.some(({ event }) => event === "target.unknown"));
    const [event] = world.database.list("events");
    assert.ok(Number(event?.fields["expireAt"]) > world.clock(), "after fourteen days");
    world.server = () => Promise.resolve(answering(200));
    world.clock.advance(6 * 3_600_000);
    await engine.sweep([by]);
    assert.deepEqual(states(), [
      ["old", "delivered"],
      ["web", "delivered"],
    ]);
  });

  it("of a window that is discarded, or sent to the dead-letter topic, are none", async () => {
    for (const then of ["discard", "deadLetter"] as const) {
      const by = rule({
        serviceName: then,
        endpoints: [endpoint("a", { minNbOfOccurrence: 2 })],
        targets: [httpTarget("web")],
        deadline: { seconds: 10, then },
        deadLetterPubSub: { topic: "projects/demo-eventsync/topics/dead" },
      });
      await send(by, "a1");
      world.clock.advance(12_000);
      await engine.checkWindow(by, windowOf(by));
    }
    assert.equal(world.database.list("syncs").length, 2);
    assert.deepEqual(states(), []);
  });

  it("go on when others' targets hang", async () => {
    const by = { ...withoutTopic, targets: [httpTarget("slow"), httpTarget("web")] };
    const released = Promise.withResolvers<undefined>();
    world.server = async ({ target }) => {
      if (target === "slow") await released.promise;
      return answering(200);
    };
    const checks: Promise<unknown>[] = [];
    for (let number = 0; number < 100; number++) {
      const event = await world.store(by, "a", `a${String(number)}`);
      checks.push(engine.checkWindow(by, windowOf(by), event));
    }
    const arrived = (): number => world.calls.filter(({ target }) => target === "web").length;
    while (arrived() < 100) await new Promise((resolve) => setImmediate(resolve));
    assert.equal(world.calls.length - arrived(), 32, "of the slow one so many at a time");
    released.resolve(undefined);
    await Promise.all(checks);
    assert.equal(world.calls.length, 200);
  });

  it("hold together more than one commit takes, with their syncs", async () => {
    const targets = Array.from({ length: 20 }, (_, index) => httpTarget(`t${String(index)}`));
    const by = { ...withoutTopic, targets };
    for (let number = 0; number < 60; number++) await world.store(by, "a", `a${String(number)}`);
    await engine.checkWindow(by, windowOf(by));
    assert.equal(world.database.list("syncs").length, 60);
    assert.equal(deliveries().length, 1200);
    assert.ok(deliveries().every(({ fields }) => fields["state"] === "delivered"));
  });

  it("of a claim of several commits begin when it is complete", async () => {
    const by = {
      ...rule({ endpoints: [endpoint("a"), endpoint("b")] }),
      targets: [httpTarget("web"), httpTarget("lane", { ordered: "all" }), pullTarget("log")],
    };
    for (let number = 0; number < 1000; number++) await world.store(by, "a", `a${String(number)}`);
    await send(by, "a-last");
    const event = await world.store(by, "b", "b1");
    await engine.checkWindow(by, windowOf(by), event);
    assert.deepEqual(states(), [
      ["lane", "delivered"],
      ["log", "numbered"],
      ["web", "delivered"],
    ]);
    const [sync] = world.database.list("syncs");
    assert.equal(deliveries()[0]?.fields["eventID"], sync?.fields["eventID"]);
    assert.ok(ago(0) > 0);
  });
});
