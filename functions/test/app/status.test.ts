import assert from "node:assert/strict";

import { makeOverview, type Overview } from "../../src/app/operate/overview.ts";
import { makeStoredEvents } from "../../src/adapters/firestore/storedEvents.ts";
import { makeSyncLog } from "../../src/adapters/firestore/syncLog.ts";
import { makeWindowLooks } from "../../src/adapters/firestore/windowLooks.ts";
import { makeDeliveryPorts } from "../../src/adapters/firestore/deliveryPorts.ts";
import { makeStorePorts } from "../../src/adapters/firestore/ports.ts";
import { makeWindow } from "../../src/adapters/firestore/window.ts";
import { MessageBudget } from "../../src/app/messageBudget.ts";
import type { Publisher } from "../../src/app/ports.ts";
import { windowOf } from "../../src/domain/window.ts";
import { endpoint, NOW, rule } from "../support/factories.ts";
import { answering, memoryWorld, type MemoryWorld } from "../support/memoryWorld.ts";
import { httpTarget, onlyTargets } from "../support/targets.ts";

function overviewOf(world: MemoryWorld, publisher: Publisher = world.publisher): Overview {
  const documents = world.database.documents();
  const { log, clock } = world;
  return makeOverview({
    ...makeStorePorts(documents, log),
    window: makeWindow(documents, log, { scanPage: 3 }),
    looks: makeWindowLooks(documents, log),
    syncLog: makeSyncLog(documents, log),
    storedEvents: makeStoredEvents(documents, log),
    deliveries: () => Promise.resolve(makeDeliveryPorts(documents, log)),
    publisher,
    budget: new MessageBudget(),
    clock,
    log,
  });
}

describe("the status of a service", () => {
  it("says what a window waits for, and what was made of it", async () => {
    const world = memoryWorld();
    const engine = world.instance();
    const overview = overviewOf(world);
    const by = rule({ endpoints: [endpoint("a", { minNbOfOccurrence: 2 }), endpoint("b")] });
    await world.store(by, "a", "a1");
    world.clock.advance(1000);
    const told = await overview.tellStatus(by, { order: "age", limit: 10 });
    const [window, ...others] = told.windows;
    assert.equal(others.length, 0);
    assert.equal(window?.missing, "1 “a” and 1 “b”");
    assert.deepEqual(
      window.endpoints.map(({ eventKey, have, need }) => [eventKey, have, need]),
      [
        ["a", 1, 2],
        ["b", 0, 1],
      ],
    );
    assert.equal(window.expiresAtMs, NOW + 3_600_000);
    assert.deepEqual([window.due, told.syncs.length], [0, 0]);
    await world.store(by, "a", "a2");
    await world.store(by, "b", "b1");
    const complete = (await overview.tellStatus(by, { order: "age", limit: 10 })).windows[0];
    assert.deepEqual([complete?.missing, complete?.due], [undefined, 1]);
    await engine.checkWindow(by, windowOf(by));
    const after = await overview.tellStatus(by, { order: "age", limit: 10 });
    assert.equal(after.windows[0]?.first, undefined);
    assert.deepEqual(
      after.syncs.map(({ state, sync }) => [state, sync.completion.reason]),
      [["published", "complete"]],
    );
    const [{ sync }] = after.syncs as [(typeof after.syncs)[0]];
    const read = await overview.readSync(by, sync.id, { limit: 2, after: { part: 0, index: 0 } });
    assert.deepEqual(
      read.members.map(({ event }) => event?.content),
      ["a1", "a2"],
    );
    const resent = await overview.resendSync(by, sync.id);
    assert.equal(resent.eventID, sync.eventID);
    assert.deepEqual(world.messages[1], world.messages[0]);
  });

  it("tells a window apart from the sync that takes its beginning", async () => {
    const world = memoryWorld({ claimChunk: 2, claimMs: 0 });
    const engine = world.instance();
    const overview = overviewOf(world);
    const by = rule({ endpoints: [endpoint("a", { minNbOfOccurrence: 2 }), endpoint("b")] });
    for (let index = 0; index < 7; index++) await world.store(by, "a", `a${String(index)}`);
    world.clock.advance(1);
    await engine.triggerSync(by, windowOf(by)).catch((error: unknown) => error);
    world.clock.advance(1);
    await world.store(by, "a", "late");
    const told = await overview.tellStatus(by, { order: "age", limit: 10 });
    const [window] = told.windows;
    assert.deepEqual([window?.isClaiming, window?.endpoints[0]?.have], [true, 1]);
    const [listed] = told.syncs;
    assert.equal(listed?.state, "claiming");
    await assert.rejects(overview.resendSync(by, listed.sync.id), { code: "still-under-way" });
    assert.deepEqual(told.undelivered, { count: 1, oldestAtMs: listed.sync.createdAtMs });
  });

  it("looks at no window that is not asked for by the key that it has", async () => {
    const world = memoryWorld();
    const overview = overviewOf(world);
    const by = rule({ correlation: {} });
    await world.store(by, "a", "a1", "k1");
    const told = await overview.tellStatus(by, { key: "k1", order: "age", limit: 10 });
    assert.deepEqual(
      told.windows.map(({ key, missing }) => [key, missing]),
      [["k1", "1 “b”"]],
    );
    await assert.rejects(overview.tellStatus(by, { key: "k2", order: "age", limit: 10 }), {
      code: "unknown-window",
    });
  });

  it("is one of targets, too: what waits there, what was given up, and who is paused", async () => {
    const world = memoryWorld();
    const engine = world.instance();
    const overview = overviewOf(world);
    const retry = { maxAttempts: 1, firstSeconds: 5, longestSeconds: 60 };
    const targets = [httpTarget("fails", { retry }), httpTarget("held")];
    const by = onlyTargets(rule({ endpoints: [endpoint("a")] }), targets);
    const { targetStates } = makeDeliveryPorts(world.database.documents(), world.log);
    const held = { service: by.serviceName, target: "held" };
    await targetStates.pause(held, { atMs: NOW, reason: "410" });
    world.server = () => Promise.resolve(answering(500));
    const event = await world.store(by, "a", "a1");
    await engine.checkWindow(by, windowOf(by), event);
    const told = await overview.tellStatus(by, { order: "age", limit: 10 });
    assert.deepEqual(
      told.targets.map(({ target, waiting, undeliverable, pausedAtMs, reason }) => [
        ...[target, waiting, undeliverable],
        ...[pausedAtMs, reason],
      ]),
      [
        ["fails", 0, 1, undefined, undefined],
        ["held", 1, 0, NOW, "410"],
      ],
    );
    assert.deepEqual(told.undelivered, { count: 1, oldestAtMs: NOW });
    const [listed] = told.syncs;
    assert.deepEqual(
      listed?.deliveries.map(({ target, state, attempts }) => [target, state, attempts.length]),
      [
        ["fails", "undeliverable", 1],
        ["held", "waiting", 0],
      ],
    );
    await assert.rejects(overview.resendSync(by, listed.sync.id), { code: "wrong-state" });
  });
});

