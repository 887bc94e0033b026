import assert from "node:assert/strict";
import fc from "fast-check";

import { timesOfDay } from "../../src/adapters/timeOfDay.ts";
import { everyEndpoint } from "../../src/domain/condition.ts";
import { deadlineOf } from "../../src/domain/deadline.ts";
import { byAge, type PendingEvent } from "../../src/domain/event.ts";
import { Replay, type Closed } from "../../src/domain/replay.ts";
import type { Deadline, Rule } from "../../src/domain/rule.ts";
import { conditionsOf } from "../support/conditions.ts";
import { endpoint, pending, rule } from "../support/factories.ts";
import { closings, type Closing } from "../../testkit/reference.ts";

fc.configureGlobal({ numRuns: 2000 });

const KEYS = ["a", "b", "c", "gone"]; // the last is no endpoint of any rule

const then = "publish" as const;

const deadlines: fc.Arbitrary<Deadline | undefined> = fc.option(
  fc.oneof(
    fc.record({
      seconds: fc.integer({ min: 1, max: 8 }),
      from: fc.constantFrom("first", "last"),
      then: fc.constant(then),
    }),
    fc.integer({ min: 0, max: 35 }).map((second) => ({
      at: `00:00:${String(second).padStart(2, "0")}`,
      timeZone: "UTC",
      then,
    })),
  ),
  { nil: undefined },
);

