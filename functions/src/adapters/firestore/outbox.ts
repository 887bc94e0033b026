import type { DueSync, Lease, Log, Outbox } from "../../app/ports.ts";
import { nextAttemptMs } from "../../domain/retryTimes.ts";
import { claimKept, claimTaken } from "./claim.ts";
import { isConflict, isNotFound } from "./conflicts.ts";
import { REMOVED, type Doc, type Documents, type Version, type Write } from "./documents.ts";
import { putOffExpiry } from "./expiry.ts";
import { MalformedDocumentError } from "./fields.ts";
import { isNewer } from "./form.ts";
import { paths, serviceOf } from "./paths.ts";
import { publishedFields, toStoredSync, withParts } from "./syncDocument.ts";

const pathOf = ({ sync }: Lease): string => `${paths.syncs(sync.serviceName)}/${sync.id}`;

const nameOf = ({ id, path }: Doc): { readonly serviceName: string; readonly syncId: string } => ({
  serviceName: serviceOf(path),
  syncId: id,
});

function partPaths(path: string, token: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => paths.part(path, token, index + 1));
}

async function markOne(documents: Documents, write: Write): Promise<void> {
  try {
    await documents.commit([write]);
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}

export function makeOutbox(documents: Documents, log: Log): Outbox {
  // A page goes on behind a document, which the use case need not know.
  const docs = new WeakMap<DueSync, Doc>();

  return {
    claimTaken: (claims) => claimTaken(documents, claims),
    claimKept: (claim) => claimKept(documents, claim),

    async due(nowMs, limit, after) {
      const page = await documents.query({
        from: { group: "syncs" },
        orderBy: "nextAttemptAt",
        direction: "asc",
        upTo: new Date(nowMs),
        after: after && docs.get(after),
        select: ["lastError", "v"],
        limit,
      });
      return page.map((doc) => {
        const due = {
          ...nameOf(doc),
          dueAtMs: (doc.fields["nextAttemptAt"] as Date).getTime(),
          hasFailed: doc.fields["lastError"] !== undefined,
          isNewer: isNewer(doc.fields),
        };
        docs.set(due, doc);
        return due;
      });
    },

    async oldest(limit) {
      const page = await documents.query({
        from: { group: "syncs" },
        orderBy: "nextAttemptAt",
        direction: "asc",
        select: ["createdAt"],
        limit,
      });
      const all = page.flatMap((doc) => {
        const createdAt = doc.fields["createdAt"];
        return createdAt instanceof Date
          ? [{ ...nameOf(doc), createdAtMs: createdAt.getTime() }]
          : [];
      });
      return all.toSorted((a, b) => a.createdAtMs - b.createdAtMs)[0];
    },

    async take({ serviceName, syncId }, { nowMs, leaseUntilMs, again, dueByMs }) {
      const path = `${paths.syncs(serviceName)}/${syncId}`;
      const [doc] = await documents.get([path]);
      if (doc === undefined) return undefined;
      try {
        const stored = toStoredSync(doc);
        const { nextAttemptAtMs } = stored;
        const isDue = nextAttemptAtMs !== undefined && nextAttemptAtMs <= (dueByMs ?? nowMs);
        if (!isDue && again !== true) return undefined;

        // Every commit of a claim leaves a whole sync: one whose claimer stopped half-way goes out
        // with the events that it had claimed.
        const parts = await documents.get(partPaths(path, stored.token, stored.parts));
        const sync = withParts(stored.sync, parts);
        const attempt = stored.attempt + 1;
        const version = await documents.commit([
          {
            kind: "update",
            path,
            fields: {
              state: "claimed",
              attempt,
              nextAttemptAt: new Date(nextAttemptMs(attempt, nowMs, leaseUntilMs)),
              // That of an attempt before: nobody can say yet how this one ends.
              lastError: REMOVED,
              // Of a sync that was published before: TTL must not take it while it is not.
              expireAt: REMOVED,
            },
            version: doc.version,
          },
        ]);
        const { keptUntilMs } = stored;
        const lease = { sync, attempt, untilMs: leaseUntilMs, version };
        return { ...lease, ...(keptUntilMs !== undefined && { keptUntilMs }) };
      } catch (error) {
        if (isConflict(error)) return undefined;
        if (!(error instanceof MalformedDocumentError)) throw error;
        // Nobody can publish it; without this it would come up in every sweep and crowd out others.
        await documents.commit([
          {
            kind: "update",
            path,
            fields: { state: "malformed", lastError: error.message, nextAttemptAt: REMOVED },
          },
        ]);
        log.error("sync.setAside", { service: serviceName, syncId, error: error.message });
        return undefined;
      }
    },

    async keep(lease, untilMs) {
      const path = pathOf(lease);
      const { serviceName, endpoints } = lease.sync;
      const [doc] = await documents.get([path]);
      // A newer version has taken it over.
      if (doc === undefined || isNewer(doc.fields)) return undefined;
      const { token, parts } = toStoredSync(doc);
      const events = endpoints.flatMap(({ members }) =>
        members.map(({ id }) => `${paths.events(serviceName)}/${id}`),
      );
      await putOffExpiry(documents, [...partPaths(path, token, parts), ...events], untilMs);
      try {
        // After it is done: who stops half-way leaves it to the next attempt.
        const version = await documents.commit([
          {
            kind: "update",
            path,
            fields: { keptUntil: new Date(untilMs) },
            version: lease.version as Version,
          },
        ]);
        return { ...lease, keptUntilMs: untilMs, version };
      } catch (error) {
        if (isConflict(error)) return undefined;
        throw error;
      }
    },

    async markPublished(published, nowMs) {
      const writes = published.map(({ lease, messageId }): Write => ({
        kind: "update",
        path: pathOf(lease),
        fields: publishedFields(lease.sync, messageId, nowMs),
      }));
      try {
        await documents.commit(writes);
      } catch (error) {
        if (!isNotFound(error) || writes.length === 1) throw error;
        // Somebody has removed one of them: that must not leave the others to go out again.
        await Promise.all(writes.map((write) => markOne(documents, write)));
      }
    },

    async markFailed(lease, error, retryAtMs) {
      const fields = { lastError: error, nextAttemptAt: new Date(retryAtMs) };
      const version = lease.version as Version;
      try {
        await documents.commit([{ kind: "update", path: pathOf(lease), fields, version }]);
      } catch (cause) {
        // Not ours any more: whoever took it over also notes how that ended.
        if (!isConflict(cause)) throw cause;
      }
    },
  };
}
