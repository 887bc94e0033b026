import assert from "node:assert/strict";
import { attributesOf, orderingKeyOf } from "../../src/domain/publication.ts";
import { buildMessage } from "../../src/domain/syncMessage.ts";
import { sync, syncEndpoint } from "../support/factories.ts";

const MESSAGE = buildMessage(sync([syncEndpoint("a", [])], { serviceName: "é à/1" }), new Map());

describe("attributesOf", () => {
  it("are the original's and ours, and no more, unless asked for", () => {
    const { eventID } = MESSAGE;
    const own = { serviceName: "é à/1", eventID, triggerType: "window", reason: "complete" };
    assert.deepEqual(attributesOf(MESSAGE), own);
    assert.deepEqual(attributesOf(MESSAGE, "message"), own);
  });

  it("make the message a CloudEvent in binary mode", () => {
    assert.deepEqual(attributesOf(MESSAGE, "cloudevents"), {
      ...attributesOf(MESSAGE),
      "content-type": "application/json",
      "ce-specversion": "1.0",
      "ce-id": MESSAGE.eventID,
      "ce-source": "urn:eventsync:service:%C3%A9%20%C3%A0%2F1",
      "ce-type": "eventsync.sync.v1",
      "ce-time": MESSAGE.date,
    });
  });

  it("name the correlation key as the subject of a CloudEvent", () => {
    const keyed = { ...MESSAGE, key: "order 1" };
    assert.equal(attributesOf(keyed, "cloudevents")["ce-subject"], "order 1");
  });
});

describe("orderingKeyOf", () => {
  it("is the correlation key, where that is asked for and there is one", () => {
    assert.equal(orderingKeyOf("k", "key"), "k");
    assert.equal(orderingKeyOf("k", "none"), undefined);
    assert.equal(orderingKeyOf("k", undefined), undefined);
    assert.equal(orderingKeyOf("", "key"), undefined);
  });

  it("is no longer than Pub/Sub takes, and tells long keys apart", () => {
    assert.equal(orderingKeyOf("é".repeat(512), "key"), "é".repeat(512));
    const long = ["x", "y"].map((end) => orderingKeyOf("é".repeat(512) + end, "key"));
    assert.deepEqual(
      long.map((key) => key?.length),
      [64, 64],
    );
    assert.notEqual(long[0], long[1]);
  });
});
