import {
  FieldPath,
  FieldValue,
  Timestamp,
  type DocumentReference,
  type DocumentSnapshot,
  type Firestore,
} from "@google-cloud/firestore";
import type { Lease, Log, Outbox } from "../../app/ports.ts";
import { nextAttemptMs } from "../../domain/retryTimes.ts";
import { claimKept, claimTaken } from "./claim.ts";
import { isConflict } from "./conflicts.ts";
import { putOffExpiry } from "./expiry.ts";
import type { Paths } from "./paths.ts";
import {
  fromSyncDocument,
  MalformedDocumentError,
  publishedFields,
  withParts,
} from "./syncDocument.ts";

export function makeOutbox(db: Firestore, paths: Paths, log: Log): Outbox {
  const syncOf = ({ sync }: Lease) => paths.syncs(sync.serviceName).doc(sync.id);

  return {
    claim: (claim) =>
      claim.rule.trigger.keepEventAfterTrigger
        ? claimKept(db, paths, claim)
        : claimTaken(db, paths, claim),

    async due(nowMs, limit, after) {
      const query = db
        .collectionGroup("syncs")
        .where("nextAttemptAt", "<=", Timestamp.fromMillis(nowMs))
        .orderBy("nextAttemptAt")
        .orderBy(FieldPath.documentId())
        .select("nextAttemptAt", "lastError")
        .limit(limit);
      const page =
        after === undefined
          ? query
          : query.startAfter(
              Timestamp.fromMillis(after.dueAtMs),
              paths.syncs(after.serviceName).doc(after.syncId),
            );
      const { docs } = await page.get();
      return docs.map((snapshot) => ({
        ...nameOf(snapshot),
        dueAtMs: (snapshot.get("nextAttemptAt") as Timestamp).toMillis(),
        hasFailed: snapshot.get("lastError") !== undefined,
      }));
    },

    async oldest(limit) {
      const { docs } = await db
        .collectionGroup("syncs")
        .orderBy("nextAttemptAt")
        .select("createdAt")
        .limit(limit)
        .get();
      const all = docs.flatMap((snapshot) => {
        const createdAtMs = timeOf(snapshot, "createdAt");
        return createdAtMs === undefined ? [] : [{ ...nameOf(snapshot), createdAtMs }];
      });
      return all.toSorted((a, b) => a.createdAtMs - b.createdAtMs)[0];
    },

    async take(serviceName, syncId, nowMs, leaseUntilMs, options) {
      const ref = paths.syncs(serviceName).doc(syncId);
      const snapshot = await ref.get();
      if (!snapshot.exists || snapshot.updateTime === undefined) return undefined;
      try {
        const stored = fromSyncDocument(snapshot);
        const { nextAttemptAtMs } = stored;
        const isDue =
          nextAttemptAtMs !== undefined && nextAttemptAtMs <= (options?.dueByMs ?? nowMs);
        if (!isDue && options?.again !== true) return undefined;

        const refs = partsOf(ref, stored.parts);
        const parts = refs.length === 0 ? [] : await db.getAll(...refs);
        // Every commit of a claim leaves a whole sync: one whose claimer stopped half-way goes out
        // with the events that it had claimed.
        const sync = withParts(stored.sync, parts);
        const attempt = stored.attempt + 1;
        const keptUntilMs = timeOf(snapshot, "keptUntil");
        const { writeTime } = await ref.update(
          {
            state: "claimed",
            attempt,
            nextAttemptAt: Timestamp.fromMillis(nextAttemptMs(attempt, nowMs, leaseUntilMs)),
            // That of an attempt before: nobody can say yet how this one ends.
            lastError: FieldValue.delete(),
            // Of a sync that was published before: TTL must not take it while it is not.
            expireAt: FieldValue.delete(),
          },
          { lastUpdateTime: snapshot.updateTime },
        );
        const lease = { sync, attempt, version: writeTime };
        return keptUntilMs === undefined ? lease : { ...lease, keptUntilMs };
      } catch (error) {
        if (isConflict(error)) return undefined;
        if (!(error instanceof MalformedDocumentError)) throw error;
        // Nobody can publish it; without this it would come up in every sweep and crowd out others.
        await ref.update({
          state: "malformed",
          lastError: error.message,
          nextAttemptAt: FieldValue.delete(),
        });
        log.error("sync.setAside", { service: serviceName, syncId, error: error.message });
        return undefined;
      }
    },

    async keep(lease, untilMs) {
      const ref = syncOf(lease);
      const { serviceName, endpoints } = lease.sync;
      const events = paths.events(serviceName);
      const memberIds = endpoints.flatMap(({ members }) => members.map(({ id }) => id));
      const [stored] = await db.getAll(ref, { fieldMask: ["parts"] });
      const parts = partsOf(ref, Number(stored?.get("parts")));
      await putOffExpiry(db, [...parts, ...memberIds.map((id) => events.doc(id))], untilMs);
      try {
        // After it is done: who stops half-way leaves it to the next attempt.
        const { writeTime } = await ref.update(
          { keptUntil: Timestamp.fromMillis(untilMs) },
          { lastUpdateTime: lease.version as Timestamp },
        );
        return { ...lease, keptUntilMs: untilMs, version: writeTime };
      } catch (error) {
        if (isConflict(error)) return undefined;
        throw error;
      }
    },

    async markPublished(lease, messageId, nowMs) {
      await syncOf(lease).update(publishedFields(lease.sync, messageId, nowMs));
    },

    async markFailed(lease, error, retryAtMs) {
      const fields = { lastError: error, nextAttemptAt: Timestamp.fromMillis(retryAtMs) };
      try {
        await syncOf(lease).update(fields, { lastUpdateTime: lease.version as Timestamp });
      } catch (cause) {
        // Not ours any more: whoever took it over also notes how that ended.
        if (!isConflict(cause)) throw cause;
      }
    },
  };
}

function partsOf(sync: DocumentReference, count: number): DocumentReference[] {
  return Array.from({ length: count }, (_, index) =>
    sync.collection("parts").doc(String(index + 1)),
  );
}

function nameOf({ id, ref }: DocumentSnapshot): { serviceName: string; syncId: string } {
  return { serviceName: ref.parent.parent?.id ?? "", syncId: id };
}

function timeOf(snapshot: DocumentSnapshot, field: string): number | undefined {
  const value: unknown = snapshot.get(field);
  return value instanceof Timestamp ? value.toMillis() : undefined;
}
