/** What a service waits for. The parsed configuration is assignable to these types. */

/** Which of an endpoint's events are put into the sync message. Counts and dates always cover all. */
export type EventToSend = "ALL" | "FIRST" | "LAST" | "BOUNDARIES";

/** `window`: a sync fires by itself when the window is complete. `none`: only by manual trigger. */
export type TriggerType = "window" | "none";

export interface EndpointRule {
  readonly eventKey: string;
  /** How many pending events this endpoint needs, at least 1. */
  readonly minNbOfOccurrence: number;
  readonly eventToSend: EventToSend;
}

export interface Rule {
  readonly serviceName: string;
  readonly endpoints: readonly EndpointRule[];
  readonly trigger: {
    readonly type: TriggerType;
    /** Seconds. */
    readonly observationPeriod: number;
    readonly keepEventAfterTrigger: boolean;
  };
  readonly targetPubSub: { readonly topic: string };
  /** Seconds that events and syncs stay readable. At least the observation period and a day. */
  readonly retentionPeriod: number;
}

/** 0001-01-01T00:00:00Z and 9999-12-31T23:59:59.999Z: the range of a Firestore timestamp. */
const MIN_TIME_MS = -62_135_596_800_000;
const MAX_TIME_MS = 253_402_300_799_999;

/** A time moved by seconds, kept inside what Firestore can store: the original overflowed here. */
export function addSeconds(timeMs: number, seconds: number): number {
  return Math.min(MAX_TIME_MS, Math.max(MIN_TIME_MS, timeMs + seconds * 1000));
}

/**
 * The exclusive lower bound of a service's window, in epoch milliseconds.
 *
 * @param resetAtMs when the service was last reset, if ever
 */
export function windowStart(rule: Rule, nowMs: number, resetAtMs: number | undefined): number {
  const start = addSeconds(nowMs, -rule.trigger.observationPeriod);
  return resetAtMs === undefined ? start : Math.max(start, resetAtMs);
}
