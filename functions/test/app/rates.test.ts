import assert from "node:assert/strict";

import { makeDeliveryPorts } from "../../src/adapters/firestore/deliveryPorts.ts";
import { makeReceipts } from "../../src/adapters/firestore/receipts.ts";
import { noteReceipts } from "../../src/app/noteReceipts.ts";
import { tellRates, type Rates } from "../../src/app/tellRates.ts";
import type { Receipt } from "../../src/domain/receipt.ts";
import type { Rule } from "../../src/domain/rule.ts";
import { windowOf } from "../../src/domain/window.ts";
import type { Request } from "../../testkit/memoryDocuments.ts";
import { endpoint, rule } from "../support/factories.ts";
import { answering, memoryWorld, type MemoryWorld } from "../support/memoryWorld.ts";
import { httpTarget, onlyTargets, pullTarget } from "../support/targets.ts";

const RELAY = rule({
  endpoints: [endpoint("a")],
  receipts: { subscriptions: ["billing", "shipping"] },
});
const { serviceName } = RELAY;

function setUp(configured: Rule = RELAY) {
  const world = memoryWorld();
  const requests: Request[] = [];
  const engine = world.instance();
  const documents = world.database.documents((request, run) => {
    requests.push(request);
    return Promise.resolve().then(run);
  });
  const deps = {
    receipts: makeReceipts(documents),
    deliveries: () => Promise.resolve(makeDeliveryPorts(documents, world.log).deliveries),
    clock: world.clock,
    log: world.log,
  };
  return {
    ...world,
    engine,
    requests,
    failAt: (name: string) => {
      world.server = ({ target }) => Promise.resolve(answering(target === name ? 500 : 200));
    },
    /** A sync of its own for an event; returns its `eventID`. */
    sync: async (name: string) => {
      await engine.checkWindow(
        configured,
        windowOf(configured),
        await world.store(configured, "a", name),
      );
      return lastOf(world);
    },
    note: async (...receipts: Receipt[]) => {
      const noted = await noteReceipts(deps, configured, receipts);
      return noted.map(({ outcome }) => outcome);
    },
    tell: (windowSeconds = 10, lastSeconds = 30) =>
      tellRates(deps, configured, { windowSeconds, lastSeconds }),
  };
}

const lastOf = ({ messages }: MemoryWorld): string => messages.at(-1)?.eventID ?? "";
const by = (subscription: string, eventID: string): Receipt => ({ eventID, subscription });
const percents = ({ windows }: Rates) => windows.map(({ completionPercent }) => completionPercent);
const UNKNOWN = "0".repeat(32);

