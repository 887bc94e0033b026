import assert from "node:assert/strict";
import fc from "fast-check";

import { everyEndpoint, worstCase } from "../../src/domain/condition.ts";
import { countOf, decide, groupWindow, type WindowFacts } from "../../src/domain/decide.ts";
import type { PendingEvent } from "../../src/domain/event.ts";
import type { Rule } from "../../src/domain/rule.ts";
import { limitNew, makeSync, mergeChunks, portions, splitClaim } from "../../src/domain/sync.ts";
import { satisfies } from "../../testkit/reference.ts";
import { conditionsOf } from "../support/conditions.ts";
import { endpoint, NOW, pending, rule } from "../support/factories.ts";

fc.configureGlobal({ numRuns: 500 });

const PERIOD = 60;
const KEYS = ["a", "b", "c", "gone"]; // the last is no endpoint of any rule

const rules = fc
  .tuple(fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 3 }), fc.boolean())
  .chain(([needs, keepEventAfterTrigger]) => {
    const endpoints = needs.map((minNbOfOccurrence, index) =>
      endpoint(KEYS[index] ?? "", { minNbOfOccurrence }),
    );
    const trigger = { observationPeriod: PERIOD, keepEventAfterTrigger };
    return fc
      .oneof(
        fc.constant(everyEndpoint(endpoints)),
        conditionsOf(endpoints.map(({ eventKey }) => eventKey)),
      )
      .map((condition) => rule({ endpoints, condition, trigger }));
  });

/** Around the edges of the period and of the reset, often in the same millisecond. */
const times = fc.oneof(
  fc.integer({ min: -2, max: 2 }).map((ms) => NOW - PERIOD * 1000 + ms),
  fc.integer({ min: -2, max: 2 }).map((ms) => NOW - 30_000 + ms),
  fc.integer({ min: -90, max: 2 }).map((seconds) => NOW + seconds * 1000),
);

const windows = fc
  .array(fc.record({ key: fc.constantFrom(...KEYS), at: times, exported: fc.boolean() }), {
    maxLength: 12,
  })
  .map((list) =>
    list.map(({ key, at, exported }, index) =>
      pending({ id: `e${String(index)}`, eventKey: key, receivedAtMs: at, exported }),
    ),
  );

const facts: fc.Arbitrary<WindowFacts> = fc.record({
  rule: rules,
  pending: windows,
  nowMs: fc.constant(NOW),
  resetAtMs: fc.option(fc.constant(NOW - 30_000), { nil: undefined }),
});

/** The rule in its plainest words, one event after the other. */
function naive({ rule: own, pending: events, nowMs, resetAtMs }: WindowFacts): string {
  const { endpoints, condition, trigger } = own;
  const counts = new Map<string, number>();
  let fresh = 0;
  for (const { eventKey, receivedAtMs, exported } of events) {
    if (nowMs - receivedAtMs >= PERIOD * 1000) continue;
    if (resetAtMs !== undefined && receivedAtMs <= resetAtMs) continue;
    if (exported && !trigger.keepEventAfterTrigger) continue;
    if (!endpoints.some((candidate) => candidate.eventKey === eventKey)) continue;
    counts.set(eventKey, (counts.get(eventKey) ?? 0) + 1);
    if (!exported) fresh++;
  }
  if (!satisfies(condition, (eventKey) => counts.get(eventKey) ?? 0)) return "waiting";
  return fresh > 0 ? "fire" : "nothingNew";
}

