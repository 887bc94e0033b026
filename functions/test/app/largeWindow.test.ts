import assert from "node:assert/strict";
import { createHash } from "node:crypto";

import { windowOf } from "../../src/domain/window.ts";
import { largeWindow } from "../../testkit/largeWindow.ts";
import type { Hook } from "../../testkit/memoryDocuments.ts";
import { rule } from "../support/factories.ts";
import { memoryWorld } from "../support/memoryWorld.ts";

const EVENTS = 50_000;

describe("a window of 50,000 events and one", function () {
  this.timeout(60_000);

  it("is one sync, in as many steps as it takes, with linear work, and holds up no other", async () => {
    const figures = await largeWindow(EVENTS, { claimMs: 200 });
    const [message, ...others] = figures.messages;
    assert.deepEqual(others, []);
    const [a, b] = ["a", "b"].map((eventKey) => message?.events[eventKey]);
    assert.deepEqual([a?.numberOfEvents, b?.numberOfEvents], [EVENTS, 1]);
    const hash = createHash("md5");
    for (let index = 0; index <= EVENTS; index++) {
      hash.update(`e${String(index).padStart(19, "0")}`);
    }
    assert.equal(message?.eventID, hash.digest("hex"));
    const spanMs = Date.parse(b?.firstEventDate ?? "") - Date.parse(a?.firstEventDate ?? "");
    assert.equal(spanMs, 1_800_000);
    assert.equal(message.truncated?.numberOfEvents, EVENTS - (a?.events?.length ?? 0));
    // Besides the events of the message: each marker once, some pages again, and the parts.
    const sent = a?.events?.length ?? 0;
    assert.ok(figures.reads - sent < 1.25 * EVENTS, `${String(figures.reads)} reads`);
    assert.ok(figures.writes < 1.02 * EVENTS + 3 * figures.others.syncs * 3, "writes");
    assert.ok(figures.others.syncs > 0);
  });
});

describe("a window behind a sync of several commits", () => {
  it("is read once, as the first one was", async () => {
    const world = memoryWorld({ claimChunk: 2 });
    let reads = 0;
    const counting: Hook = async (request, run) => {
      const answer = await Promise.resolve().then(run);
      if (request.kind === "query" && request.of === "pending")
        reads += (answer as object[]).length;
      return answer;
    };
    const engine = world.instance(counting);
    const by = rule();
    const complete = async (): Promise<number> => {
      for (const name of ["a1", "a2", "a3", "a4"]) {
        world.clock.advance(10);
        await world.store(by, "a", name);
      }
      world.clock.advance(10);
      const last = await world.store(by, "b", "b1");
      reads = 0;
      await engine.checkWindow(by, windowOf(by), last);
      return reads;
    };
    const first = await complete();
    assert.equal(await complete(), first);
    assert.deepEqual(world.groups(), ["a1 a2 a3 a4 b1", "a1 a2 a3 a4 b1"]);
  });
});
