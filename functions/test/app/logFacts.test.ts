import assert from "node:assert/strict";

import { pauseTarget, resumeTarget } from "../../src/app/delivery/pauseTarget.ts";
import { makeDeliveryPorts } from "../../src/adapters/firestore/deliveryPorts.ts";
import { windowOf } from "../../src/domain/window.ts";
import { endpoint, rule } from "../support/factories.ts";
import { memoryWorld } from "../support/memoryWorld.ts";
import { httpTarget, onlyTargets } from "../support/targets.ts";

const MINUTE = 60_000;

/** What metrics and alerts are made of; the names of fields the compiler holds. */
describe("the lines of the log", () => {
  it("name service, key and event, from the receipt to the message", async () => {
    const world = memoryWorld();
    const { log } = world;
    const by = rule({ correlation: {}, endpoints: [endpoint("a")] });
    const event = await world.store(by, "a", "a1", "order-1");
    await world.instance().checkWindow(by, { service: "svc", key: "order-1" }, event);
    for (const name of ["event.stored", "sync.claimed", "sync.published"]) {
      const [facts, ...others] = log.of(name);
      assert.deepEqual([facts?.["service"], facts?.["key"], others], ["svc", "order-1", []], name);
    }
    await world.store(rule(), "a", "a2");
    assert.ok(!("key" in (log.of("event.stored")[1] ?? {})), "where there is no correlation");
  });

  it("say how late a sync is, after its last event or its deadline", async () => {
    const world = memoryWorld();
    const { log, clock } = world;
    const engine = world.instance();
    const by = rule({
      endpoints: [endpoint("a"), endpoint("b")],
      deadline: { seconds: 60, then: "publish" },
    });
    await world.store(by, "a", "a1");
    clock.advance(500);
    const last = await world.store(by, "b", "b1");
    clock.advance(700);
    await engine.checkWindow(by, windowOf(by), last);
    await world.store(by, "a", "a2");
    clock.advance(MINUTE + 3000);
    await engine.checkWindow(by, windowOf(by));
    await world.store(by, "a", "a3");
    await engine.triggerSync(by, windowOf(by));
    assert.deepEqual(
      log.of("sync.claimed").map((facts) => [facts["reason"], facts["lagMs"]]),
      [
        ["complete", 700],
        ["deadline", 3000],
        ["manual", undefined],
      ],
    );
  });

  it("say how long a sync has waited for its targets, also where one is paused", async () => {
    const world = memoryWorld();
    const { log, clock, database } = world;
    const engine = world.instance();
    const web = httpTarget("web");
    const other = httpTarget("other");
    const by = onlyTargets(rule({ endpoints: [endpoint("a")] }), [web, other]);
    const deps = { ...makeDeliveryPorts(database.documents(), log), clock, log };
    const ages = async (): Promise<unknown> => {
      await engine.sweep([by]);
      return log.of("deliveries.swept").at(-1)?.["oldestUndeliveredSeconds"];
    };
    assert.equal(await ages(), 0);
    await pauseTarget(deps, "svc", web, "repairs");
    const event = await world.store(by, "a", "a1");
    clock.advance(250);
    await engine.checkWindow(by, windowOf(by), event);
    assert.deepEqual(
      log.of("delivery.done").map((facts) => [facts["target"], facts["latencyMs"]]),
      [["other", 0]],
    );
    clock.advance(10 * MINUTE);
    assert.equal(await ages(), 600);
    const { untilMs } = await resumeTarget(
      { ...deps, wakeUps: { set: () => Promise.resolve() } },
      "svc",
      web,
      100,
    );
    clock.advance(untilMs - clock() + MINUTE);
    await engine.sweep([by]);
    assert.equal(await ages(), 0);
    const [, late] = log.of("delivery.done");
    assert.ok(Number(late?.["latencyMs"]) > 10 * MINUTE);
  });
});
