import { FieldPath, FieldValue, Timestamp, type Firestore } from "@google-cloud/firestore";
import type { Lease, Log, Outbox } from "../../app/ports.ts";
import { claimKept, claimTaken } from "./claim.ts";
import { isConflict } from "./conflicts.ts";
import type { Paths } from "./paths.ts";
import {
  fromSyncDocument,
  MalformedDocumentError,
  partRef,
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
        .select("nextAttemptAt")
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
        syncId: snapshot.id,
        serviceName: snapshot.ref.parent.parent?.id ?? "",
        dueAtMs: (snapshot.get("nextAttemptAt") as Timestamp).toMillis(),
      }));
    },

    async take(serviceName, syncId, nowMs, leaseUntilMs, options) {
      const ref = paths.syncs(serviceName).doc(syncId);
      const snapshot = await ref.get();
      if (!snapshot.exists || snapshot.updateTime === undefined) return undefined;
      try {
        const stored = fromSyncDocument(snapshot);
        const isDue = stored.nextAttemptAtMs !== undefined && stored.nextAttemptAtMs <= nowMs;
        if (!isDue && options?.again !== true) return undefined;

        const partRefs = Array.from({ length: stored.parts }, (_, index) =>
          partRef(ref, stored.token, index + 1),
        );
        const parts = partRefs.length === 0 ? [] : await db.getAll(...partRefs);
        // Every commit of a claim leaves a whole sync: one whose claimer stopped half-way goes out
        // with the events that it had claimed.
        const sync = withParts(stored.sync, parts);
        const attempt = stored.attempt + 1;
        const { writeTime } = await ref.update(
          {
            state: "claimed",
            attempt,
            nextAttemptAt: Timestamp.fromMillis(leaseUntilMs),
          },
          { lastUpdateTime: snapshot.updateTime },
        );
        return { sync, attempt, version: writeTime };
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
