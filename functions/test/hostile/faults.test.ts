import assert from "node:assert/strict";
import { windowOf } from "../../src/domain/window.ts";

import { asks, request } from "../../testkit/hostile/fleet.ts";
import { Instance } from "../../testkit/hostile/instance.ts";
import { World } from "../../testkit/hostile/world.ts";

/** More than a stream keeps until somebody reads it. */
const MANY = 40;

describe("an answer that is lost", function () {
  this.timeout(20_000);

  it("leaves no request behind in the client that instances share", async () => {
    const world = await World.open();
    const rule = world.rule(["a", "b"]);
    const sound = world.instance([rule]);
    const keys = [...Array.from({ length: MANY }, () => "a"), "b"];
    await Promise.all(
      keys.map((key) => sound.run((engine) => engine.storeEvent(rule, request(key, "x")))),
    );
    const failing = new Instance({
      db: world.db,
      publisher: world.publisher,
      rules: [rule],
      plan: (point) => (point === "window.scan/runQuery:after" ? "unavailable" : undefined),
    });
    await assert.rejects(
      failing.run((engine) => engine.checkWindow(rule, windowOf(rule), asks("b"))),
      /UNAVAILABLE/,
    );
    await world.close(); // waits for every request
  });
});
