import assert from "node:assert/strict";

import { problemType, type ErrorCode } from "../../src/domain/errors.ts";
import { DescribedAnswers, type Answered, type Asked } from "../../testkit/openapi/described.ts";

const JSON_TYPE = "application/json; charset=utf-8";
const PROBLEM_TYPE = "application/problem+json; charset=utf-8";

function answered(status: number, body: unknown, headers: Asked["headers"] = {}): Answered {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return { status, text, headers: { "content-type": JSON_TYPE, ...headers } };
}

function problem(status: number, code: ErrorCode, headers: Asked["headers"] = {}): Answered {
  const body = { type: problemType(code), title: "Unknown endpoint", status, detail: "x" };
  return answered(status, body, { "content-type": PROBLEM_TYPE, ...headers });
}

const get = (path: string): Asked => ({ method: "GET", path });
const post = (path: string, body?: string): Asked => ({ method: "POST", path, body });

const RESET = { service: "s", resetAt: "2026-01-01T00:00:00.000Z" };
const STREAM = { "content-type": "text/event-stream; charset=utf-8" };
const PAUSED = { service: "s", target: "t", paused: true, since: RESET.resetAt };

describe("an answer that is held against the OpenAPI document", () => {
  const described = new DescribedAnswers();

  const good: readonly [string, Asked, Answered][] = [
    ["has what is described", get("/reset"), answered(200, RESET)],
    ["is found with a slash behind the function", get("/reset/"), answered(200, RESET)],
    ["is found by a name", get("/reset/s?key=x"), answered(200, { ...RESET, key: "x" })],
    [
      "has nothing but its headers for HEAD",
      { ...get("/config"), method: "HEAD" },
      answered(200, ""),
    ],
    [
      "is of the operation that is written out, not of a key with slashes",
      post("/event/s/trigger"),
      answered(200, { service: "s", triggered: 0, unpublished: 0, failed: 0, more: false }),
    ],
    ["is of a function that only the platform calls", post("/alarm"), answered(204, "")],
    ["is the console's, for another function", get("/console/api/reset/s"), answered(200, RESET)],
    [
      "is the console's refusal of another page",
      post("/console/api/reset/s"),
      problem(403, "not-from-console"),
    ],
    [
      "is a page",
      get("/console"),
      answered(200, "<!doctype html>", { "content-type": "text/html; charset=utf-8" }),
    ],
    [
      "has taken what may be anything, also no JSON",
      post("/config/validate", "{"),
      answered(200, { valid: false, problems: [{ path: "", message: "x" }], ignored: [] }),
    ],
    [
      "names no endpoint where an event's path names no service",
      post("/event/none/trigger"),
      problem(404, "unknown-endpoint"),
    ],
    ["is a problem", post("/event/a/b/c"), problem(404, "unknown-endpoint")],
    ["is a refusal where there is nothing", get("/deliveries/s/x"), problem(404, "unknown-path")],
    [
      "is a refusal by a method, which says which there are",
      { ...get("/reset"), method: "DELETE" },
      problem(405, "method-not-allowed", { allow: "GET, POST" }),
    ],
    [
      "is a refusal by a method, of which some endpoints have fewer",
      { ...get("/event/e"), method: "PURGE" },
      problem(405, "method-not-allowed", { allow: "GET, POST" }),
    ],
    [
      "says when to come again where it says soon",
      get("/trigger"),
      problem(503, "contended", { "retry-after": "5" }),
    ],
    [
      "is a stream, perhaps cut off",
      get("/pull"),
      answered(200, 'retry: 1\n\nid: 1\ndata: {"offset":1,"syncId":"a","ev', STREAM),
    ],
    [
      "has taken what is described",
      post("/deliveries/s/targets/t/pause", "{}"),
      answered(200, PAUSED),
    ],
  ];
  for (const [what, asked, answer] of good) {
    it(`passes if it ${what}`, () => {
      described.check(asked, answer);
    });
  }

  const bad: readonly [string, Asked, Answered, RegExp][] = [
    [
      "a field that nobody described",
      get("/reset"),
      answered(200, { ...RESET, more: 1 }),
      /GET \/reset .*it must NOT have additional properties \("more"\)/,
    ],
    [
      "what the console answers for another function",
      get("/console/api/reset"),
      answered(200, { service: "s" }),
      /'resetAt'/,
    ],
    ["a field too few", get("/reset"), answered(200, { service: "s" }), /'resetAt'/],
    [
      "a value of another kind",
      get("/reset"),
      answered(200, { ...RESET, resetAt: "noon" }),
      /\/resetAt must match format/,
    ],
    ["another status", get("/reset"), answered(201, RESET), /resetByGetOfFirst has no such status/],
    [
      "another content type",
      get("/reset"),
      answered(200, RESET, { "content-type": "text/html; charset=utf-8" }),
      /content type is "text\/html"/,
    ],
    ["a problem of elsewhere", get("/config"), problem(404, "unknown-sync"), /no such status/],
    ["a problem of another status", get("/reset/s"), problem(404, "invalid-key"), /\/type must/],
    [
      "success where there is nothing",
      get("/reset/a/b"),
      answered(200, RESET),
      /no such operation/,
    ],
    [
      "an Allow that lacks one",
      { ...get("/reset"), method: "DELETE" },
      problem(405, "method-not-allowed", { allow: "GET" }),
      /its Allow/,
    ],
    [
      "an Allow with one that nobody described",
      { ...get("/event/e"), method: "PURGE" },
      problem(405, "method-not-allowed", { allow: "GET, PURGE" }),
      /its Allow/,
    ],
    ["no Retry-After", get("/trigger"), problem(503, "contended"), /whether it has a Retry-After/],
    [
      "a stream of something else",
      get("/pull"),
      answered(200, 'id: 1\ndata: {"offset":1}\n\n', STREAM),
      /'syncId'/,
    ],
    [
      "success for a parameter that is out of bounds",
      get("/deliveries/s?limit=201"),
      answered(200, { service: "s", deliveries: [], next: null }),
      /it takes “limit”: it must be <= 200/,
    ],
    [
      "success for a body that is not as described",
      post("/deliveries/s/targets/t/pause", '{"cause":1}'),
      answered(200, PAUSED),
      /"cause"/,
    ],
  ];
  for (const [what, asked, answer, message] of bad) {
    it(`fails for ${what}`, () => {
      assert.throws(() => {
        described.check(asked, answer);
      }, message);
    });
  }

  it("counts as seen: what no answer was held against can be told", () => {
    const fresh = new DescribedAnswers();
    assert.deepEqual(fresh.unseen(), []);
    fresh.check(get("/reset"), answered(200, RESET));
    const unseen = fresh.unseen();
    const told = unseen.join("\n");
    assert.ok(
      unseen.some((line) => /^never answered: .*\btrigger,/.test(line)),
      told,
    );
    assert.ok(
      unseen.some((line) => /^400: .*resetByGetOfFirst/.test(line)),
      told,
    );
    assert.ok(!unseen.some((line) => line.startsWith("200")), told);
  });
});
