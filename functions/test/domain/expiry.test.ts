import assert from "node:assert/strict";

import { expiryOf, isExpired, latestExpired, type Expirable } from "../../src/domain/expiry.ts";
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
  });
});
