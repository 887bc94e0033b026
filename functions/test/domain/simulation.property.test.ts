import assert from "node:assert/strict";
import fc from "fast-check";

import { everyEndpoint } from "../../src/domain/condition.ts";
import type { Deadline } from "../../src/domain/rule.ts";
import type { Entry } from "../../src/domain/simulation.ts";
import { closings, inOrder } from "../../testkit/reference.ts";
import { conditionsOf } from "../support/conditions.ts";
import { endpoint, rule } from "../support/factories.ts";
import { idsOf, simulate } from "../support/simulated.ts";

const ENDPOINTS = ["a", "b", "c"];
const KEYS = ["k1", "k2", "k3"];

/** Later than any event, and earlier than some deadlines. */
const END = 40_000;

const deadlines: fc.Arbitrary<Deadline | undefined> = fc.option(
  fc.oneof(
    fc.record({
      seconds: fc.integer({ min: 1, max: 8 }),
      from: fc.constantFrom("first", "last"),
      then: fc.constantFrom("publish", "discard"),
    }),
    fc.integer({ min: 0, max: 35 }).map((second) => ({
      at: `00:00:${String(second).padStart(2, "0")}`,
      timeZone: "UTC",
      then: "publish" as const,
    })),
  ),
  { nil: undefined },
);

const rules = fc
  .record({
    needs: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 3 }),
    observationPeriod: fc.integer({ min: 1, max: 8 }),
    deadline: deadlines,
    isKeyed: fc.boolean(),
  })
  .chain(({ needs, observationPeriod, deadline, isKeyed }) => {
    const endpoints = needs.map((minNbOfOccurrence, index) =>
      endpoint(ENDPOINTS[index] ?? "", { minNbOfOccurrence }),
    );
    const names = endpoints.map(({ eventKey }) => eventKey);
    return fc.oneof(fc.constant(everyEndpoint(endpoints)), conditionsOf(names)).map((condition) =>
      rule({
        endpoints,
        condition,
        trigger: { observationPeriod },
        ...(deadline !== undefined && { deadline }),
        ...(isKeyed && { correlation: {} }),
      }),
    );
  });

/** Often in the same millisecond, and around the edges of the period. */
const times = fc.oneof(
  fc.integer({ min: 0, max: 30 }).map((seconds) => seconds * 1000),
  fc.integer({ min: 0, max: 30_000 }),
);

const events = fc.array(
  fc.record({ endpoint: fc.nat({ max: 2 }), key: fc.nat({ max: 2 }), receivedAtMs: times }),
  { maxLength: 30 },
);

const resets = fc.array(fc.record({ key: fc.integer({ min: -1, max: 2 }), atMs: times }), {
  maxLength: 3,
});

describe("a simulation, for any events, rule, keys, deadline and resets", () => {
  it("makes the syncs of the reference, and tells of each event what became of it", () => {
    fc.assert(
      fc.property(rules, events, resets, fc.func(fc.nat()), (someRule, list, orders, shuffle) => {
        const isKeyed = someRule.correlation !== undefined;
        const arrivals = inOrder(
          list.map((one, index) => ({
            id: `e${String(index).padStart(2, "0")}`,
            key: isKeyed ? (KEYS[one.key] ?? "") : "",
            eventKey: someRule.endpoints[one.endpoint % someRule.endpoints.length]?.eventKey ?? "",
            receivedAtMs: one.receivedAtMs,
          })),
        );
        const resetsOf = orders.map(({ key, atMs }) => ({
          key: isKeyed ? (KEYS[key] ?? "") : "",
          atMs,
        }));
        const entries = [
          ...arrivals.map((event): Entry => ({
            what: "event",
            window: { service: "svc", key: event.key },
            event,
          })),
          ...resetsOf.map(({ key, atMs }): Entry => ({
            what: "reset",
            window: { service: "svc", key },
            atMs,
          })),
        ]
          // Entries of one millisecond may come in any order.
          .map((entry, index) => ({ entry, place: shuffle(index) }))
          .toSorted((a, b) => atMsOf(a.entry) - atMsOf(b.entry) || a.place - b.place)
          .map(({ entry }) => entry);

        const { fired, happenings, simulation } = simulate([someRule], entries, END);
        const expected = [...Map.groupBy(arrivals, ({ key }) => key)].flatMap(([key, ofKey]) => {
          const met = resetsOf.filter((one) => one.key === "" || one.key === key);
          const resetsMs = met.map(({ atMs }) => atMs);
          return closings(someRule, ofKey, resetsMs, END).map(({ ids, reason }) => ({
            key,
            reason,
            ids: ids.toSorted(),
          }));
        });
        const made = fired.map((one) => ({
          key: one.sync.key,
          reason: one.sync.completion.reason,
          ids: idsOf(one),
        }));
        const byKey = (one: { readonly key: string }): string => one.key;
        assert.deepEqual(Map.groupBy(made, byKey), Map.groupBy(expected, byKey));
        assert.deepEqual(
          happenings.map(({ atMs }) => atMs).filter((atMs) => atMs > END),
          [],
        );

        // In a sync, expired, reset or open: each once.
        const open = simulation.open();
        const told = happenings.flatMap((one): number[] => {
          if (one.what === "fired") return [idsOf(one).length];
          if (one.what === "expired") return [...one.counts.values()];
          return one.what === "reset" ? [one.dropped.length] : [];
        });
        const left = open.map(({ events: there }) => there.length);
        assert.equal(
          [...told, ...left].reduce((sum, count) => sum + count, 0),
          arrivals.length,
        );
      }),
      { numRuns: 3000 },
    );
  });

  it("lets all of it end, once enough time has passed", () => {
    fc.assert(
      fc.property(rules, events, (someRule, list) => {
        const entries = inOrder(
          list.map(({ receivedAtMs }, index) => ({
            id: String(index).padStart(2, "0"),
            eventKey: someRule.endpoints[0]?.eventKey ?? "",
            receivedAtMs,
          })),
        ).map((event): Entry => ({ what: "event", window: { service: "svc", key: "k" }, event }));
        const { simulation } = simulate([someRule], entries, Infinity);
        assert.deepEqual(simulation.open(), []);
      }),
      { numRuns: 300 },
    );
  });
});

function atMsOf(entry: Entry): number {
  return entry.what === "event" ? entry.event.receivedAtMs : entry.atMs;
}
