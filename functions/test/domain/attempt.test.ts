import assert from "node:assert/strict";
import fc from "fast-check";

import {
  MAX_RETRY_AFTER_MS,
  retryAfterMs,
  verdict,
  type CallResult,
  type ReplyOutcome,
  type Verdict,
} from "../../src/domain/attempt.ts";

const NOW = Date.UTC(2026, 0, 10, 6);
const RETRY = { maxAttempts: 20, firstSeconds: 5, longestSeconds: 14_400 };
const DAY_MS = 24 * 60 * 60 * 1000;

function answered(status: number, asked?: number): CallResult {
  const answer = { body: Buffer.alloc(0), isTruncated: false };
  return { status, headers: {}, answer, ...(asked !== undefined && { retryAfterMs: asked }) };
}
const failed = (error: "timeout" | "connection" | "tls" | "refused-address"): CallResult => ({
  error,
  message: "",
});
const PUBLISHED: ReplyOutcome = { outcome: "published", messageId: "1" };
const NOT_PUBLISHED: ReplyOutcome = { outcome: "failed", message: "no such topic" };

/** In words; `again` with the seconds until then, where a random number of 1 makes them longest. */
function judge(result: CallResult, replied?: ReplyOutcome, attempt = 1): string {
  const given = verdict(result, replied, attempt, RETRY, NOW, 1);
  if (given.next !== "again") return given.next;
  const { atMs, pausesTarget, isUncounted } = given;
  return [
    `again in ${String((atMs - NOW) / 1000)} s`,
    ...(pausesTarget ? ["target pauses"] : []),
    ...(isUncounted ? ["not counted"] : []),
  ].join(", ");
}

describe("the verdict on an attempt", () => {
  const cases: readonly [string, CallResult, string, string][] = [
    ["200", answered(200), "delivered", "delivered"],
    ["204", answered(204), "delivered", "delivered"],
    ["299", answered(299), "delivered", "delivered"],
    ["199", answered(199), "again in 5 s", "undeliverable"],
    ["302", answered(302), "again in 5 s", "undeliverable"],
    ["400", answered(400), "again in 5 s", "undeliverable"],
    ["404", answered(404), "again in 5 s", "undeliverable"],
    ["410", answered(410), "again in 5 s, target pauses", "again in 14400 s, target pauses"],
    ["429", answered(429), "again in 5 s", "undeliverable"],
    ["429, after 60 s", answered(429, 60_000), "again in 62.5 s", "undeliverable"],
    ["500, after 1 s", answered(500, 1000), "again in 5 s", "undeliverable"],
    ["503, after 2 days", answered(503, 2 * DAY_MS), "again in 86402.5 s", "undeliverable"],
    ["a time-out", failed("timeout"), "again in 5 s", "undeliverable"],
    ["no connection", failed("connection"), "again in 5 s", "undeliverable"],
    ["a bad certificate", failed("tls"), "again in 5 s", "undeliverable"],
    ["a private address", failed("refused-address"), "again in 5 s", "undeliverable"],
    ["what cannot be sent", { error: "unsendable", message: "" }, "undeliverable", "undeliverable"],
    [
      "no secret",
      { error: "not-ready", message: "" },
      "again in 300 s, not counted",
      "again in 300 s, not counted",
    ],
  ];
  for (const [what, result, first, last] of cases) {
    it(`after ${what} is ${first}; at the last attempt ${last}`, () => {
      assert.equal(judge(result), first);
      assert.equal(judge(result, undefined, 20), last);
      assert.equal(judge(result, undefined, 21), last);
    });
  }

  it("doubles the pause from attempt to attempt, up to the longest", () => {
    const pauses = Array.from({ length: 14 }, (_, index) =>
      judge(answered(500), undefined, index + 1),
    );
    assert.deepEqual(
      pauses.map((text) => Number(/\d+/.exec(text)?.[0])),
      [5, 10, 20, 40, 80, 160, 320, 640, 1280, 2560, 5120, 10_240, 14_400, 14_400],
    );
  });

  /** As in docs/TARGETS.md. Without `replied` the target asks for no publication of such an answer. */
  const replies: readonly [string, CallResult, ReplyOutcome | undefined, string][] = [
    ["2xx, published", answered(200), PUBLISHED, "delivered"],
    ["2xx, not published", answered(200), NOT_PUBLISHED, "again in 5 s"],
    ["2xx, nothing to publish", answered(200), undefined, "delivered"],
    ["3xx, published", answered(302), PUBLISHED, "delivered"],
    ["3xx, not published", answered(302), NOT_PUBLISHED, "again in 5 s"],
    ["4xx, published", answered(404), PUBLISHED, "delivered"],
    ["4xx, not published", answered(404), NOT_PUBLISHED, "again in 5 s"],
    ["4xx, nothing to publish", answered(404), undefined, "again in 5 s"],
    ["410, published", answered(410), PUBLISHED, "delivered"],
    ["410, not published", answered(410), NOT_PUBLISHED, "again in 5 s"],
    ["5xx, published", answered(503, 60_000), PUBLISHED, "delivered"],
    ["5xx, not published", answered(503, 60_000), NOT_PUBLISHED, "again in 62.5 s"],
    ["5xx, nothing to publish", answered(503), undefined, "again in 5 s"],
    ["time-out", failed("timeout"), undefined, "again in 5 s"],
  ];
  for (const [what, result, replied, expected] of replies) {
    it(`with a reply: ${what}: ${expected}`, () => {
      assert.equal(judge(result, replied), expected);
    });
  }

  it("gives up a publication at the last attempt, too", () => {
    assert.equal(judge(answered(200), NOT_PUBLISHED, 20), "undeliverable");
  });
});

