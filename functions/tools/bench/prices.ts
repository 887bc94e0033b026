/**
 * What Firestore charges, in dollars per 100,000 documents, beyond the free quota: Standard edition,
 * us-central1. Multi-regions such as nam5 cost about twice as much.
 */
export const PRICES = {
  source: "https://cloud.google.com/firestore/pricing",
  asOf: "2026-11",
  per: 100_000,
  reads: 0.03,
  writes: 0.09,
  deletes: 0.01,
} as const;

/** Documents, on average, per event. */
export interface DocumentsPerEvent {
  readonly reads: number;
  readonly writes: number;
  readonly deletes: number;
}

export function dollarsPerMillion({ reads, writes, deletes }: DocumentsPerEvent): number {
  const perEvent = reads * PRICES.reads + writes * PRICES.writes + deletes * PRICES.deletes;
  return (perEvent / PRICES.per) * 1_000_000;
}
