/**
 * The wired system on a store in memory, with nothing late and nothing lost, beside the simulation of the same
 * entries: also for what no reference knows, manual triggers and kept events among it.
 */
import assert from "node:assert/strict";
import fc from "fast-check";

import { DEADLINE_GRACE_MS } from "../../src/domain/deadline.ts";
import type { Deadline, Rule } from "../../src/domain/rule.ts";
import type { Entry, Fired } from "../../src/domain/simulation.ts";
import type { WindowId } from "../../src/domain/window.ts";
import { conditionsOf } from "../support/conditions.ts";
import { accepted, endpoint, NOW, rule } from "../support/factories.ts";
import { memoryWorld } from "../support/memoryWorld.ts";
import { simulate } from "../support/simulated.ts";

const ENDPOINTS = ["a", "b", "c"];
const KEYS = ["k1", "k2"];
const MODES = ["taken", "taken", "kept", "manual"] as const;

const deadlines: fc.Arbitrary<Deadline> = fc.record({
  seconds: fc.integer({ min: 1, max: 20 }),
  from: fc.constantFrom("first", "last"),
  then: fc.constantFrom("publish", "deadLetter"),
});

const cases = fc
  .record({
    mode: fc.constantFrom(...MODES),
    periodSeconds: fc.constantFrom(2, 5, 20),
    needs: fc.array(fc.integer({ min: 1, max: 2 }), { minLength: 1, maxLength: 3 }),
    deadline: fc.option(deadlines, { nil: undefined }),
    isKeyed: fc.boolean(),
    steps: fc.array(
      fc.record({
        what: fc.constantFrom("event", "event", "event", "event", "event", "trigger", "reset"),
        endpoint: fc.nat({ max: 2 }),
        key: fc.nat({ max: 2 }),
        gapMs: fc.oneof(
          fc.constantFrom(0, 1, 999, 1000, 1001, 2000, 5000),
          fc.integer({ min: 0, max: 8000 }),
        ),
      }),
      { maxLength: 25 },
    ),
  })
  .chain(({ mode, periodSeconds, needs, deadline, isKeyed, steps }) => {
    const endpoints = needs.map((minNbOfOccurrence, index) =>
      endpoint(ENDPOINTS[index] ?? "", { minNbOfOccurrence }),
    );
    const names = endpoints.map(({ eventKey }) => eventKey);
    return fc.option(conditionsOf(names), { nil: undefined }).map((condition) => ({
      steps,
      rule: rule({
        endpoints,
        ...(condition && { condition }),
        trigger: {
          type: mode === "manual" ? "none" : "window",
          observationPeriod: periodSeconds,
          keepEventAfterTrigger: mode === "kept",
        },
        deadLetterPubSub: { topic: "projects/demo-eventsync/topics/dead" },
        ...(mode === "taken" && deadline !== undefined && { deadline }),
        ...(isKeyed && { correlation: {} }),
      }),
    }));
  });

type Step = (typeof cases extends fc.Arbitrary<infer Case> ? Case : never)["steps"][number];

/** What is compared of a sync. */
interface Made {
  readonly key: string;
  readonly eventID: string;
  readonly reason: string;
  readonly complete: boolean;
  readonly missing: string;
  readonly deadlineAt: string;
}

