import assert from "node:assert/strict";

import { makeStorePorts } from "../../src/adapters/firestore/ports.ts";
import { makeWindow } from "../../src/adapters/firestore/window.ts";
import { makeEngine, type Engine } from "../../src/app/engine.ts";
import { lookAtAll } from "../../src/app/probeWindow.ts";
import { replayWindow } from "../../src/app/replayWindow.ts";
import { toEventSyncError } from "../../src/domain/errors.ts";
import type { Deadline, Rule } from "../../src/domain/rule.ts";
import { windowOf } from "../../src/domain/window.ts";
import { endpoint, NOW, rule } from "../support/factories.ts";
import { memoryWorld, type MemoryWorld } from "../support/memoryWorld.ts";

const MINUTE = 60_000;
const SECONDS = 600;

const keyed = (deadline: Partial<Deadline>, more: Partial<Rule> = {}): Rule =>
  rule({ correlation: {}, deadline: { then: "publish", ...deadline }, ...more });

const isLost = { set: () => Promise.resolve() };

/** A sweep each minute, each by another instance, while no trigger and no alarm comes. */
async function sweepFor(world: MemoryWorld, configured: Rule, minutes: number): Promise<void> {
  for (let minute = 0; minute < minutes; minute++) {
    world.clock.advance(MINUTE);
    const { errors } = await world.instance(undefined, isLost).sweep([configured]);
    assert.equal(errors, 0);
  }
}

const pendingOf = ({ database }: MemoryWorld): number =>
  database.list("services/svc/pending").length;

