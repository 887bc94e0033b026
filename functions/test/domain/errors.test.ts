import assert from "node:assert/strict";
import { EventSyncError, toEventSyncError, type ErrorCode } from "../../src/domain/errors.ts";

/** Written out on purpose: sources and monitoring rely on these. The type makes the table total. */
const STATUS: Record<ErrorCode, number> = {
  "malformed-path": 400,
  "invalid-key": 400,
  "unreadable-body": 400,
  "unknown-path": 404,
  "unknown-service": 404,
  "unknown-endpoint": 404,
  "method-not-allowed": 405,
  "event-too-large": 413,
  "key-missing": 422,
  "invalid-configuration": 500,
  internal: 500,
  contended: 503,
  unavailable: 503,
};

describe("EventSyncError", () => {
  for (const [code, status] of Object.entries(STATUS) as [ErrorCode, number][]) {
    it(`${code} answers ${String(status)}, with a title and its own message`, () => {
      const error = new EventSyncError(code, "what happened");
      assert.equal(error.httpStatus, status);
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
