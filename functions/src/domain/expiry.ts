import { addSeconds, type Rule } from "./rule.ts";

/**
 * When a pending event can never count again.
 *
 * It takes two rules to say so: that of the instance that sweeps, and that under which the event came,
 * which the marker carries as `countsUntil`. While a configuration is rolled out they differ, and the
 * one with the longer period decides. A reset ends an event whatever the rules say.
 */
export interface Expiry {
  /** What was received by then is outside the window of the rule that sweeps. Epoch milliseconds. */
  readonly windowMs: number;
  /** What counts until then is outside the window of the rule under which it came. */
  readonly ownMs: number;
  /** What was received by then was reset. */
  readonly resetMs: number | undefined;
}

/** What expiry depends on. */
export interface Expirable {
  readonly receivedAtMs: number;
  /** Undefined if somebody has changed the marker: then the rule that sweeps decides alone. */
  readonly countsUntilMs: number | undefined;
}

/**
 * @param marginSeconds how much longer events stay, so that a check that began in time, on an instance
 *   whose clock is behind, can still claim them
 */
export function expiryOf(
  { trigger }: Rule,
  nowMs: number,
  resetAtMs: number | undefined,
  marginSeconds: number,
): Expiry {
  const resetMs = resetAtMs === undefined ? undefined : addSeconds(resetAtMs, -marginSeconds);
  return {
    windowMs: addSeconds(nowMs, -trigger.observationPeriod - marginSeconds),
    ownMs: addSeconds(nowMs, -marginSeconds),
    resetMs,
  };
}

/** The latest time of receipt at which anything can be expired. */
export function latestExpired({ windowMs, resetMs }: Expiry): number {
  return resetMs === undefined ? windowMs : Math.max(windowMs, resetMs);
}

export function isExpired(
  { receivedAtMs, countsUntilMs }: Expirable,
  { windowMs, ownMs, resetMs }: Expiry,
): boolean {
  if (resetMs !== undefined && receivedAtMs <= resetMs) return true;
  return receivedAtMs <= windowMs && (countsUntilMs === undefined || countsUntilMs <= ownMs);
}
