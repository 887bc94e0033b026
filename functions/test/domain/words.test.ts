import assert from "node:assert/strict";

import type { Condition } from "../../src/domain/condition.ts";
import type { Deadline } from "../../src/domain/rule.ts";
import { missingInWords, ruleInWords } from "../../src/domain/words.ts";
import { endpoint, rule } from "../support/factories.ts";

const leaf = (eventKey: string, min = 1): Condition => ({ endpoint: eventKey, min });
const [a, b, c, d] = [leaf("a"), leaf("b", 2), leaf("c"), leaf("d/e")];

describe("a rule in words", () => {
  const cases: [string, Condition][] = [
    ["1 “a”", a],
    ["1 “a”", { all: [a] }],
    ["1 “a” and 2 “b”", { all: [a, b] }],
    ["1 “a”, 2 “b” and 1 “c”", { atLeast: { n: 3, of: [a, b, c] } }],
    ["1 “a”, 2 “b” or 1 “c”", { any: [a, b, c] }],
    ["1 “a” or 2 “b”", { atLeast: { n: 1, of: [a, b] } }],
    ["at least 2 of: 1 “a”; 2 “b”; 1 “c”", { atLeast: { n: 2, of: [a, b, c] } }],
    [
      "1 “a” and (at least 2 of: 2 “b”; 1 “c”; (1 “a” or 1 “d/e”))",
      { all: [a, { atLeast: { n: 2, of: [b, c, { any: [a, d] }] } }] },
    ],
  ];
  for (const [words, condition] of cases) {
    it(`says: ${words}`, () => {
      const [fires] = ruleInWords(rule({ condition }));
      assert.equal(fires, `fires when the last 3600 seconds hold ${words}`);
    });
  }

  it("says when a window closes though it is not complete, and what becomes of it", () => {
    const closes = (deadline: Deadline): string | undefined => ruleInWords(rule({ deadline }))[1];
    assert.equal(
      closes({ seconds: 900, then: "publish" }),
      "closes 900 seconds after its first event: what is there is published",
    );
    assert.equal(
      closes({ seconds: 1, from: "last", then: "discard" }),
      "closes 1 second after its last event, at the latest 3600 seconds after its first: what is there is discarded",
    );
    assert.equal(
      closes({ at: "06:00", timeZone: "Europe/Berlin", then: "deadLetter" }),
      "closes each day at 06:00, Europe/Berlin: what is there goes to the dead-letter topic",
    );
  });

  it("names the endpoints that are optional", () => {
    const endpoints = ["a", "b", "c"].map((key) => endpoint(key));
    assert.deepEqual(ruleInWords(rule({ endpoints, condition: b })), [
      "fires when the last 3600 seconds hold 2 “b”",
      "optional: “a”, “c”",
    ]);
  });

  it("says of a rule that fires only by hand what the condition is for", () => {
    const trigger = { type: "none", observationPeriod: 1 } as const;
    assert.deepEqual(ruleInWords(rule({ trigger })), [
      "fires only by hand; a message is called complete if the last second holds 1 “a” and 1 “b”",
    ]);
  });
});

describe("what is missing in words", () => {
  const condition: Condition = { all: [a, { atLeast: { n: 2, of: [b, c, { any: [a, d] }] } }] };
  const cases: [string | undefined, Record<string, number>][] = [
    ["1 “a” and (at least 2 of: 2 “b”; 1 “c”; (1 “a” or 1 “d/e”))", {}],
    ["2 “b” or 1 “c”", { a: 1 }],
    ["1 “b” or 1 “c”", { a: 1, b: 1 }],
    ["1 “a”", { c: 1, "d/e": 1 }],
    [undefined, { a: 1, c: 1 }],
  ];
  for (const [words, counts] of cases) {
    it(`of a window with ${JSON.stringify(counts)}: ${words ?? "nothing"}`, () => {
      assert.equal(
        missingInWords(condition, (eventKey) => counts[eventKey] ?? 0),
        words,
      );
    });
  }
});
