import assert from "node:assert/strict";
import type { Timestamp } from "@google-cloud/firestore";

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
import { waitFor } from "../../testkit/waitFor.ts";

const contents = ({ message }: Received, key: string): string[] =>
  (message.events[key]!.events ?? []).map(({ content }) => content);

describe("windows, on the emulator suite", () => {
  const consumeFor = consumersOfSuite();

  it("makes a message of each pair, one and one, whenever its checks run", async () => {
    const consumer = await consumeFor("pair");
    for (let pair = 1; pair <= 3; pair++) {
      await send("pair/a", `a${String(pair)}`);
      await send("pair/b", `b${String(pair)}`);
    }
    const syncs = await consumer.waitForCount(3);
    assert.deepEqual(
      syncs.map((sync) => [...contents(sync, "a"), ...contents(sync, "b")].join(" ")).toSorted(),
      ["a1 b1", "a2 b2", "a3 b3"],
    );
  });

  it("relays each event of a service with one endpoint", async () => {
    const consumer = await consumeFor("relay");
    await send("relay/only", "one");
    const [sync] = await consumer.waitForCount(1);
    assert.deepEqual(contents(sync!, "only"), ["one"]);
  });

  it("waits for minNbOfOccurrence and sends what eventToSend asks for", async () => {
    const consumer = await consumeFor("to-send");
    for (const key of ["all", "first", "last", "boundaries"]) {
      for (const content of ["1", "2", "3"]) await send(`to-send/${key}`, content);
    }
    const [sync] = await consumer.waitForCount(1);
    assert.deepEqual(contents(sync!, "all"), ["1", "2", "3"]);
    assert.deepEqual(contents(sync!, "first"), ["1"]);
    assert.deepEqual(contents(sync!, "last"), ["3"]);
    assert.deepEqual(contents(sync!, "boundaries"), ["1", "3"]);
    for (const list of Object.values(sync!.message.events)) {
      assert.equal(list.numberOfEvents, 3);
      assert.equal(list.minNbOfOccurrence, 3);
    }
  });

  it("fires when the condition holds, with the events of endpoints that it leaves optional", async () => {
    const consumer = await consumeFor("condition");
    // Nothing but the last one completes it, and the note is in no condition.
    for (const key of ["note", "credit", "orders", "credit"]) await send(`condition/${key}`, key);
    await waitFor("the markers", async () =>
      (await countOf("condition", "pending")) === 4 ? true : undefined,
    );
    await send("condition/stock", "stock");
    const [first] = await consumer.waitForCount(1);
    const sizes = Object.entries(first!.message.events).map(([key, list]) => [
      key,
      list.numberOfEvents,
    ]);
    assert.deepEqual(Object.fromEntries(sizes), {
      credit: 2,
      note: 1,
      orders: 1,
      payments: 0,
      stock: 1,
    });
    const { reason, complete, missing } = first!.message.completion;
    assert.deepEqual([reason, complete, missing], ["complete", true, []]);
    assert.equal(first!.attributes["reason"], "complete");
    assert.equal("key" in first!.attributes, false);

    // A manual sync of an incomplete window says what was missing.
    await send("condition/payments", "payments");
    await call("/trigger/condition", { method: "POST" });
    const [, second] = await consumer.waitForCount(2);
    assert.equal(second!.attributes["reason"], "manual");
    assert.deepEqual(second!.message.completion, {
      reason: "manual",
      complete: false,
      missing: [
        { eventKey: "orders", have: 0, need: 1 },
        { eventKey: "stock", have: 0, need: 1 },
      ],
      firstEventAt: second!.message.events["payments"]!.firstEventDate,
    });
    const stored = await db.collection("services/condition/syncs").get();
    const reasons = stored.docs.map((doc) => doc.get("completion.reason") as string);
    assert.deepEqual(reasons.toSorted(), ["complete", "manual"]);
  });

  it("fires again for each new event where events are kept, with a new eventID", async () => {
    const consumer = await consumeFor("kept");
    await send("kept/a", "a1");
    await send("kept/b", "b1");
    await consumer.waitForCount(1);
    await send("kept/a", "a2");
    await consumer.waitForCount(2);
    await send("kept/b", "b2");
    const syncs = await consumer.waitForCount(3);
    assert.deepEqual(
      syncs.map((sync) => [...contents(sync, "a"), ...contents(sync, "b")]),
      [
        ["a1", "b1"],
        ["a1", "a2", "b1"],
        ["a1", "a2", "b1", "b2"],
      ],
    );
    assert.equal(new Set(syncs.map(({ message }) => message.eventID)).size, 3);
    // The same set, asked for by hand, is the same sync: its message goes out again.
    const answer = await call("/trigger/kept", { method: "POST" });
    assert.equal(answer.json["eventID"], syncs[2]!.message.eventID);
    const [, , third, fourth] = await consumer.waitForCount(4);
    assert.equal(fourth!.data, third!.data);
    assert.equal(await countOf("kept", "syncs"), 3);
  });

  it("fires a service of type none only by manual trigger, with all that has come", async () => {
    const consumer = await consumeFor("manual");
    await send("manual/a", "a1");
    await send("manual/b", "b1");
    const checks = await localEngine().sweep([serviceNamed("manual")]);
    assert.deepEqual([checks.fired, checks.errors], [0, 0]);
    assert.equal(await countOf("manual", "pending"), 2);

    const answer = await call("/trigger/manual");
    assert.equal(answer.json["numberOfEvents"], 2);
    const [sync] = await consumer.waitForCount(1);
    assert.equal(sync!.message.triggerType, "none");
    assert.deepEqual([...contents(sync!, "a"), ...contents(sync!, "b")], ["a1", "b1"]);
  });

  it("forgets what came before a reset, at the cost of one write", async () => {
    const consumer = await consumeFor("reset");
    await send("reset/a", "before");
    const answer = await call("/reset/reset", { method: "POST" });
    assert.equal(answer.status, 200, answer.text);
    const state = await db.doc("services/reset").get();
    const [resetAt] = state.get("resets") as Timestamp[];
    assert.equal(resetAt?.toDate().toISOString(), answer.json["resetAt"]);

    await send("reset/b", "after-b");
    await send("reset/a", "after-a");
    const [sync] = await consumer.waitForCount(1);
    assert.deepEqual([...contents(sync!, "a"), ...contents(sync!, "b")], ["after-a", "after-b"]);
  });

  it("leaves out what is older than the observation period, and sweeps it away", async () => {
    const consumer = await consumeFor("expiring");
    const period = serviceNamed("expiring").trigger.observationPeriod * 1000;
    await send("expiring/a", "too old");
    const sentAt = Date.now();
    await waitFor("the end of the period", () => (Date.now() > sentAt + period ? true : undefined));
    await send("expiring/b", "b");
    await send("expiring/a", "a");
    const [sync] = await consumer.waitForCount(1);
    assert.deepEqual([...contents(sync!, "a"), ...contents(sync!, "b")], ["a", "b"]);

    assert.equal(await countOf("expiring", "pending"), 1);
    const later = localEngine(() => Date.now() + 3_600_000);
    const report = await later.sweep([serviceNamed("expiring")]);
    assert.equal(report.expired, 1);
    assert.equal(await countOf("expiring", "pending"), 0);
  });
});
