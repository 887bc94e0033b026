import assert from "node:assert/strict";
import { keepUntilMs } from "../../src/domain/retention.ts";
import { NOW, sync, syncEndpoint } from "../support/factories.ts";

const HOUR_MS = 3_600_000;
const RETENTION = 90_000;
const SYNC = sync([syncEndpoint("a", [])], { retentionPeriod: RETENTION });

describe("keepUntilMs", () => {
  it("asks for nothing in the first half of the day that every event has left", () => {
    assert.equal(keepUntilMs(SYNC, NOW), undefined);
    assert.equal(keepUntilMs(SYNC, NOW + 12 * HOUR_MS - 1), undefined);
  });

  it("asks for a whole retention period from then on", () => {
    const nowMs = NOW + 12 * HOUR_MS;
    assert.equal(keepUntilMs(SYNC, nowMs), nowMs + RETENTION * 1000);
    assert.equal(keepUntilMs(SYNC, nowMs + 100 * HOUR_MS), nowMs + 100 * HOUR_MS + 90_000_000);
  });

  it("asks again only when what was ordered comes near its end", () => {
    const keptUntilMs = NOW + 100 * HOUR_MS;
    assert.equal(keepUntilMs(SYNC, NOW + 88 * HOUR_MS - 1, keptUntilMs), undefined);
    const nowMs = NOW + 88 * HOUR_MS;
    assert.equal(keepUntilMs(SYNC, nowMs, keptUntilMs), nowMs + RETENTION * 1000);
  });
});
