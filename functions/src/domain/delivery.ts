import { nextAttemptMs } from "./retryTimes.ts";

/**
 * A sync is one decision, and never changes once it is complete. Its delivery is what becomes of it on
 * the way to its target:
 *
 *     claiming ──▶ claimed ──▶ published
 *                     └──────▶ discarded
 *
 * `claiming` exists only where a window does not fit in one commit: the sync still grows (`claim.ts`).
 * Whoever holds the lease may move it on; once the lease has run out anyone may take it, by an update
 * that holds only for the state that was read: of one that is `claiming` to go on with its claim, of any
 * other to publish it. `discarded` is the record of a window that its deadline has closed, and whose rule
 * asks for no message.
 */
export const DELIVERY_STATES = ["claiming", "claimed", "published", "discarded"] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

export interface Delivery {
  readonly state: DeliveryState;
  /** Which attempt to publish it is the last one that began, from 1. */
  readonly attempt: number;
  /**
   * The lease and the pause between attempts in one: the time from which anyone may take it. Undefined
   * once it is published, or discarded.
   */
  readonly nextAttemptAtMs: number | undefined;
  /** Until when its events and parts are kept, where that was put off for its sake. */
  readonly keptUntilMs: number | undefined;
}

export function isDue({ nextAttemptAtMs }: Delivery, nowMs: number): boolean {
  return nextAttemptAtMs !== undefined && nextAttemptAtMs <= nowMs;
}

/** As it is once somebody has taken it, until that lease ends. */
export function taken(
  { state, attempt }: Delivery,
  nowMs: number,
  leaseUntilMs: number,
): Pick<Delivery, "state" | "attempt"> & { readonly nextAttemptAtMs: number } {
  // A claim makes progress with each commit, so that nothing is gained by a pause.
  if (state === "claiming") return { state, attempt, nextAttemptAtMs: leaseUntilMs };
  const next = attempt + 1;
  const nextAttemptAtMs = nextAttemptMs(next, nowMs, leaseUntilMs);
  return { state: "claimed", attempt: next, nextAttemptAtMs };
}
