import assert from "node:assert/strict";

import { makeStorePorts } from "../../src/adapters/firestore/ports.ts";
import { makeEngine, type Engine, type NewEvent } from "../../src/app/engine.ts";
import type { Rule } from "../../src/domain/rule.ts";
import { MemoryDatabase, type Hook } from "../../testkit/memoryDocuments.ts";
import { accepted, NOW, rule } from "../support/factories.ts";
import { recordingLog } from "../support/recordingLog.ts";

const KEY = "k";

/** Instances on one database, which claim two events with each commit. */
function setUp(by: Rule) {
  const database = new MemoryDatabase();
  const log = recordingLog();
  const messages: unknown[] = [];
  let nowMs = NOW;
  let ids = 0;
  const instance = (hook?: Hook): Engine =>
    makeEngine({
      ...makeStorePorts(database.documents(hook), log),
      publisher: {
        publish: ({ messages: batch }) =>
          Promise.resolve(
            batch.map((message) => ({
              status: "fulfilled" as const,
              value: String(messages.push(message)),
            })),
          ),
      },
      clock: () => nowMs,
      newId: () => `e${String(ids++).padStart(19, "0")}`,
      log,
      claimChunk: 2,
    });
  return {
    database,
    messages,
    log,
    instance,
    at: (ms: number) => {
      nowMs = NOW + ms;
    },
    /** @param ms when it is received; it becomes visible at once */
    store: async (eventKey: string, ms: number): Promise<NewEvent> => {
      const beforeMs = nowMs;
      nowMs = NOW + ms;
      const stored = await instance().storeEvent(by, accepted({ eventKey, key: KEY }));
      nowMs = beforeMs;
      return { eventKey, receivedAtMs: stored.receivedAtMs };
    },
  };
}

/** Ends its instance with the first commit of a claim: it took effect, and nothing comes back. */
function dyingHook(): { readonly hook: Hook; readonly died: Promise<unknown> } {
  const { promise: died, resolve } = Promise.withResolvers<unknown>();
  let isDead = false;
  const never = new Promise<never>(() => undefined);
  return {
    died,
    hook: (request, run) => {
      if (isDead) return never;
      const answer = run();
      const creates = (request.writes ?? []).some(
        ({ kind, path }) => kind === "create" && path.includes("/syncs/"),
      );
      if (request.kind !== "commit" || !creates) return Promise.resolve(answer);
      isDead = true;
      resolve(undefined);
      return never;
    },
  };
}

const RULES: readonly (readonly [string, Rule, isPair: boolean])[] = [
  ["is fired once it has ended", rule({ correlation: {} }), true],
  [
    "is closed at its deadline all the same",
    rule({ correlation: {}, deadline: { from: "first", seconds: 60, then: "publish" } }),
    false,
  ],
];

describe("a window with a key, behind a claim in several commits whose instance ended", () => {
  for (const [title, by, isPair] of RULES) {
    it(title, async () => {
      const { database, messages, log, instance, at, store } = setUp(by);
      const window = { service: by.serviceName, key: KEY };
      for (const ms of [-9000, -8000, -7000, -6000]) await store("a", ms);
      const completing = await store("b", -5000);
      const { hook, died } = dyingHook();
      void instance(hook).checkWindow(by, window, completing);
      await died;
      // Older than what the claim has gone through, and visible only now: it waits for the next sync.
      const late = [await store("a", -9500), ...(isPair ? [await store("b", 1000)] : [])];
      at(1500);
      const checks = instance();
      for (const event of late) await checks.checkWindow(by, window, event);
      const sweeps = instance();
      for (let minute = 1; minute <= 10; minute++) {
        at(minute * 61_000);
        await sweeps.sweep([by]);
      }
      assert.deepEqual(database.list("pending"), []);
      assert.equal(messages.length, 2);
      assert.deepEqual(log.of("sweep.stepFailed"), []);
    });
  }
});
