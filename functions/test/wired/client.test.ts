import assert from "node:assert/strict";

import { once, outbox } from "../../../client/src/index.ts";
import { consumersOfSuite, countOf, db, send } from "../support/wired.ts";
import { WIRED_SERVICES } from "../support/wiredServices.ts";

/** A service as whoever writes events has it: from the same text that is deployed. */
function configured(name: string): Parameters<typeof outbox>[1] {
  const service = WIRED_SERVICES.find(({ serviceName }) => serviceName === name);
  return JSON.parse(JSON.stringify(service)) as Parameters<typeof outbox>[1];
}

describe("events staged in another's commit, on the emulator suite", () => {
  const consumeFor = consumersOfSuite();

  it("meet events that came over HTTP, by their key, and the sync is handled once", async () => {
    const consumer = await consumeFor("staged");
    const { stage } = outbox(db, configured("staged"));
    await send("staged/a", "over HTTP", { "X-Id": "staged" });
    const batch = db.batch();
    for (const key of ["staged", "other"]) {
      stage(batch, { eventKey: "b", key, body: `for ${key}` });
    }
    await batch.commit();
    const [sync] = await consumer.waitForCount(1);
    const { key, eventID, events } = sync!.message;
    assert.equal(key, "staged");
    assert.equal(events["a"]?.events?.[0]?.content, "over HTTP");
    assert.equal(events["b"]?.events?.[0]?.content, "for staged");
    assert.equal(await countOf("staged", "pending"), 1);

    const { ran } = await once(db, eventID, (transaction) => {
      transaction.create(db.doc(`client/${eventID}`), {});
    });
    assert.ok(ran);
  });

  it("are those that come over HTTP with the same Idempotency-Key", async () => {
    const { stage } = outbox(db, configured("staged"));
    const eventId = await send("staged/a", "1", { "X-Id": "x", "Idempotency-Key": "A-1" });
    const batch = db.batch();
    const staged = stage(batch, { eventKey: "a", key: "x", body: "2", idempotencyKey: "A-1" });
    assert.equal(staged.eventId, eventId);
    await assert.rejects(batch.commit(), { code: 6 });
  });
});
