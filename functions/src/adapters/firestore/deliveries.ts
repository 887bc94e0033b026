import type { Log } from "../../app/ports.ts";
import type { Deliveries, FoundSync, StoredDelivery } from "../../app/ports/deliveries.ts";
import { deliveryId, type Delivery } from "../../domain/delivery.ts";
import { isConflict } from "./conflicts.ts";
import { deliveredWrite, failedWrite, toStored } from "./deliveryDocument.ts";
import { deliveryPath, doneFields } from "./deliveryFields.ts";
import { REMOVED, type Doc, type Documents, type Query, type Version } from "./documents.ts";
import { makeDue } from "./due.ts";
import { putOffExpiry } from "./expiry.ts";
import { MalformedDocumentError } from "./fields.ts";
import { isNewer } from "./form.ts";
import { commitEach, commitTolerantly } from "./marks.ts";
import { StoredMembers } from "./members.ts";
import { isId, paths, serviceOf } from "./paths.ts";
import { toStoredSync } from "./syncDocument.ts";

export function makeDeliveries(documents: Documents, log: Log): Deliveries {
  const read = (docs: readonly Doc[]): Promise<StoredDelivery[]> => readable(documents, log, docs);

  return {
    async get({ service, target, syncId }) {
      if (!isId(syncId) || !isId(target)) return undefined;
      const path = deliveryPath({ serviceName: service, target, syncId });
      const [doc] = await documents.get([path]);
      if (doc === undefined) return undefined;
      try {
        return toStored(doc);
      } catch (error) {
        if (error instanceof MalformedDocumentError) return undefined;
        throw error;
      }
    },

    ...makeDue(documents, "deliveries", paths.deliveries, read),

    async take(takings) {
      const versions = await commitEach(
        documents,
        takings.map(({ stored: { delivery, version }, nextAttemptAtMs }) => ({
          kind: "update",
          path: deliveryPath(delivery),
          version: version as Version,
          fields: { attempt: delivery.attempt + 1, nextAttemptAt: new Date(nextAttemptAtMs) },
        })),
      );
      return takings.map(({ stored: { delivery }, sync, leaseUntilMs }, index) => {
        const version = versions[index];
        if (version === undefined) return undefined;
        const taken = { ...delivery, attempt: delivery.attempt + 1 };
        return { delivery: taken, sync, version, untilMs: leaseUntilMs };
      });
    },

    giveUp: (stored, nowMs) => giveUp(documents, log, stored, nowMs),

    syncsOf: (asked) => syncsOf(documents, asked),

    markDelivered: (delivered, nowMs) =>
      commitTolerantly(
        documents,
        delivered.map((one) => deliveredWrite(one, nowMs)),
      ),

    async markFailed(held, failed, nowMs) {
      try {
        await documents.commit([failedWrite(held, failed, nowMs)]);
        return true;
      } catch (error) {
        // Not ours any more: whoever took it over also notes how that ended.
        if (isConflict(error)) return false;
        throw error;
      }
    },

    async putOff(stored, nextAttemptAtMs) {
      await commitEach(
        documents,
        stored.map(({ delivery, version }) => ({
          kind: "update",
          path: deliveryPath(delivery),
          version: version as Version,
          fields: { nextAttemptAt: new Date(nextAttemptAtMs) },
        })),
      );
    },

    async keep(stored, untilMs) {
      const { delivery } = stored;
      const path = deliveryPath(delivery);
      if (!(await keepSync(documents, delivery, untilMs))) return undefined;
      try {
        // After it is done: who stops half-way leaves it to the next one.
        const version = await documents.commit([
          {
            kind: "update",
            path,
            fields: { keptUntil: new Date(untilMs) },
            version: stored.version as Version,
          },
        ]);
        return { ...stored, delivery: { ...delivery, keptUntilMs: untilMs }, version };
      } catch (error) {
        if (isConflict(error)) return undefined;
        throw error;
      }
    },

    async list(target, { after, limit, isOldestFirst = false, ...filter }) {
      const stand = after && {
        at: new Date(after.createdAtMs),
        path: deliveryPath({ serviceName: target.service, ...after }),
      };
      const query = { ...listed(target, filter), after: stand, limit };
      return read(await documents.query(isOldestFirst ? { ...query, direction: "asc" } : query));
    },

    count: (target, filter) => documents.count(listed(target, filter)),

    async redrive(again) {
      const versions = await commitEach(
        documents,
        again.map(({ delivery, version, atMs, lane }) => ({
          kind: "update",
          path: deliveryPath(delivery),
          version: version as Version,
          fields: {
            state: "waiting" satisfies Delivery["state"],
            // What is in a lane begins with its first attempt; any other is taken for it.
            attempt: lane === undefined ? 0 : 1,
            nextAttemptAt: new Date(atMs),
            lane: lane ?? REMOVED,
            doneAt: REMOVED,
            expireAt: REMOVED,
          },
        })),
      );
      return versions.map((version) => version !== undefined);
    },
  };
}

