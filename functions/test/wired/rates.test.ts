import assert from "node:assert/strict";
import { waitFor } from "../../testkit/waitFor.ts";
import { call, consumersOfSuite, send, type Answer } from "../support/wired.ts";

/** One publisher and two consumers, one of which is silent. */
const SERVICE = "rated";

describe("receipts and rates", () => {
  const consumer = consumersOfSuite();

  const report = (body: unknown, service = SERVICE): Promise<Answer> =>
    call(`/receipts/${service}`, { method: "POST", body: JSON.stringify(body) });
  const problemOf = ({ headers, json }: Answer): unknown => {
    assert.match(headers.get("content-type") ?? "", /^application\/problem\+json/);
    return json["type"];
  };

  it("tell 50 % where one of two subscribers is silent, however often the other reports", async () => {
    const inbox = await consumer(SERVICE);
    const next = inbox.nextOf(SERVICE);
    await send(`${SERVICE}/only`);
    const { eventID } = (await next).message;
    const receipt = { eventID, subscription: "loud" };

    const first = await report(receipt);
    assert.deepEqual(
      [first.status, first.json],
      [202, { service: SERVICE, ...receipt, outcome: "new" }],
    );
    const unknown = "0".repeat(32);
    const second = await report([receipt, { ...receipt, eventID: unknown }]);
    assert.deepEqual(
      [second.status, second.json],
      [
        200,
        {
          service: SERVICE,
          receipts: [
            { ...receipt, outcome: "repeated" },
            { ...receipt, eventID: unknown, outcome: "unknown" },
          ],
        },
      ],
    );
    // Its mark comes after its message.
    const total = await waitFor("the sync to be marked", async () => {
      const { status, json, text } = await call(`/rates/${SERVICE}?window=10&last=300`);
      assert.equal(status, 200, text);
      const windows = json["windows"] as { from: string; completionPercent: number | null }[];
      assert.equal(windows.length, 30);
      assert.deepEqual(
        windows.map(({ completionPercent }) => completionPercent).filter((one) => one !== null),
        [50],
      );
      const told = json["total"] as { targets: { targetPubSub: { delivered: number } } };
      return told.targets.targetPubSub.delivered === 1 ? told : undefined;
    });
    assert.deepEqual(total, {
      ...{ syncs: 1, expected: 2, received: 1, completionPercent: 50 },
      receivedBy: { loud: 1, silent: 0 },
      targets: { targetPubSub: { syncs: 1, delivered: 1 } },
    });
  });

  it("refuse, with the reason, what they cannot take", async () => {
    const unknown = await report({ eventID: "0".repeat(32), subscription: "loud" });
    assert.equal(unknown.status, 404);
    assert.equal(problemOf(unknown), "urn:eventsync:problem:unknown-sync");

    const stranger = await report([{ eventID: "x", subscription: "stranger" }]);
    assert.equal(stranger.status, 400);
    assert.equal(problemOf(stranger), "urn:eventsync:problem:invalid-receipt");
    assert.equal((stranger.json["failures"] as unknown[]).length, 2);

    for (const answer of [await report([], "pair"), await call("/rates/pair")]) {
      assert.equal(answer.status, 404);
      assert.equal(problemOf(answer), "urn:eventsync:problem:no-receipts");
    }
    const query = await call(`/rates/${SERVICE}?window=1&last=3600`);
    assert.equal(query.status, 400);
    assert.equal(problemOf(query), "urn:eventsync:problem:invalid-query");
    const method = await call(`/receipts/${SERVICE}`);
    assert.deepEqual([method.status, method.headers.get("allow")], [405, "POST"]);
  });
});
