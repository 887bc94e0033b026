import type { Log } from "../../app/ports.ts";
import type { Deliveries, DueQuery, StoredDelivery } from "../../app/ports/deliveries.ts";
import { deliveryId, type Delivery } from "../../domain/delivery.ts";
import type { Sync } from "../../domain/sync.ts";
import { isConflict } from "./conflicts.ts";
import { deliveredWrite, failedWrite, toStored } from "./deliveryDocument.ts";
import { deliveryPath, doneFields } from "./deliveryFields.ts";
import { REMOVED, type Doc, type Documents, type Query, type Version } from "./documents.ts";
import { putOffExpiry } from "./expiry.ts";
import { MalformedDocumentError } from "./fields.ts";
import { isNewer } from "./form.ts";
import { commitEach, commitTolerantly } from "./marks.ts";
import { StoredMembers } from "./members.ts";
import { isId, paths, serviceOf } from "./paths.ts";
import { toStoredSync } from "./syncDocument.ts";

export function makeDeliveries(documents: Documents, log: Log): Deliveries {
  const read = (docs: readonly Doc[]): Promise<StoredDelivery[]> => readable(documents, log, docs);

  /** What is of a newer form comes up each time, and must not hide what is behind it. */
  const due = async (
    of: Pick<Query, "from" | "equal">,
    { nowMs, aboveMs, limit }: DueQuery,
  ): Promise<StoredDelivery[]> => {
    let after: Doc | undefined;
    for (;;) {
      const docs = await documents.query({
        ...of,
        orderBy: "nextAttemptAt",
        direction: "asc",
        above: aboveMs === undefined ? undefined : new Date(aboveMs),
        upTo: new Date(nowMs),
        after,
        limit,
      });
      const found = await read(docs);
      after = docs.at(-1);
      if (found.length > 0 || docs.length < limit) return found;
    }
  };

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

    due: ({ service, target }, query) =>
      due({ from: { collection: paths.deliveries(service) }, equal: { target } }, query),

    dueAnywhere: (query) => due({ from: { group: "deliveries" } }, query),

    async take(stored, { nowMs, leaseUntilMs, nextAttemptAtMs }) {
      const { delivery } = stored;
      const sync = await syncOf(documents, delivery);
      if (sync === "claiming") return undefined;
      if (sync === "gone") {
        await giveUp(documents, log, stored, nowMs);
        return undefined;
      }
      const attempt = delivery.attempt + 1;
      try {
        const version = await documents.commit([
          {
            kind: "update",
            path: deliveryPath(delivery),
            version: stored.version as Version,
            fields: { attempt, nextAttemptAt: new Date(nextAttemptAtMs) },
          },
        ]);
        return { delivery: { ...delivery, attempt }, sync, version, untilMs: leaseUntilMs };
      } catch (error) {
        if (isConflict(error)) return undefined;
        throw error;
      }
    },

    giveUp: (stored, nowMs) => giveUp(documents, log, stored, nowMs),

    syncOf: (delivery) => syncOf(documents, delivery),

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

    redrive: (again) =>
      commitEach(
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
      ),
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
  if (isOurs !== true) return;
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
export async function syncOf(
  documents: Documents,
  { serviceName, syncId }: Delivery,
): Promise<Sync | "claiming" | "gone"> {
  const [doc] = await documents.get([`${paths.syncs(serviceName)}/${syncId}`]);
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
