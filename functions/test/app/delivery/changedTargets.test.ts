import assert from "node:assert/strict";

import { LEASE_MS } from "../../../src/app/claimSyncs.ts";
import type { Engine } from "../../../src/app/engine.ts";
import type { Doc } from "../../../src/adapters/firestore/documents.ts";
import type { Rule } from "../../../src/domain/rule.ts";
import type { Target } from "../../../src/domain/target.ts";
import { windowOf } from "../../../src/domain/window.ts";
import { endpoint, rule } from "../../support/factories.ts";
import {
  answering,
  memoryWorld,
  type Called,
  type MemoryWorld,
} from "../../support/memoryWorld.ts";
import { httpTarget, onlyTargets, pullTarget, topicTarget } from "../../support/targets.ts";

const HOUR_MS = 3_600_000;

const plain = onlyTargets(rule({ endpoints: [endpoint("a")] }), []);
const withTarget = (target: Target): Rule => ({ ...plain, targets: [target] });
const keyed = (target: Target): Rule => ({ ...withTarget(target), correlation: {} });

const contentOf = ({ text }: Called): string => /"content":"([^"]*)"/.exec(text)?.[1] ?? "";

/** What waits is of the target as it was; every alarm is lost. */
describe("a target that is changed while deliveries wait", () => {
  let world: MemoryWorld;
  let engine: Engine;
  beforeEach(() => {
    world = memoryWorld();
    engine = world.instance();
    world.server = () => Promise.resolve(answering(500));
  });

  const send = async (by: Rule, name: string, key = ""): Promise<void> => {
    world.clock.advance(1);
    const event = await world.store(by, "a", name, key === "" ? undefined : key);
    await engine.checkWindow(by, { ...windowOf(by), key }, event);
  };
  const deliveries = (state: string): readonly Doc[] =>
    world.database.list("deliveries").filter(({ fields }) => fields["state"] === state);
  /** Three of one lane: the first one has failed, the others come up with it. */
  const parked = async (by: Rule, key = ""): Promise<void> => {
    for (const name of ["1", "2", "3"]) await send(by, name, key);
    world.clock.advance(LEASE_MS + 1000);
    await engine.sweep([by]);
    assert.equal(deliveries("waiting").length, 3);
  };
  const sweepUnder = async (by: Rule, sweeps = 5): Promise<void> => {
    world.server = () => Promise.resolve(answering(200));
    for (let sweep = 0; sweep < sweeps; sweep++) {
      world.clock.advance(HOUR_MS);
      await engine.sweep([by]);
    }
  };

  for (const ordered of ["all", "key"] as const) {
    it(`ordered by ${ordered}, then not at all: what waits goes out`, async () => {
      const of = ordered === "key" ? keyed : withTarget;
      await parked(of(httpTarget("web", { ordered })), ordered === "key" ? "k" : "");
      world.calls.length = 0;
      await sweepUnder(of(httpTarget("web")));
      assert.deepEqual(world.calls.map(contentOf).toSorted(), ["1", "2", "3"]);
      assert.deepEqual(world.database.list("lanes"), []);
    });
  }

  it("a server in order, then a topic: what waits goes there", async () => {
    await parked(withTarget(httpTarget("web", { ordered: "all" })));
    await sweepUnder(withTarget(topicTarget("web")));
    assert.deepEqual(world.groups(), ["1", "2", "3"]);
  });

  for (const ordered of [undefined, "all", "key"] as const) {
    it(`a server (${ordered ?? "in any order"}), then a log: what waits is in it`, async () => {
      const of = ordered === "key" ? keyed : withTarget;
      await parked(of(httpTarget("web", ordered && { ordered })), ordered === "key" ? "k" : "");
      await sweepUnder(of(pullTarget("web")));
      assert.equal(deliveries("numbered").length, 3);
    });
  }

  it("a server that asked for no more calls, then a log: what waits is in it, and what comes", async () => {
    world.server = () => Promise.resolve(answering(410));
    await send(withTarget(httpTarget("web")), "1");
    world.clock.advance(LEASE_MS + 60_000);
    const log = withTarget(pullTarget("web"));
    await engine.sweep([log]);
    await send(log, "2");
    assert.equal(deliveries("numbered").length, 2);
  });

  for (const ordered of [undefined, "all"] as const) {
    it(`a log, then a server (${ordered ?? "in any order"}): what has no offset goes there, and the log goes on`, async () => {
      const log = withTarget(pullTarget("web"));
      await send(log, "1");
      const dying = world.instance((request, run) =>
        request.kind === "commit" && request.writes?.some(({ path }) => path.includes("/lanes/"))
          ? Promise.reject(new Error("the instance has died"))
          : Promise.resolve().then(run),
      );
      world.clock.advance(1);
      await dying.checkWindow(log, windowOf(log), await world.store(log, "a", "2"));
      assert.equal(deliveries("waiting").length, 1);
      await sweepUnder(withTarget(httpTarget("web", ordered && { ordered })));
      assert.deepEqual(world.calls.map(contentOf), ["2"]);
      await send(log, "3");
      assert.deepEqual(
        deliveries("numbered").map(({ fields }) => fields["offset"]),
        [1, 2],
      );
    });
  }

  it("a log, then a server, then a log again: no offset is given twice", async () => {
    world.server = () => Promise.resolve(answering(200));
    const log = withTarget(pullTarget("web"));
    await send(log, "1");
    await send(withTarget(httpTarget("web", { ordered: "all" })), "2");
    assert.deepEqual(world.calls.map(contentOf), ["2"]);
    await send(log, "3");
    const offsets = deliveries("numbered").map(({ fields }) => fields["offset"]);
    assert.deepEqual(offsets, [1, 2]);
  });
});
