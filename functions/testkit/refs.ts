import type { CollectionReference, DocumentReference, Firestore } from "@google-cloud/firestore";

/**
 * Where everything is. Collections have fixed names, so that their indexes can be declared in
 * `firestore.indexes.json`; the service's name is only ever a document id.
 */
export interface Paths {
  /** `services/{service}`: its resets. */
  service(serviceName: string): DocumentReference;
  /** The log of accepted events; immutable. */
  events(serviceName: string): CollectionReference;
  /** One small marker per event that is not exported. */
  pending(serviceName: string): CollectionReference;
  /** The outbox. Parts of large syncs are in `syncs/{syncId}/parts`. */
  syncs(serviceName: string): CollectionReference;
  /** Markers that could not be read, for somebody to look at. */
  malformed(serviceName: string): CollectionReference;
}

export function makePaths(db: Firestore): Paths {
  const services = db.collection("services");
  const collection = (name: string) => (serviceName: string) =>
    services.doc(serviceName).collection(name);
  return {
    service: (serviceName) => services.doc(serviceName),
    events: collection("events"),
    pending: collection("pending"),
    syncs: collection("syncs"),
    malformed: collection("malformed"),
  };
}
