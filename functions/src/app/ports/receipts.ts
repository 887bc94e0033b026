import type { RateWindow } from "../../domain/rates.ts";
import type { Receipt } from "../../domain/receipt.ts";

/** A receipt of a sync that is known. */
export interface KnownReceipt extends Receipt {
  /** When the sync was made, which says whose window it counts in. Epoch milliseconds. */
  readonly syncAtMs: number;
  readonly receivedAtMs: number;
  /** When it may be forgotten. */
  readonly expireAtMs: number;
}

export interface Receipts {
  /**
   * When syncs were made that expect receipts, by `eventID`; what is not known is not there (1 read each,
   * at least 1 for each 30 that are asked for). Epoch milliseconds.
   */
  syncTimes(service: string, eventIDs: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /**
   * Keeps a receipt (1 write).
   *
   * @returns false if it was there; it has not changed then
   */
  add(service: string, receipt: KnownReceipt): Promise<boolean>;
  /** How many syncs that expect receipts were made then (1 read per 1000, at least 1). */
  countSyncs(service: string, window: RateWindow, which: "all" | "published"): Promise<number>;
  /** Of how many of them this consumer has received (1 read per 1000, at least 1). */
  countReceived(service: string, window: RateWindow, subscription: string): Promise<number>;
}
