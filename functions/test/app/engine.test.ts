import assert from "node:assert/strict";
import { mock } from "node:test";
import { makeEngine } from "../../src/app/engine.ts";
import { CHECK_MS } from "../../src/app/timeLimits.ts";
import type { Claim, ClaimResult, Publisher } from "../../src/app/ports.ts";
import { makeSync, mergeChunks } from "../../src/domain/sync.ts";
import { windowOf } from "../../src/domain/window.ts";
import { ago, endpoint, NOW, pending, rule, lease } from "../support/factories.ts";
import {
  fakeClock,
  fakeEventLog,
  fakeOutbox,
  fakeServiceState,
  noOpenWindows,
  windowWith,
} from "../support/fakes.ts";
import { recordingLog } from "../support/recordingLog.ts";

/** Each check fires: one event, always there. */
const RELAY = rule({ endpoints: [endpoint("a")] });
const NEW = { eventKey: "a", receivedAtMs: ago(60) };

function setUp() {
  const clock = fakeClock();
  const outbox = fakeOutbox(clock);
  let claims = 0;
  /** Published messages wait here until the test lets them through. */
  const publishing: PromiseWithResolvers<string>[] = [];
  const ports = {
    clock,
    services: fakeServiceState(),
    window: windowWith([pending()]),
    openWindows: noOpenWindows,
    outbox: {
      ...outbox,
      claimTaken: (all: readonly Claim[]): Promise<ClaimResult[]> =>
        Promise.resolve(
          all.map(({ rule: configured, reason, nowMs, chunks }) => {
            const id = `sync${String(++claims)}`;
            const sync = makeSync(id, configured, mergeChunks(chunks), reason, nowMs);
            return { outcome: "claimed", lease: lease(sync) };
          }),
        ),
    },
    events: fakeEventLog(),
    publisher: {
      publish: () => {
        const waiting = Promise.withResolvers<string>();
        publishing.push(waiting);
        return Promise.allSettled([waiting.promise]);
      },
    } satisfies Publisher,
    newId: () => "random",
    log: recordingLog(),
  };
  return { engine: makeEngine(ports), ports, publishing, claims: () => claims };
}

