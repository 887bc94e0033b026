import { addSeconds } from "./rule.ts";

/**
 * How much longer than the observation period events are kept, at least, in seconds: whatever was in
 * a window is still there a day after its sync was made, under whatever rule it was received.
 */
export const RETENTION_MARGIN_SECONDS = 86_400;

/** For how many seconds events and syncs are kept where nobody says it and the observation period allows it. */
export const DEFAULT_RETENTION_SECONDS = 604_800;

/** The least that is allowed. */
export function leastRetention(observationPeriod: number): number {
  return observationPeriod + RETENTION_MARGIN_SECONDS;
}

export function defaultRetention(observationPeriod: number): number {
  return Math.max(DEFAULT_RETENTION_SECONDS, leastRetention(observationPeriod));
}

/** Far above the longest pause between two attempts to publish: none is missed for want of a sweep. */
const NOTICE_SECONDS = 43_200;

/**
 * Until when the events and parts of a sync that is not published, or not delivered, must be kept from now on.
 *
 * @param keptUntilMs until when that was ordered before, if it was
 * @returns undefined while they are safe for long enough
 */
export function keepUntilMs(
  sync: { readonly createdAtMs: number; readonly retentionPeriod: number },
  nowMs: number,
  keptUntilMs = addSeconds(sync.createdAtMs, RETENTION_MARGIN_SECONDS),
): number | undefined {
  return nowMs < addSeconds(keptUntilMs, -NOTICE_SECONDS)
    ? undefined
    : addSeconds(nowMs, sync.retentionPeriod);
}
