import assert from "node:assert/strict";
import fc from "fast-check";

import {
  Completeness,
  holds,
  missing,
  needs,
  required,
  worstCase,
  type Condition,
  type Count,
} from "../../src/domain/condition.ts";
import { completedBy, Inquiry } from "../../src/domain/inquiry.ts";
import { satisfies } from "../../testkit/reference.ts";
import { conditionsOf } from "../support/conditions.ts";

fc.configureGlobal({ numRuns: 2000 });

const KEYS = ["a", "b", "c", "d", "optional"];
const conditions = conditionsOf(KEYS.slice(0, -1));
const eventLists = fc.array(fc.constantFrom(...KEYS), { maxLength: 12 });

function countIn(events: readonly string[]): Count {
  return (eventKey) => events.filter((event) => event === eventKey).length;
}

/** Asks until nothing is left to ask, as a probe does. */
function inquire(inquiry: Inquiry, count: Count): number {
  let reads = 0;
  for (let asked = inquiry.nextToAsk(); asked.length > 0; asked = inquiry.nextToAsk()) {
    for (const question of asked) {
      const all = question.eventKeys.reduce((sum, eventKey) => sum + count(eventKey), 0);
      inquiry.learn(question, Math.min(question.limit, all));
      reads++;
    }
    assert.ok(reads <= 2 * KEYS.length, "it goes on asking");
  }
  return reads;
}

