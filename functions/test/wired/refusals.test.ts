import assert from "node:assert/strict";

import { MAX_BODY_BYTES } from "../../src/adapters/http/eventRequest.ts";
import { call, countOf, send } from "../support/wired.ts";

describe("bad input, over HTTP", () => {
  const tooLarge = "x".repeat(MAX_BODY_BYTES + 1);
  const cases: readonly [string, string, RequestInit, number, RegExp][] = [
    ["an unknown endpoint", "/event/refused/nope", { method: "POST" }, 404, /unknown-endpoint/],
    ["an unknown service", "/trigger/nope", {}, 404, /unknown-service/],
    ["an unknown service's endpoint", "/event/nope/a", { method: "POST" }, 404, /unknown-endpoint/],
    ["no endpoint", "/event/", { method: "POST" }, 404, /unknown-path/],
    ["no path", "/event", { method: "POST" }, 404, /unknown-path/],
    ["a method that is not accepted", "/event/refused/a", {}, 405, /method-not-allowed/],
    ["HEAD unless it is listed", "/event/refused/b", { method: "HEAD" }, 405, /^$/],
    ["a manual trigger by DELETE", "/trigger/refused", { method: "DELETE" }, 405, /GET, POST/],
    ["a reset by PUT", "/reset/refused", { method: "PUT" }, 405, /GET, POST/],
    ["a configuration by POST", "/config", { method: "POST" }, 405, /GET, HEAD/],
    [
      "a body over the limit, naming it",
      "/event/refused/a",
      { method: "POST", body: tooLarge },
      413,
      new RegExp(String(MAX_BODY_BYTES)),
    ],
  ];
  for (const [what, path, init, status, text] of cases) {
    it(`refuses ${what} with ${String(status)}, and stores nothing`, async () => {
      const answer = await call(path, init);
      assert.equal(answer.status, status, answer.text);
      assert.match(answer.text, text);
      assert.match(answer.headers.get("content-type") ?? "", /^application\/problem\+json/);
      if (status === 405) assert.ok(answer.headers.get("allow"));
      assert.equal(await countOf("refused", "events"), 0);
      assert.equal(await countOf("refused", "pending"), 0);
    });
  }

  it("takes a body of exactly the limit", async () => {
    await send("large/a", "x".repeat(MAX_BODY_BYTES));
  });

  it("takes a repeat for the same event, and answers it with the first answer", async () => {
    const headers = { "idempotency-key": "order-1" };
    const first = await call("/event/repeats/a", { method: "POST", body: "once", headers });
    const again = await Promise.all(
      [1, 2].map(() => call("/event/repeats/a", { method: "POST", body: "twice", headers })),
    );
    assert.equal(first.status, 202, first.text);
    for (const repeat of again) {
      assert.equal(repeat.status, 200, repeat.text);
      assert.deepEqual(repeat.json, { ...first.json, duplicate: true });
    }
    assert.equal(await countOf("repeats", "events"), 1);
    assert.equal(await countOf("repeats", "pending"), 1);
  });

  it("takes HEAD as an event where it is listed", async () => {
    const answer = await call("/event/methods/listed", { method: "HEAD" });
    assert.equal(answer.status, 202);
    assert.equal(await countOf("methods", "events"), 1);
  });
});