async function wired(someRule: Rule, steps: readonly Step[]) {
  const world = memoryWorld();
  const { clock, messages, alarms } = world;
  const engine = world.instance();
  const entries: Entry[] = [];
  const rung = new Set<string>();
  const isKeyed = someRule.correlation !== undefined;
  const { serviceName: service } = someRule;

  /** Alarms ring on time, in their order. */
  const passTo = async (toMs: number): Promise<void> => {
    for (;;) {
      const [next] = alarms
        .filter((alarm) => alarm.atMs <= toMs && !rung.has(JSON.stringify(alarm)))
        .toSorted((a, b) => a.atMs - b.atMs);
      if (next === undefined) break;
      rung.add(JSON.stringify(next));
      clock.advance(Math.max(0, next.atMs - clock()));
      await engine.checkWindow(someRule, next.window);
    }
    clock.advance(toMs - clock());
  };

  let atMs = NOW;
  let hasOrder = false;
  for (const step of steps) {
    // An event of the millisecond of an order may be before it or behind it: nobody can say.
    const gapMs = hasOrder ? Math.max(1, step.gapMs) : step.gapMs;
    hasOrder = step.what !== "event";
    atMs += gapMs;
    await passTo(atMs);
    const eventKey = someRule.endpoints[step.endpoint % someRule.endpoints.length]?.eventKey ?? "";
    const key = isKeyed ? (KEYS[step.key] ?? (step.what === "event" ? "k1" : "")) : "";
    const window: WindowId = { service, key };
    if (step.what === "event") {
      const request = accepted({ eventKey, ...(key !== "" && { key }) });
      const { eventId, receivedAtMs } = await engine.storeEvent(someRule, request);
      if (someRule.trigger.type === "window") {
        await engine.checkWindow(someRule, window, { eventKey, receivedAtMs });
      }
      entries.push({ what: "event", window, event: { id: eventId, eventKey, receivedAtMs } });
    } else {
      entries.push({ what: step.what, window, atMs });
      if (step.what === "reset") await engine.reset(someRule, window);
      else if (!isKeyed) await engine.triggerSync(someRule, window);
      else if (key === "") await engine.triggerAll(someRule);
      else await engine.triggerOpen(someRule, window);
    }
  }
  await passTo(atMs + 60_000);
  const made = messages.map(({ key = "", eventID, completion }): Made => {
    const { reason, complete, missing, deadlineAt } = completion;
    const isDue = reason === "deadline";
    return {
      ...{ key, eventID, reason, complete },
      missing: JSON.stringify(missing),
      deadlineAt: isDue ? (deadlineAt ?? "") : "",
    };
  });
  return { entries, made, endMs: atMs + 60_000 - DEADLINE_GRACE_MS };
}

function simulatedAs({ sync }: Fired): Made {
  const { key, eventID, completion } = sync;
  const { reason, complete, missing, deadlineAtMs = NaN } = completion;
  return {
    ...{ key, eventID, reason, complete },
    missing: JSON.stringify(missing),
    deadlineAt: reason === "deadline" ? new Date(deadlineAtMs).toISOString() : "",
  };
}

describe("a simulation, beside the wired core", function () {
  this.timeout(120_000);

  it("lets one manual trigger find what a deadline has just closed, and the next one nothing", async () => {
    const steps = [
      { what: "event", endpoint: 0, key: 0, gapMs: 0 },
      { what: "trigger", endpoint: 0, key: 0, gapMs: 2000 },
      { what: "trigger", endpoint: 0, key: 0, gapMs: 1 },
    ] as const;
    const someRule = rule({
      endpoints: [endpoint("a", { minNbOfOccurrence: 2 })],
      trigger: { observationPeriod: 2 },
      deadline: { seconds: 2, then: "publish" },
    });
    const { entries, made, endMs } = await wired(someRule, steps);
    const { fired } = simulate([someRule], entries, endMs);
    assert.deepEqual(fired.map(simulatedAs), made);
    assert.deepEqual(
      made.map(({ reason }) => reason),
      ["deadline", "manual"],
    );
  });

  it("makes the same syncs, message for message", () =>
    fc.assert(
      fc.asyncProperty(cases, async ({ rule: someRule, steps }) => {
        const { entries, made, endMs } = await wired(someRule, steps);
        const { fired } = simulate([someRule], entries, endMs);
        const inOrder = (list: readonly Made[]): string[] =>
          list.map((one) => JSON.stringify(one)).toSorted();
        assert.deepEqual(inOrder(fired.map(simulatedAs)), inOrder(made));
      }),
      { numRuns: 600 },
    ));
});
