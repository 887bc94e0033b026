import assert from "node:assert/strict";

import { makeDeliveryPorts } from "../../../src/adapters/firestore/deliveryPorts.ts";
import { FORM } from "../../../src/adapters/firestore/form.ts";
import { MemoryDatabase } from "../../../testkit/memoryDocuments.ts";
import { NOW } from "../../support/factories.ts";
import { recordingLog } from "../../support/recordingLog.ts";

describe("what is due", () => {
  it("is found behind what only a newer version can read, lanes as well as deliveries", async () => {
    const documents = new MemoryDatabase().documents();
    const { deliveries, lanes } = makeDeliveryPorts(documents, recordingLog());
    const at = (ms: number) => ({ target: "web", nextAttemptAt: new Date(NOW + ms) });
    const delivery = {
      ...{ syncId: "s", kind: "http", key: "", reason: "complete", eventID: "e", place: "1" },
      ...{ createdAt: new Date(NOW), retentionPeriod: 60, state: "waiting", attempt: 1 },
      attempts: [],
    };
    const lane = { key: "k" };
    await documents.commit(
      Array.from({ length: 6 }, (_, index) => index).flatMap((index) => {
        const v = index < 5 ? FORM + 1 : FORM;
        const id = String(index);
        const own = { v, ...at(index) };
        return [
          {
            kind: "create",
            path: `services/svc/deliveries/${id}`,
            fields: { ...delivery, ...own },
          },
          { kind: "create", path: `services/svc/lanes/${id}`, fields: { ...lane, ...own } },
        ] as const;
      }),
    );
    const query = { nowMs: NOW + 1000, limit: 2 };
    const id = { service: "svc", target: "web" };
    const found = await Promise.all([
      deliveries.due(id, query),
      deliveries.dueAnywhere(query),
      lanes.due(id, query),
      lanes.dueAnywhere(query),
    ]);
    assert.deepEqual(
      found.map(({ length }) => length),
      [1, 1, 1, 1],
    );
  });
});
