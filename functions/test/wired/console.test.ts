import assert from "node:assert/strict";

import { call, type Answer } from "../support/wired.ts";

const OURS = { "X-EventSync-Console": "1" };

describe("the console, over HTTP", () => {
  const asked = (path: string, init?: RequestInit): Promise<Answer> =>
    call(`/console${path}`, init);
  const refused = async (answer: Promise<Answer>, status: number, code: string): Promise<void> => {
    const { status: told, json, text, headers } = await answer;
    assert.equal(told, status, text);
    assert.equal(json["type"], `urn:eventsync:problem:${code}`);
    assert.equal(headers.get("access-control-allow-origin"), null);
  };

  it("is one page that asks nobody else, is framed by nobody and sniffed by nobody", async () => {
    const { status, headers, text } = await asked("");
    assert.equal(status, 200);
    assert.equal(headers.get("content-type"), "text/html; charset=utf-8");
    assert.match(text, /^<!doctype html>/i);
    assert.doesNotMatch(text, /<(?:link|script|img)[^>]+(?:href|src)="(?!data:)/);
    const policy = headers.get("content-security-policy") ?? "";
    for (const part of ["default-src 'none'", "connect-src 'self'", "frame-ancestors 'none'"]) {
      assert.ok(policy.includes(part), policy);
    }
    assert.equal(headers.get("x-content-type-options"), "nosniff");
    assert.equal(headers.get("referrer-policy"), "no-referrer");
    const again = await asked("/", { headers: { "If-None-Match": headers.get("etag") ?? "" } });
    assert.deepEqual([again.status, again.text], [304, ""]);
  });

  it("answers as the functions themselves do", async () => {
    for (const path of ["/config", "/config/pair", "/deliveries/operated", "/syncs/pair/none"]) {
      const [own, through] = await Promise.all([call(path), asked(`/api${path}`)]);
      assert.deepEqual([through.status, through.text], [own.status, own.text], path);
      assert.equal(through.headers.get("cache-control"), "no-store");
    }
    await refused(asked("/api/sweep"), 404, "unknown-path");
    await refused(asked("/nothing"), 404, "unknown-path");
  });

  it("changes nothing for another page, or for a link", async () => {
    const post = { method: "POST" };
    await refused(asked("/api/trigger/pair", post), 403, "not-from-console");
    await refused(asked("/api/reset/pair", post), 403, "not-from-console");
    await refused(asked("/api/event/pair/a", { ...post, body: "x" }), 403, "not-from-console");
    await refused(asked("/api/trigger/pair", { headers: OURS }), 405, "method-not-allowed");
    await refused(asked("/api/event/pair/trigger", { headers: OURS }), 405, "method-not-allowed");
    const preflight = {
      Origin: "https://example.com",
      "Access-Control-Request-Method": "POST",
      "Access-Control-Request-Headers": "x-eventsync-console",
    };
    const options = asked("/api/trigger/pair", { method: "OPTIONS", headers: preflight });
    await refused(options, 405, "method-not-allowed");
  });

  it("stores an event for its page as it was sent, without the page's own header", async () => {
    const headers = { ...OURS, "X-Mine": "1", "Idempotency-Key": "console-wired" };
    const sent = await asked("/api/event/pair/a", {
      method: "POST",
      headers,
      body: "from the page",
    });
    assert.equal(sent.status, 202, sent.text);
    const { json } = await asked(`/api/events/pair/${String(sent.json["eventId"])}`);
    assert.equal(json["content"], "from the page");
    const stored = json["headers"] as Readonly<Record<string, unknown>>;
    assert.ok("X-Mine" in stored);
    assert.ok(!Object.keys(stored).some((name) => /console/i.test(name)), JSON.stringify(stored));
    const reset = await asked("/api/reset/pair", { method: "POST", headers: OURS });
    assert.equal(reset.status, 200, reset.text);
  });
});
