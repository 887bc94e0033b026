import assert from "node:assert/strict";
import { compileSchema } from "../../../src/adapters/content/bodySchema.ts";
import { readJson } from "../../../src/adapters/content/content.ts";
import type { SchemaProblem } from "../../../src/adapters/content/schemaCheck.ts";
import type { Failure } from "../../../src/domain/errors.ts";

type Written = Readonly<Record<string, unknown>>;

function failuresOf(schema: Written, content: string | Uint8Array): readonly Failure[] {
  const problems: SchemaProblem[] = [];
  const compiled = compileSchema(schema, problems);
  assert.deepEqual(problems, []);
  return compiled!(readJson(content));
}

const pointersOf = (schema: Written, value: unknown): string[] =>
  failuresOf(schema, JSON.stringify(value)).map(({ pointer = "?" }) => pointer);

function problemsOf(schema: Written): string[] {
  const problems: SchemaProblem[] = [];
  assert.equal(compileSchema(schema, problems), undefined);
  return problems.map(({ path, message }) => `${path}: ${message}`);
}

const ORDER: Written = {
  type: "object",
  required: ["orderId", "lines"],
  properties: {
    orderId: { type: "string", pattern: "^[A-Z]{2}[0-9]+$" },
    "a/b c": { type: "integer" },
    lines: { type: "array", items: { $ref: "#/$defs/line" } },
    tags: { uniqueItems: true },
    at: { type: "string", format: "date-time" },
  },
  additionalProperties: false,
  $defs: { line: { type: "object", properties: { n: { minimum: 1 } } } },
};

describe("the schema of a body", () => {
  it("lets through what satisfies it", () => {
    const value = { orderId: "AB1", lines: [{ n: 1 }], tags: [1, 2], at: "2026-03-01T00:00:00Z" };
    assert.deepEqual(pointersOf(ORDER, value), []);
  });

  it("says everything that is wrong, each with its place and no wrapping", () => {
    const value = {
      orderId: "x",
      lines: [{ n: 0 }, 3],
      tags: [1, 1],
      at: "noon",
      "a/b c": 1.5,
      z: 1,
    };
    assert.deepEqual(pointersOf(ORDER, value).toSorted(), [
      "/at",
      "/a~1b c",
      "/lines/0/n",
      "/lines/1",
      "/orderId",
      "/tags",
      "/z",
    ]);
    const [missing] = failuresOf(ORDER, '{"lines":[]}');
    assert.equal(missing?.pointer, "");
    assert.match(missing.message, /required property "orderId"/);
  });

  it("names the pattern that is not matched", () => {
    const [failure] = failuresOf(ORDER, '{"orderId":"x","lines":[]}');
    assert.equal(failure?.message, "String does not match the pattern “^[A-Z]{2}[0-9]+$”.");
  });

  it("says where no alternative fits", () => {
    const schema = { anyOf: [{ type: "string" }, { type: "number" }] };
    assert.equal(pointersOf(schema, true).length, 3);
  });

  for (const content of ["", "text", Uint8Array.of(0xff)]) {
    it(`refuses what is no JSON: ${JSON.stringify(content)}`, () => {
      assert.deepEqual(failuresOf({}, content), [{ pointer: "", message: "expected JSON" }]);
    });
  }

  it("refuses a body that nests too deep for it", () => {
    const nested = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
    assert.match(failuresOf({}, nested)[0]?.message ?? "", /nests deeper/);
  });

  it("refuses a name that is not well-formed, instead of failing", () => {
    const schema = { additionalProperties: { type: "string" } };
    assert.equal(failuresOf(schema, '{"\\ud800":1}').length, 1);
  });

  it("reads the older drafts, where the schema says so", () => {
    const $schema = "http://json-schema.org/draft-07/schema#";
    assert.deepEqual(pointersOf({ $schema, items: [{ type: "string" }] }, [1]), ["/0"]);
  });

  it("takes little time on what is large, and lists a few of its failures", function () {
    this.timeout(60_000);
    const large: [Written, unknown][] = [
      [{ type: "array", items: { type: "string" } }, Array(300_000).fill(1)],
      [{ uniqueItems: true }, Array.from({ length: 200_000 }, (_, n) => n)],
      [{ pattern: "^(a+)+$" }, `${"a".repeat(900_000)}!`],
      [
        { additionalProperties: { type: "string" } },
        Object.fromEntries(Array.from({ length: 60_000 }, (_, n) => [n, n])),
      ],
    ];
    for (const [schema, value] of large) {
      const content = JSON.stringify(value);
      const before = process.cpuUsage().user;
      const failures = failuresOf(schema, content);
      assert.ok(failures.length >= 1 && failures.length <= 21, String(failures.length));
      const seconds = (process.cpuUsage().user - before) / 1e6;
      assert.ok(seconds < 10, `took ${String(seconds)} s`); // minutes, or for ever, without the bounds
    }
  });

  it("lists at most one failure more than an answer holds", () => {
    assert.equal(pointersOf({ items: { type: "string" } }, Array(4000).fill(1)).length, 21);
  });
});

