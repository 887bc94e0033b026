import assert from "node:assert/strict";
import fc from "fast-check";
import { readJson } from "../../../src/adapters/content/content.ts";
import { compileFilter, type Verdict } from "../../../src/adapters/content/filter.ts";
import type { AcceptedRequest } from "../../../src/app/storeEvent.ts";
import { accepted } from "../../support/factories.ts";

const REQUEST = accepted({
  eventKey: "orders/new",
  headers: [
    { name: "Content-Type", values: ["application/json"] },
    { name: "X-Tag", values: ["a", "b"] },
    { name: "Authorization", values: ["[redacted]"] },
  ],
  queryParams: [
    { name: "id", values: ["5"] },
    { name: "n", values: ["1", "2"] },
  ],
  content: JSON.stringify({
    status: "paid",
    amount: 120,
    tags: ["x", "y"],
    lines: [
      { sku: "s1", parts: [{ n: 1 }] },
      { sku: "s2", parts: [] },
    ],
    constructor: "c",
    $typeName: "google.protobuf.Any",
    at: "2026-03-01T00:00:00Z",
  }),
});

function verdictOf(text: string, request: AcceptedRequest = REQUEST): Verdict {
  return compileFilter(text)(request, () => readJson(request.content));
}

const failureOf = (verdict: Verdict): string =>
  typeof verdict === "object" ? verdict.failed : assert.fail(verdict);

const body = (content: string | Uint8Array): AcceptedRequest => accepted({ content });

describe("a filter", () => {
  const matching = [
    'method == "POST" && path == "orders/new"',
    'headers["content-type"] == "application/json"',
    'headers["x-tag"] == "a, b"',
    'query.id == "5" && query.n == "1,2"',
    '!has(query.zz) && !("zz" in query)',
    'body.status == "paid" && body.amount > 100',
    "body.amount * 2.0 == 240.0 && int(body.amount) + 1 == 121",
    '"x" in body.tags && size(body.tags) == 2',
    'body.lines.exists(l, l.sku == "s2") && body.lines.all(l, l.parts.all(p, p.n == 1.0))',
    'body.lines.filter(l, l.sku == "s1").size() == 1',
    'body.status.matches("^pa.d$") || body.nothing',
    'body.constructor == "c" && body["$typeName"] == "google.protobuf.Any"',
    'timestamp(body.at) < timestamp("2026-03-02T00:00:00Z")',
    "type(body.amount) == double",
    'body.amount > 1 ? body.status == "paid" : false',
    'bool("true") || body.nothing',
    "attributes.size() == 0",
    'headers.authorization == "[redacted]"',
  ];
  for (const text of matching) {
    it(`matches by ${text}`, () => {
      assert.equal(verdictOf(text), "match");
    });
  }

  it("does not match where it is false", () => {
    assert.equal(verdictOf('body.status == "open"'), "noMatch");
  });

  it("sees the attributes of a CloudEvent, and of a Pub/Sub push", () => {
    const event = accepted({ attributes: { type: "t", id: "1" } });
    assert.equal(verdictOf('attributes.type == "t"', event), "match");
    const push = { message: { attributes: { kind: "k", no: 1 } }, subscription: "s" };
    assert.equal(verdictOf('attributes == {"kind": "k"}', body(JSON.stringify(push))), "match");
    assert.equal(
      verdictOf("attributes == {}", body(JSON.stringify({ message: push.message }))),
      "match",
    );
  });

  it("sees a body that is no JSON as text, or as bytes", () => {
    assert.equal(verdictOf('body == "not {json"', body("not {json")), "match");
    assert.equal(verdictOf("body == b'\\xff'", body(Uint8Array.of(0xff))), "match");
  });

  const failing: [text: string, content: string, reason: RegExp][] = [
    ["body.nothing == 1", "{}", /field not found: nothing/],
    ["body.a.b", '{"a":1}', /./],
    ["body.a", '{"a":"true"}', /expected true or false/],
    ["body.a + 1 == 2", '{"a":1}', /no matching overload/],
    ['timestamp(body.a) < timestamp("2026-03-02T00:00:00Z")', '{"a":"x"}', /./],
    ["body.a == 1", "text", /./],
    ["body.a == 1", `${"[".repeat(300)}${"]".repeat(300)}`, /nests too deep/],
    ["int(body) > 1", JSON.stringify("1".repeat(2000)), /longer than 1000/],
  ];
  for (const [text, content, reason] of failing) {
    it(`fails, and is not false, at ${text} for ${content.slice(0, 20)}`, () => {
      assert.match(failureOf(verdictOf(text, body(content))), reason);
    });
  }

  it("says no more of a failure than 500 characters", () => {
    const long = body(JSON.stringify({ a: "\u{1f600}".repeat(400) }));
    assert.ok(failureOf(verdictOf("bool(body.a)", long)).length <= 500);
  });

  it("forgets nothing between two events", () => {
    const filter = compileFilter("body.all(x, x > 0)");
    const of = (list: number[]) =>
      filter(body(JSON.stringify(list)), () => ({ kind: "json", value: list }));
    assert.equal(typeof of(Array.from({ length: 400_000 }, () => 1)), "object");
    assert.equal(of([1]), "match");
    assert.equal(of([0]), "noMatch");
  });

  const refused: [text: string, reason: RegExp][] = [
    ["", /end of input/],
    ["body.a ==", /expecting/],
    ["bdy.a == 1", /there is no "bdy"/],
    ["body.exists(x, y == 1)", /there is no "y"/],
    ["x && body.exists(x, x)", /there is no "x"/],
    ["foo(body)", /there is no function "foo"/],
    ["body.foo()", /there is no function "foo"/],
    ["@spend(1)", /./],
    ["google.protobuf.Any{}", /no such objects/],
    ['body.matches("(?=a)")', /regexp/],
    ['body.matches("(")', /regexp/],
    ["body.matches(body)", /expected a pattern as text/],
    ['body.matches("(.{1,100}){1,9}")', /too large/],
    ["body.all(a, body.all(b, body.all(c, true)))", /at most 2 loops/],
    [`${"[".repeat(70)}${"]".repeat(70)} == []`, /at most 64 parts inside/],
    [Array.from({ length: 200 }, () => "path").join("+") + ' == ""', /at most/],
    [`path == "${"x".repeat(2000)}"`, /at most 2000 characters/],
    ["true", /the same for every event: expected method, path, headers/],
    ["1 == 2", /the same for every event/],
    ["method", /never true or false/],
    ["body.a + 1", /never true or false/],
    ["size(body.tags)", /never true or false/],
    ['body.a ? "yes" : path', /never true or false/],
    ["[body.a]", /never true or false/],
    ["body.l.filter(x, x > 1)", /never true or false/],
  ];
  for (const [text, reason] of refused) {
    it(`is refused before it is used: ${text.slice(0, 50)}`, () => {
      assert.throws(() => compileFilter(text), reason);
    });
  }
});

