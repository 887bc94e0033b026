import { addSeconds, type Deadline, type Rule } from "./rule.ts";

/**
 * When a window closes though it is not complete.
 *
 * Its deadline follows from its own events: so many seconds after the first, so many after the last (a
 * gap ends the session), or the next time of day after the first. At the latest it is the moment at which
 * the first event reaches the end of the observation period: where there is a deadline nothing expires
 * silently, and without that bound a session that never pauses would lose its beginning.
 *
 * An event that is received exactly at the deadline belongs to the next window.
 */

/** The deadline of a window with these events: epoch milliseconds, as are its arguments. */
export type DeadlineOf = (firstMs: number, lastMs: number) => number;

/** The first time of day later than a time: epoch milliseconds, as is its argument. */
export type NextTime = (afterMs: number) => number;

/** @param nextTime of the rule's time of day and zone, where it has them */
export function deadlineOf(
  { deadline, trigger }: Pick<Rule, "deadline" | "trigger">,
  nextTime: NextTime | undefined,
): DeadlineOf | undefined {
  if (deadline === undefined) return undefined;
  const ownMs = ownDeadlineOf(deadline, nextTime);
  return (firstMs, lastMs) =>
    Math.min(ownMs(firstMs, lastMs), addSeconds(firstMs, trigger.observationPeriod));
}

function ownDeadlineOf({ seconds, from }: Deadline, nextTime: NextTime | undefined): DeadlineOf {
  if (seconds !== undefined) {
    return (firstMs, lastMs) => addSeconds(from === "last" ? lastMs : firstMs, seconds);
  }
  if (nextTime === undefined) throw new TypeError("a time of day needs its zone's clock");
  return (firstMs) => nextTime(firstMs);
}

/**
 * The latest time of receipt of events whose deadline, as if each were alone, has passed. Deadlines come in
 * the order of receipt, and each at the end of the observation period at the latest.
 *
 * @param nowMs epoch milliseconds, as is the result
 */
export function passedBy(
  deadline: DeadlineOf,
  { trigger }: Pick<Rule, "trigger">,
  nowMs: number,
): number {
  let passedMs = addSeconds(nowMs, -trigger.observationPeriod);
  let aheadMs = nowMs + 1;
  while (aheadMs - passedMs > 1) {
    const ms = Math.floor((passedMs + aheadMs) / 2);
    if (deadline(ms, ms) <= nowMs) passedMs = ms;
    else aheadMs = ms;
  }
  return passedMs;
}

/**
 * How long after the deadline of a window it may be closed: an event that was received before the deadline
 * joins although its commit ends a little later, which takes far less as a rule. One whose commit takes
 * longer opens a window of its own, by the same rule.
 *
 * It is a pause before the claim, not part of the deadline: what belongs together depends on the times of
 * receipt alone.
 */
export const DEADLINE_GRACE_MS = 1000;

/** The longest day: the one on which summer time ends. */
export const LONGEST_DAY_SECONDS = 25 * 3600;
