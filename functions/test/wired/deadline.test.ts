import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { QueryDocumentSnapshot, Timestamp } from "@google-cloud/firestore";

import { Inbox } from "../../testkit/inbox.ts";
import { waitFor } from "../../testkit/waitFor.ts";
import { startAlarmClock } from "../../tools/localCloud.ts";
import { emulatorVariable } from "../support/store.ts";
import {
  baseUrl,
  call,
  consumersOfSuite,
  countOf,
  db,
  send,
  serviceNamed,
  type Answer,
} from "../support/wired.ts";
import { PROJECT } from "../support/wiredServices.ts";

const SERVICES = ["deadline", "session", "deadline-dead", "deadline-discard"] as const;

/** Seconds after a deadline within which its window is closed, while the system is up. */
const ON_TIME_SECONDS = 5;

async function syncsOf(name: string): Promise<readonly QueryDocumentSnapshot[]> {
  return (await db.collection(`services/${name}/syncs`).orderBy("createdAt").get()).docs;
}

/** How late the only sync of a service was made. */
async function lateSeconds(name: string): Promise<number> {
  const [sync, ...others] = await syncsOf(name);
  assert.equal(others.length, 0);
  const deadlineAt = sync?.get("completion.deadlineAt") as Timestamp;
  return ((sync?.get("createdAt") as Timestamp).toMillis() - deadlineAt.toMillis()) / 1000;
}

const ring = (body: object): Promise<Answer> =>
  call("/alarm", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });

describe("deadlines, on the emulator suite", () => {
  const consumeFor = consumersOfSuite();
  let alarms: ReturnType<typeof startAlarmClock>;
  before(async () => {
    // On time is what one can be who is there: the first call of a function starts its process.
    await ring({ data: null });
    const [first, ...others] = SERVICES.map(serviceNamed);
    assert.ok(first !== undefined);
    alarms = startAlarmClock(baseUrl(), PROJECT, [first, ...others]);
  });
  after(() => alarms.stop());

  it("publish what is there, once and on time", async () => {
    const consumer = await consumeFor("deadline");
    await send("deadline/a", "a1");
    await send("deadline/a", "a2");
    const [sync] = await consumer.waitForCount(1);
    assert.equal(sync?.message.events["a"]?.numberOfEvents, 2);
    assert.equal(sync.message.events["b"]?.numberOfEvents, 0);
    assert.ok((await lateSeconds("deadline")) < ON_TIME_SECONDS);
    const [stored] = await syncsOf("deadline");
    assert.equal(stored?.get("completion.reason"), "deadline");
    assert.deepEqual(stored.get("completion.missing"), [{ eventKey: "b", have: 0, need: 1 }]);
    assert.equal(await countOf("deadline", "pending"), 0);
  });

  it("end a session after a gap", async () => {
    const consumer = await consumeFor("session");
    const clicks = ["a1", "a2", "a3", "a4"];
    for (const click of clicks) await send("session/a", click);
    const [sync] = await consumer.waitForCount(1);
    const contents = sync?.message.events["a"]?.events?.map(({ content }) => content);
    assert.deepEqual(contents, clicks);
  });

  it("send what is incomplete to the dead-letter topic, and what is complete to the target", async () => {
    const { topic = "" } = serviceNamed("deadline-dead").deadLetterPubSub ?? {};
    const [target, dead] = [await consumeFor("deadline-dead"), await Inbox.create(topic)];
    try {
      await send("deadline-dead/a", "alone");
      const [late] = await dead.waitForCount(1);
      assert.equal(late?.message.events["a"]?.events?.[0]?.content, "alone");
      await send("deadline-dead/a", "a2");
      await send("deadline-dead/b", "b2");
      const [sync] = await target.waitForCount(1);
      assert.equal(sync?.message.events["b"]?.events?.[0]?.content, "b2");
      assert.equal(dead.received.length, 1);
    } finally {
      await dead.close();
    }
  });

  it("leave a record of what they discard, and no message", async () => {
    const consumer = await consumeFor("deadline-discard");
    const eventId = await send("deadline-discard/a", "a1");
    const record = await waitFor("the record", async () => {
      const [sync] = await syncsOf("deadline-discard");
      return sync?.get("state") === "discarded" ? sync : undefined;
    });
    const [a] = record.get("endpoints") as { readonly events: readonly string[] }[];
    assert.deepEqual(a?.events, [eventId]);
    await consumer.flush();
    assert.deepEqual(consumer.of("deadline-discard"), []);
  });

  it("set alarms in the queue of the function, which answers whatever it is called with", async () => {
    const log = readFileSync(emulatorVariable("EVENTSYNC_SUITE_LOG"), "utf8");
    assert.doesNotMatch(log, /alarm\.failed/);
    const at = "2020-01-01T00:00:00Z";
    const bodies = [
      { data: null },
      { data: { service: "no such", key: "", at } },
      { data: { service: "deadline", key: "", at: "never" } },
      { data: { service: "deadline", key: "", at } },
    ];
    for (const body of bodies) {
      const { status } = await ring(body);
      assert.equal(status, 204, JSON.stringify(body));
    }
    assert.equal((await syncsOf("deadline")).length, 1);
  });
});
