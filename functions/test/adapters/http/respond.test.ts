import assert from "node:assert/strict";
import { respond, type Answer } from "../../../src/adapters/http/respond.ts";
import { ContentionError } from "../../../src/app/checkWindow.ts";
import { EventSyncError } from "../../../src/domain/errors.ts";
import { serve, type Answered } from "../../support/frameworkServer.ts";
import { recordingLog, type RecordingLog } from "../../support/recordingLog.ts";

async function answer(
  handle: () => Promise<Answer>,
): Promise<Answered & { readonly log: RecordingLog }> {
  const log = recordingLog();
  const server = await serve((_request, response) => respond(response, log, handle));
  try {
    return { ...(await server.send({ method: "GET" })), log };
  } finally {
    await server.close();
  }
}

const PROBLEM = "application/problem+json; charset=utf-8";

describe("respond", () => {
  it("answers JSON", async () => {
    const { status, headers, text } = await answer(() =>
      Promise.resolve({ status: 202, body: { eventId: "e1" } }),
    );
    assert.equal(status, 202);
    assert.equal(headers["content-type"], "application/json; charset=utf-8");
    assert.equal(text, '{"eventId":"e1"}');
  });

  it("answers nothing where there is nothing to say", async () => {
    const { status, text } = await answer(() => Promise.resolve({ status: 204 }));
    assert.deepEqual({ status, text }, { status: 204, text: "" });
  });

  it("answers a refusal as a problem and logs it as no failure of ours", async () => {
    const { status, headers, text, log } = await answer(() =>
      Promise.reject(new EventSyncError("unknown-endpoint", 'No endpoint "x" is configured.')),
    );
    assert.equal(status, 404);
    assert.equal(headers["content-type"], PROBLEM);
    assert.deepEqual(JSON.parse(text), {
      type: "urn:eventsync:problem:unknown-endpoint",
      title: "Unknown endpoint",
      status: 404,
      detail: 'No endpoint "x" is configured.',
    });
    assert.deepEqual(
      log.lines.map(({ level, event }) => [level, event]),
      [["info", "request.refused"]],
    );
  });

  it("names the methods in Allow", async () => {
    const { status, headers } = await answer(() =>
      Promise.reject(new EventSyncError("method-not-allowed", "no", { allow: ["GET", "POST"] })),
    );
    assert.equal(status, 405);
    assert.equal(headers.allow, "GET, POST");
  });

  it("shows nothing of an unexpected error, and logs all of it", async () => {
    const { status, headers, text, log } = await answer(() =>
      Promise.reject(new Error("password=hunter2")),
    );
    assert.equal(status, 500);
    assert.equal(headers["content-type"], PROBLEM);
    assert.doesNotMatch(text, /hunter2/);
    const [line] = log.of("request.failed");
    assert.match(String(line?.["error"]), /password=hunter2[\s\S]+at /);
  });

  for (const [name, code] of [
    ["DEADLINE_EXCEEDED", 4],
    ["RESOURCE_EXHAUSTED", 8],
    ["ABORTED", 10],
    ["UNAVAILABLE", 14],
  ] as const) {
    it(`asks to send again when Firestore says ${name}`, async () => {
      const { status, headers, text } = await answer(() =>
        Promise.reject(Object.assign(new Error("hunter2"), { code })),
      );
      assert.equal(status, 503);
      assert.equal(headers["retry-after"], "5");
      assert.match(text, /may or may not have been done.*Idempotency-Key/);
      assert.doesNotMatch(text, /hunter2/);
    });
  }

  it("asks to send again when others kept claiming the events first", async () => {
    const { status, headers, text } = await answer(() =>
      Promise.reject(new ContentionError("svc")),
    );
    assert.equal(status, 503);
    assert.equal(headers["retry-after"], "5");
    assert.match(text, /urn:eventsync:problem:contended.*window of svc/);
  });

  for (const [name, code] of [
    ["INVALID_ARGUMENT", 3],
    ["PERMISSION_DENIED", 7],
  ] as const) {
    it(`answers 500 when Firestore says ${name}: sending again cannot help`, async () => {
      const { status } = await answer(() =>
        Promise.reject(Object.assign(new Error("x"), { code })),
      );
      assert.equal(status, 500);
    });
  }

  it("answers 500 whatever is thrown", async () => {
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
    const { status } = await answer(() => Promise.reject(null));
    assert.equal(status, 500);
  });
});
