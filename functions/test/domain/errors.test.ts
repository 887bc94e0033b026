import assert from "node:assert/strict";
import {
  EventSyncError,
  isFinal,
  toEventSyncError,
  type ErrorCode,
  type Retry,
} from "../../src/domain/errors.ts";

/** Written out on purpose: sources and monitoring rely on these. The type makes the table total. */
const VERDICTS: Record<ErrorCode, readonly [number, Retry]> = {
  "malformed-path": [400, "never"],
  "invalid-key": [400, "never"],
  "unreadable-body": [400, "never"],
  "malformed-cloud-event": [400, "never"],
  "invalid-query": [400, "never"],
  "invalid-body": [400, "never"],
  "invalid-receipt": [400, "never"],
  "not-from-console": [403, "never"],
  "unknown-path": [404, "never"],
  "unknown-service": [404, "never"],
  "unknown-endpoint": [404, "never"],
  "unknown-event": [404, "never"],
  "unknown-sync": [404, "never"],
  "unknown-delivery": [404, "never"],
  "unknown-target": [404, "never"],
  "unknown-window": [404, "never"],
  "no-receipts": [404, "never"],
  "method-not-allowed": [405, "never"],
  "still-under-way": [409, "never"],
  "wrong-state": [409, "never"],
  "event-too-large": [413, "never"],
  "simulation-too-large": [413, "never"],
  "refused-configuration": [422, "never"],
  "key-missing": [422, "never"],
  "unsupported-format": [415, "never"],
  "invalid-content": [422, "never"],
  "invalid-configuration": [500, "later"],
  internal: [500, "later"],
  claiming: [503, "soon"],
  contended: [503, "soon"],
  "newer-document": [503, "later"],
  "not-known-yet": [503, "soon"],
  unavailable: [503, "soon"],
};

describe("EventSyncError", () => {
  for (const [code, [status, retry]] of Object.entries(VERDICTS) as [
    ErrorCode,
    readonly [number, Retry],
  ][]) {
    it(`${code} answers ${String(status)} and is tried again ${retry}, with a title and its own message`, () => {
      const error = new EventSyncError(code, "what happened");
      assert.equal(error.httpStatus, status);
      assert.equal(error.retry, retry);
      assert.equal(error.retryAfterSeconds, retry === "soon" ? 5 : undefined);
      assert.equal(isFinal(error), retry === "never");
      assert.equal(error.code, code);
      assert.equal(error.message, "what happened");
      assert.match(error.title, /^[A-Z][^.]+$/);
      assert.equal(error.allow, undefined);
    });
  }

  it("carries the methods of an Allow header and the cause", () => {
    const cause = new Error("inner");
    const error = new EventSyncError("method-not-allowed", "no", { allow: ["GET"], cause });
    assert.deepEqual(error.allow, ["GET"]);
    assert.equal(error.cause, cause);
  });
});

describe("isFinal", () => {
  for (const thrown of [new Error("x"), Object.assign(new Error("x"), { code: 3 }), null]) {
    it(`does not give up what ${String(thrown)} may be about`, () => {
      assert.equal(isFinal(thrown), false);
    });
  }
});

describe("toEventSyncError", () => {
  it("leaves our own errors alone", () => {
    const error = new EventSyncError("unknown-path", "no");
    assert.equal(toEventSyncError(error), error);
  });

  for (const thrown of [new Error("password=hunter2"), "password=hunter2", undefined, null]) {
    it(`hides what ${String(thrown)} says, and keeps it as the cause`, () => {
      const error = toEventSyncError(thrown);
      assert.equal(error.code, "internal");
      assert.doesNotMatch(error.message, /hunter2/);
      assert.equal(error.cause, thrown);
    });
  }
});
