import assert from "node:assert/strict";

import { timesOfDay } from "../../src/adapters/timeOfDay.ts";

/** The time after one, both in UTC, minutes for short. */
function after(at: string, timeZone: string, time: string): string {
  const next = timesOfDay(at, timeZone)(Date.parse(`${time}Z`));
  return new Date(next).toISOString().replace(":00.000Z", "");
}

describe("a time of day", () => {
  it("is the next one by the clocks of its zone, and never the very moment", () => {
    assert.equal(after("06:00", "UTC", "2026-01-10T05:59:59.999"), "2026-01-10T06:00");
    assert.equal(after("06:00", "UTC", "2026-01-10T06:00"), "2026-01-11T06:00");
    assert.equal(after("06:00", "Europe/Berlin", "2026-01-10T04:59"), "2026-01-10T05:00");
    assert.equal(after("06:00", "Asia/Kathmandu", "2026-01-10T00:00"), "2026-01-10T00:15");
    assert.equal(after("23:30", "America/New_York", "2026-01-10T03:00"), "2026-01-10T04:30");
    assert.equal(after("06:00:30", "UTC", "2026-01-10T06:00"), "2026-01-10T06:00:30.000Z");
  });

  it("follows summer time: a day of 23 hours, and one of 25", () => {
    assert.equal(after("06:00", "Europe/Berlin", "2026-03-28T05:00"), "2026-03-29T04:00");
    assert.equal(after("06:00", "Europe/Berlin", "2026-10-24T04:00"), "2026-10-25T05:00");
  });

  it("comes as much later as the clocks are put forward over it", () => {
    // 02:00 to 03:00 does not exist on that day.
    assert.equal(after("02:30", "Europe/Berlin", "2026-03-28T12:00"), "2026-03-29T01:30");
    assert.equal(after("02:30", "Europe/Berlin", "2026-03-29T01:30"), "2026-03-30T00:30");
  });

  it("comes once where the clocks are put back over it: the first time", () => {
    assert.equal(after("02:30", "Europe/Berlin", "2026-10-24T12:00"), "2026-10-25T00:30");
    assert.equal(after("02:30", "Europe/Berlin", "2026-10-25T00:30"), "2026-10-26T01:30");
  });

  it("comes where a zone leaves out midnight, or a whole day", () => {
    assert.equal(after("00:15", "America/Santiago", "2026-09-05T12:00"), "2026-09-06T04:15");
    // Samoa had no 30 December 2011.
    assert.equal(after("06:00", "Pacific/Apia", "2011-12-29T16:00"), "2011-12-30T16:00");
    assert.equal(after("06:00", "Pacific/Apia", "2011-12-30T16:00"), "2011-12-31T16:00");
  });

  it("says the same whatever it was asked before", () => {
    const times = Array.from({ length: 200 }, (_, index) => Date.UTC(2026, 2, 20) + index * 7e6);
    const asked = timesOfDay("02:30", "Europe/Berlin");
    for (const ms of [...times, ...times.toReversed()]) {
      assert.equal(asked(ms), timesOfDay("02:30", "Europe/Berlin")(ms));
    }
  });
});
