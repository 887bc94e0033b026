/** Pauses between attempts to publish the same sync, in seconds, doubling from one to the next. */
const PAUSE_SECONDS = { first: 30, longest: 3600 } as const;

/**
 * From when a sync may be tried again, after its attempt of that number, counted from 1.
 *
 * An attempt under way is given its lease, but no less than the pause that follows if it fails: one that
 * ends its process notes nothing, and would otherwise end the next one after each lease.
 *
 * @param leaseUntilMs while it is not known how the attempt ends
 */
export function nextAttemptMs(attempt: number, nowMs: number, leaseUntilMs = -Infinity): number {
  const pauseSeconds = Math.min(PAUSE_SECONDS.longest, PAUSE_SECONDS.first * 2 ** (attempt - 1));
  return Math.max(leaseUntilMs, nowMs + pauseSeconds * 1000);
}
