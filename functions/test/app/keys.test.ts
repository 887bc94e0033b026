import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";

import { triggerAll } from "../../src/app/triggerAll.ts";
import { makeStorePorts } from "../../src/adapters/firestore/ports.ts";
import { MessageBudget } from "../../src/app/messageBudget.ts";
import type { Hook } from "../../testkit/memoryDocuments.ts";
import { endpoint, rule } from "../support/factories.ts";
import { memoryWorld, type MemoryWorld } from "../support/memoryWorld.ts";

const KEYED = rule({ correlation: {} });
const windowOfKey = (key: string) => ({ service: KEYED.serviceName, key });

/** What requests are billed, as they are answered. */
function meter() {
  const counts = { reads: 0, writes: 0 };
  const hook: Hook = async (request, run) => {
    const answer = await Promise.resolve().then(run);
    const documents = Array.isArray(answer) ? answer.length : 1;
    if (request.kind === "commit") counts.writes += request.writes?.length ?? 0;
    else counts.reads += Math.max(1, documents);
    return answer;
  };
  return { counts, hook };
}

const MINUTE_MS = 60_000;

/** Sweeps each minute, by the clock of the world, until one finds something to publish. */
async function minutesUntilSync(world: MemoryWorld, configured = KEYED): Promise<number> {
  for (let minute = 1; minute <= 10; minute++) {
    world.clock.advance(MINUTE_MS);
    const { errors } = await world.instance().sweep([configured]);
    assert.equal(errors, 0);
    if (world.messages.length > 0) return minute;
  }
  return Infinity;
}