describe("the decision, for any window", () => {
  it("agrees with the rule in its plainest words", () => {
    fc.assert(
      fc.property(facts, (window) => {
        assert.equal(decide(window).outcome, naive(window));
      }),
    );
  });

  it("is the same, with the same eventID, whatever the order of arrival", () => {
    const shuffled = facts.chain((window) =>
      fc
        .shuffledSubarray([...window.pending], { minLength: window.pending.length })
        .map((other) => [window, { ...window, pending: other }] as const),
    );
    fc.assert(
      fc.property(shuffled, ([one, other]) => {
        assert.deepEqual(decide(other), decide(one));
        const ids = [one, other].map((window) => {
          const decision = decide(window);
          return decision.outcome === "fire"
            ? makeSync("s", window.rule, decision.groups, "complete", NOW).eventID
            : undefined;
        });
        assert.equal(ids[0], ids[1]);
      }),
    );
  });

  it("takes every event of the window and no other", () => {
    fc.assert(
      fc.property(facts, (window) => {
        const decision = decide(window);
        if (decision.outcome !== "fire") return;
        const members = decision.groups.flatMap((group) => group.members);
        const start = Math.max(NOW - PERIOD * 1000, window.resetAtMs ?? 0);
        const expected = window.pending.filter(
          ({ receivedAtMs, eventKey, exported }) =>
            receivedAtMs > start &&
            (window.rule.trigger.keepEventAfterTrigger || !exported) &&
            window.rule.endpoints.some((e) => e.eventKey === eventKey),
        );
        assert.deepEqual(new Set(members), new Set(expected));
        assert.equal(members.length, expected.length);
      }),
    );
  });
});

describe("the chunks of a claim, for any window", () => {
  it("hold each event once, in order, and satisfy the rule from the first one on", () => {
    fc.assert(
      fc.property(facts, fc.integer({ min: 1, max: 6 }), (window, chunkSize) => {
        const decision = decide(window);
        if (decision.outcome !== "fire") return;
        const { groups } = decision;
        const { condition } = window.rule;
        const chunks = splitClaim(condition, groups, chunkSize);
        assert.deepEqual(mergeChunks(chunks), groups);
        for (let count = 1; count <= chunks.length; count++) {
          const claimed = mergeChunks(chunks.slice(0, count));
          assert.ok(satisfies(condition, countOf(claimed)));
          for (const { endpoint: at, members } of claimed) {
            const whole = groups.find((group) => group.endpoint === at)?.members ?? [];
            assert.deepEqual(members, whole.slice(0, members.length));
          }
        }
        const needed = worstCase(condition, () => 1);
        for (const [index, chunk] of chunks.entries()) {
          const size = chunk.reduce((sum, { members }) => sum + members.length, 0);
          assert.ok(size <= (index === 0 ? Math.max(chunkSize, needed) : chunkSize));
        }
      }),
    );
  });
});

describe("the syncs of kept events, for any window", () => {
  it("take in what is new, the oldest first, until nothing is, and satisfy the rule each time", () => {
    fc.assert(
      fc.property(facts, fc.integer({ min: 1, max: 6 }), (window, limit) => {
        let events: readonly PendingEvent[] = window.pending;
        for (let turn = 0; ; turn++) {
          assert.ok(turn <= window.pending.length);
          const decision = decide({ ...window, pending: events });
          if (decision.outcome !== "fire") return;
          const { groups, more } = limitNew(window.rule.condition, decision.groups, limit);
          const needed = worstCase(window.rule.condition, () => 1);
          assert.ok(satisfies(window.rule.condition, countOf(groups)));
          const members = groups.flatMap((group) => group.members);
          const fresh = members.filter(({ exported }) => !exported);
          assert.ok(fresh.length > 0 && fresh.length <= Math.max(limit, needed));
          for (const [index, group] of groups.entries()) {
            const own: readonly PendingEvent[] = decision.groups[index]!.members;
            assert.deepEqual(
              group.members,
              own.filter((event) => group.members.includes(event)),
            );
            const isNew = ({ exported }: PendingEvent): boolean => !exported;
            const taken = group.members.filter(isNew);
            assert.deepEqual(taken, own.filter(isNew).slice(0, taken.length));
            assert.deepEqual(
              group.members.filter(({ exported }) => exported),
              own.filter(({ exported }) => exported),
            );
          }
          const all = decision.groups.flatMap((group) => group.members);
          assert.equal(more, members.length < all.length);
          const ids = new Set(members.map(({ id }) => id));
          events = events.map((event) =>
            ids.has(event.id) ? { ...event, exported: true } : event,
          );
          const next = decide({ ...window, pending: events }).outcome;
          if (window.rule.trigger.keepEventAfterTrigger) {
            assert.equal(next, more ? "fire" : "nothingNew");
          }
        }
      }),
    );
  });
});