describe("a condition", () => {
  it("holds as its plainest words have it", () => {
    fc.assert(
      fc.property(conditions, eventLists, (condition, events) => {
        assert.equal(holds(condition, countIn(events)), satisfies(condition, countIn(events)));
      }),
    );
  });

  it("told one event at a time is the same as looked at from scratch, in any order, with any that leave", () => {
    const steps = fc.array(
      fc.oneof(
        { weight: 6, arbitrary: fc.constantFrom(...KEYS) },
        { weight: 3, arbitrary: fc.constant("oldest leaves" as const) },
        { weight: 1, arbitrary: fc.constant("clear" as const) },
      ),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(conditions, steps, (condition, list) => {
        const window = new Completeness(condition);
        let events: string[] = [];
        for (const step of list) {
          if (step === "clear") {
            window.clear();
            events = [];
          } else if (step === "oldest leaves") {
            const oldest = events.shift();
            if (oldest !== undefined) window.remove(oldest);
          } else {
            window.add(step);
            events.push(step);
          }
          assert.equal(window.isComplete, satisfies(condition, countIn(events)));
          for (const key of KEYS) assert.equal(window.count(key), countIn(events)(key));
        }
      }),
    );
  });

  it("is monotone: one more event never makes a complete window incomplete", () => {
    fc.assert(
      fc.property(conditions, eventLists, fc.constantFrom(...KEYS), (condition, events, more) => {
        if (holds(condition, countIn(events))) {
          assert.ok(holds(condition, countIn([...events, more])));
        }
      }),
    );
  });

  it("misses nothing just when it holds, and holds with what it misses", () => {
    fc.assert(
      fc.property(conditions, eventLists, (condition, events) => {
        const count = countIn(events);
        const short = missing(condition, count);
        assert.equal(short.length === 0, satisfies(condition, count));
        for (const { eventKey, have, need } of short) {
          assert.equal(have, count(eventKey));
          assert.ok(have < need);
        }
        const coming = short.flatMap(({ eventKey, have, need }) =>
          Array.from({ length: need - have }, () => eventKey),
        );
        assert.ok(satisfies(condition, countIn([...events, ...coming])));
      }),
    );
  });

  it("misses the least that completes it, where no endpoint is named twice", () => {
    const leaf = (endpoint: string): fc.Arbitrary<Condition> =>
      fc.integer({ min: 1, max: 3 }).map((min) => ({ endpoint, min }));
    const once = fc
      .tuple(...["a", "b", "c", "d"].map(leaf), fc.integer({ min: 1, max: 2 }), fc.integer())
      .map(([a, b, c, d, n, shape]): Condition => {
        const leaves = [a, b, c, d] as Condition[];
        const pair: Condition = { atLeast: { n: n as number, of: leaves.slice(2) } };
        return (shape as number) % 2 === 0
          ? { any: [{ all: leaves.slice(0, 2) }, pair] }
          : { atLeast: { n: 2, of: [...leaves.slice(0, 2), pair] } };
      });
    fc.assert(
      fc.property(once, eventLists, (condition, events) => {
        const least = missing(condition, countIn(events)).reduce((s, m) => s + m.need - m.have, 0);
        assert.equal(least, fewestMore(condition, events));
      }),
      { numRuns: 300 },
    );
  });

  it("requires events that satisfy it by themselves, no more than there are and than its worst case", () => {
    fc.assert(
      fc.property(conditions, eventLists, (condition, events) => {
        const count = countIn(events);
        const taken = required(condition, count);
        const atMost = needs(condition);
        let sum = 0;
        for (const [eventKey, number] of taken) {
          assert.ok(number <= count(eventKey) && number <= (atMost.get(eventKey) ?? 0));
          sum += number;
        }
        assert.ok(sum <= worstCase(condition, () => 1));
        if (holds(condition, count)) {
          assert.ok(satisfies(condition, (eventKey) => taken.get(eventKey) ?? 0));
        } else {
          assert.equal(taken.size, 0);
        }
      }),
    );
  });

  it("of an inquiry is what the counts say, whatever is remembered, and no endpoint is asked in vain", () => {
    const remembered = fc.dictionary(fc.constantFrom(...KEYS), fc.nat({ max: 2 }));
    fc.assert(
      fc.property(conditions, eventLists, remembered, (condition, events, lastShort) => {
        const count = countIn(events);
        const fresh = events.slice(-1);
        const inquiry = new Inquiry(condition, {
          fresh,
          lastShort: new Map(Object.entries(lastShort)),
        });
        inquire(inquiry, count);
        assert.equal(inquiry.isComplete, satisfies(condition, count));
        assert.equal(inquiry.missing.length === 0, inquiry.isComplete);
        // What showed it shows it by itself, and it is what to ask next time.
        const { short } = inquiry;
        assert.equal(short.size === 0, inquiry.isComplete);
        const besides: Count = (eventKey) => (short.has(eventKey) ? count(eventKey) : Infinity);
        if (short.size > 0) assert.ok(!satisfies(condition, besides));
      }),
    );
  });

  it("of an inquiry costs one read where what had no event last time still has none", () => {
    fc.assert(
      fc.property(conditions, eventLists, (condition, events) => {
        const first = new Inquiry(condition);
        inquire(first, countIn(events));
        if (first.isComplete === true) return;
        const withSome = Array.from(first.short.values()).filter((had) => had > 0).length;
        const hasNone = withSome < first.short.size;
        const again = new Inquiry(condition, { lastShort: first.short });
        assert.ok(inquire(again, countIn(events)) <= withSome + (hasNone ? 1 : 0));
        assert.equal(again.isComplete, false);
      }),
    );
  });

  it("is found by the last check of those whose events complete it, in whatever order they come", () => {
    const arrivals = eventLists.chain((events) =>
      fc.tuple(
        fc.shuffledSubarray(Array.from(events.keys()), { minLength: events.length }),
        fc.constant(events),
      ),
    );
    fc.assert(
      fc.property(conditions, arrivals, (condition, [order, events]) => {
        // Each becomes visible, and is checked, in this order: one of them has to see what is complete.
        let isFound = false;
        order.forEach((index, position) => {
          const visible = order.slice(0, position + 1).map((other) => events[other] ?? "");
          const eventKey = events[index] ?? "";
          const asked = completedBy(condition, new Set([eventKey]));
          if (asked === undefined) return;
          const inquiry = new Inquiry(asked, { fresh: [eventKey] });
          inquire(inquiry, countIn(visible));
          const isComplete = satisfies(condition, countIn(visible));
          if (inquiry.isComplete === true) {
            assert.ok(isComplete, "it looks closer than it needs to");
            isFound = true;
          }
          const before = countIn(visible.slice(0, -1));
          if (isComplete && !satisfies(condition, before)) assert.equal(inquiry.isComplete, true);
        });
        assert.equal(isFound, satisfies(condition, countIn(events)));
      }),
    );
  });
});

/** By trying: the fewest further events with which a condition holds. */
function fewestMore(condition: Condition, events: readonly string[]): number {
  let tries: string[][] = [[]];
  for (;;) {
    if (tries.some((more) => satisfies(condition, countIn([...events, ...more])))) {
      return tries[0]?.length ?? 0;
    }
    // In order of the keys: each selection once.
    tries = tries.flatMap((more) =>
      KEYS.filter((key) => key >= (more.at(-1) ?? "")).map((key) => [...more, key]),
    );
  }
}
