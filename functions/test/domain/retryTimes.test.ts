import assert from "node:assert/strict";
import { nextAttemptMs } from "../../src/domain/retryTimes.ts";
import { NOW } from "../support/factories.ts";

describe("nextAttemptMs", () => {
  for (const [attempt, seconds] of [
    [1, 30],
    [2, 60],
    [7, 1920],
    [8, 3600],
    [2000, 3600],
  ] as const) {
    it(`is ${String(seconds)} s after the failure of attempt ${String(attempt)}`, () => {
      assert.equal(nextAttemptMs(attempt, NOW) - NOW, seconds * 1000);
    });
  }

  for (const [attempt, seconds] of [
    [1, 150],
    [3, 150],
    [4, 240],
    [5, 480],
    [8, 3600],
  ] as const) {
    it(`gives attempt ${String(attempt)}, while it goes on, ${String(seconds)} s`, () => {
      assert.equal(nextAttemptMs(attempt, NOW, NOW + 150_000) - NOW, seconds * 1000);
    });
  }
});