describe("the portions of a window, for any window", () => {
  it("hold each event once, in order, so many each", () => {
    fc.assert(
      fc.property(facts, fc.integer({ min: 1, max: 6 }), (window, size) => {
        const groups = groupWindow(window);
        const parts = portions(groups, size);
        assert.deepEqual(mergeChunks(parts), groups);
        const sizes = parts.map((part) => part.flatMap(({ members }) => members).length);
        assert.ok(sizes.slice(0, -1).every((count) => count === size));
        assert.ok(sizes.at(-1)! <= size);
      }),
    );
  });
});

/** What checkers do, one step at a time, in any order: look at the window, and claim what they saw. */
type Step =
  | { readonly kind: "arrive"; readonly key: string }
  | { readonly kind: "look" | "claim"; readonly checker: number };

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant("arrive" as const), key: fc.constantFrom("a", "b") }),
    fc.record({
      kind: fc.constantFrom("look" as const, "claim" as const),
      checker: fc.integer({ min: 0, max: 3 }),
    }),
  ),
  { maxLength: 60 },
);

/** The store as the claim needs it: all the members are there and leave together, or nothing does. */
class ModelWindow {
  readonly syncs: string[][] = [];
  readonly #rule: Rule;
  #pending: PendingEvent[] = [];
  #arrived = 0;

  constructor(modelRule: Rule) {
    this.#rule = modelRule;
  }

  get pending(): readonly PendingEvent[] {
    return this.#pending;
  }

  arrive(eventKey: string): void {
    const receivedAtMs = NOW - 1000 + this.#arrived;
    const id = `e${String(this.#arrived++)}`;
    this.#pending.push(pending({ id, eventKey, receivedAtMs }));
  }

  look(): readonly PendingEvent[] {
    return [...this.#pending];
  }

  claim(seen: readonly PendingEvent[]): boolean {
    const decision = decide({ rule: this.#rule, pending: seen, nowMs: NOW, resetAtMs: undefined });
    if (decision.outcome !== "fire") return false;
    const ids = decision.groups.flatMap(({ members }) => members.map(({ id }) => id));
    const there = new Set(this.#pending.map(({ id }) => id));
    if (!ids.every((id) => there.has(id))) return false;
    this.#pending = this.#pending.filter(({ id }) => !ids.includes(id));
    this.syncs.push(ids);
    return true;
  }
}

describe("checks that race on what they saw", () => {
  it("put each event into one sync or leave it pending, and no complete window behind", () => {
    fc.assert(
      fc.property(steps, (list) => {
        const model = new ModelWindow(rule());
        const seen = new Map<number, readonly PendingEvent[]>();
        for (const step of list) {
          if (step.kind === "arrive") model.arrive(step.key);
          else if (step.kind === "look") seen.set(step.checker, model.look());
          else model.claim(seen.get(step.checker) ?? []);
        }
        model.claim(model.look()); // the check that the last event asks for
        const exported = model.syncs.flat();
        const left = model.pending.map(({ id }) => id);
        assert.equal(new Set([...exported, ...left]).size, exported.length + left.length);
        assert.equal(
          exported.length + left.length,
          list.filter(({ kind }) => kind === "arrive").length,
        );
        assert.notEqual(
          decide({ rule: rule(), pending: model.pending, nowMs: NOW, resetAtMs: undefined })
            .outcome,
          "fire",
        );
      }),
    );
  });
});
