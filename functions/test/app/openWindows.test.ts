import assert from "node:assert/strict";

import { openWindows } from "../../testkit/openWindows.ts";

const KEYS = 1000;

describe("1,000 open windows of which nobody tells", function () {
  this.timeout(60_000);

  it("cost the net two reads for each event that waits, once", async () => {
    const { messages, readsPerEvent, readsOfIdleSweep } = await openWindows(KEYS);
    assert.equal(messages, 0);
    assert.ok(readsPerEvent <= 2, `${String(readsPerEvent)} reads`);
    assert.ok(readsOfIdleSweep <= 6, `${String(readsOfIdleSweep)} reads`);
  });

  it("are a sync each within five minutes of the event that completed them", async () => {
    const { completed, messages, longestDelayMinutes } = await openWindows(KEYS, { completed: 20 });
    assert.ok(completed > 15);
    assert.equal(messages, completed);
    assert.ok(longestDelayMinutes <= 5, `${String(longestDelayMinutes)} minutes`);
  });
});
