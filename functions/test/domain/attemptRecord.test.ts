import assert from "node:assert/strict";
import fc from "fast-check";

import type { CallResult } from "../../src/domain/attempt.ts";
import {
  MAX_RECORDED_BYTES,
  recordOf,
  type AttemptRecord,
} from "../../src/domain/attemptRecord.ts";

const TIMES = { attempt: 3, atMs: 1, durationMs: 2 };
const FACTS = { ...TIMES, isDelivered: false };
function answered(body: string | Buffer, headers: Record<string, string> = {}): CallResult {
  return { status: 500, headers, answer: { body: Buffer.from(body), isTruncated: false } };
}
const record = (result: CallResult, ...secrets: string[]): AttemptRecord =>
  recordOf(result, undefined, FACTS, secrets);

describe("what is kept of an attempt", () => {
  it("is the status, the headers and the beginning of the answer", () => {
    assert.deepEqual(record(answered("no\n", { "x-a": "1" })), {
      ...TIMES,
      status: 500,
      headers: { "x-a": "1" },
      answer: "no\n",
    });
  });

  it("is the error where there was no answer, and that of a publication", () => {
    const failure = { error: "timeout", message: "too slow" } as const;
    assert.deepEqual(record(failure), { ...TIMES, error: "timeout: too slow" });
    const replied = { outcome: "failed", message: "no such topic" } as const;
    assert.equal(recordOf(answered(""), replied, FACTS, []).error, "no such topic");
    const published = { outcome: "published", messageId: "7" } as const;
    assert.equal(recordOf(answered(""), published, FACTS, []).messageId, "7");
  });

  it("is no more than the status where the sync was delivered", () => {
    const delivered = recordOf(answered("yes"), undefined, { ...TIMES, isDelivered: true }, []);
    assert.deepEqual(delivered, { ...TIMES, status: 500 });
  });

  it("holds no credentials of the answer, and nothing secret of the call", () => {
    const kept = record(
      answered('{"you sent":"Bearer s3cret-longer, s3cret"}', {
        "set-cookie": "a=b",
        "x-echo": "s3cret",
      }),
      "s3cret",
      "",
      "s3cret-longer",
    );
    assert.equal(kept.answer, '{"you sent":"Bearer [redacted], [redacted]"}');
    assert.deepEqual(kept.headers, { "set-cookie": "[redacted]", "x-echo": "[redacted]" });
    const failure = { error: "connection", message: "s3cret was refused" } as const;
    assert.equal(record(failure, "s3cret").error, "connection: [redacted] was refused");
  });

  it("holds nothing secret of the call in another form: without its scheme, decoded, in JSON, in a URL", () => {
    const basic = `Basic ${Buffer.from('shop:p4ss"word/').toString("base64")}`;
    const kept = record(
      answered(
        'key sk-1234 is unknown; {"password":"p4ss\\"word/"}; ?p=p4ss%22word%2F; shop:p4ss"word/; odd',
      ),
      "Bearer sk-1234",
      basic,
      " odd ",
    );
    assert.equal(
      kept.answer,
      'key [redacted] is unknown; {"password":"[redacted]"}; ?p=[redacted]; [redacted]; [redacted]',
    );
  });

  it("is a note where the answer is no text", () => {
    assert.equal(
      record(answered(Buffer.from([0xff, 0xfe, 0x41]))).answer,
      "(3 bytes that are no text)",
    );
    assert.equal(record(answered("a\0b")).answer, "(3 bytes that are no text)");
  });

  it("has 2 KB of an answer, and of its headers, in whole characters", () => {
    const check = (text: string): void => {
      const { answer = "" } = record(answered(text));
      assert.ok(Buffer.byteLength(answer) <= MAX_RECORDED_BYTES);
      assert.ok(text.startsWith(answer));
      assert.ok(
        Buffer.byteLength(text) - Buffer.byteLength(answer) < 4 || answer.length > 2000 / 4,
      );
    };
    check("x".repeat(5000));
    check(`x${"ä".repeat(3000)}`);
    check("😀".repeat(1000));
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 3000 }), (text) => {
        if (!/[\0\ufffd]/.test(text)) check(text);
      }),
    );
    const headers = Object.fromEntries(
      Array.from({ length: 50 }, (_, index) => [`x-${String(index)}`, "y".repeat(100)]),
    );
    const kept = record(answered("", headers)).headers ?? {};
    assert.ok(Buffer.byteLength(JSON.stringify(kept)) < 2 * MAX_RECORDED_BYTES);
    assert.ok(Object.keys(kept).length > 10);
  });

  it("is text, where the part of it that was read ends inside a character", () => {
    const body = Buffer.from(`${"x".repeat(10)}ä`).subarray(0, 11);
    assert.equal(record(answered(body)).answer, `${"x".repeat(10)}\ufffd`);
  });
});
