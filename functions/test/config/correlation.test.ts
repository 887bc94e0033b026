import assert from "node:assert/strict";
import { correlate, correlateBatch, correlationInWords } from "../../src/config/correlation.ts";
import { ConfigError, parseConfig } from "../../src/config/parse.ts";
import type { ServiceConfig } from "../../src/config/schema.ts";

const raw = (correlation: unknown, endpoint: object = {}): string =>
  JSON.stringify({
    serviceName: "svc",
    trigger: { type: "window", observationPeriod: 3600 },
    endpoints: [{ eventKey: "a", ...endpoint }, { eventKey: "b" }],
    targetPubSub: { topic: "projects/demo-eventsync/topics/topic1" },
    correlation,
  });

const parsed = (correlation: unknown, endpoint?: object): ServiceConfig =>
  parseConfig(raw(correlation, endpoint)).services[0];

function problemsOf(correlation: unknown, endpoint?: object): string[] {
  try {
    parsed(correlation, endpoint);
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error));
    return error.problems.map(({ path, message }) => `${path}: ${message}`);
  }
  assert.fail("it was accepted");
}

const refused = (place: unknown): string => problemsOf({ key: place }).join("\n");

describe("a correlation in the configuration", () => {
  it("rejects what has no key unless it says otherwise", () => {
    assert.equal(parsed({ key: { header: "X-Id" } }).correlation?.withoutKey, "reject");
    assert.equal(parsed(undefined).correlation, undefined);
    assert.equal(parsed(null).correlation, undefined);
  });

  it("names one place for each endpoint", () => {
    const own = { key: { queryParam: "id" } };
    assert.deepEqual(problemsOf({}, own), [
      "endpoints[1].key: is missing: expected where the key is, here or in “correlation.key”",
    ]);
    assert.deepEqual(problemsOf(undefined, own), [
      "endpoints[0].key: expected “correlation” in the service, without which no events are joined by a key",
    ]);
    const wanted =
      "expected an object with one of “header”, “queryParam”, “body”, “cloudEvent” and “pubSubAttribute”";
    assert.equal(refused({}), `correlation.key: ${wanted}, got {}`);
    const both = { header: "X-Id", body: "$.id" };
    assert.equal(refused(both), `correlation.key: ${wanted}, got ${JSON.stringify(both)}`);
  });

  it("is there where the key is to be the ordering key", () => {
    const topic = "projects/demo-eventsync/topics/topic1";
    const ordered = (correlation: unknown): string =>
      JSON.stringify({
        ...(JSON.parse(raw(correlation)) as object),
        targetPubSub: { topic, orderingKey: "key" },
      });
    assert.ok(parseConfig(ordered({ key: { header: "X-Id" } })));
    assert.throws(() => parseConfig(ordered(undefined)), {
      problems: [
        {
          path: "targetPubSub.orderingKey",
          message:
            'expected “none”, or “correlation” in the service, without which there is no key to order by, got "key"',
        },
      ],
    });
  });

  it("is there where the key is to be the ordering key of a target of the list", () => {
    const topic = "projects/demo-eventsync/topics/topic1";
    const target = { name: "t", kind: "pubsub", topic, orderingKey: "key" };
    const service = { ...(JSON.parse(raw(undefined)) as object), targets: [target] };
    assert.throws(
      () => parseConfig(JSON.stringify(service)),
      (error: ConfigError) => error.problems[0]?.path === "targets[0].orderingKey",
    );
  });

  it("refuses a path that is no path, or names many places", () => {
    const wanted =
      "correlation.key.body: expected a JSONPath that names one place, such as $.order.id, or a JSON Pointer, such as /order/id: ";
    for (const path of ["$..id", "$.a[*]", "$.a[0:2]", "$.a['x','y']", "$.a[?@.b == 1]"]) {
      assert.equal(refused({ body: path }), `${wanted}it can name many places`, path);
    }
    assert.match(refused({ body: "$.a[" }), /: it is no JSONPath: /);
    assert.equal(
      refused({ body: "order.id" }),
      `${wanted}a JSONPath begins with “$”, a JSON Pointer with “/”`,
    );
    assert.match(refused({ body: "/a~2b" }), /“~” is written “~0”/);
    assert.match(refused({ body: `$.${"a".repeat(1000)}` }), /longer than 1000 characters/);
  });

  it("refuses what is redacted, unless it is kept", () => {
    assert.match(
      refused({ header: "Authorization" }),
      /^correlation\.key\.header: expected a header that is not redacted/,
    );
    assert.match(refused({ header: "X-Api-Key" }), /not redacted/);
    assert.match(
      refused({ queryParam: "access_token" }),
      /^correlation\.key\.queryParam: .*not redacted/,
    );
    assert.match(refused({ cloudEvent: "token" }), /^correlation\.key\.cloudEvent: .*not redacted/);
    // Both endpoints have their key there; one keeps the header.
    const kept = { keepHeaders: ["x-api-key"] };
    assert.equal(problemsOf({ key: { header: "X-Api-Key" } }, kept).length, 1);
    const own = { ...kept, key: { header: "X-Api-Key" } };
    assert.ok(parsed({ key: { header: "X-Id" } }, own));
    const param = { redactQueryParams: [], key: { queryParam: "token" } };
    assert.ok(parsed({ key: { header: "X-Id" } }, param));
  });

  it("refuses what is no name", () => {
    assert.match(refused({ header: "X Id" }), /expected the name of a header/);
    assert.match(refused({ header: "Host" }), /about its connection/);
    assert.match(refused({ cloudEvent: "my-attribute" }), /lower-case letters and digits/);
    assert.match(refused({ pubSubAttribute: "" }), /expected the name of a Pub\/Sub attribute/);
  });

  it("has a fixed key exactly where it is used", () => {
    const key = { header: "X-Id" };
    assert.deepEqual(problemsOf({ key, withoutKey: "fixed" }), [
      "correlation.fixedKey: is missing: expected the key of events that have none",
    ]);
    assert.deepEqual(problemsOf({ key, fixedKey: "x" }), [
      "correlation.fixedKey: expected no fixed key unless “withoutKey” is “fixed”",
    ]);
    assert.deepEqual(problemsOf({ key, withoutKey: "fixed", fixedKey: "é".repeat(501) }), [
      "correlation.fixedKey: expected a text of 1 to 1000 bytes in UTF-8; it is longer than 1000 bytes",
    ]);
    assert.match(
      problemsOf({ key, withoutKey: "drop" }).join(),
      /one of “reject”, “ignore” and “fixed”/,
    );
  });

  it("asks for no more than one commit takes, keys included", () => {
    const many = { minNbOfOccurrence: 9000 };
    const shown = problemsOf({ key: { header: "X-Id" } }, many).join();
    assert.match(shown, /^endpoints: expected required events that fit into one commit/);
    assert.ok(parsed(undefined, many));
  });
});

