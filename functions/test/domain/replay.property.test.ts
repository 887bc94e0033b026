import assert from "node:assert/strict";
import fc from "fast-check";

import { everyEndpoint } from "../../src/domain/condition.ts";
import { byAge, type PendingEvent } from "../../src/domain/event.ts";
import { Replay } from "../../src/domain/replay.ts";
import type { Rule } from "../../src/domain/rule.ts";
import { conditionsOf } from "../support/conditions.ts";
import { endpoint, pending, rule } from "../support/factories.ts";
import { sequentially } from "../../testkit/reference.ts";

fc.configureGlobal({ numRuns: 2000 });

const KEYS = ["a", "b", "c", "gone"]; // the last is no endpoint of any rule

const rules = fc
  .record({
    needs: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 3 }),
    observationPeriod: fc.integer({ min: 1, max: 8 }),
  })
  .chain(({ needs, observationPeriod }) => {
    const endpoints = needs.map((minNbOfOccurrence, index) =>
      endpoint(KEYS[index] ?? "", { minNbOfOccurrence }),
    );
    return fc
      .oneof(
        fc.constant(everyEndpoint(endpoints)),
        conditionsOf(endpoints.map(({ eventKey }) => eventKey)),
      )
      .map((condition) => rule({ endpoints, condition, trigger: { observationPeriod } }));
  });

/** Often in the same millisecond, and around the edges of the period. */
const times = fc.oneof(
  fc.integer({ min: 0, max: 30 }).map((seconds) => seconds * 1000),
  fc.integer({ min: 0, max: 30_000 }),
);

const events = fc
  .array(fc.record({ key: fc.constantFrom(...KEYS), at: times }), { maxLength: 30 })
  .map((list) =>
    list
      .map(({ key, at }, index) =>
        pending({ id: `e${String(index).padStart(2, "0")}`, eventKey: key, receivedAtMs: at }),
      )
      .toSorted(byAge),
  );

const resets = fc.array(times, { maxLength: 3 });

const idsOf = (members: readonly PendingEvent[]): string[] => members.map(({ id }) => id);

interface Replayed {
  readonly syncs: string[][];
  readonly open: string[];
  /** In no sync and not open, in order. */
  readonly expired: string[];
}

/** What a replay of all markers makes of them, read back from the places that it tells. */
function replayed(
  someRule: Rule,
  arrivals: readonly PendingEvent[],
  resetsMs: readonly number[],
  nowMs = 31_000,
): Replayed {
  const ids = idsOf(arrivals.filter((event) => isConfigured(someRule, event)));
  const replay = new Replay({ rule: someRule, resetsMs });
  const runs = arrivals
    .filter((event) => isConfigured(someRule, event))
    .flatMap((event) => replay.next(event) ?? []);
  const open = replay.openAt(nowMs).run;
  const kept = new Set([...runs, open].flatMap(({ from, to }) => ids.slice(from, to)));
  return {
    syncs: runs.map(({ from, to }) => ids.slice(from, to)),
    open: ids.slice(open.from, open.to),
    expired: ids.filter((id) => !kept.has(id)),
  };
}

const isConfigured = (someRule: Rule, { eventKey }: PendingEvent): boolean =>
  someRule.endpoints.some((candidate) => candidate.eventKey === eventKey);

describe("a replay, for any events, rule and resets", () => {
  it("makes the syncs that a check at each event's moment would have made", () => {
    fc.assert(
      fc.property(rules, events, resets, (someRule, arrivals, resetsMs) => {
        const { syncs } = replayed(someRule, arrivals, resetsMs);
        assert.deepEqual(syncs, sequentially(someRule, arrivals, resetsMs));
      }),
    );
  });

  it("keeps open what is inside the period, since the last reset, and in no sync", () => {
    fc.assert(
      fc.property(
        rules,
        events,
        resets,
        fc.integer({ min: 30_000, max: 40_000 }),
        (someRule, arrivals, resetsMs, nowMs) => {
          const { syncs, open } = replayed(someRule, arrivals, resetsMs, nowMs);
          const taken = new Set(syncs.flat());
          const start = Math.max(nowMs - someRule.trigger.observationPeriod * 1000, ...resetsMs);
          const expected = arrivals.filter(
            (event) =>
              isConfigured(someRule, event) && event.receivedAtMs > start && !taken.has(event.id),
          );
          assert.deepEqual(open, idsOf(expected));
        },
      ),
    );
  });

  it("goes on the same after its syncs, and what has expired, have been removed", () => {
    const looks = fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 6 });
    fc.assert(
      fc.property(rules, events, resets, looks, (someRule, arrivals, resetsMs, upTo) => {
        let there: PendingEvent[] = [];
        let seen = 0;
        const syncs: string[][] = [];
        for (const count of [...upTo.toSorted((a, b) => a - b), arrivals.length]) {
          there = [...there, ...arrivals.slice(seen, Math.max(seen, count))];
          seen = Math.max(seen, count);
          const nowMs = there.at(-1)?.receivedAtMs ?? 0;
          // What goes has long expired: not by a reset of this very moment, at which more may yet come.
          const pastMs = resetsMs.filter((ms) => ms < nowMs);
          const look = replayed(someRule, there, pastMs, nowMs);
          syncs.push(...look.syncs);
          const gone = new Set([...look.syncs.flat(), ...look.expired]);
          there = there.filter(({ id }) => !gone.has(id));
        }
        assert.deepEqual(syncs, sequentially(someRule, arrivals, resetsMs));
      }),
    );
  });
});

describe("a replay", () => {
  it("takes a million markers of one endpoint in its stride, and closes with the first of the other", () => {
    const replay = new Replay({ rule: rule(), resetsMs: [] });
    const chatty = pending({ eventKey: "a", receivedAtMs: 0 });
    for (let place = 0; place < 1_000_000; place++) {
      assert.equal(replay.next({ ...chatty, receivedAtMs: place }), undefined);
    }
    const last = replay.next(pending({ eventKey: "b", receivedAtMs: 1_000_000 }));
    assert.deepEqual(last, { from: 0, to: 1_000_001 });
  });

  it("refuses markers out of order, or of no endpoint", () => {
    const replay = new Replay({ rule: rule(), resetsMs: [] });
    replay.next(pending({ eventKey: "a", receivedAtMs: 2 }));
    assert.throws(() => replay.next(pending({ eventKey: "a", receivedAtMs: 1 })), RangeError);
    assert.throws(() => replay.next(pending({ eventKey: "x", receivedAtMs: 3 })), RangeError);
  });
});
