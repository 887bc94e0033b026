import assert from "node:assert/strict";

import { makeOverview, type Overview } from "../../src/app/operate/overview.ts";
import { makeStoredEvents } from "../../src/adapters/firestore/storedEvents.ts";
import { makeSyncLog } from "../../src/adapters/firestore/syncLog.ts";
import { makeWindowLooks } from "../../src/adapters/firestore/windowLooks.ts";
import { makeDeliveryPorts } from "../../src/adapters/firestore/deliveryPorts.ts";
import { makeStorePorts } from "../../src/adapters/firestore/ports.ts";
import { makeWindow } from "../../src/adapters/firestore/window.ts";
import { MessageBudget } from "../../src/app/messageBudget.ts";
import { windowOf } from "../../src/domain/window.ts";
import { endpoint, NOW, rule } from "../support/factories.ts";
import { memoryWorld, type MemoryWorld } from "../support/memoryWorld.ts";

function overviewOf(world: MemoryWorld): Overview {
  const documents = world.database.documents();
  const { log, clock, publisher } = world;
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
    const told = await overview.tellStatus(by, { limit: 10 });
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
    const complete = (await overview.tellStatus(by, { limit: 10 })).windows[0];
    assert.deepEqual([complete?.missing, complete?.due], [undefined, 1]);
    await engine.checkWindow(by, windowOf(by));
    const after = await overview.tellStatus(by, { limit: 10 });
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
});
