import { Temporal } from "temporal-polyfill";
import type { NextTime } from "../domain/deadline.ts";

/**
 * The next time of day by the clocks of a zone, each day once.
 *
 * Where clocks are put forward over it, it comes as much later as they are put forward: 02:30 at 03:30. Where
 * they are put back over it, so that it comes twice, the first one counts.
 *
 * @param at `HH:MM` or `HH:MM:SS`
 * @throws RangeError if there is no such time or zone
 */
export function timesOfDay(at: string, timeZone: string): NextTime {
  const plainTime = Temporal.PlainTime.from(at);
  // Between two of them there is no other: most events have the one of the event before.
  let [fromMs, toMs] = [Infinity, -Infinity];
  return (afterMs) => {
    if (afterMs >= fromMs && afterMs < toMs) return toMs;
    const today = Temporal.Instant.fromEpochMilliseconds(afterMs)
      .toZonedDateTimeISO(timeZone)
      .toPlainDate();
    const times = DAYS.map(
      (days) => today.add({ days }).toZonedDateTime({ timeZone, plainTime }).epochMilliseconds,
    );
    fromMs = times.findLast((ms) => ms <= afterMs) ?? Infinity;
    toMs = times.find((ms) => ms > afterMs) ?? Infinity;
    return toMs;
  };
}

/** From today: the one of yesterday may come today, and a zone may leave out a whole day. */
const DAYS = [-2, -1, 0, 1, 2];