describe("windows by key whose alarms are lost", () => {
  const KEYS = 300;

  it("are closed once each by sweeps, soon after their deadlines", async () => {
    const world = memoryWorld();
    const configured = keyed({ seconds: SECONDS });
    for (let key = 0; key < KEYS; key++) {
      world.clock.advance(100);
      await world.store(configured, "a", `a${String(key)}`, String(key));
    }
    const expected = Array.from({ length: KEYS }, (_, key) => `a${String(key)}`).toSorted();
    await sweepFor(world, configured, SECONDS / 60 + 1);
    assert.deepEqual(world.groups().toSorted(), expected);
    assert.equal(pendingOf(world), 0);
    await sweepFor(world, configured, 5);
    assert.equal(world.messages.length, KEYS);
    assert.ok(world.messages.every(({ completion }) => completion.reason === "deadline"));
  });

  it("are closed though no sweep came until long after their period", async () => {
    const world = memoryWorld();
    const configured = keyed({ seconds: SECONDS }, {
      trigger: { observationPeriod: SECONDS },
    } as Rule);
    for (let key = 0; key < KEYS; key++) {
      await world.store(configured, "a", `a${String(key)}`, String(key));
    }
    world.clock.advance(24 * 60 * MINUTE);
    await sweepFor(world, configured, 3);
    assert.equal(new Set(world.groups()).size, KEYS);
    assert.equal(world.messages.length, KEYS);
    assert.equal(pendingOf(world), 0);
  });

  it("do not expire before their turn, where sweeps have no time for all", async () => {
    const world = memoryWorld();
    const configured = keyed({ seconds: SECONDS });
    for (let key = 0; key < KEYS; key++) {
      await world.store(configured, "a", `a${String(key)}`, String(key));
    }
    // Examined once, before their deadlines.
    await sweepFor(world, configured, 3);
    world.clock.advance(24 * 60 * MINUTE);
    const slow = world.instance((_, run) => {
      world.clock.advance(75);
      return Promise.resolve(run());
    }, isLost);
    const { fired, skipped } = await slow.sweep([configured]);
    assert.ok(0 < fired && fired < KEYS && skipped > 0, `${String(fired)} fired`);
    await sweepFor(world, configured, 3);
    assert.equal(new Set(world.groups()).size, KEYS);
    assert.equal(pendingOf(world), 0);
  });

  it("are closed by the next time of day, and what the rule discards is a record", async () => {
    const world = memoryWorld();
    const at = new Date(NOW + 20 * MINUTE).toISOString().slice(11, 16);
    const configured = keyed({ at, timeZone: "UTC", then: "discard" });
    await world.store(configured, "a", "a1", "1");
    world.clock.advance(15 * MINUTE);
    await world.store(configured, "a", "a2", "2");
    await sweepFor(world, configured, 7);
    const syncs = world.database.list("services/svc/syncs");
    assert.deepEqual(
      syncs.map(({ fields }) => fields["state"]),
      ["discarded", "discarded"],
    );
    assert.equal(world.messages.length, 0);
  });

  it("are closed after a gap, which begins anew with each event", async () => {
    const world = memoryWorld();
    const configured = keyed({ seconds: 5 * 60, from: "last" });
    await world.store(configured, "a", "a1", "1");
    await sweepFor(world, configured, 4);
    await world.store(configured, "a", "a2", "1");
    await sweepFor(world, configured, 4);
    assert.deepEqual(world.groups(), []);
    await sweepFor(world, configured, 2);
    assert.deepEqual(world.groups(), ["a1 a2"]);
  });

  it("cost no more the longer a session goes on, and end with their period all the same", async () => {
    const world = memoryWorld();
    const configured = keyed({ seconds: 5 * 60, from: "last" }, {
      trigger: { observationPeriod: 40 * 60 },
    } as Rule);
    let documents = 0;
    const counting = (): Engine =>
      world.instance(async (_, run) => {
        const answer = await Promise.resolve().then(run);
        documents += Array.isArray(answer) ? answer.length : 1;
        return answer;
      }, isLost);
    const costs: number[] = [];
    for (let minute = 0; minute < 35; minute++) {
      for (let event = 0; event < 5; event++) await world.store(configured, "a", "a", "1");
      world.clock.advance(MINUTE);
      const before = documents;
      await counting().sweep([configured]);
      costs.push(documents - before);
    }
    assert.equal(world.messages.length, 0);
    const [early = 0, late = 0] = [costs[10], costs[30]];
    assert.ok(late <= early, `${String(early)}, then ${String(late)} documents a sweep`);
    // It never pauses: its beginning is not lost, and what follows is a session of its own.
    for (let minute = 0; minute < 15; minute++) {
      await world.store(configured, "a", "a", "1");
      await sweepFor(world, configured, 1);
    }
    assert.equal(world.messages.length, 1);
    await sweepFor(world, configured, 10);
    assert.equal(world.messages.length, 2);
    assert.equal(pendingOf(world), 0);
  });

  it("cost nothing more once they are closed, and one look at each marker that waits", async () => {
    const world = memoryWorld();
    const configured = keyed({ seconds: SECONDS });
    for (let key = 0; key < 10; key++) await world.store(configured, "a", "a", String(key));
    await sweepFor(world, configured, 4);
    let requests = 0;
    const counting = world.instance((_, run) => {
      requests++;
      return Promise.resolve(run());
    }, isLost);
    world.clock.advance(MINUTE);
    await counting.sweep([configured]);
    // Progress, two empty runs, what could expire, resets, and the outbox.
    assert.ok(requests <= 9, `${String(requests)} requests`);
  });

  it("set their alarms anew when the net comes to them", async () => {
    const world = memoryWorld();
    const configured = keyed({ seconds: SECONDS });
    const { receivedAtMs } = await world.store(configured, "a", "a1", "1");
    world.clock.advance(3 * MINUTE);
    await world.instance().sweep([configured]);
    assert.deepEqual(world.alarms, [
      { window: { service: "svc", key: "1" }, atMs: receivedAtMs + SECONDS * 1000 + 1000 },
    ]);
  });
});

