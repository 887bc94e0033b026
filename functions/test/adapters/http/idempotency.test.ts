import assert from "node:assert/strict";
import { cloudEventKey, idempotencyKeyOf } from "../../../src/adapters/http/idempotency.ts";

/** Names in lower case. */
type Headers = Readonly<Record<string, string>>;

function keyOf(headers: Headers, text?: string): string | undefined {
  return idempotencyKeyOf((name) => headers[name], text);
}

const JSON_TYPE = { "content-type": "application/json" };

const cloudEvent = (fields: object): string =>
  JSON.stringify({ specversion: "1.0", type: "t", data: {}, ...fields });
const push = (message: unknown, rest: object = {}): string =>
  JSON.stringify({ message, subscription: "projects/p/subscriptions/s", ...rest });

const WRAPPED_42 = 'pubsub:["projects/p/subscriptions/s","42"]';

describe("idempotencyKeyOf", () => {
  const recognised: [string, Headers, string | undefined, string][] = [
    ["Idempotency-Key", { "idempotency-key": "k1" }, undefined, "key:k1"],
    ["Idempotency-Key with blanks around", { "idempotency-key": " k1 " }, "x", "key:k1"],
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

  it("prefers what the source says explicitly, then the header of Pub/Sub", () => {
    const all = { "idempotency-key": "k", "x-goog-pubsub-message-id": "42" };
    assert.equal(keyOf(all), "key:k");
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
      cloudEventKey({ source: "a", id: "b c" }),
      cloudEventKey({ source: "a b", id: "c" }),
    );
    assert.notEqual(
      cloudEventKey({ source: 'a","b', id: "c" }),
      cloudEventKey({ source: "a", id: 'b","c' }),
    );
  });

  it("does not confuse a key, a CloudEvent and a message that read alike", () => {
    const keys = [
      keyOf({ "idempotency-key": "42" }),
      keyOf({ "x-goog-pubsub-message-id": "42" }),
      cloudEventKey({ source: "42", id: "42" }),
    ];
    assert.equal(new Set(keys).size, 3);
  });

  const lookAlikes: [string, Headers, string | undefined][] = [
    ["no header and no body", {}, undefined],
    ["an empty Idempotency-Key", { "idempotency-key": "  " }, "x"],
    ["an empty message id in a header", { "x-goog-pubsub-message-id": "" }, "x"],
    ["an empty messageId", JSON_TYPE, push({ messageId: "" })],
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
  ];
  for (const [title, headers, text] of lookAlikes) {
    it(`is not misled by ${title}`, () => {
      assert.equal(keyOf(headers, text), undefined);
    });
  }
});
