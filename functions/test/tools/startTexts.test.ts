import assert from "node:assert/strict";

import { parseConfig } from "../../src/config/parse.ts";
import {
  instructions,
  renderDelivery,
  renderMessage,
  type Started,
} from "../../tools/startTexts.ts";

const SERVICE = {
  serviceName: "orders",
  trigger: { type: "window", observationPeriod: 60 },
  endpoints: [{ eventKey: "a", minNbOfOccurrence: 2 }, { eventKey: "b/c d" }],
  targetPubSub: { topic: "projects/my-project/topics/synced" },
};

describe("what scripts/start shows", () => {
  const started: Started = {
    base: "http://localhost/base",
    services: parseConfig(JSON.stringify([SERVICE, { ...SERVICE, serviceName: "other one" }]))
      .services,
    ignored: [{ path: "targts", nearest: "targets" }],
    subscriptions: ["projects/my-project/subscriptions/synced-eventsync"],
  };

  it("has a call for each endpoint, and says how often it is needed", () => {
    const calls = instructions(started)
      .split("\n")
      .filter((line) => line.includes("/event/"));
    assert.deepEqual(calls, [
      "  curl -X POST -d 'New event' 'http://localhost/base/event/a'   # 2 times",
      "  curl -X POST -d 'New event' 'http://localhost/base/event/b/c%20d'",
      "  curl -X POST -d 'New event' 'http://localhost/base/event/other%20one/a'   # 2 times",
      "  curl -X POST -d 'New event' 'http://localhost/base/event/other%20one/b/c%20d'",
    ]);
  });

  it("has the key in each call, wherever it is looked for, so that none is refused", () => {
    const callFor = (correlation: object, endpoint: object = {}): string => {
      const endpoints = [{ eventKey: "a", ...endpoint }];
      const { services } = parseConfig(JSON.stringify({ ...SERVICE, correlation, endpoints }));
      const lines = instructions({ ...started, services }).split("\n");
      return lines.find((line) => line.includes("/event/")) ?? "";
    };
    const url = "http://localhost/base/event/a";
    const json = "-H 'Content-Type: application/json'";
    assert.equal(
      callFor({ key: { header: "X-Order's" } }),
      `  curl -X POST -H 'X-Order'\\''s: test-1' -d 'New event' '${url}'`,
    );
    assert.equal(
      callFor({ key: { body: "$.orderId" } }),
      `  curl -X POST ${json} -d '{"orderId":"test-1"}' '${url}'`,
    );
    assert.equal(
      callFor({ key: { body: "$.orderId" } }, { key: { queryParam: "order id" } }),
      `  curl -X POST -d 'New event' '${url}?order+id=test-1'`,
    );
    assert.equal(
      callFor({ key: { pubSubAttribute: "orderId" } }),
      `  curl -X POST ${json} -d '{"message":{"attributes":{"orderId":"test-1"},"data":"SGVsbG8gV29ybGQh"},"subscription":"projects/test/subscriptions/test"}' '${url}'`,
    );
    assert.equal(
      callFor({ key: { cloudEvent: "subject" } }),
      `  curl -X POST -H 'ce-specversion: 1.0' -H 'ce-id: test-1' -H 'ce-source: /test' -H 'ce-type: test' -H 'ce-subject: test-1' -H "Idempotency-Key: $(date +%s)$RANDOM" -d 'New event' '${url}'`,
    );
  });

  it("says where to look at it in a browser", () => {
    assert.match(instructions(started), /in a browser:\n {2}http:\/\/localhost\/base\/console\n/);
  });

  it("has a call for each look at a service, those at targets where it has them", () => {
    const targets = [
      { name: "shop", kind: "http", url: "https://example.com" },
      { name: "log", kind: "pull" },
    ];
    const { services } = parseConfig(
      JSON.stringify([SERVICE, { ...SERVICE, serviceName: "other one", targets }]),
    );
    const calls = instructions({ ...started, services })
      .split("\n")
      .filter((line) => /\/(status|syncs|deliveries|pull)/.test(line))
      .map((line) => line.replace(/ +# .*/, ""));
    assert.deepEqual(
      calls,
      [
        ...["/status", "/syncs", "/status/other%20one", "/syncs/other%20one"],
        ...["/deliveries/other%20one", "/pull/other%20one"],
      ].map((path) => `  curl http://localhost/base${path}`),
    );
    assert.match(instructions({ ...started, services }), /\/status +# what it waits for\n/);
  });

  it("names again the keys that nothing reads, when it is ready", () => {
    assert.match(
      instructions(started),
      /\n\nIn the configuration nothing reads the key targts: did you mean “targets”\?\n/,
    );
  });

  it("says where each sync goes besides, without the path, which may be secret", () => {
    const url = "http://127.0.0.1:8000/a-secret";
    const targets = [{ name: "shop", kind: "http", url, allowPrivate: true }];
    const { services } = parseConfig(JSON.stringify({ ...SERVICE, targets }));
    const text = instructions({ ...started, services, subscriptions: [] });
    assert.match(
      text,
      /\nEach sync\n {2}of orders goes to “shop” \(POST to http:\/\/127\.0\.0\.1:8000\)\n/,
    );
    assert.doesNotMatch(text, /secret|are printed/);
  });

  it("says how it stands with each delivery, once something was tried", () => {
    const delivery = { target: "shop", eventID: "e1", state: "waiting", attempts: [] };
    const shown = (more: object): string | undefined =>
      renderDelivery("orders", { ...delivery, ...more })?.replace(
        /^── orders to “.*”, sync e1 ──\n/,
        "",
      );
    assert.equal(shown({}), undefined);
    const failed = { attempt: 1, error: "connection: refused" };
    assert.equal(shown({ attempts: [failed] }), "attempt 1: connection: refused; waiting");
    const attempts = [failed, { attempt: 2, status: 204 }];
    assert.equal(shown({ state: "delivered", attempts }), "attempt 2: 204; delivered");
    assert.equal(shown({ state: "numbered", offset: 7 }), "numbered 7");
  });

  it("shows an answer that is no JSON as it is", () => {
    const shown = renderMessage({ topic: "t", data: "Hello World!", attributes: {} });
    assert.equal(shown, "attributes {}\nHello World!");
  });

  it("has the attributes of a message, and cuts long bodies", () => {
    const content = "x".repeat(2100);
    const data = JSON.stringify({ eventID: "1", events: { a: { events: [{ content }] } } });
    const shown = renderMessage({ topic: "t", data, attributes: { serviceName: "orders" } });
    assert.match(shown, /^attributes \{"serviceName":"orders"\}\n\{\n {2}"eventID": "1",/);
    assert.match(shown, /"content": "x{2000} … \(100 more characters\)"/);
  });
});
