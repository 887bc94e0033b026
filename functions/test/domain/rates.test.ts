import assert from "node:assert/strict";

import { addCounts, rateOf, rateWindows } from "../../src/domain/rates.ts";

const START = Date.UTC(2026, 0, 1);

describe("the windows of rates", () => {
  const asked = (windowSeconds: number, lastSeconds: number, afterMs: number): number[][] =>
    rateWindows(windowSeconds, lastSeconds, START + afterMs).map(({ fromMs, toMs }) => [
      (fromMs - START) / 1000,
      (toMs - START) / 1000,
    ]);

  it("begin at multiples of their length, and the last one holds now", () => {
    const expected = [
      [0, 10],
      [10, 20],
      [20, 30],
    ];
    assert.deepEqual(asked(10, 30, 20_000), expected);
    assert.deepEqual(asked(10, 30, 29_999), expected);
    assert.deepEqual(asked(10, 21, 25_000), expected);
    assert.deepEqual(asked(10, 10, 30_000), [[30, 40]]);
  });
});

describe("a rate", () => {
  const counts = (syncs: number, ...received: number[]) => ({
    syncs,
    targets: { t: { syncs, delivered: syncs } },
    receivedBy: Object.fromEntries(received.map((number, index) => [`s${String(index)}`, number])),
  });

  for (const [syncs, received, expected, percent] of [
    [1, [1, 0], 2, 50],
    [4, [4, 4], 8, 100],
    [4, [0, 0], 8, 0],
    [3, [1], 3, 33.33],
    [100_000, [99_999], 100_000, 99.99],
    [0, [0, 0], 0, null],
  ] as const) {
    const told = percent === null ? "none" : `${String(percent)} %`;
    it(`of ${String(syncs)} syncs, received ${received.join(" and ")} times, is ${told}`, () => {
      const rate = rateOf(counts(syncs, ...received));
      assert.equal(rate.expected, expected);
      assert.equal(
        rate.received,
        received.reduce<number>((a, b) => a + b, 0),
      );
      assert.equal(rate.completionPercent, percent);
    });
  }

  it("of several times is that of all their syncs, not the mean of their rates", () => {
    const total = rateOf(addCounts(counts(1, 1), addCounts(counts(9, 0), counts(0, 0))));
    assert.deepEqual(total, {
      ...{ syncs: 10, expected: 10, received: 1, completionPercent: 10 },
      receivedBy: { s0: 1 },
      targets: { t: { syncs: 10, delivered: 10 } },
    });
  });
});