const rules = fc
  .record({
    deadline: deadlines,
    needs: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 3 }),
    observationPeriod: fc.integer({ min: 1, max: 8 }),
  })
  .chain(({ needs, observationPeriod, deadline }) => {
    const endpoints = needs.map((minNbOfOccurrence, index) =>
      endpoint(KEYS[index] ?? "", { minNbOfOccurrence }),
    );
    return fc
      .oneof(
        fc.constant(everyEndpoint(endpoints)),
        conditionsOf(endpoints.map(({ eventKey }) => eventKey)),
      )
      .map((condition) =>
        rule({
          endpoints,
          condition,
          trigger: { observationPeriod },
          ...(deadline !== undefined && { deadline }),
        }),
      );
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
  readonly syncs: Closing[];
  readonly open: string[];
  /** In no sync and not open, in order. */
  readonly expired: string[];
}

/** What a replay of all markers makes of them, read back from the places that it tells. */
function replayed(
  someRule: Rule,
  arrivals: readonly PendingEvent[],
  resetsMs: readonly number[],
  nowMs = END,
): Replayed {
  const { at, timeZone } = someRule.deadline ?? {};
  const nextTime =
    at === undefined || timeZone === undefined ? undefined : timesOfDay(at, timeZone);
  const known = arrivals.filter((event) => isConfigured(someRule, event));
  const ids = idsOf(known);
  const replay = new Replay({
    rule: someRule,
    resetsMs,
    deadlineOf: deadlineOf(someRule, nextTime),
  });
  const runs = known.flatMap((event): readonly Closed[] => replay.next(event));
  const { run: open, closed } = replay.openAt(nowMs);
  const kept = new Set([...runs, ...closed, open].flatMap(({ from, to }) => ids.slice(from, to)));
  return {
    syncs: [...runs, ...closed].map(({ from, to, reason }) => ({
      ids: ids.slice(from, to),
      reason,
    })),
    open: ids.slice(open.from, open.to),
    expired: ids.filter((id) => !kept.has(id)),
  };
}

/** Later than any event, and earlier than some deadlines. */
const END = 31_000;

const isConfigured = (someRule: Rule, { eventKey }: PendingEvent): boolean =>
  someRule.endpoints.some((candidate) => candidate.eventKey === eventKey);

describe("a replay, for any events, rule, deadline and resets", () => {
  it("makes the syncs that a look at each event's moment, and at each deadline, would have made", () => {
    fc.assert(
      fc.property(rules, events, resets, (someRule, arrivals, resetsMs) => {
        const { syncs } = replayed(someRule, arrivals, resetsMs);
        assert.deepEqual(syncs, closings(someRule, arrivals, resetsMs, END));
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
          const taken = new Set(syncs.flatMap(({ ids }) => ids));
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

  it("lets nothing expire where there is a deadline: all but what was reset is in a sync, or open", () => {
    fc.assert(
      fc.property(rules, events, (someRule, arrivals) => {
        fc.pre(someRule.deadline !== undefined);
        assert.deepEqual(replayed(someRule, arrivals, []).expired, []);
      }),
    );
  });

  it("says when what is open will close, and closes it then and not before", () => {
    fc.assert(
      fc.property(rules, events, resets, (someRule, arrivals, resetsMs) => {
        const known = arrivals.filter((event) => isConfigured(someRule, event));
        const replay = (): Replay => {
          const { at, timeZone } = someRule.deadline ?? {};
          const nextTime =
            at === undefined || timeZone === undefined ? undefined : timesOfDay(at, timeZone);
          const facts = { rule: someRule, resetsMs, deadlineOf: deadlineOf(someRule, nextTime) };
          const fed = new Replay(facts);
          for (const event of known) fed.next(event);
          return fed;
        };
        const { run, deadlineAtMs } = replay().openAt(END);
        const isDue = someRule.deadline !== undefined && run.to > run.from;
        assert.equal(deadlineAtMs !== undefined, isDue);
        if (deadlineAtMs === undefined) return;
        const closedAt = (ms: number): readonly Closed[] => {
          const fed = replay();
          fed.openAt(END);
          return fed.openAt(ms).closed;
        };
        assert.deepEqual(closedAt(deadlineAtMs - 1), []);
        assert.deepEqual(closedAt(deadlineAtMs), [{ ...run, reason: "deadline", deadlineAtMs }]);
      }),
    );
  });

  it("goes on the same after its syncs, and what has expired, have been removed", () => {
    const looks = fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 6 });
    fc.assert(
      fc.property(rules, events, resets, looks, (someRule, arrivals, resetsMs, upTo) => {
        let there: PendingEvent[] = [];
        let seen = 0;
        const syncs: Closing[] = [];
        for (const count of [...upTo.toSorted((a, b) => a - b), Infinity]) {
          there = [...there, ...arrivals.slice(seen, Math.max(seen, count))];
          seen = Math.max(seen, count);
          const nowMs = count === Infinity ? END : (there.at(-1)?.receivedAtMs ?? 0);
          // What goes has long expired: not by a reset of this very moment, at which more may yet come.
          const pastMs = resetsMs.filter((ms) => ms < nowMs);
          const look = replayed(someRule, there, pastMs, nowMs);
          syncs.push(...look.syncs);
          const gone = new Set([...look.syncs.flatMap(({ ids }) => ids), ...look.expired]);
          there = there.filter(({ id }) => !gone.has(id));
        }
        assert.deepEqual(syncs, closings(someRule, arrivals, resetsMs, END));
      }),
    );
  });
});

describe("a replay", () => {
  it("takes a million markers of one endpoint in its stride, and closes with the first of the other", () => {
    const replay = new Replay({ rule: rule(), resetsMs: [] });
    const chatty = pending({ eventKey: "a", receivedAtMs: 0 });
    for (let place = 0; place < 1_000_000; place++) {
      assert.equal(replay.next({ ...chatty, receivedAtMs: place }).length, 0);
    }
    const last = replay.next(pending({ eventKey: "b", receivedAtMs: 1_000_000 }));
    const closed = { from: 0, to: 1_000_001, reason: "complete", deadlineAtMs: undefined };
    assert.deepEqual(last, [closed]);
  });

  it("refuses markers out of order, or of no endpoint", () => {
    const replay = new Replay({ rule: rule(), resetsMs: [] });
    replay.next(pending({ eventKey: "a", receivedAtMs: 2 }));
    assert.throws(() => replay.next(pending({ eventKey: "a", receivedAtMs: 1 })), RangeError);
    assert.throws(() => replay.next(pending({ eventKey: "x", receivedAtMs: 3 })), RangeError);
  });
});
