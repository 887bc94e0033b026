import assert from "node:assert/strict";

import { makeDeliveryPorts } from "../../../src/adapters/firestore/deliveryPorts.ts";
import type { Documents } from "../../../src/adapters/firestore/documents.ts";
import { recordingLog } from "../../support/recordingLog.ts";

/** As Firestore, which answers INVALID_ARGUMENT to what cannot be the name of a document. */
const strict = {
  get: (paths: readonly string[]) => Promise.reject(new Error(`no such name: ${paths.join()}`)),
} as unknown as Documents;

describe("a delivery that somebody asks for", () => {
  const { deliveries } = makeDeliveryPorts(strict, recordingLog());
  const target = "web";

  for (const syncId of ["..", "__x__", "a/b", "é", "x".repeat(1501), "\0"]) {
    it(`is not there where ${JSON.stringify(syncId.slice(0, 20))} is no id of ours, and is not asked for`, async () => {
      const id = { service: "svc", target, syncId };
      assert.equal(await deliveries.get(id), undefined);
    });
  }

  it("is asked for by an id that there may be", async () => {
    await assert.rejects(deliveries.get({ service: "svc", target, syncId: "0a" }), /0a-web/);
  });
});