describe("a window with a deadline that is too large to be kept in memory", () => {
  const DEAD = "projects/demo-eventsync/topics/dead";
  const EVENTS = 25;
  let ids = 0;

  const instanceOf = (world: MemoryWorld, claimMs?: number): Engine => {
    const documents = world.database.documents();
    return makeEngine({
      ...makeStorePorts(documents, world.log),
      window: makeWindow(documents, world.log, { scanPage: 4 }),
      publisher: world.publisher,
      clock: world.clock,
      newId: () => `large${String(ids++).padStart(18, "0")}`,
      log: world.log,
      seekAfter: 6,
      claimChunk: 3,
      ...(claimMs !== undefined && { claimMs }),
    });
  };

  for (const [what, seekAfter, kept] of [
    ["its bounds where it is larger than that", 6, 0],
    ["its events where it is not", EVENTS + 1, EVENTS],
  ] as const) {
    it(`is told by ${what}`, async () => {
      const world = memoryWorld();
      const configured = keyed({ seconds: SECONDS });
      const window = { service: "svc", key: "k" };
      await world.store(configured, "a", "reset", "k");
      await world.instance().reset(configured, window);
      for (let event = 0; event < EVENTS; event++) {
        world.clock.advance(1);
        await world.store(configured, "a", "a", "k");
      }
      const [firstMs, lastMs] = [NOW + 1, world.clock()];
      world.clock.advance(SECONDS * 1000 + 1000);
      const { receivedAtMs } = await world.store(configured, "b", "next", "k");
      const documents = world.database.documents();
      const replayed = await replayWindow(
        {
          ...makeStorePorts(documents, world.log),
          window: makeWindow(documents, world.log, { scanPage: 4 }),
          log: world.log,
          seekAfter,
        },
        configured,
        window,
        lookAtAll(world.clock()),
      );
      const [closed, ...others] = replayed.closed;
      assert.equal(others.length, 0);
      assert.equal(closed?.reason, "deadline");
      assert.equal(closed.deadlineAtMs, firstMs + SECONDS * 1000);
      assert.equal(closed.groups.flatMap(({ members }) => members).length, kept);
      assert.equal(closed.range.to.receivedAtMs, lastMs);
      assert.equal(closed.range.after.receivedAtMs, NOW);
      assert.deepEqual(
        replayed.open?.groups.map(({ members }) => members.length),
        [0, 1],
      );
      assert.equal(replayed.deadlineAtMs, receivedAtMs + SECONDS * 1000);
    });
  }

  for (const [name, then, topic] of [
    ["published", "publish", undefined],
    ["sent to the dead-letter topic", "deadLetter", DEAD],
  ] as const) {
    it(`is ${name} whole by whoever goes on with it, with its key and its deadline`, async () => {
      const world = memoryWorld();
      const configured = keyed(
        { seconds: SECONDS, then },
        { endpoints: [endpoint("a"), endpoint("b")], deadLetterPubSub: { topic: DEAD } },
      );
      for (let event = 0; event < EVENTS; event++) {
        world.clock.advance(event % 3);
        await world.store(configured, "a", `a${String(event)}`, "k");
      }
      world.clock.advance(SECONDS * 1000 + 1000);
      await world.store(configured, "b", "other", "k2");
      const last = await world.store(configured, "a", "next", "k");
      const window = { ...windowOf(configured), key: "k" };
      const asked = { eventKey: "a", receivedAtMs: last.receivedAtMs };
      let steps = 0;
      while (world.messages.length === 0 && ++steps < 50) {
        try {
          const instance = instanceOf(world, 0);
          // As the platform does: the trigger comes again, and so does the sweep.
          if (steps % 4 !== 0) await instance.checkWindow(configured, window, asked);
          else await instance.sweep([configured]);
        } catch (error) {
          assert.equal(toEventSyncError(error).code, "claiming");
        }
      }
      assert.ok(steps > 3, `${String(steps)} steps`);
      const [message, ...others] = world.messages;
      assert.equal(others.length, 0);
      assert.equal(message?.events["a"]?.numberOfEvents, EVENTS);
      assert.equal(message.key, "k");
      const { reason, deadlineAt, firstEventAt } = message.completion;
      assert.equal(reason, "deadline");
      assert.equal(Date.parse(deadlineAt ?? "") - Date.parse(firstEventAt ?? ""), SECONDS * 1000);
      assert.deepEqual(world.topics, [topic ?? configured.targetPubSub?.topic]);
      assert.equal(pendingOf(world), 2);
    });
  }
});