describe("the check of a schema", () => {
  const refused: [title: string, schema: Written, problem: RegExp][] = [
    ["an unknown keyword", { propertes: {} }, /^propertes: there is no such keyword/],
    [
      "an unknown type",
      { properties: { a: { type: "int" } } },
      /^properties.a.type: expected one of/,
    ],
    [
      "a bound that is text",
      { properties: { a: { minimum: "1" } } },
      /^properties.a.minimum: expected a number/,
    ],
    ["a count below 0", { minLength: -1 }, /^minLength: expected a whole number/],
    ["a step of 0", { multipleOf: 0 }, /^multipleOf: expected a number above 0/],
    ["names that are none", { required: "a" }, /^required: expected a list of names/],
    ["an empty choice", { enum: [] }, /^enum: expected a list/],
    ["an unknown format", { format: "url" }, /^format: expected one of .*date-time/],
    ["a schema that is none", { properties: { a: 1 } }, /^properties.a: expected a schema/],
    ["a list of schemas that is none", { allOf: {} }, /^allOf: expected a list/],
    ["a list for items", { items: [{}] }, /^items: expected a schema.*prefixItems/],
    ["a pattern that is none", { pattern: "(" }, /^pattern: expected a regular expression of RE2/],
    [
      "a pattern that looks back",
      { pattern: "(a)\\1" },
      /^pattern: expected a regular expression of RE2/,
    ],
    ["a pattern that is too large", { pattern: "(.{1,100}){1,9}" }, /^pattern: .*too large/],
    [
      "patterns of names",
      { patternProperties: {} },
      /^patternProperties: is not supported.*propertyNames/,
    ],
    [
      "a remote reference",
      { $ref: "https://example.com/s" },
      /^\$ref: expected a place in this schema/,
    ],
    [
      "a reference to nothing",
      { allOf: [{ $ref: "#/$defs/x" }] },
      /^allOf\[0\].\$ref: there is no schema at/,
    ],
    ["a reference to what is no schema", { $ref: "#/required" }, /there is no schema/],
    ["a reference back", { properties: { a: { $ref: "#" } } }, /leads back to itself/],
    ["a name of its own", { $id: "https://example.com/s" }, /^\$id: is not supported/],
    [
      "another draft",
      { $schema: "http://json-schema.org/draft-04/schema#" },
      /^\$schema: expected one of/,
    ],
    [
      "more than 20,000 characters",
      { description: "x".repeat(20_000) },
      /at most 20000 characters/,
    ],
    ["too much depth", nested(21), /at most 20 schemas inside one another/],
    ["what references make too large", doubling(12), /at most 1000 schemas.*got 16382/],
  ];
  for (const [title, schema, problem] of refused) {
    it(`refuses ${title}`, () => {
      const problems = problemsOf(schema);
      assert.ok(
        problems.some((one) => problem.test(one)),
        problems.join("\n"),
      );
    });
  }

  it("says everything at once", () => {
    assert.equal(problemsOf({ type: "x", minimum: "1", $ref: 3 }).length, 3);
  });

  it("lets members of a value be called as keywords are", () => {
    assert.deepEqual(
      failuresOf({ const: { properties: 1 }, examples: [{ $ref: 1 }] }, '{"properties":1}'),
      [],
    );
    assert.deepEqual(pointersOf({ properties: { pattern: { type: "string" } } }, { pattern: 1 }), [
      "/pattern",
    ]);
  });
});

function nested(depth: number): Written {
  return depth === 0 ? {} : { items: nested(depth - 1) };
}

/** Each definition refers twice to the next. */
function doubling(steps: number): Written {
  const defs = Array.from({ length: steps + 1 }, (_, n) => {
    const next = { $ref: `#/$defs/d${String(n + 1)}` };
    return [`d${String(n)}`, n === steps ? {} : { allOf: [next, next] }] as const;
  });
  return { $ref: "#/$defs/d0", $defs: Object.fromEntries(defs) };
}
