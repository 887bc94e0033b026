import assert from "node:assert/strict";
import fc from "fast-check";

import {
  expiryOf,
  isExpired,
  latestExpired,
  lookNext,
  type Expirable,
} from "../../src/domain/expiry.ts";
import { ago, NOW, rule } from "../support/factories.ts";

const MARGIN = 60;
const HOUR = rule({ trigger: { observationPeriod: 3600 } });

/** Received so many seconds ago, under a rule with that period. */
const came = (secondsAgo: number, period: number): Expirable => ({
  receivedAtMs: ago(secondsAgo),
  countsUntilMs: ago(secondsAgo - period),
});

describe("a pending event", () => {
  const cases: [title: string, event: Expirable, isOver: boolean][] = [
    ["just inside the period and the margin", came(3659, 3600), false],
    ["that old", came(3660, 3600), true],
    ["that came under a shorter period", came(3659, 10), false],
    ["that came under a shorter period, and is that old", came(3660, 10), true],
    ["that came under a longer period", came(3660, 7200), false],
    ["that came under a longer period, at the end of it", came(7260, 7200), true],
    ["whose own bound is lost", { receivedAtMs: ago(3660), countsUntilMs: undefined }, true],
    [
      "whose own bound is lost, inside",
      { receivedAtMs: ago(3659), countsUntilMs: undefined },
      false,
    ],
  ];
  for (const [title, event, isOver] of cases) {
    it(`${title} ${isOver ? "is expired" : "is not"}`, () => {
      assert.equal(isExpired(event, expiryOf(HOUR, NOW, undefined, MARGIN)), isOver);
    });
  }

  it("that was reset is expired after the margin, whatever the rules say", () => {
    const expiry = expiryOf(HOUR, NOW, ago(100), MARGIN);
    assert.equal(isExpired(came(160, 7200), expiry), true);
    assert.equal(isExpired(came(159, 7200), expiry), false);
    assert.equal(latestExpired(expiry), ago(160));
  });

  it("of the longest period is looked for in the range of a Firestore timestamp", () => {
    const endless = rule({ trigger: { observationPeriod: Number.MAX_SAFE_INTEGER } });
    const expiry = expiryOf(endless, NOW, undefined, MARGIN);
    assert.equal(new Date(latestExpired(expiry)).toISOString(), "0001-01-01T00:00:00.000Z");
    const silly = { receivedAtMs: ago(1), countsUntilMs: 253_402_300_799_999 };
    assert.equal(new Date(lookNext(NOW, [silly], expiry)).getUTCFullYear(), 1);
  });
});

describe("lookNext", () => {
  const events = fc.array(
    fc
      .record({ age: fc.integer({ min: 0, max: 20_000 }), period: fc.constantFrom(60, 3600, 9000) })
      .map(({ age, period }) => came(age, period)),
    { maxLength: 20 },
  );
  const resets = fc.option(fc.integer({ min: 0, max: 20_000 }).map(ago), { nil: undefined });

  it("passes over all that stays, and with the next looks finds all that is expired in the end", () => {
    fc.assert(
      fc.property(events, resets, (list, resetAtMs) => {
        const expiry = expiryOf(HOUR, NOW, resetAtMs, MARGIN);
        let from = latestExpired(expiry);
        for (let looks = 0; looks <= list.length; looks++) {
          const page = list
            .filter(({ receivedAtMs }) => receivedAtMs <= from)
            .toSorted((a, b) => b.receivedAtMs - a.receivedAtMs)
            .slice(0, 3);
          const staying = page.filter((event) => !isExpired(event, expiry));
          const next = lookNext(from, staying, expiry);
          assert.ok(next <= from);
          for (const { receivedAtMs } of staying) assert.ok(next < receivedAtMs);
          for (const event of list) {
            // What is passed over, and came under a rule as long as any of these, stays as well.
            const isPassed = event.receivedAtMs <= from && event.receivedAtMs > next;
            const period = (one: Expirable) => (one.countsUntilMs ?? 0) - one.receivedAtMs;
            const longest = Math.max(0, ...staying.map(period));
            if (isPassed && staying.length > 0 && period(event) >= longest) {
              assert.equal(isExpired(event, expiry), false);
            }
          }
          if (staying.length === 0) break;
          from = next;
        }
      }),
    );
  });
});
