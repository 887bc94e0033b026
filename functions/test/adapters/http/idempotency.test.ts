import assert from "node:assert/strict";
import { idempotencyKeyOf } from "../../../src/adapters/http/idempotency.ts";

/** Names in lower case. */
type Headers = Readonly<Record<string, string>>;

function keyOf(headers: Headers, text?: string): string | undefined {
  return idempotencyKeyOf((name) => headers[name], text);
}

const JSON_TYPE = { "content-type": "application/json" };
const STRUCTURED = { "content-type": "application/cloudevents+json; charset=utf-8" };

const cloudEvent = (fields: object): string =>
  JSON.stringify({ specversion: "1.0", type: "t", data: {}, ...fields });
const push = (message: unknown, rest: object = {}): string =>
  JSON.stringify({ message, subscription: "projects/p/subscriptions/s", ...rest });

const WRAPPED_42 = 'pubsub:["projects/p/subscriptions/s","42"]';

describe("idempotencyKeyOf", () => {
  const recognised: [string, Headers, string | undefined, string][] = [
    ["Idempotency-Key", { "idempotency-key": "k1" }, undefined, "key:k1"],
    ["Idempotency-Key with blanks around", { "idempotency-key": " k1 " }, "x", "key:k1"],
    [
      "a binary CloudEvent",
      { "ce-source": "//storage/b", "ce-id": "1" },
      "x",
      'ce:["//storage/b","1"]',
    ],
    [
      "a structured CloudEvent",
      STRUCTURED,
      cloudEvent({ source: "//storage/b", id: "1" }),
      'ce:["//storage/b","1"]',
    ],
    ["a Pub/Sub push", JSON_TYPE, push({ data: "eA==", messageId: "42" }), WRAPPED_42],
    [
      "a Pub/Sub push with both spellings of its fields",
      { "content-type": "application/json; charset=utf-8" },
      push({ messageId: "42", message_id: "42", publishTime: "t" }, { deliveryAttempt: 3 }),
      WRAPPED_42,
    ],
    [
      "an unwrapped Pub/Sub push with metadata",
      {
        "x-goog-pubsub-message-id": "42",
        "x-goog-pubsub-subscription-name": "projects/p/subscriptions/s",
        "content-type": "text/plain",
      },
      "anything",
      WRAPPED_42,
    ],
  ];
  for (const [title, headers, text, key] of recognised) {
    it(`recognises ${title}`, () => {
      assert.equal(keyOf(headers, text), key);
    });
  }

  it("prefers what the source says explicitly, then CloudEvents, then Pub/Sub", () => {
    const all = {
      "idempotency-key": "k",
      "ce-source": "s",
      "ce-id": "i",
      "x-goog-pubsub-message-id": "42",
    };
    assert.equal(keyOf(all), "key:k");
    assert.equal(keyOf({ ...all, "idempotency-key": "" }), 'ce:["s","i"]');
    assert.equal(
      keyOf({ "x-goog-pubsub-message-id": "42", ...JSON_TYPE }, push({ messageId: "43" })),
      'pubsub:["","42"]',
    );
  });

  it("tells the same messageId of two subscriptions apart: their topics may differ", () => {
    const other = push({ messageId: "42" }, { subscription: "projects/p/subscriptions/other" });
    assert.notEqual(keyOf(JSON_TYPE, other), keyOf(JSON_TYPE, push({ messageId: "42" })));
  });

  it("tells a source and an id apart wherever the border between them is", () => {
    assert.notEqual(
      keyOf({ "ce-source": "a", "ce-id": "b c" }),
      keyOf({ "ce-source": "a b", "ce-id": "c" }),
    );
    assert.notEqual(
      keyOf({ "ce-source": 'a","b', "ce-id": "c" }),
      keyOf({ "ce-source": "a", "ce-id": 'b","c' }),
    );
  });

  it("does not confuse a key, a CloudEvent and a message that read alike", () => {
    const keys = [
      keyOf({ "idempotency-key": "42" }),
      keyOf({ "x-goog-pubsub-message-id": "42" }),
      keyOf({ "ce-source": "42", "ce-id": "42" }),
    ];
    assert.equal(new Set(keys).size, 3);
  });

  const lookAlikes: [string, Headers, string | undefined][] = [
    ["no header and no body", {}, undefined],
    ["an empty Idempotency-Key", { "idempotency-key": "  " }, "x"],
    ["a ce-id without a source", { "ce-id": "1" }, "x"],
    ["an empty ce-id", { "ce-source": "s", "ce-id": "" }, "x"],
    ["an empty ce-source", { "ce-source": "", "ce-id": "1" }, "x"],
    ["an empty message id in a header", { "x-goog-pubsub-message-id": "" }, "x"],
    ["an empty messageId", JSON_TYPE, push({ messageId: "" })],
    ["a structured CloudEvent with an empty id", STRUCTURED, cloudEvent({ source: "s", id: "" })],
    ["a ce-source without an id", { "ce-source": "s" }, "x"],
    [
      "a push envelope that is not JSON by its type",
      { "content-type": "text/plain" },
      push({ messageId: "1" }),
    ],
    ["a push envelope without a type", {}, push({ messageId: "1" })],
    ["a push envelope in a binary body", JSON_TYPE, undefined],
    ["a message without an envelope", JSON_TYPE, '{"messageId":"1","data":"eA=="}'],
    ["a messageId beside the message", JSON_TYPE, push({}, { messageId: "1" })],
    ["a messageId that is a number", JSON_TYPE, push({ messageId: 1 })],
    ["a message that is a string", JSON_TYPE, push('"messageId"')],
    ["a message that is null", JSON_TYPE, push(null, { messageId: "1" })],
    ["a subscription that is no string", JSON_TYPE, push({ messageId: "1" }, { subscription: 1 })],
    [
      "an envelope deeper in the body",
      JSON_TYPE,
      JSON.stringify({ body: JSON.parse(push({ messageId: "1" })) as unknown }),
    ],
    ["a list", JSON_TYPE, `[${push({ messageId: "1" })}]`],
    [
      "invalid JSON with the right words",
      JSON_TYPE,
      '{"message":{"messageId":"1"},"subscription":"s"',
    ],
    ["a CloudEvent sent as plain JSON", JSON_TYPE, cloudEvent({ source: "s", id: "1" })],
    ["a structured CloudEvent without an id", STRUCTURED, cloudEvent({ source: "s" })],
    [
      "a structured CloudEvent whose id is a number",
      STRUCTURED,
      cloudEvent({ source: "s", id: 1 }),
    ],
    ["a structured CloudEvent that is not JSON", STRUCTURED, "{"],
    ["a structured CloudEvent that is null", STRUCTURED, "null"],
    [
      "a batch of CloudEvents",
      { "content-type": "application/cloudevents-batch+json" },
      `[${cloudEvent({ source: "s", id: "1" })}]`,
    ],
  ];
  for (const [title, headers, text] of lookAlikes) {
    it(`is not misled by ${title}`, () => {
      assert.equal(keyOf(headers, text), undefined);
    });
  }
});
