import assert from "node:assert/strict";
import { windowOf } from "../../src/domain/window.ts";

import type { Hook, Request } from "../../testkit/memoryDocuments.ts";
import { endpoint, rule } from "../support/factories.ts";
import { memoryWorld } from "../support/memoryWorld.ts";

const HOUR = 3_600_000;

describe("a check that replays its window", () => {
  it("makes the syncs in the order of receipt: pairs, one and one", async () => {
    const world = memoryWorld();
    for (let pair = 1; pair <= 3; pair++) {
      for (const key of ["a", "b"]) {
        await world.store(rule(), key, `${key}${String(pair)}`);
        world.clock.advance(1000);
      }
    }
    await world.instance().checkWindow(rule(), windowOf(rule()));
    assert.deepEqual(world.groups(), ["a1 b1", "a2 b2", "a3 b3"]);
  });

  it("closes a window that was complete inside its period, however long ago that was", async () => {
    const world = memoryWorld();
    await world.store(rule(), "a", "a1");
    const last = await world.store(rule(), "b", "b1");
    world.clock.advance(2 * HOUR);
    await world.instance().checkWindow(rule(), windowOf(rule()), last);
    assert.deepEqual(world.groups(), ["a1 b1"]);
  });

  it("misses no event that was there before one that it takes, in whatever order it reads", async () => {
    const world = memoryWorld();
    await world.store(rule(), "a", "a1");
    // Whenever it has read something more events come, one after the other.
    const coming = ["a2", "b1"];
    const hook = afterEachRead(async () => {
      for (const name of coming.splice(0)) {
        world.clock.advance(1);
        await world.store(rule(), name.slice(0, 1), name);
      }
    });
    await world
      .instance(hook)
      .checkWindow(rule(), windowOf(rule()), { eventKey: "b", receivedAtMs: 0 });
    await world.instance().checkWindow(rule(), windowOf(rule()));
    assert.deepEqual(world.groups(), ["a1 a2 b1"]);
  });

  it("knows each reset that was made before an event that it takes", async () => {
    for (const keepEventAfterTrigger of [false, true]) {
      const configured = rule({ trigger: { keepEventAfterTrigger } });
      // Before each of its reads in turn: a reset, and the event that would complete the window.
      for (let before = 1; before <= 4; before++) {
        const world = memoryWorld();
        await world.store(configured, "a", "a1");
        let reads = 0;
        const hook: Hook = async (request, run) => {
          if (request.kind !== "commit" && ++reads === before) {
            world.clock.advance(1);
            await world.instance().reset(configured, windowOf(configured));
            world.clock.advance(1);
            await world.store(configured, "b", "b1");
          }
          return run();
        };
        await world
          .instance(hook)
          .checkWindow(configured, windowOf(configured), { eventKey: "b", receivedAtMs: 0 });
        assert.deepEqual(world.groups(), []);
      }
    }
  });

  it("remembers nothing as settled that an event to come may still complete", async () => {
    const world = memoryWorld();
    const { clock } = world;
    const instance = world.instance();
    await world.store(rule(), "b", "b1");
    clock.advance(HOUR);
    await world.store(rule(), "a", "a1"); // too late for b1, which no sweep has removed yet
    clock.advance(HOUR - 8000);
    await instance.checkWindow(rule(), windowOf(rule())); // replays, and closes nothing
    clock.advance(3000);
    await instance.checkWindow(rule(), windowOf(rule()), await world.store(rule(), "b", "b2"));
    assert.deepEqual(world.groups(), ["a1 b2"]);
  });

  it("leaves an event of the future to its time, whoever looks, and is not held up by it", async () => {
    const world = memoryWorld();
    const { clock } = world;
    const relay = rule({ endpoints: [endpoint("a")] });
    const instance = world.instance();
    clock.advance(HOUR);
    const future = await world.store(relay, "a", "future");
    clock.advance(-HOUR);
    await instance.checkWindow(relay, windowOf(relay), future);
    assert.deepEqual(world.groups(), []);
    assert.equal(world.log.of("pending.ahead").length, 1);
    await instance.checkWindow(relay, windowOf(relay), await world.store(relay, "a", "now"));
    assert.deepEqual(world.groups(), ["now"]);
    clock.advance(HOUR);
    await instance.checkWindow(relay, windowOf(relay));
    assert.deepEqual(world.groups(), ["now", "future"]);
  });
});

/** Requests that are made together are answered one after the other, with something between two of them. */
function afterEachRead(work: () => Promise<void>): Hook {
  let last: Promise<unknown> = Promise.resolve();
  return <T>(request: Request, run: () => T): Promise<T> => {
    const answer = last.then(async () => {
      const result = run();
      if (request.kind === "query") await work();
      return result;
    });
    last = answer.catch(() => undefined);
    return answer;
  };
}
