import assert from "node:assert/strict";

import { ConfigError, parseConfig } from "../../src/config/parse.ts";
import type { Condition } from "../../src/domain/condition.ts";
import { MAX_REQUIRED } from "../../src/domain/rule.ts";
import { matchGolden } from "../support/golden.ts";

const SERVICE = {
  serviceName: "svc",
  endpoints: [{ eventKey: "a", minNbOfOccurrence: 3 }, { eventKey: "b" }, { eventKey: "c" }],
  trigger: { type: "window", observationPeriod: 60 },
  targetPubSub: { topic: "projects/demo-eventsync/topics/topic1" },
};

const configured = (condition: unknown, more: object = {}): object => ({
  ...SERVICE,
  condition,
  ...more,
});

function read(condition: unknown, more: object = {}): Condition {
  return parseConfig(JSON.stringify(configured(condition, more))).services[0].condition;
}

function reportOf(config: unknown): string {
  try {
    parseConfig(JSON.stringify(config));
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error));
    return error.report;
  }
  assert.fail("it was accepted");
}

/** A condition so many deep. */
function nested(depth: number): unknown {
  return depth === 1 ? "a" : { all: [nested(depth - 1)] };
}

/** Different conditions, so many in all. */
function wide(parts: number): unknown {
  const some = (count: number): unknown[] =>
    Array.from({ length: count }, (_, index) => ({ endpoint: "a", min: index + 1 }));
  return { any: some(parts - 1) };
}

describe("the condition of a configuration", () => {
  it("is that every endpoint has its minNbOfOccurrence, where none is set or null", () => {
    const all = [
      { endpoint: "a", min: 3 },
      { endpoint: "b", min: 1 },
      { endpoint: "c", min: 1 },
    ];
    assert.deepEqual(read(undefined), { all });
    assert.deepEqual(read(null), { all });
  });

  it("gives each endpoint its number: its own, or the endpoint's", () => {
    assert.deepEqual(read("a"), { endpoint: "a", min: 3 });
    assert.deepEqual(read({ endpoint: "a" }), { endpoint: "a", min: 3 });
    const given = {
      all: ["a", { any: ["b", { endpoint: "b", min: 2 }] }, { atLeast: { n: 1, of: ["a", "c"] } }],
    };
    assert.deepEqual(read(given), {
      all: [
        { endpoint: "a", min: 3 },
        {
          any: [
            { endpoint: "b", min: 1 },
            { endpoint: "b", min: 2 },
          ],
        },
        {
          atLeast: {
            n: 1,
            of: [
              { endpoint: "a", min: 3 },
              { endpoint: "c", min: 1 },
            ],
          },
        },
      ],
    });
  });

  it("reads its keys in any letter case", () => {
    const given = { ATLEAST: { N: 1, Of: [{ Endpoint: "a", MIN: 2 }] } };
    assert.deepEqual(read(given), { atLeast: { n: 1, of: [{ endpoint: "a", min: 2 }] } });
  });

  it("takes endpoints of any name, those of its own keys included", () => {
    const names = ["all", "endpoint", "__proto__"];
    const endpoints = names.map((eventKey) => ({ eventKey }));
    assert.deepEqual(read({ any: names }, { endpoints }), {
      any: names.map((endpoint) => ({ endpoint, min: 1 })),
    });
  });

  it("may be 8 deep, and have 1000 parts", () => {
    assert.doesNotThrow(() => read({ all: [nested(7), "b"] }));
    assert.doesNotThrow(() => read(wide(1000)));
  });

  it("may leave out endpoints, and is bounded by what it needs at worst, not by all that it names", () => {
    const most = { endpoint: "a", min: MAX_REQUIRED.events };
    assert.doesNotThrow(() => read({ any: [most, { endpoint: "b", min: 9999 }] }));
    assert.doesNotThrow(() => read({ all: [most, { endpoint: "a", min: 9999 }] }));
    const large = reportOf(configured({ all: [most, { any: ["b", "c"] }] }));
    assert.match(large, /condition: expected .* to add up to at most 10000, got 10001/);
  });

  const wrong: Record<string, unknown> = {
    "an unknown endpoint": { all: ["a", { any: ["b", "B"] }, { endpoint: "d", min: 2 }] },
    "more than there are": { any: ["a", { atLeast: { n: 3, of: ["b", "c"] } }] },
    "of none": { atLeast: { n: 0, of: ["a"] } },
    "of a fraction": { atLeast: { n: 1.5, of: ["a"] } },
    "without its number": { atLeast: { of: ["a"] } },
    "empty lists": { all: [{ any: [] }, { atLeast: { n: 1, of: [] } }] },
    "an empty list": { all: [] },
    "a number out of bounds": {
      all: [
        { endpoint: "a", min: 10_001 },
        { endpoint: "b", min: 0 },
      ],
    },
    "a number for a list": { all: ["a"], min: 2 },
    "two in one": { all: ["a"], any: ["b"] },
    "a not": { all: ["a"], not: ["b"] },
    "an absence": { none: ["b"] },
    nothing: {},
    "an empty name": "",
    "a list": ["a", "b"],
    "another type": 7,
    "a member of another type": { all: ["a", 7, null] },
    "the same twice": { atLeast: { n: 2, of: ["b", "a", { endpoint: "b", min: 1 }] } },
    "too deep": nested(9),
    "far too deep": nested(200),
    "too many parts": { all: [wide(999), "b"] },
    "too long a list": wide(1002),
  };

  it("is refused with its path and the reason, as the golden file has it", () => {
    const reports = Object.entries(wrong).map(
      ([what, condition]) => `${what}\n${reportOf(configured(condition))}\n`,
    );
    const optional = { any: ["b", "c"] };
    const manual = configured({ any: ["d"] }, { trigger: { type: "none", observationPeriod: 60 } });
    const long = Array.from({ length: 10 }, (_, index) => String(index).repeat(900));
    const endpoints = long.map((eventKey) => ({ eventKey, minNbOfOccurrence: 900 }));
    reports.push(`a minimum that nothing waits for\n${reportOf(configured(optional))}\n`);
    reports.push(`where only a manual trigger fires\n${reportOf([SERVICE, manual])}\n`);
    reports.push(`too much for a commit\n${reportOf(configured({ all: long }, { endpoints }))}\n`);
    matchGolden("condition-errors.txt", reports.join("\n"));
  });
});
