import assert from "node:assert/strict";
import { Timestamp } from "@google-cloud/firestore";

import type { Rule } from "../../src/domain/rule.ts";
import { asks, request } from "../../testkit/hostile/fleet.ts";
import { Instance } from "../../testkit/hostile/instance.ts";
import { readLedger } from "../../testkit/hostile/ledger.ts";
import { Inbox } from "../../testkit/inbox.ts";
import { uniqueName, World } from "../../testkit/hostile/world.ts";
import { windowOf } from "../../src/domain/window.ts";
import { recordingLog } from "../support/recordingLog.ts";
import { waitFor } from "../../testkit/waitFor.ts";

const HOUR_MS = 3_600_000;

describe("failures that last", function () {
  this.timeout(60_000);
  let world: World;
  before(async () => {
    world = await World.open();
  });
  after(() => world.close());

  const instanceOf = (rules: readonly Rule[], log = recordingLog()): Instance =>
    new Instance({ db: world.db, publisher: world.publisher, rules, clock: world.now, log });

  async function complete(instance: Instance, rule: Rule): Promise<void> {
    for (const { eventKey } of rule.endpoints) {
      await instance.run((engine) => engine.storeEvent(rule, request(eventKey, eventKey)));
    }
    await instance.run((engine) =>
      engine.checkWindow(rule, windowOf(rule), asks(rule.endpoints[0]?.eventKey ?? "")),
    );
  }

  it("keep a sync that cannot be published, show why, and publish it when the cause is gone", async () => {
    const topic = `projects/${world.projectId}/topics/${uniqueName("late")}`;
    const broken = world.rule(["a", "b"], { targetPubSub: { topic } });
    const sound = world.rule(["a", "b"]);
    const rules = [broken, sound];
    const log = recordingLog();
    const instance = instanceOf(rules, log);

    await complete(instance, broken);
    const nextAttempt = async (): Promise<number> => {
      const syncs = world.db.collection(`services/${broken.serviceName}/syncs`);
      const [doc = assert.fail("there is no sync")] = (await syncs.get()).docs;
      assert.match(String(doc.get("lastError")), /NOT_FOUND/);
      return (doc.get("nextAttemptAt") as Timestamp).toMillis() - world.now();
    };
    assert.equal(log.of("sync.publishFailed").length, 1);
    const firstPause = await nextAttempt();

    // Another service goes on meanwhile, in the same instance and in the sweep.
    await complete(instance, sound);
    const pauses = [firstPause];
    for (let attempt = 2; attempt <= 9; attempt++) {
      world.advance(Math.max(0, await nextAttempt()) + 1);
      const report = await instance.run((engine) => engine.sweep(rules));
      assert.deepEqual([report.failed, report.errors], [1, 0]);
      pauses.push(await nextAttempt());
    }
    assert.ok(
      pauses.every((pause, index) => pause > (pauses[index - 1] ?? 0) - 5000 && pause <= HOUR_MS),
      `each pause is as long as the last or longer: ${pauses.join(", ")}`,
    );
    assert.deepEqual((await world.judge(sound, { expectOnce: true })).violations, []);

    const receiver = await Inbox.create(topic);
    world.advance(HOUR_MS);
    const { published } = await instance.run((engine) => engine.sweep(rules));
    assert.equal(published, 1);
    await receiver.flush();
    const [late] = receiver.of(broken.serviceName);
    const [sync] = (await readLedger(world.db, broken.serviceName)).syncs;
    assert.deepEqual(
      { eventID: late?.message.eventID, state: sync?.state, error: sync?.lastError },
      { eventID: sync?.eventID, state: "published", error: undefined },
    );
    await receiver.close();
  });

  it("make one message of a manual trigger, however often it is repeated", async () => {
    const rule = world.rule(["a", "b"], { trigger: { type: "none" } });
    const publisher = { publish: () => Promise.reject(new Error("no such topic")) };
    const { db, now: clock } = world;
    const failing = new Instance({ db, publisher, rules: [rule], clock });
    const sound = instanceOf([rule]);
    const trigger = (instance: Instance) =>
      instance.run((engine) => engine.triggerSync(rule, windowOf(rule)));

    // Of a window with an event, then of one without any.
    await failing.run((engine) => engine.storeEvent(rule, request("a", "alone")));
    for (const numberOfEvents of [1, 0]) {
      const first = await trigger(failing);
      assert.deepEqual([first.numberOfEvents, first.published], [numberOfEvents, false]);
      for (let time = 0; time < 3; time++) assert.deepEqual(await trigger(failing), first);
      assert.deepEqual(await trigger(sound), { ...first, published: true });
    }
    const { violations, figures } = await world.judge(rule, { expectOnce: true });
    assert.deepEqual(violations, []);
    assert.deepEqual([figures.syncs, figures.messages], [2, 2]);
  });

  it("set malformed markers aside, and let the window fire without them", async () => {
    const rule = world.rule(["a", "b"]);
    const log = recordingLog();
    const instance = instanceOf([rule], log);
    const receivedAt = Timestamp.fromMillis(world.now());
    const pending = world.db.collection(`services/${rule.serviceName}/pending`);
    const malformed = [
      { eventKey: "a", exported: false, size: "large" },
      { eventKey: "a", exported: false },
      { eventKey: "b", exported: false, size: -1 },
      // Found by no query, so it is in nobody's way.
      { eventKey: "b", exported: "maybe", size: 1 },
    ];
    const common = { v: 1, key: "", receivedAt };
    await Promise.all(
      malformed.map((data, index) => pending.doc(`m${String(index)}`).set({ ...common, ...data })),
    );
    await complete(instance, rule);

    const verdict = await world.judge(rule, { expectOnce: true });
    assert.deepEqual(verdict.violations, []);
    assert.equal(verdict.figures.exported, 2);
    const { malformed: aside, pending: left } = await readLedger(world.db, rule.serviceName);
    assert.deepEqual([...aside].toSorted(), ["m0", "m1", "m2"]);
    assert.deepEqual([...left.keys()], ["m3"]);
    assert.equal(log.of("pending.setAside").length, 3);
  });

  it("publish a sync without the events that cannot be read, and count those", async () => {
    const rule = world.rule(["a", "b"]);
    const log = recordingLog();
    const instance = instanceOf([rule], log);
    const store = (key: string) =>
      instance.run((engine) => engine.storeEvent(rule, request(key, key)));
    const { eventId } = await store("a");
    await store("a");
    await store("b");
    const events = world.db.collection(`services/${rule.serviceName}/events`);
    await events.doc(eventId).update({ headers: "none" });
    await instance.run((engine) => engine.checkWindow(rule, windowOf(rule), asks("a")));

    assert.deepEqual((await world.judge(rule, { expectOnce: true })).violations, []);
    const [{ message } = assert.fail()] = world.receiver.of(rule.serviceName);
    const { numberOfEvents, truncated, events: sent } = message.events["a"] ?? assert.fail();
    assert.deepEqual([numberOfEvents, truncated, sent?.length], [2, 1, 1]);
    assert.equal(log.of("event.unreadable").length, 1);
  });

  it("set malformed syncs aside, and publish the others", async () => {
    const rule = world.rule(["a", "b"]);
    const log = recordingLog();
    const instance = instanceOf([rule], log);
    const syncs = world.db.collection(`services/${rule.serviceName}/syncs`);
    const nextAttemptAt = Timestamp.fromMillis(world.now() - HOUR_MS);
    await syncs.doc("broken").set({ v: 1, state: "claimed", nextAttemptAt, endpoints: "none" });
    const dying = new Instance({
      db: world.db,
      publisher: { publish: () => new Promise(() => undefined) },
      rules: [rule],
      clock: world.now,
    });
    for (const key of ["a", "b"]) {
      await instance.run((engine) => engine.storeEvent(rule, request(key, key)));
    }
    void dying
      .run((engine) => engine.checkWindow(rule, windowOf(rule), asks("a")))
      .catch(() => undefined);
    await untilClaimed(rule);
    dying.kill();
    world.advance(HOUR_MS);
    const report = await instance.run((engine) => engine.sweep([rule]));
    assert.deepEqual([report.published, report.errors], [1, 0]);
    assert.equal(log.of("sync.setAside").length, 1);
    const again = await instance.run((engine) => engine.sweep([rule]));
    assert.deepEqual([again.published, again.failed, again.errors], [0, 0, 0]);
    assert.equal(log.of("sync.setAside").length, 1);
  });

  async function untilClaimed(rule: Rule): Promise<void> {
    const syncs = world.db.collection(`services/${rule.serviceName}/syncs`);
    await waitFor("the claim", async () => {
      const { docs } = await syncs.where("state", "==", "claimed").get();
      return docs.some((doc) => doc.id !== "broken") ? true : undefined;
    });
  }
});
