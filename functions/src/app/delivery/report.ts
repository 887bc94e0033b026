/** What was done for targets. */
export interface DeliveryReport {
  delivered: number;
  failed: number;
  undeliverable: number;
  /** Syncs of pull targets that got their offset. */
  numbered: number;
  /** Deliveries of paused or unknown targets that were put off. */
  putOff: number;
  /** Left to another time, for want of time or room. */
  postponed: number;
}

export function newReport(): DeliveryReport {
  return { delivered: 0, failed: 0, undeliverable: 0, numbered: 0, putOff: 0, postponed: 0 };
}
