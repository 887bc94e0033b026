import assert from "node:assert/strict";
import type { QueryDocumentSnapshot } from "@google-cloud/firestore";
import pMap from "p-map";

import { makeDeliveryPorts } from "../../src/adapters/firestore/deliveryPorts.ts";
import { LEASE_MS } from "../../src/app/claimSyncs.ts";
import { pauseTarget, resumeTarget } from "../../src/app/delivery/pauseTarget.ts";
import type { WakeUp } from "../../src/app/ports/deliveries.ts";
import type { HttpTarget } from "../../src/domain/target.ts";
import { laneOf } from "../../src/domain/delivery.ts";
import { windowOf } from "../../src/domain/window.ts";
import { asks, Fleet, inParallel, request } from "../../testkit/hostile/fleet.ts";
import { silentLog } from "../../testkit/hostile/instance.ts";
import { Random } from "../../testkit/hostile/random.ts";
import { announceSeed } from "../../testkit/hostile/seed.ts";
import { TargetServer } from "../../testkit/hostile/targetServer.ts";
import { World } from "../../testkit/hostile/world.ts";
import { httpTarget, onlyTargets } from "../support/targets.ts";

const LANES = 1000;
const EACH = 2;

const INSTANCES = 4;
/** What a function takes at a time; the queue of alarms gives all of them together at most 500. */
const PER_INSTANCE = 80;

/** Syncs of a batch. */
const BATCH = 200;

describe("very many lanes", function () {
  this.timeout(180_000);
  const seed = announceSeed("manyLanes");
  let world: World;
  before(async () => {
    world = await World.open();
  });
  after(() => world.close());

  it(`come up at once when their target is resumed (${String(LANES)} of them): each in its order, none stuck`, async () => {
    const random = new Random(seed);
    const target = httpTarget("web", { ordered: "key" });
    const rule = onlyTargets(world.rule(["a"], { correlation: {} }), [target]);
    const { serviceName: service } = rule;
    const claimer = world.instance([rule]);
    const first = { ...request("a", "x"), key: "0" };
    await claimer.run((engine) => engine.storeEvent(rule, first));
    await claimer.run((engine) =>
      engine.checkWindow(rule, { ...windowOf(rule), key: "0" }, asks("a")),
    );
    const syncs = await copySync(world, service, target);

    const deps = {
      ...makeDeliveryPorts(world.documents, silentLog),
      clock: world.now,
      log: silentLog,
    };
    await pauseTarget(deps, service, target, "repairs");
    const wakeUps: WakeUp[] = [];
    const clock = { set: (wakeUp: WakeUp) => Promise.resolve(void wakeUps.push(wakeUp)) };
    await resumeTarget({ ...deps, wakeUps: clock }, service, target, 1000);
    assert.equal(wakeUps.length, LANES * EACH);

    let isHostile = true;
    const server = new TargetServer(random.fork(), 0.02);
    const fleet = new Fleet({
      ...{ world, rule, server, size: INSTANCES, random: random.fork() },
      planOf: () => {
        const own = random.fork();
        return (point) => {
          if (!isHostile) return undefined;
          if (own.chance(0.000_05)) return "kill";
          if (point.endsWith("/commit:after") && own.chance(0.01)) return "repeat";
          return own.chance(0.001) ? "unavailable" : undefined;
        };
      },
    });
    world.advance(LEASE_MS + 120_000);
    // Some of the alarms are lost.
    const rung = wakeUps.filter(() => !random.chance(0.1));
    // As many at a time as the platform gives so many instances.
    await pMap(
      rung,
      async (wakeUp) => {
        await Promise.allSettled([fleet.any().run((engine) => engine.wake([rule], wakeUp))]);
      },
      { concurrency: INSTANCES * PER_INSTANCE },
    );
    const atOnce = new Set(server.calls.map(({ syncId }) => syncId)).size;
    isHostile = false;
    server.failing = 0;
    await world.settle([rule], server);
    assert.deepEqual(await server.judge(world.db, rule), []);
    assert.ok(atOnce > (LANES * EACH) / 2, `${String(atOnce)} went out at once`);
    const arrived = [...new Set(server.calls.map(({ syncId }) => syncId))];
    const inOrder = Map.groupBy(arrived, (id) => syncs.get(id)?.key);
    assert.equal(inOrder.size, LANES);
    for (const [key, ids] of inOrder) {
      const places = ids.map((id) => syncs.get(id)?.place);
      assert.deepEqual(places, places.toSorted(), `the lane of ${String(key)}`);
      assert.equal(places.length, EACH);
    }
  });
});

/** Copies of the first sync of a service, some for each lane, which share its event and wait. By id. */
async function copySync(
  { db, now }: World,
  service: string,
  target: HttpTarget,
): Promise<Map<string, { readonly key: string; readonly place: string }>> {
  const root = db.doc(`services/${service}`);
  const firstOf = async (name: string): Promise<QueryDocumentSnapshot> => {
    const { docs } = await root.collection(name).get();
    const [doc] = docs;
    assert.ok(doc);
    return doc;
  };
  const [sync, delivery] = await Promise.all([firstOf("syncs"), firstOf("deliveries")]);
  const made = Array.from({ length: LANES * EACH }, (_, index) => {
    const id = `s${String(index).padStart(6, "0")}`;
    const place = `${String(delivery.get("place"))}/${id}`;
    return [id, { key: String(index % LANES), place }] as const;
  });
  // As a sweep puts off what is for a target that is paused.
  const nextAttemptAt = new Date(now() + 6 * 3_600_000);
  const batches = Array.from({ length: Math.ceil(made.length / BATCH) }, (_, index) =>
    made.slice(index * BATCH, (index + 1) * BATCH),
  );
  await inParallel(batches, 4, async (some) => {
    const batch = db.batch();
    for (const [syncId, { key, place }] of some) {
      batch.create(root.collection("syncs").doc(syncId), { ...sync.data(), key });
      const own = { syncId, key, place, lane: laneOf(target, key), nextAttemptAt };
      batch.create(root.collection("deliveries").doc(`${syncId}-${target.name}`), {
        ...delivery.data(),
        ...own,
      });
    }
    await batch.commit();
  });
  await Promise.all([sync.ref.delete(), delivery.ref.delete()]);
  return new Map(made);
}