/** Lets everything run that waits for nothing but its turn. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("Engine", () => {
  it("shares one check, and its publication, among those who ask at the same moment", async () => {
    const { engine, publishing, claims } = setUp();
    const callers = Array.from({ length: 5 }, () =>
      engine.checkWindow(RELAY, windowOf(RELAY), NEW),
    );
    await settle();
    assert.equal(claims(), 2); // one ran, one waited for the others
    for (const { resolve } of publishing) resolve("m1");
    const outcomes = await Promise.all(callers);
    assert.deepEqual(
      outcomes.map(({ outcome }) => outcome),
      Array<string>(5).fill("fired"),
    );
  });

  it("marks together what many windows have published while it marked the first", async () => {
    const { ports, publishing } = setUp();
    const commits: PromiseWithResolvers<undefined>[] = [];
    const sizes: number[] = [];
    ports.outbox.markPublished = async (published) => {
      sizes.push(published.length);
      const commit = Promise.withResolvers<undefined>();
      commits.push(commit);
      await commit.promise;
    };
    const engine = makeEngine(ports);
    const rules = Array.from({ length: 9 }, (_, index) =>
      rule({ serviceName: `svc${String(index)}`, endpoints: [endpoint("a")] }),
    );
    const checks = rules.map((each) => engine.checkWindow(each, windowOf(each), NEW));
    await settle();
    for (const { resolve } of publishing) resolve("m1");
    await settle();
    commits[0]?.resolve(undefined);
    await settle();
    commits[1]?.resolve(undefined);
    await Promise.all(checks);
    assert.deepEqual(sizes, [1, 8]);
  });

  it("does not hold up the next check while a message is being published", async () => {
    const { engine, publishing, claims } = setUp();
    const first = engine.checkWindow(RELAY, windowOf(RELAY), NEW);
    await settle();
    assert.equal(publishing.length, 1);
    const second = engine.checkWindow(RELAY, windowOf(RELAY), NEW);
    await settle();
    assert.equal(claims(), 2);
    publishing[1]!.resolve("m2");
    await second;
    publishing[0]!.resolve("m1");
    await first;
  });

  it("answers a caller only once the message is out", async () => {
    const { engine, publishing } = setUp();
    let isAnswered = false;
    const caller = engine.checkWindow(RELAY, windowOf(RELAY), NEW).then(() => {
      isAnswered = true;
    });
    await settle();
    assert.equal(isAnswered, false);
    publishing[0]!.resolve("m1");
    await caller;
  });

  it("tells everyone who shares a check if not even its failure could be noted", async () => {
    const { ports, publishing } = setUp();
    ports.outbox.markFailed = () => Promise.reject(new Error("unavailable"));
    const engine = makeEngine(ports);
    const callers = Array.from({ length: 3 }, () =>
      engine.checkWindow(RELAY, windowOf(RELAY), NEW),
    );
    const settled = Promise.allSettled(callers);
    await settle();
    for (const { reject } of publishing) reject(new Error("no such topic"));
    for (const result of await settled) {
      assert.equal(result.status, "rejected");
      assert.match(String(result.reason), /unavailable/);
    }
  });

  it("checks different services side by side", async () => {
    const { engine, publishing, claims } = setUp();
    const other = { ...RELAY, serviceName: "other" };
    const callers = [
      engine.checkWindow(RELAY, windowOf(RELAY), NEW),
      engine.checkWindow(other, windowOf(other), NEW),
    ];
    await settle();
    assert.equal(claims(), 2);
    for (const { resolve } of publishing) resolve("m1");
    await Promise.all(callers);
  });

  describe("with a request that never answers", () => {
    beforeEach(() => {
      mock.timers.enable({ apis: ["setTimeout"] });
    });
    afterEach(() => {
      mock.timers.reset();
    });

    it("frees its window for later events, and tells who waited for it", async () => {
      const { engine, ports, publishing, claims } = setUp();
      const scan = ports.window.scan.bind(ports.window);
      const stuck = Promise.withResolvers<undefined>();
      ports.window.scan = async function* (...query) {
        await stuck.promise;
        yield* scan(...query);
      };
      const first = engine.checkWindow(RELAY, windowOf(RELAY), {
        eventKey: "a",
        receivedAtMs: NOW,
      });
      await settle();
      ports.window.scan = scan;
      const second = engine.checkWindow(RELAY, windowOf(RELAY), {
        eventKey: "a",
        receivedAtMs: NOW,
      });
      await settle();
      assert.equal(claims(), 0);
      mock.timers.tick(CHECK_MS);
      await assert.rejects(first, { name: "TimeoutError", message: /svc/ });
      await settle();
      assert.equal(claims(), 1);
      publishing[0]!.resolve("m1");
      assert.equal((await second).outcome, "fired");

      // It answers after all: what it claims is published, and nobody is left to hear that it fails.
      const unheard: unknown[] = [];
      const hear = (reason: unknown): void => void unheard.push(reason);
      process.on("unhandledRejection", hear);
      ports.outbox.markFailed = () => Promise.reject(new Error("unavailable"));
      stuck.resolve(undefined);
      await settle();
      publishing[1]!.reject(new Error("no such topic"));
      await settle();
      process.off("unhandledRejection", hear);
      assert.equal(claims(), 2);
      assert.deepEqual(unheard, [], "this would end the process");
    });
  });

  it("resets with one write, at the time of the call", async () => {
    const { engine, ports } = setUp();
    assert.deepEqual(await engine.reset(RELAY, windowOf(RELAY)), { resetAtMs: NOW });
    assert.deepEqual([...ports.services.made], [["svc", [NOW]]]);
    assert.equal(ports.services.reads, 0);
  });
});