describe("a correlation in words", () => {
  it("says where keys are, and what happens without one", () => {
    assert.deepEqual(correlationInWords(parsed(undefined)), []);
    assert.deepEqual(correlationInWords(parsed({ key: { header: "X-Id" } })), [
      "joins events by the header “X-Id”",
      "without a key: rejected",
    ]);
    const fixed = { key: { header: "X-Id" }, withoutKey: "fixed", fixedKey: "others" };
    assert.deepEqual(correlationInWords(parsed(fixed, { key: { body: "$.id" } })), [
      "joins events by “$.id” in the JSON body (“a”) and the header “X-Id” (“b”)",
      "without a key: joined under “others”",
    ]);
  });
});

describe("an event of a service with a correlation", () => {
  const none = { headers: [], queryParams: [], content: "" };
  const eventOf = (service: ServiceConfig, endpoint = service.endpoints[0]!) =>
    correlate(service, endpoint, none);

  it("without a key is rejected, saying where it was looked for", () => {
    assert.throws(() => eventOf(parsed({ key: { body: "$.order.id" } })), {
      code: "key-missing",
      httpStatus: 422,
      message:
        "No correlation key: “$.order.id” in the JSON body is missing: the body is not JSON.",
    });
  });

  it("without a key is ignored with the reason, or has the fixed one, where that is asked for", () => {
    const key = { header: "X-Id" };
    assert.deepEqual(eventOf(parsed({ key, withoutKey: "ignore" })), {
      ignored: {
        reason: "no-key",
        detail: "No correlation key: the header “X-Id” is missing.",
      },
    });
    const fixed = parsed({ key, withoutKey: "fixed", fixedKey: "others" });
    assert.deepEqual(eventOf(fixed), { key: "others" });
  });

  it("of a batch is named by its place, where it was looked for, and all are refused with it", () => {
    const service = parsed({ key: { body: "$.id" } });
    const [endpoint] = service.endpoints;
    const batch = (...contents: string[]) => contents.map((content) => ({ ...none, content }));
    assert.deepEqual(correlateBatch(service, endpoint!, batch('{"id":1}', '{"id":"2"}')), [
      { key: "1" },
      { key: "2" },
    ]);
    assert.throws(() => correlateBatch(service, endpoint!, batch("{}", '{"id":1}', '{"id":[]}')), {
      code: "key-missing",
      message: "Events of the batch without a correlation key: 2 of 3; none is stored.",
      failures: [
        { pointer: "/0", message: "No correlation key: “$.id” in the JSON body is missing" },
        { pointer: "/2", message: "No correlation key: “$.id” in the JSON body is a list" },
      ],
    });
  });

  it("has its key where its endpoint says", () => {
    const service = parsed({ key: { header: "X-Id" } }, { key: { queryParam: "id" } });
    const request = {
      ...none,
      headers: [{ name: "X-Id", values: ["header"] }],
      queryParams: [{ name: "id", values: ["query"] }],
    };
    assert.deepEqual(
      service.endpoints.map((endpoint) => correlate(service, endpoint, request)),
      [{ key: "query" }, { key: "header" }],
    );
  });

  it("has no key of its own in a service without", () => {
    assert.deepEqual(eventOf(parsed(undefined)), {});
  });
});
