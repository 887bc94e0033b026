import assert from "node:assert/strict";

import { makeStorePorts } from "../../src/adapters/firestore/ports.ts";
import { makeEngine, type Engine } from "../../src/app/engine.ts";
import type { Hook } from "../../testkit/memoryDocuments.ts";
import { rule } from "../support/factories.ts";
import { memoryWorld, type MemoryWorld } from "../support/memoryWorld.ts";

/** Another instance, that claims two events at a time, and whose clock is behind. */
function instance(world: MemoryWorld, behindMs: number, hook?: Hook): Engine {
  const { database, clock, log, publisher } = world;
  let ids = 0;
  return makeEngine({
    ...makeStorePorts(database.documents(hook), log),
    publisher,
    clock: () => clock() - behindMs,
    newId: () => `sync${String(ids++).padStart(16, "0")}`,
    log,
    claimChunk: 2,
  });
}

/** Calls what is to happen once, before the first commit that makes a sync. */
function beforeClaim(act: () => Promise<unknown>): Hook {
  let isDone = false;
  return async (request, run) => {
    const isClaim = request.writes?.some(({ path }) => path.includes("/syncs/")) ?? false;
    if (isClaim && !isDone) {
      isDone = true;
      await act();
    }
    return run();
  };
}

describe("a reset between the look at a large window and its claim", () => {
  for (const [what, key, resetKey] of [
    ["of a service without keys", "", ""],
    ["of all keys", "k", ""],
    ["of its key", "k", "k"],
  ] as const) {
    it(`counts, ${what}`, async () => {
      const world = memoryWorld();
      const configured = rule(key === "" ? {} : { correlation: {} });
      const { serviceName: service } = configured;
      const store = (eventKey: string, name: string) =>
        world.store(configured, eventKey, name, key === "" ? undefined : key);
      for (const name of ["a1", "a2"]) await store("a", name);
      world.clock.advance(10_000);
      for (const name of ["a3", "a4"]) await store("a", name);
      const last = await store("b", "b1");
      // By a clock that is behind it was before some of the events.
      const other = instance(world, 5000);
      const hook = beforeClaim(() => other.reset(configured, { service, key: resetKey }));
      await instance(world, 0, hook).checkWindow(configured, { service, key }, last);
      assert.deepEqual(world.groups(), ["a3 a4 b1"]);
    });
  }
});