describe("windows by key", () => {
  it("join events of the same key only", async () => {
    const world = memoryWorld();
    const check = async (eventKey: string, name: string, key: string) => {
      const event = await world.store(KEYED, eventKey, name, key);
      await world.instance().checkWindow(KEYED, windowOfKey(key), event);
    };
    await check("a", "a1", "1");
    await check("b", "b2", "2");
    assert.deepEqual(world.groups(), []);
    await check("b", "b1", "1");
    assert.deepEqual(world.groups(), ["a1 b1"]);
    await check("a", "a2", "2");
    assert.deepEqual(world.groups(), ["a1 b1", "a2 b2"]);
  });

  it("cost an event no more, however many are open", async () => {
    const costOf = async (keys: number) => {
      const world = memoryWorld();
      for (let key = 0; key < keys; key++) await world.store(KEYED, "a", "a", String(key));
      const { counts, hook } = meter();
      const instance = world.instance(hook);
      const event = await world.store(KEYED, "b", "b", "0");
      await instance.checkWindow(KEYED, windowOfKey("0"), event);
      assert.deepEqual(world.groups(), ["a b"]);
      return counts;
    };
    assert.deepEqual(await costOf(1000), await costOf(1));
  });

  it("are read instead of counted where they are small: one request while they wait", async () => {
    const world = memoryWorld();
    const requests: string[] = [];
    const hook: Hook = (request, run) => {
      requests.push(request.kind);
      return Promise.resolve().then(run);
    };
    const instance = world.instance(hook);
    const check = async (eventKey: string, name: string): Promise<string> => {
      const event = await world.store(KEYED, eventKey, name, "1");
      requests.length = 0;
      await instance.checkWindow(KEYED, windowOfKey("1"), event);
      return requests.join(" ");
    };
    assert.equal(await check("a", "a1"), "query");
    // The page, the resets, the claim, the events and the mark.
    assert.equal(await check("b", "b1"), "query get commit get commit");
    assert.deepEqual(world.groups(), ["a1 b1"]);
  });

  it("cost an event that completes nothing one read, once they hold more than they ask for", async () => {
    const world = memoryWorld();
    const { counts, hook } = meter();
    const instance = world.instance(hook);
    const reads: number[] = [];
    for (let event = 0; event < 6; event++) {
      const stored = await world.store(KEYED, "a", `a${String(event)}`, "1");
      counts.reads = 0;
      await instance.checkWindow(KEYED, windowOfKey("1"), stored);
      reads.push(counts.reads);
    }
    assert.deepEqual(reads, [1, 2, 4, 1, 1, 1]);
    const last = await world.store(KEYED, "b", "b", "1");
    await instance.checkWindow(KEYED, windowOfKey("1"), last);
    assert.deepEqual(world.groups(), ["a0 a1 a2 a3 a4 a5 b"]);
  });

  it("share their queries, resets and publications with others of the moment", async () => {
    const world = memoryWorld();
    const PAIRS = 31;
    const events = [];
    for (let key = 0; key < PAIRS; key++) {
      await world.store(KEYED, "a", `a${String(key)}`, String(key));
      const event = await world.store(KEYED, "b", `b${String(key)}`, String(key));
      events.push({ key: String(key), event });
    }
    const kinds: Record<string, number> = {};
    const { counts, hook } = meter();
    const instance = world.instance((request, run) => {
      kinds[request.kind] = (kinds[request.kind] ?? 0) + 1;
      return hook(request, run);
    });
    await Promise.all(
      events.map(({ key, event }) => instance.checkWindow(KEYED, windowOfKey(key), event)),
    );
    assert.equal(world.messages.length, PAIRS);
    // The first by itself, the others in two of fifteen keys.
    assert.equal(kinds["query"], 3);
    // A claim of each window; what is read and marked besides is shared.
    const { get = 0, commit = 0 } = kinds;
    assert.ok(get <= 8 && commit <= PAIRS + 4, JSON.stringify(kinds));
    // Two markers, two events and a window's own resets of each, and those of the service a few times.
    const shared = counts.reads - PAIRS * 5;
    assert.ok(shared >= 1 && shared <= 4, String(shared));
  });

  it("meet a reset that came while another check read what the service knows", async () => {
    const world = memoryWorld();
    const before = await world.store(KEYED, "a", "a2", "2");
    const own = await world.store(KEYED, "a", "a1", "1");
    await world.store(KEYED, "b", "b1", "1");
    const { promise: held, resolve: release } = Promise.withResolvers<undefined>();
    const { promise: read, resolve: hasRead } = Promise.withResolvers<undefined>();
    const instance = world.instance(async (request, run) => {
      const answer = await Promise.resolve().then(run);
      // It is read, and the answer is long under way.
      if (request.kind === "get") {
        hasRead(undefined);
        await held;
      }
      return answer;
    });
    const first = instance.checkWindow(KEYED, windowOfKey("1"), own);
    await read;
    world.clock.advance(1000);
    await world.instance().reset(KEYED, windowOfKey(""));
    world.clock.advance(1000);
    const after = await world.store(KEYED, "b", "b2", "2");
    const second = instance.checkWindow(KEYED, windowOfKey("2"), after);
    // By then it has come to where it needs that, too.
    await setImmediate();
    release(undefined);
    await Promise.all([first, second]);
    assert.ok(before.receivedAtMs < after.receivedAtMs);
    assert.deepEqual(world.groups(), ["a1 b1"]);
  });

  it("are counted as ever where one of them holds more than all may", async () => {
    const world = memoryWorld();
    for (let event = 0; event < 50; event++) await world.store(KEYED, "a", "a", "large");
    const a = await world.store(KEYED, "a", "a1", "1");
    const b = await world.store(KEYED, "b", "b2", "2");
    await world.store(KEYED, "a", "a2", "2");
    const instance = world.instance();
    const large = { eventKey: "a", receivedAtMs: world.clock() };
    await Promise.all(
      [["0", a] as const, ["large", large] as const, ["1", a] as const, ["2", b] as const].map(
        ([key, event]) => instance.checkWindow(KEYED, windowOfKey(key), event),
      ),
    );
    assert.deepEqual(world.groups(), ["a2 b2"]);
    const last = await world.store(KEYED, "b", "b", "large");
    await instance.checkWindow(KEYED, windowOfKey("large"), last);
    assert.equal(world.groups()[1]?.split(" ").length, 51);
  });

  describe("a manual trigger", () => {
    it("of a key takes its window only, and makes nothing where nothing is open", async () => {
      const world = memoryWorld();
      await world.store(KEYED, "a", "a1", "1");
      await world.store(KEYED, "a", "a2", "2");
      const engine = world.instance();
      assert.equal((await engine.triggerOpen(KEYED, windowOfKey("1")))?.numberOfEvents, 1);
      assert.equal(await engine.triggerOpen(KEYED, windowOfKey("1")), undefined);
      assert.equal(await engine.triggerOpen(KEYED, windowOfKey("3")), undefined);
      assert.deepEqual(world.groups(), ["a1"]);
    });

    for (const [name, trigger] of [
      ["taken", {}],
      ["kept", { keepEventAfterTrigger: true }],
      ["made by hand only", { type: "none" }],
    ] as const) {
      it(`of all keys takes each open window once, where events are ${name}`, async () => {
        const world = memoryWorld();
        const configured = rule({ correlation: {}, trigger });
        for (const key of ["1", "2", "3"]) await world.store(configured, "a", `a${key}`, key);
        await world.store(configured, "a", "again", "1");
        const engine = world.instance();
        const made = { triggered: 3, unpublished: 0, failed: 0, more: false };
        assert.deepEqual(await engine.triggerAll(configured), made);
        assert.deepEqual(world.groups().toSorted(), ["a1 again", "a2", "a3"]);
        assert.deepEqual(await engine.triggerAll(configured), { ...made, triggered: 0 });
        assert.equal(world.messages.length, 3);
      });
    }

    it("of all keys leaves out what is outside the period, or was reset", async () => {
      const world = memoryWorld();
      await world.store(KEYED, "a", "old", "1");
      world.clock.advance(3_600_000);
      await world.store(KEYED, "a", "reset", "2");
      await world.store(KEYED, "a", "reset too", "3");
      world.clock.advance(1000);
      const engine = world.instance();
      await engine.reset(KEYED, windowOfKey("3"));
      const { triggered } = await engine.triggerAll(KEYED);
      assert.deepEqual([triggered, world.groups()], [1, ["reset"]]);
      await world.store(KEYED, "a", "reset", "4");
      world.clock.advance(1);
      await engine.reset(KEYED, windowOfKey(""));
      assert.equal((await engine.triggerAll(KEYED)).triggered, 0);
    });

    it("of all keys goes on where the one before ended", async () => {
      const world = memoryWorld();
      for (let key = 0; key < 25; key++) await world.store(KEYED, "a", String(key), String(key));
      const { clock, log } = world;
      const deps = {
        ...makeStorePorts(world.database.documents(), log),
        publisher: {
          publish: ({ messages }: { readonly messages: readonly unknown[] }) =>
            Promise.allSettled(messages.map(() => Promise.resolve("m"))),
        },
        budget: new MessageBudget(),
        clock,
        newId: () => `id${String(Math.random())}`,
        log,
      };
      const calls = [];
      do calls.push(await triggerAll(deps, KEYED, { windows: 10 }));
      while (calls.at(-1)?.more === true && calls.length < 10);
      const total = calls.reduce((sum, { triggered }) => sum + triggered, 0);
      assert.equal(total, 25);
      assert.equal(calls.length, 3);
      assert.equal(world.database.list("pending").length, 0);
    });
  });

  describe("a reset", () => {
    it("of a key ends what is open there, and nothing else", async () => {
      const world = memoryWorld();
      const first = await world.store(KEYED, "a", "a1", "1");
      await world.store(KEYED, "a", "a2", "2");
      world.clock.advance(1000);
      await world.instance().reset(KEYED, windowOfKey("1"));
      world.clock.advance(1000);
      for (const key of ["1", "2"]) {
        const event = await world.store(KEYED, "b", `b${key}`, key);
        await world.instance().checkWindow(KEYED, windowOfKey(key), event);
      }
      assert.deepEqual(world.groups(), ["a2 b2"]);
      assert.ok(first.receivedAtMs < world.clock());
    });

    it("of many keys makes no document grow, and expires", async () => {
      const world = memoryWorld();
      for (let key = 0; key < 50; key++) {
        await world.instance().reset(KEYED, windowOfKey(`k${String(key)}`));
      }
      const windows = world.database.list("windows");
      assert.equal(windows.length, 50);
      assert.equal(world.database.find("services/svc"), undefined);
      for (const { fields } of windows) {
        assert.equal((fields["resets"] as unknown[]).length, 1);
        // Later than any replay can meet it.
        assert.ok((fields["expireAt"] as Date).getTime() >= world.clock() + 3_600_000 + 86_400_000);
      }
    });

    it("costs a replay one read more, where there is a correlation, and no count", async () => {
      const readsOf = async (configured: typeof KEYED, key: string | undefined) => {
        const world = memoryWorld();
        await world.store(configured, "a", "a", key);
        const event = await world.store(configured, "b", "b", key);
        const { counts, hook } = meter();
        const window = { service: "svc", key: key ?? "" };
        await world.instance(hook).checkWindow(configured, window, event);
        assert.equal(world.messages.length, 1);
        return counts.reads;
      };
      assert.equal(await readsOf(KEYED, "k"), await readsOf(rule(), undefined));
    });
  });
});

