/**
 * Where everything is. Collections have fixed names, so that their indexes can be declared in
 * `firestore.indexes.json`; the service's name is only ever a document id.
 */
export const paths = {
  /** `services/{service}`: its resets. */
  service: (service: string): string => `services/${service}`,
  /** The log of accepted events; immutable, but for when they expire. */
  events: (service: string): string => `services/${service}/events`,
  /** One small marker per event that is not exported, or that still counts. */
  pending: (service: string): string => `services/${service}/pending`,
  /** The outbox. */
  syncs: (service: string): string => `services/${service}/syncs`,
  /** Markers that could not be read, for somebody to look at. */
  malformed: (service: string): string => `services/${service}/malformed`,
  /** The members that the document of a sync does not list. @param number from 1 */
  part: (sync: string, token: string, number: number): string =>
    `${sync}/parts/${token}-${String(number)}`,
} as const;

/** The service of a document: `services/{service}/…`. */
export function serviceOf(path: string): string {
  return path.split("/")[1] ?? "";
}
