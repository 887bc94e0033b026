import {
  FieldPath,
  Timestamp,
  type DocumentSnapshot,
  type Firestore,
  type Query,
} from "@google-cloud/firestore";
import type { Log, Window } from "../../app/ports.ts";
import { isConflict } from "./conflicts.ts";
import type { Paths } from "./paths.ts";
import { toPending } from "./pendingDocument.ts";

/**
 * The pending events of a service. Every query is served by one of the two composite indexes declared
 * for `pending`, newest first; no other field of it is indexed.
 */
export function makeWindow(db: Firestore, paths: Paths, log: Log): Window {
  const since = (serviceName: string, eventKey: string, sinceMs: number): Query =>
    paths
      .pending(serviceName)
      .where("eventKey", "==", eventKey)
      .where("receivedAt", ">", Timestamp.fromMillis(sinceMs))
      .orderBy("receivedAt", "desc");

  return {
    async count(serviceName, eventKey, sinceMs, limit) {
      const result = await since(serviceName, eventKey, sinceMs).limit(limit).count().get();
      return result.data().count;
    },

    async hasNew(serviceName, sinceMs) {
      const result = await paths
        .pending(serviceName)
        .where("exported", "==", false)
        .where("receivedAt", ">", Timestamp.fromMillis(sinceMs))
        .orderBy("receivedAt", "desc")
        .limit(1)
        .count()
        .get();
      return result.data().count > 0;
    },

    async collect({ serviceName, endpoints }, sinceMs) {
      const results = await Promise.all(
        endpoints.map(({ eventKey }) => since(serviceName, eventKey, sinceMs).get()),
      );
      const snapshots = results.flatMap(({ docs }) => docs);
      const read = snapshots.map((snapshot) => ({ snapshot, pending: toPending(snapshot) }));
      const malformed = read.filter(({ pending }) => pending === undefined);
      await Promise.all(malformed.map(({ snapshot }) => setAside(db, paths, log, snapshot)));
      return read.flatMap(({ pending }) => pending ?? []);
    },

    async removeExpired({ serviceName, endpoints }, untilMs, limit) {
      const removed = await Promise.all(
        endpoints.map(async ({ eventKey }) => {
          const expired = await paths
            .pending(serviceName)
            .where("eventKey", "==", eventKey)
            .where("receivedAt", "<=", Timestamp.fromMillis(untilMs))
            .orderBy("receivedAt", "desc")
            .select(FieldPath.documentId())
            .limit(limit)
            .get();
          if (expired.empty) return 0;
          const batch = db.batch();
          for (const { ref } of expired.docs) batch.delete(ref);
          await batch.commit();
          return expired.size;
        }),
      );
      return removed.reduce((sum, count) => sum + count, 0);
    },
  };
}

/**
 * Moves a pending marker that cannot be read out of the way, to `malformed`, so that it stops no
 * window and nobody loses it.
 */
export async function setAside(
  db: Firestore,
  paths: Paths,
  log: Log,
  snapshot: DocumentSnapshot,
): Promise<void> {
  const serviceName = snapshot.ref.parent.parent?.id ?? "";
  const batch = db.batch();
  batch.set(paths.malformed(serviceName).doc(snapshot.id), {
    document: snapshot.data() ?? null,
    setAsideAt: Timestamp.now(),
  });
  batch.delete(snapshot.ref, { exists: true });
  try {
    await batch.commit();
  } catch (error) {
    if (!isConflict(error)) throw error; // a conflict: another check has moved it
  }
  log.error("pending.setAside", { service: serviceName, eventId: snapshot.id });
}