describe("the net under windows by key", () => {
  it("finds each window whose trigger was lost, within minutes, at two reads an event", async () => {
    const world = memoryWorld();
    const KEYS = 2000;
    for (let key = 0; key < KEYS; key++) await world.store(KEYED, "a", "a", String(key));
    for (let key = 0; key < KEYS; key += 100) await world.store(KEYED, "b", "b", String(key));
    const { counts, hook } = meter();
    const sweeper = world.instance(hook);
    let minute = 0;
    while (world.messages.length === 0) {
      assert.ok(++minute <= 4);
      world.clock.advance(MINUTE_MS);
      counts.reads = 0;
      await sweeper.sweep([KEYED]);
    }
    assert.equal(world.messages.length, KEYS / 100);
    // A sync's own reads besides: its markers, the resets of the window and of the service, its events.
    const syncs = (KEYS / 100) * 7;
    const atMost = 2 * (KEYS + KEYS / 100) + syncs + 20;
    assert.ok(counts.reads <= atMost, `${String(counts.reads)} of ${String(atMost)} reads`);

    // Once: what still waits costs nothing any more.
    for (let again = 0; again < 5; again++) {
      world.clock.advance(MINUTE_MS);
      counts.reads = 0;
      await sweeper.sweep([KEYED]);
      assert.ok(counts.reads <= 8, `${String(counts.reads)} reads`);
    }
  });

  it("finds an event that became visible late", async () => {
    const world = memoryWorld();
    await world.store(KEYED, "a", "a", "k");
    await minutesUntilSync(world); // passes it
    assert.equal(world.messages.length, 0);
    world.clock.advance(-119_000);
    await world.store(KEYED, "b", "late", "k");
    world.clock.advance(119_000);
    assert.ok((await minutesUntilSync(world)) <= 3);
    assert.deepEqual(world.groups(), ["a late"]);
  });

  it("examines what is waiting on the first day, and what has a wrong clock when its time has come", async () => {
    const world = memoryWorld();
    const relay = rule({ correlation: {}, endpoints: [endpoint("a")] });
    world.clock.advance(600_000);
    await world.store(relay, "a", "future", "k");
    world.clock.advance(-600_000);
    assert.equal(await minutesUntilSync(world, relay), Infinity);
    assert.ok((await minutesUntilSync(world, relay)) <= 4);
  });

  it("is not stopped by a window that fails, and tries that one again", async () => {
    const world = memoryWorld();
    for (const key of ["bad", "good"]) {
      await world.store(KEYED, "a", `a-${key}`, key);
      await world.store(KEYED, "b", `b-${key}`, key);
      world.clock.advance(1);
    }
    let isDown = true;
    // What asks for the bad window asks for the document of its resets.
    const failing = world.instance(async (request, run) => {
      const answer = await Promise.resolve().then(run);
      const first: unknown = Array.isArray(answer) ? answer[0] : undefined;
      const fields = (first as { fields?: { key?: unknown } } | undefined)?.fields;
      if (isDown && request.kind === "query" && fields?.key === "bad" && "size" in fields) {
        throw new Error("unavailable");
      }
      return answer;
    });
    world.clock.advance(3 * MINUTE_MS);
    const report = await failing.sweep([KEYED]);
    assert.deepEqual([report.errors, world.groups()], [1, ["a-good b-good"]]);
    assert.equal(world.log.of("sweep.stepFailed")[0]?.["key"], "bad");
    world.clock.advance(MINUTE_MS);
    assert.equal((await failing.sweep([KEYED])).errors, 1);
    isDown = false;
    world.clock.advance(MINUTE_MS);
    assert.equal((await failing.sweep([KEYED])).errors, 0);
    assert.deepEqual(world.groups(), ["a-good b-good", "a-bad b-bad"]);
  });

  it("keeps the expired events of a window that could not be checked, and removes those of others", async () => {
    const world = memoryWorld();
    const short = rule({ correlation: {}, trigger: { observationPeriod: 60 } });
    await world.store(short, "a", "a1", "bad");
    await world.store(short, "a", "a2", "other");
    world.clock.advance(59_000);
    await world.store(short, "b", "b1", "bad");
    const failing = world.instance(async (request, run) => {
      const answer = await Promise.resolve().then(run);
      const isOfBad =
        Array.isArray(answer) &&
        answer.some(
          (doc: { fields?: { key?: unknown; size?: unknown } } | undefined) =>
            doc?.fields?.key === "bad" && doc.fields.size !== undefined,
        );
      if (request.kind === "query" && isOfBad) throw new Error("unavailable");
      return answer;
    });
    for (let minute = 0; minute < 8; minute++) {
      world.clock.advance(MINUTE_MS);
      await failing.sweep([short]);
    }
    assert.equal(world.database.list("pending").length, 2);
    await world.instance().sweep([short]);
    assert.deepEqual(world.groups(), ["a1 b1"]);
    assert.equal(world.database.list("pending").length, 0);
  });

  it("removes what has expired, whatever its key, and not before a replay has passed it", async () => {
    const world = memoryWorld();
    const short = rule({ correlation: {}, trigger: { observationPeriod: 300 } });
    for (const key of ["1", "2", "3"]) await world.store(short, "a", "a", key);
    // In time, and its trigger is lost: found only after the period.
    world.clock.advance(299_000);
    await world.store(short, "b", "b", "1");
    let expired = 0;
    for (let minute = 0; minute < 10; minute++) {
      world.clock.advance(MINUTE_MS);
      ({ expired } = await world.instance().sweep([short]));
      if (expired > 0) break;
    }
    assert.equal(expired, 2);
    assert.deepEqual(world.groups(), ["a b"]);
  });

  it("keeps the markers of a window that a large claim is at, whatever their age", async () => {
    const world = memoryWorld();
    const short = rule({ correlation: {}, trigger: { observationPeriod: 60 } });
    await world.store(short, "a", "a", "claimed");
    await world.store(short, "a", "a", "other");
    const to = { at: new Date(world.clock()), id: "z" };
    await world.database.documents().commit([
      {
        kind: "create",
        path: "services/svc",
        fields: { v: 1, claiming: { s1: { key: "claimed", to } } },
      },
    ]);
    world.clock.advance(10 * MINUTE_MS);
    await world.instance().sweep([short]);
    const left = world.database.list("pending").map(({ fields }) => fields["key"]);
    assert.deepEqual(left, ["claimed"]);
  });

  it("leaves markers of services without a correlation as they are", async () => {
    const world = memoryWorld();
    await world.store(rule(), "a", "a");
    await world.store(KEYED, "a", "a", "k");
    const shards = world.database.list("pending").map(({ fields }) => typeof fields["shard"]);
    assert.deepEqual(shards.toSorted(), ["number", "undefined"]);
  });
});
