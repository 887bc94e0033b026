import assert from "node:assert/strict";

import type { EndpointConfig } from "../../src/config/schema.ts";
import type { Inbox } from "../../testkit/inbox.ts";
import { call, consume, send } from "../support/wired.ts";

describe("the examples of the seed's README, run literally", () => {
  let consumer: Inbox;
  before(async () => {
    consumer = await consume("My First Event Sync");
  });
  after(() => consumer.close());

  it("answers /config with the configuration, defaults filled", async () => {
    const answer = await call("/config/My%20First%20Event%20Sync");
    assert.equal(answer.status, 200);
    assert.deepEqual(answer.json["trigger"], {
      type: "window",
      observationPeriod: 3600,
      keepEventAfterTrigger: false,
    });
    const { redactQueryParams, ...endpoint } = (answer.json["endpoints"] as EndpointConfig[])[0]!;
    assert.ok(redactQueryParams.includes("access_token"));
    assert.deepEqual(endpoint, {
      eventKey: "entry1",
      acceptedHttpMethods: ["GET", "POST", "PUT", "PATCH", "DELETE"],
      eventToSend: "ALL",
      minNbOfOccurrence: 1,
      keepHeaders: [],
    });
  });

  it("publishes one message for two events, with every field that the seed lists", async () => {
    const form = { "content-type": "application/x-www-form-urlencoded" };
    const first = await call("/event/entry1?queryP=myQueryP", {
      method: "POST",
      body: "New test1",
      headers: form,
    });
    assert.equal(first.status, 202, first.text);
    assert.deepEqual(Object.keys(first.json), ["eventId", "service", "eventKey", "receivedAt"]);
    await call("/event/entry2?queryP=myQueryP", {
      method: "POST",
      body: "New test2",
      headers: form,
    });

    const [received] = await consumer.waitForCount(1);
    const { message, attributes } = received!;
    assert.deepEqual(attributes, {
      serviceName: "My First Event Sync",
      eventID: message.eventID,
      reason: "complete",
      triggerType: "window",
    });
    assert.match(message.eventID, /^[0-9a-f]{32}$/);
    assert.match(message.date, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
    assert.equal(message.serviceName, "My First Event Sync");
    assert.equal(message.triggerType, "window");
    assert.deepEqual(Object.keys(message.events), ["entry1", "entry2"]);
    for (const [key, content] of [
      ["entry1", "New test1"],
      ["entry2", "New test2"],
    ] as const) {
      const list = message.events[key]!;
      const [event] = list.events!;
      assert.equal(list.numberOfEvents, 1);
      assert.equal(list.FirstEventDate, event!.datetime);
      assert.equal(list.firstEventDate, event!.datetime);
      assert.equal(list.lastEventDate, event!.datetime);
      assert.equal(event!.eventKey, key);
      assert.equal(event!.content, content);
      assert.equal(event!.httpMethod, "POST");
      assert.deepEqual(event!.queryParams, { queryP: ["myQueryP"] });
      assert.deepEqual(event!.headers!["Content-Type"], ["application/x-www-form-urlencoded"]);
    }
  });

  it("sends what has come so far at /event/trigger, though conditions are not met", async () => {
    await send("entry1", "alone");
    const answer = await call("/event/trigger");
    assert.equal(answer.status, 200, answer.text);
    assert.equal(answer.json["numberOfEvents"], 1);

    const messages = await consumer.waitForCount(2);
    const { events } = messages[1]!.message;
    assert.equal(events["entry1"]!.events![0]!.content, "alone");
    assert.deepEqual(events["entry2"], {
      numberOfEvents: 0,
      minNbOfOccurrence: 1,
      eventToSend: "ALL",
    });
  });
});