describe("receipts and rates", () => {
  it("tell 50 % where one of two consumers is silent", async () => {
    const { sync, note, tell, log } = setUp();
    const eventID = await sync("1");
    assert.deepEqual(await note(by("billing", eventID)), ["new"]);
    const { total } = await tell();
    assert.deepEqual(total, {
      ...{ syncs: 1, expected: 2, received: 1, completionPercent: 50 },
      receivedBy: { billing: 1, shipping: 0 },
      targets: { targetPubSub: { syncs: 1, delivered: 1 } },
    });
    assert.deepEqual(log.of("receipts.noted"), [
      { service: serviceName, new: 1, repeated: 0, unknown: 0 },
    ]);
  });

  it("are changed by no repeat, in one list or in another", async () => {
    const { sync, note, tell, clock, database } = setUp();
    const eventID = await sync("1");
    const receipt = by("billing", eventID);
    assert.deepEqual(await note(receipt, by("shipping", eventID), { ...receipt }), [
      "new",
      "new",
      "repeated",
    ]);
    const before = database.list(`services/${serviceName}/receipts`);
    clock.advance(5000);
    assert.deepEqual(await note(receipt), ["repeated"]);
    assert.deepEqual(database.list(`services/${serviceName}/receipts`), before);
    assert.equal((await tell()).total.completionPercent, 100);
  });

  it("count a late one in the window of its sync; where there is none, there is no rate", async () => {
    const { sync, note, tell, clock } = setUp();
    const first = await sync("1");
    clock.advance(20_000);
    const second = await sync("2");
    await note(by("billing", first), by("shipping", first), by("billing", second));
    assert.deepEqual(percents(await tell()), [100, null, 50]);
    assert.equal((await tell()).total.completionPercent, 75);
  });

  it("tell of each target what goes there, and what has arrived", async () => {
    const own = rule({ endpoints: [endpoint("a")], receipts: { subscriptions: ["billing"] } });
    const { sync, tell, clock, failAt } = setUp(
      onlyTargets(own, [
        httpTarget("web"),
        httpTarget("down"),
        pullTarget("log"),
        httpTarget("manual", { reasons: ["manual"] }),
      ]),
    );
    failAt("down");
    clock.advance(10_000 - (clock() % 10_000));
    await sync("1");
    clock.advance(9999);
    await sync("2");
    clock.advance(1);
    await sync("3");
    const { windows, total } = await tell(10, 30);
    assert.deepEqual(
      windows.map(({ targets }) => targets["web"]),
      [
        { syncs: 0, delivered: 0 },
        { syncs: 2, delivered: 2 },
        { syncs: 1, delivered: 1 },
      ],
    );
    assert.deepEqual(total.targets, {
      web: { syncs: 3, delivered: 3 },
      down: { syncs: 3, delivered: 0 },
      log: { syncs: 3, delivered: 3 },
      manual: { syncs: 0, delivered: 0 },
    });
  });

  it("know each window up to its last millisecond, and no further", async () => {
    const { sync, tell, clock } = setUp();
    clock.advance(10_000 - (clock() % 10_000));
    await sync("at the beginning");
    clock.advance(9999);
    await sync("at the end");
    clock.advance(1);
    await sync("of the next");
    const { windows } = await tell(10, 20);
    assert.deepEqual(
      windows.map(({ syncs }) => syncs),
      [2, 1],
    );
  });

  it("take no receipt of a sync that is not known, is empty, or went elsewhere", async () => {
    const configured = rule({
      endpoints: [endpoint("a"), endpoint("b")],
      receipts: { subscriptions: ["billing"] },
      deadline: { seconds: 60, then: "deadLetter" },
      deadLetterPubSub: { topic: "projects/p/topics/dead" },
    });
    const world = setUp(configured);
    await world.engine.triggerSync(configured, windowOf(configured));
    const empty = lastOf(world);
    await world.store(configured, "a", "1");
    world.clock.advance(120_000);
    await world.engine.checkWindow(configured, windowOf(configured));
    assert.deepEqual(world.topics.at(-1), "projects/p/topics/dead");
    const elsewhere = lastOf(world);
    const receipts = [UNKNOWN, empty, elsewhere].map((eventID) => by("billing", eventID));
    assert.deepEqual(await world.note(...receipts), ["unknown", "unknown", "unknown"]);
    const { total } = await world.tell(60, 600);
    assert.deepEqual([total.syncs, total.completionPercent], [0, null]);
  });

  it("count what a manual trigger closes, and what is not published yet", async () => {
    const configured = rule({ receipts: { subscriptions: ["billing"] } });
    const world = setUp(configured);
    await world.store(configured, "a", "1");
    await world.engine.triggerSync(configured, windowOf(configured));
    assert.deepEqual(await world.note(by("billing", lastOf(world))), ["new"]);
    const [sync] = world.database.list(`services/${serviceName}/syncs`);
    const unpublished = { path: sync?.path ?? "", fields: { state: "claimed" } };
    await world.database.documents().commit([{ kind: "update", ...unpublished }]);
    const { targets, completionPercent } = (await world.tell()).total;
    assert.deepEqual(targets, { targetPubSub: { syncs: 1, delivered: 0 } });
    assert.equal(completionPercent, 100);
  });

  it("cost a read and a write each, and for an idle window one read", async () => {
    const { sync, note, tell, requests } = setUp();
    const ids = [await sync("1"), await sync("2")];
    await note(...ids.flatMap((id) => [by("billing", id), by("shipping", id)]));
    const kinds = (): string[] => requests.splice(0).map(({ kind }) => kind);
    assert.deepEqual(kinds(), ["query", ...Array.from({ length: 4 }, () => "commit")]);
    await tell(10, 3600);
    // 360 windows, one of them with syncs: what is out, and two consumers.
    assert.equal(kinds().length, 360 + 3);
  });

  it("leave alone what nobody expects anything of", async () => {
    const configured = rule({ endpoints: [endpoint("a")] });
    const { sync, database } = setUp(configured);
    await sync("1");
    const [doc] = database.list(`services/${serviceName}/syncs`);
    assert.ok(doc !== undefined && !("expectsReceipts" in doc.fields));
  });
});
