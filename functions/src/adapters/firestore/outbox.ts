import type { DueSync, Lease, Log, Outbox, Taken } from "../../app/ports.ts";
import { isDue, taken } from "../../domain/syncState.ts";
import { claimKept, claimTaken } from "./claim.ts";
import type { Progress } from "./claimProgress.ts";
import { isConflict, isNotFound } from "./conflicts.ts";
import { REMOVED, type Doc, type Documents, type Version, type Write } from "./documents.ts";
import { putOffExpiry } from "./expiry.ts";
import { MalformedDocumentError } from "./fields.ts";
import { Markers } from "./markers.ts";
import { StoredMembers } from "./members.ts";
import { isNewer } from "./form.ts";
import { goOn } from "./openClaim.ts";
import { paths, serviceOf } from "./paths.ts";
import { deregistration } from "./serviceState.ts";
import { discardedFields, publishedFields, toStoredSync, type StoredSync } from "./syncDocument.ts";

const pathOf = ({ sync }: Lease): string => `${paths.syncs(sync.serviceName)}/${sync.id}`;

const nameOf = ({ id, path }: Doc): { readonly serviceName: string; readonly syncId: string } => ({
  serviceName: serviceOf(path),
  syncId: id,
});

/** Changes syncs together (1 write each); those that somebody has removed are left out. */
async function markAll(documents: Documents, writes: readonly Write[]): Promise<void> {
  try {
    await documents.commit(writes);
  } catch (error) {
    if (!isNotFound(error) || writes.length === 1) throw error;
    // Somebody has removed one of them: that must not leave the others to go out again.
    await Promise.all(writes.map((write) => markOne(documents, write)));
  }
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
  const markers = new Markers(documents, log);

  return {
    claimTaken: (claims, version, chunkSize) =>
      claimTaken(documents, markers, claims, { version, chunkSize }),
    claimKept: (claim) => claimKept(documents, claim),
    goOn: (claim, limits) => goOn(documents, markers, claim, limits),

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

    async take({ serviceName, syncId }, taking) {
      const path = `${paths.syncs(serviceName)}/${syncId}`;
      const { nowMs, leaseUntilMs, dueByMs = nowMs, again = false, isRegistered = false } = taking;
      const [doc] = await documents.get([path]);
      try {
        if (doc === undefined) {
          if (isRegistered) await setAsideClaim(documents, log, serviceName, syncId);
          return undefined;
        }
        const stored = toStoredSync(doc);
        const { delivery, claim } = stored;
        // A claim that somebody is at cannot be asked for by name either.
        const isOurs = isDue(delivery, dueByMs) || (again && claim === undefined);
        if (isRegistered && claim === undefined) {
          await deregister(documents, serviceName, syncId);
          return undefined;
        }
        if (!isOurs) return undefined;
        return await takeStored(documents, doc, stored, nowMs, leaseUntilMs);
      } catch (error) {
        if (isConflict(error)) return undefined;
        if (!(error instanceof MalformedDocumentError)) throw error;
        // Nobody can publish it; without this it would come up in every sweep and crowd out others.
        const aside = { state: "malformed", lastError: error.message, nextAttemptAt: REMOVED };
        await documents.commit([{ kind: "update", path, fields: aside }]);
        log.error("sync.setAside", { service: serviceName, syncId, error: error.message });
        await deregister(documents, serviceName, syncId);
        return undefined;
      }
    },

    async keep(lease, untilMs) {
      const path = pathOf(lease);
      const { serviceName } = lease.sync;
      const [doc] = await documents.get([path]);
      // A newer version has taken it over.
      if (doc === undefined || isNewer(doc.fields)) return undefined;
      const members = new StoredMembers(documents, toStoredSync(doc));
      for await (const page of members.pages()) {
        const events = page.members.flat().map(({ id }) => `${paths.events(serviceName)}/${id}`);
        await putOffExpiry(documents, [...page.paths, ...events], untilMs);
      }
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
      await markAll(documents, writes);
    },

    async markDiscarded(discarded, nowMs) {
      const writes = discarded.map((lease): Write => ({
        kind: "update",
        path: pathOf(lease),
        fields: discardedFields(lease.sync, nowMs),
      }));
      await markAll(documents, writes);
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

/** @throws MalformedDocumentError */
async function takeStored(
  documents: Documents,
  doc: Doc,
  stored: StoredSync,
  nowMs: number,
  leaseUntilMs: number,
): Promise<Taken> {
  const { sync, delivery, claim, token, parts } = stored;
  // Nothing of it is published, however often that is asked for.
  if (delivery.state === "settled") {
    const { version } = doc;
    return {
      next: "publish",
      lease: { sync, attempt: delivery.attempt, untilMs: leaseUntilMs, version },
    };
  }
  const { state, attempt, nextAttemptAtMs } = taken(delivery, nowMs, leaseUntilMs);
  // Read before it is ours: what is malformed shows first.
  const sendable =
    claim === undefined ? await new StoredMembers(documents, stored).sendable() : sync;
  const nextAttemptAt = new Date(nextAttemptAtMs);
  const version = await documents.commit([
    {
      kind: "update",
      path: doc.path,
      fields:
        claim === undefined
          ? {
              state,
              attempt,
              nextAttemptAt,
              // That of an attempt before: nobody can say yet how this one ends.
              lastError: REMOVED,
              // Of a sync that was published before: TTL must not take it while it is not.
              expireAt: REMOVED,
            }
          : { turn: claim.turn + 1, nextAttemptAt },
      version: doc.version,
    },
  ]);
  if (claim !== undefined) {
    const { key, turn, ...rest } = claim;
    const window = { service: sync.serviceName, key };
    const progress: Progress = { ...rest, window, turn: turn + 1, token, parts, version };
    return { next: "goOn", claim: { sync, progress } };
  }
  const { keptUntilMs } = delivery;
  const lease = { sync: sendable, attempt, untilMs: leaseUntilMs, version };
  return {
    next: "publish",
    lease: { ...lease, ...(keptUntilMs !== undefined && { keptUntilMs }) },
  };
}

/** Its sync is gone, so that nobody can go on with it: it must not block its window. */
async function setAsideClaim(
  documents: Documents,
  log: Log,
  service: string,
  syncId: string,
): Promise<void> {
  await deregister(documents, service, syncId);
  log.error("sync.setAside", { service, syncId, error: "it was removed while it was claimed" });
}

async function deregister(documents: Documents, service: string, syncId: string): Promise<void> {
  const [doc] = await documents.get([paths.service(service)]);
  const claiming = doc?.fields["claiming"];
  if (typeof claiming !== "object" || claiming === null || !(syncId in claiming)) return;
  await markOne(documents, deregistration(service, syncId));
}
