import assert from "node:assert/strict";

import type { Ports } from "../../src/app/ports.ts";
import { inParallel, request } from "../../testkit/hostile/fleet.ts";
import { Instance } from "../../testkit/hostile/instance.ts";
import { World } from "../../testkit/hostile/world.ts";

describe("a burst of deliveries", function () {
  this.timeout(60_000);
  let world: World;
  before(async () => {
    world = await World.open();
  });
  after(() => world.close());

  it("shares its checks: two cover all that comes at one moment", async () => {
    const rule = world.rule(["a", "b"]);
    let probes = 0;
    const adapt = (ports: Ports): Ports => ({
      ...ports,
      window: {
        ...ports.window,
        count: (...args) => {
          probes++;
          return ports.window.count(...args);
        },
      },
    });
    const { db, publisher } = world;
    const instance = new Instance({ db, publisher, rules: [rule], adapt });
    const ids = Array.from({ length: 300 }, (_, index) => index);
    await inParallel(ids, 64, (index) =>
      instance.run((engine) => engine.storeEvent(rule, request("a", String(index)))),
    );
    const { serviceName } = rule;
    const created = ids.map((id) => ({ serviceName, eventId: String(id), eventKey: "a" }));
    await Promise.all(created.map((one) => instance.deliver({ ...one, receivedAtMs: 0 })));
    // One check runs and one waits for it; each asks for the missing endpoint once.
    assert.equal(probes, 2);

    await instance.run((engine) => engine.storeEvent(rule, request("b", "last")));
    await Promise.all(created.map((one) => instance.deliver({ ...one, receivedAtMs: 0 })));
    const { violations, figures } = await world.judge(rule, { expectOnce: true });
    assert.deepEqual(violations, []);
    assert.deepEqual([figures.syncs, figures.exported], [1, 301]);
  });
});
