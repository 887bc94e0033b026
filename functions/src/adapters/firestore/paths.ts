import { createHash } from "node:crypto";
import type { WindowId } from "../../domain/window.ts";

/**
 * Where everything is. Collections have fixed names, so that their indexes can be declared in
 * `firestore.indexes.json`; the service's name is only ever a document id.
 */
export const paths = {
  /** `services/{service}`: its resets, of all keys. */
  service: (service: string): string => `services/${service}`,
  /** The log of accepted events; immutable, but for when they expire. */
  events: (service: string): string => `services/${service}/events`,
  /** One small marker per event that is not exported, or that still counts. */
  pending: (service: string): string => `services/${service}/pending`,
  /**
   * What is known of one window: the document of the service where that has no correlation, else one of
   * the window's own. Its id is made from the key, which may be longer than an id, and hold anything.
   */
  window: ({ service, key }: WindowId): string =>
    key === "" ? `services/${service}` : `services/${service}/windows/${idOf(key)}`,
  /** How far the sweep has examined the markers of a service with a correlation. */
  progress: (service: string): string => `services/${service}/upkeep/sweep`,
  /** The outbox. */
  syncs: (service: string): string => `services/${service}/syncs`,
  /** Who has received which sync. */
  receipts: (service: string): string => `services/${service}/receipts`,
  /** What has to become of the syncs: one for each, and each target. */
  deliveries: (service: string): string => `services/${service}/deliveries`,
  /** Lanes of deliveries in which somebody works, or whose first one has to wait. */
  lanes: (service: string): string => `services/${service}/lanes`,
  /** Targets that were paused. */
  targets: (service: string): string => `services/${service}/targets`,
  /** Markers that could not be read, for somebody to look at. */
  malformed: (service: string): string => `services/${service}/malformed`,
  /** The members that the document of a sync does not list. @param number from 1 */
  part: (sync: string, token: string, number: number): string =>
    `${sync}/parts/${token}-${String(number)}`,
} as const;

/** 128 bits of SHA-256, in hex: well scattered, whatever the key. */
function idOf(key: string): string {
  return createHash("sha256").update(key).digest("hex").slice(0, 32);
}

/** Whether a document can have that id, of those that we make: what comes from outside may be anything. */
export function isId(text: string): boolean {
  return /^[a-z0-9-]{1,100}$/i.test(text);
}

/** The service of a document: `services/{service}/…`. */
export function serviceOf(path: string): string {
  return path.split("/")[1] ?? "";
}
