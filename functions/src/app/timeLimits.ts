/**
 * Seconds that the platform lets each function run. The functions take their options from here, and
 * the lease is derived from it, so that neither changes without the other.
 */
export const TIME_LIMIT_SECONDS = {
  alarm: 120,
  checkWindow: 120,
  config: 30,
  console: 120,
  deliveries: 120,
  event: 60,
  events: 60,
  pull: 120,
  rates: 60,
  receipts: 60,
  reset: 60,
  status: 60,
  sweep: 120,
  syncs: 120,
  trigger: 120,
} as const;

/** Most time for a window check, before it counts as lost: less than any function that makes one runs. */
export const CHECK_MS = 90_000;

/** Most time to read the events of a message, build it and publish it. */
export const PUBLICATION_MS = 60_000;

/**
 * How long one check goes on with a large claim before it leaves the rest to another: together with what
 * comes before and a publication, less than its function runs. The second is for a step of a sweep.
 */
export const CLAIM_MS = { check: 45_000, sweep: 15_000 } as const;
