import assert from "node:assert/strict";

import { makeDeliveryPorts } from "../../../src/adapters/firestore/deliveryPorts.ts";
import { makeStorePorts } from "../../../src/adapters/firestore/ports.ts";
import { followLog, readLog, type AskedLog } from "../../../src/app/delivery/readLog.ts";
import { MessageBudget } from "../../../src/app/messageBudget.ts";
import { windowOf } from "../../../src/domain/window.ts";
import { endpoint, rule } from "../../support/factories.ts";
import { memoryWorld } from "../../support/memoryWorld.ts";
import { pullTarget } from "../../support/targets.ts";

const RULE = rule({ endpoints: [endpoint("a")], targets: [pullTarget("log")] });
const ID = { service: RULE.serviceName, target: "log" };

function setUp() {
  const world = memoryWorld();
  const documents = world.database.documents();
  const engine = world.instance();
  const pauses: number[] = [];
  const onPause: (() => Promise<void>)[] = [];
  const deps = {
    ...makeStorePorts(documents, world.log),
    ...makeDeliveryPorts(documents, world.log),
    clock: world.clock,
    log: world.log,
    budget: new MessageBudget(),
    pause: async (ms: number) => {
      pauses.push(ms);
      world.clock.advance(ms);
      await onPause.shift()?.();
    },
  };
  return {
    ...world,
    pauses,
    onPause,
    follow: async (asked: Partial<AskedLog>, forMs: number) => {
      const whole = { after: 0, limit: 10, waitMs: 0, ...asked };
      const pages: [number[], number][] = [];
      for await (const { syncs, next } of followLog(deps, ID, whole, world.clock() + forMs)) {
        pages.push([syncs.map(({ offset }) => offset), next]);
      }
      return pages;
    },
    sync: async (name: string) => {
      await engine.checkWindow(RULE, windowOf(RULE), await world.store(RULE, "a", name));
      world.clock.advance(1000);
    },
    read: async (asked: Partial<AskedLog> = {}) => {
      const whole = { after: 0, limit: 10, waitMs: 0, ...asked };
      const { syncs, next } = await readLog(deps, ID, whole);
      const contents = syncs.map(({ offset, message }) => {
        const [event] = message?.events["a"]?.events ?? [];
        return `${String(offset)} ${event?.content ?? "nothing"}`;
      });
      return { contents, next };
    },
  };
}

describe("the log of a pull target", () => {
  it("is read from an offset on, without a gap, in pages", async () => {
    const { sync, read } = setUp();
    for (const name of ["one", "two", "three"]) await sync(name);
    assert.deepEqual(await read({ limit: 2 }), { contents: ["1 one", "2 two"], next: 2 });
    assert.deepEqual(await read({ after: 2 }), { contents: ["3 three"], next: 3 });
    assert.deepEqual(await read({ after: 3 }), { contents: [], next: 3 });
  });

  it("goes past what was not asked for", async () => {
    const { sync, read, clock } = setUp();
    for (const name of ["one", "two", "three"]) await sync(name);
    const aboveMs = clock() - 1500;
    const wanted = { contents: ["3 three"], next: 3 };
    assert.deepEqual(await read({ limit: 1, waitMs: 1000, aboveMs }), wanted);
    assert.deepEqual(await read({ aboveMs }), wanted);
    const none = { contents: [], next: 3 };
    assert.deepEqual(await read({ reason: "deadline" }), none);
    assert.deepEqual(await read({ key: "other" }), none);
  });

  it("is waited for: who asks is answered as soon as something is there, or when time is up", async () => {
    const { sync, read, pauses, onPause } = setUp();
    onPause.push(
      () => Promise.resolve(),
      () => sync("late"),
    );
    assert.deepEqual(await read({ waitMs: 30_000 }), { contents: ["1 late"], next: 1 });
    assert.deepEqual(pauses.splice(0), [1000, 1000]);
    assert.deepEqual(await read({ after: 1, waitMs: 1500 }), { contents: [], next: 1 });
    assert.deepEqual(pauses, [1000, 500]);
  });

  it("is not looked at any more for somebody who has gone, who waits or follows", async () => {
    const { read, follow, pauses, sync } = setUp();
    await sync("one");
    const isGone = (): boolean => pauses.length >= 2;
    assert.deepEqual(await read({ after: 1, waitMs: 45_000, isGone }), { contents: [], next: 1 });
    assert.equal(pauses.length, 2);
    assert.deepEqual(await follow({ isGone }, 90_000), [[[1], 1]]);
    // What is filtered is read on and on: once more at most.
    assert.deepEqual(await read({ key: "other", waitMs: 45_000, isGone }), {
      contents: [],
      next: 1,
    });
    assert.equal(pauses.length, 2);
  });

  it("numbers what nobody has numbered", async () => {
    const { sync, read, database } = setUp();
    await sync("one");
    const [delivery] = database.list(`services/${ID.service}/deliveries`);
    assert.ok(delivery !== undefined);
    // As its claimer leaves it who ends before it numbers.
    await database.documents().commit([
      { kind: "delete", path: `services/${ID.service}/lanes/log` },
      { kind: "set", path: delivery.path, fields: waiting(delivery.fields) },
    ]);
    assert.deepEqual(await read(), { contents: ["1 one"], next: 1 });
  });

  it("goes past what is not kept any more", async () => {
    const { sync, read, database } = setUp();
    for (const name of ["one", "two"]) await sync(name);
    const gone = database.list(`services/${ID.service}/deliveries`);
    // As TTL does.
    await database.documents().commit(gone.map(({ path }) => ({ kind: "delete", path })));
    assert.deepEqual(await read(), { contents: [], next: 2 });
    await sync("three");
    assert.deepEqual(await read(), { contents: ["3 three"], next: 3 });
  });

  it("does not go past what a newer version has written", async () => {
    const { sync, read, database } = setUp();
    for (const name of ["one", "two", "three"]) await sync(name);
    const second = database
      .list(`services/${ID.service}/deliveries`)
      .find(({ fields }) => fields["offset"] === 2);
    assert.ok(second !== undefined);
    await database
      .documents()
      .commit([{ kind: "update", path: second.path, fields: { v: 1_000 } }]);
    assert.deepEqual(await read(), { contents: ["1 one"], next: 1 });
    await assert.rejects(read({ after: 1 }), { code: "newer-document" });
  });

  it("is followed until time is up, page by page, with a sign of life in between", async () => {
    const { sync, follow, onPause } = setUp();
    for (const name of ["one", "two", "three"]) await sync(name);
    onPause.push(() => sync("four"));
    assert.deepEqual(await follow({ after: 0, limit: 2 }, 40_000), [
      ...[[[1, 2], 2] as const, [[3], 3] as const, [[4], 4] as const],
      ...[[[], 4] as const, [[], 4] as const, [[], 4] as const],
    ]);
    assert.deepEqual(await follow({ after: 1, reason: "deadline" }, 0), [[[], 4]]);
  });

  it("refuses an offset that was never given", async () => {
    const { sync, read } = setUp();
    await sync("one");
    await assert.rejects(read({ after: 2 }), { code: "invalid-query", message: /offset is 1\./ });
  });
});

function waiting(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { offset, doneAt, expireAt, ...rest } = fields;
  assert.ok(offset !== undefined && doneAt !== undefined && expireAt !== undefined);
  return { ...rest, state: "waiting", lane: "log" };
}