describe("the time of the next attempt, whatever is configured and answered", () => {
  const retry = fc
    .tuple(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 3600 }), fc.nat(86_400))
    .map(([maxAttempts, firstSeconds, more]) => ({
      maxAttempts,
      firstSeconds,
      longestSeconds: firstSeconds + more,
    }));
  const random = fc.double({ min: 0, max: 1, noNaN: true });
  const attempt = fc.integer({ min: 1, max: 2000 });
  const asked = fc.option(fc.double({ min: 0, max: 1e20, noNaN: true }), { nil: undefined });
  const atOf = (given: Verdict): number => (given.next === "again" ? given.atMs : NaN);

  it("is between half of the pause and all of it, never before the server wants it", () => {
    const check = (
      rule: typeof RETRY,
      number: number,
      after: number | undefined,
      chance: number,
    ): void => {
      const given = verdict(answered(500, after), undefined, number, rule, NOW, chance);
      assert.equal(given.next, number >= rule.maxAttempts ? "undeliverable" : "again");
      if (given.next !== "again") return;
      const pauseMs = Math.min(rule.longestSeconds, rule.firstSeconds * 2 ** (number - 1)) * 1000;
      const wantedMs = Math.min(MAX_RETRY_AFTER_MS, after ?? 0);
      assert.ok(Number.isInteger(given.atMs));
      assert.ok(given.atMs >= NOW + Math.max(wantedMs, pauseMs / 2));
      assert.ok(given.atMs <= NOW + 1 + Math.max(wantedMs + pauseMs / 2, pauseMs));
    };
    fc.assert(fc.property(retry, attempt, asked, random, check));
  });

  it("is no earlier after more attempts, nor where the server asks for more", () => {
    const check = (number: number, after: number, more: number, chance: number): void => {
      const rule = { ...RETRY, maxAttempts: 5000 };
      const at = (which: number, wait: number): number =>
        atOf(verdict(answered(503, wait), undefined, which, rule, NOW, chance));
      assert.ok(at(number + 1, after) >= at(number, after));
      assert.ok(at(number, after + more) >= at(number, after));
    };
    fc.assert(fc.property(attempt, fc.nat(DAY_MS), fc.nat(DAY_MS), random, check));
  });

  it("differs by chance", () => {
    const at = (chance: number): number =>
      atOf(verdict(answered(500), undefined, 5, RETRY, NOW, chance));
    assert.deepEqual([at(0), at(0.5), at(1)], [NOW + 40_000, NOW + 60_000, NOW + 80_000]);
  });
});

describe("a Retry-After", () => {
  const cases: readonly [string | undefined, number | undefined][] = [
    ["120", 120_000],
    [" 0 ", 0],
    ["Sat, 10 Jan 2026 06:01:00 GMT", 60_000],
    ["Saturday, 10-Jan-26 06:01:00 GMT", 60_000],
    ["Sat Jan 10 06:01:00 2026", 60_000],
    ["Sat, 10 Jan 2026 05:00:00 GMT", 0],
    ["-1", undefined],
    ["1.5", undefined],
    ["soon", undefined],
    ["", undefined],
    [undefined, undefined],
  ];
  for (const [value, expected] of cases) {
    it(`of ${JSON.stringify(value)} is ${String(expected)} ms`, () => {
      assert.equal(retryAfterMs(value, NOW), expected);
    });
  }

  it("is of Greenwich, wherever this runs", () => {
    const before = { ...process.env };
    process.env["TZ"] = "America/New_York";
    try {
      assert.equal(retryAfterMs("Sat Jan 10 06:01:00 2026", NOW), 60_000);
    } finally {
      process.env = before;
    }
  });
});
