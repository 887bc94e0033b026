import assert from "node:assert/strict";

import type { Received } from "../../testkit/inbox.ts";
import {
  call,
  consumersOfSuite,
  countOf,
  db,
  localEngine,
  send,
  serviceNamed,
} from "../support/wired.ts";

const contentsOf = ({ message }: Received): string =>
  Object.values(message.events)
    .flatMap(({ events = [] }) => events.map(({ content }) => content))
    .join(" ");

describe("correlation keys, on the emulator suite", () => {
  const consumeFor = consumersOfSuite();

  it("are found wherever an endpoint has them, numbers and texts alike", async () => {
    const consumer = await consumeFor("keyed");
    const order = JSON.stringify({ order: { id: 42 } });
    // Another order is under way at the same time.
    for (const id of ["43", "42"]) await send("keyed/header", `h${id}`, { "X-Order-Id": id });
    await send("keyed/query?order=42", "query");
    await send("keyed/body", order);
    await send("keyed/pointer", JSON.stringify({ order: { id: "42" } }));
    await send("keyed/cloudevent", "ce", {
      "ce-specversion": "1.0",
      "ce-id": "1",
      "ce-source": "test",
      "ce-type": "test",
      "ce-subject": "42",
    });
    const push = { message: { attributes: { orderId: "42" }, messageId: "1" }, subscription: "s" };
    await send("keyed/push", JSON.stringify(push));
    const [sync] = await consumer.waitForCount(1);
    assert.deepEqual(contentsOf(sync!).split(" ").includes("h42"), true);
    assert.ok(!contentsOf(sync!).includes("h43"));
    assert.equal(await countOf("keyed", "pending"), 1);
  });

  it("reject, ignore or replace what has none", async () => {
    const refused = await call("/event/keyed/body", { method: "POST", body: '{"order":{}}' });
    assert.equal(refused.status, 422, refused.text);
    assert.equal(refused.json["type"], "urn:eventsync:problem:key-missing");
    assert.equal(
      refused.json["detail"],
      "No correlation key: “$.order.id” in the JSON body is missing.",
    );

    const batch = ["1", undefined].map((subject, id) => ({
      specversion: "1.0",
      id: `b${String(id)}`,
      source: "test",
      type: "test",
      subject,
    }));
    const before = await countOf("keyed", "events");
    const none = await call("/event/keyed/cloudevent", {
      method: "POST",
      headers: { "content-type": "application/cloudevents-batch+json" },
      body: JSON.stringify(batch),
    });
    assert.deepEqual(
      [none.status, none.json["failures"]],
      [
        422,
        [
          {
            pointer: "/1",
            message: "No correlation key: the CloudEvent attribute “subject” is missing",
          },
        ],
      ],
    );
    assert.equal(await countOf("keyed", "events"), before);

    const ignored = await call("/event/keyed-ignoring/a", { method: "POST", body: "x" });
    assert.equal(ignored.status, 202, ignored.text);
    const detail = "No correlation key: the header “X-Id” is missing.";
    assert.equal(ignored.json["ignored"], "no-key");
    const id = String(ignored.json["eventId"]);
    const stored = await db.doc(`services/keyed-ignoring/events/${id}`).get();
    assert.deepEqual(stored.get("ignored"), { reason: "no-key", detail });
    assert.equal(await countOf("keyed-ignoring", "pending"), 0);

    const consumer = await consumeFor("keyed-fixed");
    await send("keyed-fixed/a", "a", { "X-Id": "others" });
    await send("keyed-fixed/b", "b");
    const [sync] = await consumer.waitForCount(1);
    assert.equal(contentsOf(sync!), "a b");
  });

  it("are what trigger and reset take, one or all", async () => {
    const consumer = await consumeFor("keyed-pair");
    for (const id of ["1", "2", "3", "4"]) await send("keyed-pair/a", `a${id}`, { "X-Id": id });
    const reset = await call("/reset/keyed-pair?key=4", { method: "POST" });
    assert.equal(reset.json["key"], "4", reset.text);
    const one = await call("/trigger/keyed-pair?key=1", { method: "POST" });
    assert.deepEqual([one.status, one.json["key"], one.json["triggered"]], [200, "1", 1], one.text);
    const none = await call("/trigger/keyed-pair?key=4", { method: "POST" });
    assert.deepEqual(none.json, { service: "keyed-pair", key: "4", triggered: 0 });
    const all = await call("/event/keyed-pair/trigger", { method: "POST" });
    assert.deepEqual(all.json, {
      service: "keyed-pair",
      triggered: 2,
      unpublished: 0,
      failed: 0,
      more: false,
    });
    const syncs = await consumer.waitForCount(3);
    assert.deepEqual(syncs.map(contentsOf).toSorted(), ["a1", "a2", "a3"]);

    for (const id of ["5", "6"]) await send("keyed-pair/a", `a${id}`, { "X-Id": id });
    assert.equal((await call("/reset/keyed-pair", { method: "POST" })).status, 200);
    const nothing = await call("/trigger/keyed-pair", { method: "POST" });
    assert.equal(nothing.json["triggered"], 0);
  });

  it("are refused where there are none, or it is none", async () => {
    for (const [path, detail] of [
      ["/trigger/pair?key=1", 'The service "pair" has no correlation, and so no keys.'],
      ["/reset/keyed-pair?key=", "The query parameter “key” is empty."],
      ["/reset/keyed-pair?key=1&key=2", "The query parameter “key” has different values."],
    ] as const) {
      const answer = await call(path, { method: "POST" });
      assert.deepEqual([answer.status, answer.json["detail"]], [400, detail]);
    }
  });

  it("are swept without a list of them: expired markers go, whatever their key", async () => {
    const keyed = serviceNamed("keyed-pair");
    const before = await countOf("keyed-pair", "pending");
    assert.ok(before > 0);
    const later = localEngine(() => Date.now() + 2 * 3_600_000);
    const report = await later.sweep([keyed]);
    assert.deepEqual([report.expired, report.errors], [before, 0]);
    assert.equal(await countOf("keyed-pair", "pending"), 0);
  });
});
