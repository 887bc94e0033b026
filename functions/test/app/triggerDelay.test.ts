import assert from "node:assert/strict";

import type { NewEvent } from "../../src/app/engine.ts";
import { windowOf } from "../../src/domain/window.ts";
import { rule } from "../support/factories.ts";
import { memoryWorld, type MemoryWorld } from "../support/memoryWorld.ts";

const PAIRS = Array.from({ length: 10 }, (_, index) => index + 1);
const BETWEEN_MS = 500;

/** Ten pairs, one event each half second; each asks for its check so much later. */
async function tenPairs(delayMs: number): Promise<MemoryWorld> {
  const world = memoryWorld();
  const { clock } = world;
  const configured = rule();
  const instance = world.instance();
  const waiting: { readonly atMs: number; readonly event: NewEvent }[] = [];
  const deliverUntil = async (untilMs: number): Promise<void> => {
    for (let next = waiting[0]; next !== undefined && next.atMs <= untilMs; next = waiting[0]) {
      waiting.shift();
      clock.advance(next.atMs - clock());
      await instance.checkWindow(configured, windowOf(configured), next.event);
    }
  };
  for (const pair of PAIRS) {
    for (const key of ["a", "b"]) {
      const nextMs = clock() + BETWEEN_MS;
      const event = await world.store(configured, key, `${key}${String(pair)}`);
      waiting.push({ atMs: event.receivedAtMs + delayMs, event });
      await deliverUntil(nextMs - 1);
      clock.advance(nextMs - clock());
    }
  }
  await deliverUntil(Infinity);
  return world;
}

describe("the delay of triggers", () => {
  for (const delayMs of [0, 300, 1000, 3000]) {
    it(`of ${String(delayMs)} ms makes ten messages of one and one, of ten pairs`, async () => {
      const world = await tenPairs(delayMs);
      assert.deepEqual(
        world.groups(),
        PAIRS.map((pair) => `a${String(pair)} b${String(pair)}`),
      );
    });
  }

  it("beyond the observation period leaves the pair that was inside it", async () => {
    const world = memoryWorld();
    const short = rule({ trigger: { observationPeriod: 2 } });
    const instance = world.instance();
    const events = [await world.store(short, "a", "a1")];
    world.clock.advance(1000);
    events.push(await world.store(short, "b", "b1"));
    world.clock.advance(2500);
    for (const event of events) await instance.checkWindow(short, windowOf(short), event);
    assert.deepEqual(world.groups(), ["a1 b1"]);
  });

  it("makes no pair of events that were further apart than the period", async () => {
    const world = memoryWorld();
    const short = rule({ trigger: { observationPeriod: 2 } });
    const first = await world.store(short, "a", "a1");
    world.clock.advance(2000);
    const second = await world.store(short, "b", "b1");
    for (const event of [second, first])
      await world.instance().checkWindow(short, windowOf(short), event);
    assert.deepEqual(world.groups(), []);
  });
});
