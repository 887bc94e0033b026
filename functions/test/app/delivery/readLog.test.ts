import assert from "node:assert/strict";
import { mock } from "node:test";

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
  const stored = world.database.documents();
  const documents = {
    ...stored,
    get: (paths: readonly string[]) => {
      gets.push(paths.length);
      return stored.get(paths);
    },
  };
  const engine = world.instance();
  const budget = new MessageBudget();
  const gets: number[] = [];
  const pauses: number[] = [];
  const onPause: (() => Promise<void>)[] = [];
  const deps = {
    ...makeStorePorts(documents, world.log),
    ...makeDeliveryPorts(documents, world.log),
    clock: world.clock,
    log: world.log,
    budget,
    pause: async (ms: number) => {
      pauses.push(ms);
      world.clock.advance(ms);
      await onPause.shift()?.();
    },
  };
  return {
    ...world,
    budget,
    gets,
    pauses,
    onPause,
    followed: (asked: Partial<AskedLog> = {}) =>
      followLog(deps, ID, { after: 0, limit: 10, waitMs: 0, ...asked }, world.clock() + 1000),
    held: (asked: Partial<AskedLog> = {}) =>
      readLog(deps, ID, { after: 0, limit: 10, waitMs: 0, ...asked }),
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
      const { syncs, next, release } = await readLog(deps, ID, whole);
      release();
      const contents = syncs.map(({ offset, message }) => {
        const [event] = message?.events["a"]?.events ?? [];
        return `${String(offset)} ${event?.content ?? "nothing"}`;
      });
      return { contents, next };
    },
  };
}

/** Lets everything run that waits for nothing but its turn. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

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

  it("is read together: a few requests, more syncs each time", async () => {
    const { sync, read, gets } = setUp();
    for (let number = 0; number < 130; number++) await sync(String(number));
    gets.length = 0;
    const { contents, next } = await read({ limit: 130 });
    assert.deepEqual(
      contents,
      Array.from({ length: 130 }, (_, index) => `${String(index + 1)} ${String(index)}`),
    );
    assert.equal(next, 130);
    // Syncs, then the events of all of them, as many as are read at a time.
    assert.deepEqual(gets.slice(0, 6), [4, 8, 16, 32, 64, 6]);
    assert.equal(
      gets.slice(6).reduce((sum, count) => sum + count, 0),
      130,
    );
  });

  it("ends a page where it is large enough, and goes on there; one goes out however large it is", async () => {
    const { sync, read, followed } = setUp();
    const large = "x".repeat(1_000_000);
    for (const name of ["1", large, large, large, large, large, "7"]) await sync(name);
    const pages: number[] = [];
    for (let after = 0; after < 7;) {
      after = (await read({ after })).next;
      pages.push(after);
    }
    assert.deepEqual(pages, [4, 7]);
    const streamed: number[] = [];
    for await (const { next } of followed()) streamed.push(next);
    assert.deepEqual(streamed.slice(0, 7), [1, 2, 3, 4, 5, 6, 7]);
  });

  it("holds room for a page until that is released, and never a part of it", async () => {
    const { sync, held, budget } = setUp();
    const large = "x".repeat(1_000_000);
    for (const name of [large, large, large]) await sync(name);
    // What is left is enough for a page, and for a part of a second one.
    const rest = await budget.reserve({ bytes: 15_500_000, events: 0 }, 1000);
    const arrived: string[] = [];
    const read = async (name: string): Promise<() => void> => {
      const { syncs, release } = await held();
      assert.equal(syncs.length, 3);
      arrived.push(name);
      return release;
    };
    const [first, second] = [read("first"), read("second")];
    const release = await first;
    await settle();
    assert.deepEqual(arrived, ["first"]);
    release();
    release();
    (await second)();
    rest?.();
    const all = await budget.reserve({ bytes: 20_000_000, events: 0 }, 1000);
    assert.ok(all, "all room has been given back");
  });

  it("gives the room back where it cannot be read, and says so where there is none in time", async () => {
    const { sync, held, budget, clock, database } = setUp();
    await sync("one");
    const [event] = database.list(`services/${ID.service}/events`);
    assert.ok(event);
    await database.documents().commit([{ kind: "update", path: event.path, fields: { v: 1_000 } }]);
    await assert.rejects(held(), { code: "newer-document" });
    const all = await budget.reserve({ bytes: 20_000_000, events: 0 }, 1000);
    assert.ok(all, "the room has been given back");
    mock.timers.enable({ apis: ["setTimeout"] });
    try {
      const refused = assert.rejects(held(), { code: "unavailable" });
      for (let turn = 0; turn < 20; turn++) await settle();
      mock.timers.tick(30_000);
      await refused;
    } finally {
      mock.timers.reset();
    }
    assert.ok(clock() > 0);
  });

  it("holds room for a page of a stream until the next is asked for, or nobody asks any more", async () => {
    const { sync, followed, budget } = setUp();
    for (let number = 0; number < 3; number++) await sync("x".repeat(1_000_000));
    const isFree = async (): Promise<boolean> => {
      const release = await budget.reserve({ bytes: 20_000_000, events: 0 }, 1);
      release?.();
      return release !== undefined;
    };
    const pages = followed({ limit: 1 });
    assert.equal((await pages.next()).done, false);
    assert.equal(await isFree(), false);
    await pages.next();
    await pages.return();
    assert.equal(await isFree(), true);
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