describe("the work of a filter", function () {
  this.timeout(60_000);

  const many = (value: unknown): string => JSON.stringify({ l: Array(300_000).fill(value) });
  const a = (count: number): string => "a".repeat(count);
  const hostile: [text: string, content: string][] = [
    ["body.l.all(x, body.l.all(y, true))", many(1)],
    [
      "body.l.all(x, x in body.l)",
      JSON.stringify({ l: Array.from({ length: 150_000 }, (_, n) => n) }),
    ],
    ["body.l.all(x, body.l == body.l)", many(1)],
    ["body.l.map(x, x).size() > 0", many(1)],
    ["body.l.map(x, body.l).all(y, y.all(z, true))", many(1)],
    [
      "body.a.contains(body.b)",
      JSON.stringify({ a: a(400_000), b: `${a(100_000)}b${a(100_000)}` }),
    ],
    [Array(40).fill("body").join(" + ") + ' == ""', JSON.stringify(a(900_000))],
    [
      "body.l.all(x, timestamp(x).getHours('Europe/Paris') >= 0)",
      JSON.stringify({ l: Array(40_000).fill("2026-01-01T00:00:00Z") }),
    ],
    ['body.matches("(a|b|ab)*bc") || body.matches("[ab]*a[ab]{12}$")', JSON.stringify(a(900_000))],
  ];
  for (const [text, content] of hostile) {
    it(`is bounded: ${text.slice(0, 60)}`, () => {
      const filter = compileFilter(text);
      const json = readJson(content);
      const before = process.cpuUsage().user;
      const verdict = filter(body(content), () => json);
      const seconds = (process.cpuUsage().user - before) / 1e6;
      assert.match(failureOf(verdict), /too long/);
      assert.ok(seconds < 10, `took ${String(seconds)} s`); // minutes and hours without the bound
    });
  }

  it("is bounded for any expression of loops, joined in any way, and any list", () => {
    const { expression } = fc.letrec<{ expression: string; value: string }>((tie) => ({
      value: fc.constantFrom("x", "y", "body", "body[0]", "1", '"a"', "[body, body]"),
      expression: fc.oneof(
        { depthSize: "small", withCrossShrink: true },
        fc
          .tuple(tie("value"), fc.constantFrom("==", "!=", "in"), tie("value"))
          .map((t) => t.join(" ")),
        fc
          .tuple(
            tie("value"),
            fc.constantFrom("all", "exists", "exists_one"),
            fc.constantFrom("x", "y"),
            tie("expression"),
          )
          .map(([range, loop, name, inner]) => `${range}.${loop}(${name}, ${inner})`),
        fc
          .tuple(tie("expression"), fc.constantFrom("&&", "||"), tie("expression"))
          .map(([l, op, r]) => `(${l} ${op} ${r})`),
        fc
          .tuple(tie("value"), tie("expression"))
          .map(([range, inner]) => `${range}.map(x, ${inner}).size() > 0`),
      ),
    }));
    const content = JSON.stringify(Array(4000).fill([1, 2]));
    const json = readJson(content);
    fc.assert(
      fc.property(expression, (text) => {
        let filter;
        try {
          filter = compileFilter(text);
        } catch {
          return; // names that no loop defines, too many loops: refused before it runs
        }
        const before = process.cpuUsage().user;
        filter(body(content), () => json);
        assert.ok(process.cpuUsage().user - before < 10e6, text);
      }),
      { numRuns: 100 },
    );
  });
});
