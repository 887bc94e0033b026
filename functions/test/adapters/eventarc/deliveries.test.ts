import assert from "node:assert/strict";

import { acknowledgeFinal } from "../../../src/adapters/eventarc/deliveries.ts";
import { EventSyncError } from "../../../src/domain/errors.ts";
import { recordingLog } from "../../support/recordingLog.ts";

describe("what a delivery asks for", () => {
  it("is acknowledged and reported if it can never succeed", async () => {
    const log = recordingLog();
    const error = new EventSyncError("unknown-endpoint", "no such endpoint");
    await acknowledgeFinal("d1", log, () => Promise.reject(error));
    assert.deepEqual(log.of("delivery.refused"), [
      { deliveryId: "d1", code: "unknown-endpoint", error: "no such endpoint" },
    ]);
  });

  for (const error of [
    new EventSyncError("contended", "others were first"),
    new EventSyncError("newer-document", "services/svc"),
    new Error("unavailable"),
  ]) {
    it(`is repeated by the platform after: ${error.message}`, async () => {
      const log = recordingLog();
      await assert.rejects(
        acknowledgeFinal("d1", log, () => Promise.reject(error)),
        error,
      );
      assert.deepEqual(log.lines, []);
    });
  }
});