describe("a resend", () => {
  async function published() {
    const world = memoryWorld();
    const engine = world.instance();
    const by = rule({ endpoints: [endpoint("a")] });
    const event = await world.store(by, "a", "a1");
    await engine.checkWindow(by, windowOf(by), event);
    const overview = overviewOf(world);
    const [listed] = (await overview.listSyncs(by, { limit: 1 })).syncs;
    assert.equal(listed?.state, "published");
    return { world, by, overview, syncId: listed.sync.id };
  }

  it("changes nothing of the sync, and says that it was one", async () => {
    const { world, by, overview, syncId } = await published();
    const path = `services/${by.serviceName}/syncs/${syncId}`;
    const before = world.database.find(path);
    await overview.resendSync(by, syncId);
    assert.deepEqual(world.database.find(path), before);
    assert.deepEqual(
      world.messages.map(({ eventID }) => eventID),
      [before?.fields["eventID"], before?.fields["eventID"]],
    );
    assert.equal(world.log.of("sync.resent").length, 1);
  });

  it("is refused where its events are gone, or Pub/Sub does not take it", async () => {
    const { world, by, overview, syncId } = await published();
    const failing = overviewOf(world, {
      publish: () => Promise.resolve([{ status: "rejected", reason: new Error("no") }]),
    });
    await assert.rejects(failing.resendSync(by, syncId), { code: "unavailable" });
    const [event] = world.database.list("events");
    assert.ok(event);
    await world.database.documents().commit([{ kind: "delete", path: event.path }]);
    await assert.rejects(overview.resendSync(by, syncId), { code: "wrong-state" });
    const read = await overview.readSync(by, syncId, { limit: 9, after: { part: 0, index: 0 } });
    assert.deepEqual(
      read.members.map((member) => member.event),
      [undefined],
    );
    await assert.rejects(overview.resendSync(by, "none"), { code: "unknown-sync" });
  });
});