function listed(
  { service, target }: { readonly service: string; readonly target: string },
  { states, aboveMs, upToMs }: Parameters<Deliveries["count"]>[1],
): Query {
  return {
    from: { collection: paths.deliveries(service) },
    equal: { target, state: states },
    orderBy: "createdAt",
    direction: "desc",
    above: aboveMs === undefined ? undefined : new Date(aboveMs),
    upTo: upToMs === undefined ? undefined : new Date(upToMs),
  };
}

/** Of a delivery whose sync is gone: nothing can be delivered, and it must not hold up its lane. */
export async function giveUp(
  documents: Documents,
  log: Log,
  { delivery, version }: StoredDelivery,
  nowMs: number,
): Promise<void> {
  const lastError = "its sync is gone, or cannot be read";
  const state = "undeliverable" satisfies Delivery["state"];
  const [isOurs] = await commitEach(documents, [
    {
      kind: "update",
      path: deliveryPath(delivery),
      version: version as Version,
      fields: { state, lastError, ...doneFields(delivery, nowMs) },
    },
  ]);
  if (isOurs === undefined) return;
  const { serviceName: service, syncId, target } = delivery;
  log.error("delivery.setAside", {
    service,
    delivery: deliveryId({ syncId, target }),
    error: lastError,
  });
}

/** Those that can be read; what is malformed is set aside, what is newer left alone. */
export async function readable(
  documents: Documents,
  log: Log,
  docs: readonly Doc[],
): Promise<StoredDelivery[]> {
  const stored: StoredDelivery[] = [];
  let newer = 0;
  for (const doc of docs) {
    if (isNewer(doc.fields)) {
      newer++;
      continue;
    }
    try {
      stored.push(toStored(doc));
    } catch (error) {
      if (!(error instanceof MalformedDocumentError)) throw error;
      await setMalformedAside(documents, log, doc, error.message);
    }
  }
  if (newer > 0) log.warn("documents.leftAlone", { kind: "delivery", count: newer });
  return stored;
}

/** Nobody can deliver it; without this it would come up again and again, and hold up its lane. */
async function setMalformedAside(
  documents: Documents,
  log: Log,
  { path, id }: Doc,
  error: string,
): Promise<void> {
  const fields = { state: "malformed", lastError: error, nextAttemptAt: REMOVED, lane: REMOVED };
  await commitTolerantly(documents, [{ kind: "update", path, fields }]);
  log.error("delivery.setAside", { service: serviceOf(path), delivery: id, error });
}

/** @throws NewerDocumentError */
export async function syncsOf(
  documents: Documents,
  deliveries: readonly Delivery[],
): Promise<FoundSync[]> {
  const docs = await documents.get(
    deliveries.map(({ serviceName, syncId }) => `${paths.syncs(serviceName)}/${syncId}`),
  );
  return Promise.all(docs.map((doc) => toFoundSync(documents, doc)));
}

async function toFoundSync(documents: Documents, doc: Doc | undefined): Promise<FoundSync> {
  if (doc === undefined) return "gone";
  try {
    const stored = toStoredSync(doc);
    if (stored.claim !== undefined) return "claiming";
    return await new StoredMembers(documents, stored).sendable();
  } catch (error) {
    if (error instanceof MalformedDocumentError) return "gone";
    throw error;
  }
}

/** @returns false if the sync is gone */
async function keepSync(
  documents: Documents,
  { serviceName, syncId }: Delivery,
  untilMs: number,
): Promise<boolean> {
  const path = `${paths.syncs(serviceName)}/${syncId}`;
  const [doc] = await documents.get([path]);
  if (doc === undefined || isNewer(doc.fields)) return false;
  try {
    const members = new StoredMembers(documents, toStoredSync(doc));
    for await (const page of members.pages()) {
      const events = page.members.flat().map(({ id }) => `${paths.events(serviceName)}/${id}`);
      await putOffExpiry(documents, [...page.paths, ...events], untilMs);
    }
  } catch (error) {
    if (error instanceof MalformedDocumentError) return false;
    throw error;
  }
  // One that does not expire yet is not published, and must not.
  if (doc.fields["expireAt"] === undefined) return true;
  try {
    const expireAt = new Date(untilMs);
    await documents.commit([{ kind: "update", path, version: doc.version, fields: { expireAt } }]);
    return true;
  } catch (error) {
    if (isConflict(error)) return false;
    throw error;
  }
}
