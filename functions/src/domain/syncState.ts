import { nextAttemptMs } from "./retryTimes.ts";

/**
 * A sync is one decision, and never changes once it is complete. Its state is what becomes of it and of its
 * own message:
 *
 *     claiming ──▶ claimed ──▶ published
 *        │            └──────▶ discarded
 *        └──────▶ settled
 *
 * `claiming` exists only where a window does not fit in one commit: the sync still grows (`claim.ts`).
 * Whoever holds the lease may move it on; once the lease has run out anyone may take it, by an update
 * that holds only for the state that was read: of one that is `claiming` to go on with its claim, of any
 * other to publish it. `discarded` is the record of a window that its deadline has closed, and whose rule
 * asks for no message. `settled` is a sync that has no topic of its own, only deliveries (`delivery.ts`).
 */
export const SYNC_STATES = ["claiming", "claimed", "published", "discarded", "settled"] as const;
export type SyncState = (typeof SYNC_STATES)[number];

export interface Progress {
  readonly state: SyncState;
  /** Which attempt to publish it is the last one that began, from 1. */
  readonly attempt: number;
  /**
   * The lease and the pause between attempts in one: the time from which anyone may take it. Undefined
   * once it is published, discarded or settled.
   */
  readonly nextAttemptAtMs: number | undefined;
  /** Until when its events and parts are kept, where that was put off for its sake. */
  readonly keptUntilMs: number | undefined;
}

export function isDue(
  { nextAttemptAtMs }: Pick<Progress, "nextAttemptAtMs">,
  nowMs: number,
): boolean {
  return nextAttemptAtMs !== undefined && nextAttemptAtMs <= nowMs;
}

/** As it is once somebody has taken it, until that lease ends. */
export function taken(
  { state, attempt }: Progress,
  nowMs: number,
  leaseUntilMs: number,
): Pick<Progress, "state" | "attempt"> & { readonly nextAttemptAtMs: number } {
  // A claim makes progress with each commit, so that nothing is gained by a pause.
  if (state === "claiming") return { state, attempt, nextAttemptAtMs: leaseUntilMs };
  const next = attempt + 1;
  const nextAttemptAtMs = nextAttemptMs(next, nowMs, leaseUntilMs);
  return { state: "claimed", attempt: next, nextAttemptAtMs };
}
