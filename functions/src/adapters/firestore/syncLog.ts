import type { Log } from "../../app/ports.ts";
import type { ListedSync, MemberStand, SyncLog, SyncMember } from "../../app/ports/syncLog.ts";
import { deliveryId, type Delivery } from "../../domain/delivery.ts";
import { SYNC_REASONS, type Member } from "../../domain/sync.ts";
import { toDelivery } from "./deliveryDocument.ts";
import type { Doc, Documents, Query } from "./documents.ts";
import { FieldReader, MalformedDocumentError } from "./fields.ts";
import { isNewer } from "./form.ts";
import { inSlices, MAX_IN } from "./markers.ts";
import { StoredMembers } from "./members.ts";
import { isId, paths, serviceOf } from "./paths.ts";
import { SHARDS } from "./pendingDocument.ts";
import { partMembers, toStoredSync, type StoredSync } from "./syncDocument.ts";

/** Unpublished syncs among which the oldest is looked for: they come up by their next attempt. */
const OLDEST_OF = 50;

/** What the document of a sync says besides, kept with what was read. */
interface Listed extends ListedSync {
  readonly stored: StoredSync;
}

/**
 * Syncs are listed by time, of all keys or of one. An index by time grows at one end, which takes 500 writes a
 * second; so they have shards, as markers have. Where no reason is asked for it is each of them: 24 ranges that one
 * query puts together.
 */
export function makeSyncLog(documents: Documents, log: Log): SyncLog {
  return {
    async list(service, { reason, key, aboveMs, upToMs, limit, after }) {
      const docs = await documents.query({
        from: { collection: paths.syncs(service) },
        equal: {
          ...(key !== undefined && { key }),
          "completion.reason": reason ?? SYNC_REASONS,
          shard: SHARDS,
        },
        orderBy: "createdAt",
        direction: "desc",
        above: aboveMs === undefined ? undefined : new Date(aboveMs),
        upTo: upToMs === undefined ? undefined : new Date(upToMs),
        after: after && {
          at: new Date(after.createdAtMs),
          path: `${paths.syncs(service)}/${after.syncId}`,
        },
        limit: limit + 1,
      });
      const last = docs.length > limit ? docs[limit - 1] : undefined;
      return {
        syncs: docs.slice(0, limit).flatMap((doc) => readable(log, doc) ?? []),
        next: last && {
          createdAtMs: (last.fields["createdAt"] as Date).getTime(),
          syncId: last.id,
        },
      };
    },

    async get(service, syncId) {
      if (!isId(syncId)) return undefined;
      const [doc] = await documents.get([`${paths.syncs(service)}/${syncId}`]);
      if (doc === undefined) return undefined;
      try {
        return toListed(doc);
      } catch (error) {
        if (error instanceof MalformedDocumentError) return undefined;
        throw error;
      }
    },

    members: (listed, query) => membersOf(documents, storedOf(listed), query),

    sendable: (listed) => new StoredMembers(documents, storedOf(listed)).sendable(),

    async deliveries(service, syncIds, targets) {
      const names = syncIds.flatMap((syncId) =>
        targets.map((target) => `${paths.deliveries(service)}/${deliveryId({ syncId, target })}`),
      );
      const slices = inSlices(names, MAX_IN).map((slice) => documents.find(slice));
      const found: Delivery[] = [];
      for (const doc of (await Promise.all(slices)).flat()) {
        try {
          if (!isNewer(doc.fields)) found.push(toDelivery(doc));
        } catch (error) {
          if (!(error instanceof MalformedDocumentError)) throw error;
        }
      }
      const order = new Map(targets.map((target, index) => [target, index]));
      const sorted = found.toSorted(
        (a, b) => (order.get(a.target) ?? 0) - (order.get(b.target) ?? 0),
      );
      return Map.groupBy(sorted, ({ syncId }) => syncId);
    },

    async unpublished(service) {
      const query: Query = {
        from: { collection: paths.syncs(service) },
        orderBy: "nextAttemptAt",
        direction: "asc",
      };
      const [count, first] = await Promise.all([
        documents.count(query),
        documents.query({ ...query, select: ["createdAt"], limit: OLDEST_OF }),
      ]);
      const times = first.flatMap(({ fields: { createdAt } }) =>
        createdAt instanceof Date ? [createdAt.getTime()] : [],
      );
      return { count, oldestAtMs: times.toSorted((a, b) => a - b)[0] };
    },
  };
}

/** Undefined for what cannot be read: it is left out of a list. */
function readable(log: Log, doc: Doc): Listed | undefined {
  if (isNewer(doc.fields)) {
    log.warn("documents.leftAlone", { service: serviceOf(doc.path), kind: "sync", count: 1 });
    return undefined;
  }
  try {
    return toListed(doc);
  } catch (error) {
    if (error instanceof MalformedDocumentError) return undefined;
    throw error;
  }
}

/** @throws MalformedDocumentError, NewerDocumentError */
function toListed(doc: Doc): Listed {
  const stored = toStoredSync(doc);
  const data = new FieldReader(doc.fields);
  const publishedAtMs = data.optionalTime("publishedAt");
  const discardedAtMs = data.optionalTime("discardedAt");
  return {
    ...stored.delivery,
    sync: stored.sync,
    ...(data.has("messageId") && { messageId: data.string("messageId") }),
    ...(publishedAtMs !== undefined && { publishedAtMs }),
    ...(discardedAtMs !== undefined && { discardedAtMs }),
    ...(data.has("lastError") && { error: data.string("lastError") }),
    stored,
  };
}

function storedOf(listed: ListedSync): StoredSync {
  if ("stored" in listed) return listed.stored as StoredSync;
  throw new TypeError(`the sync ${listed.sync.id} was not read from here`);
}

async function membersOf(
  documents: Documents,
  { sync, token, parts }: StoredSync,
  {
    after,
    limit,
    maxBytes,
  }: { readonly after: MemberStand; readonly limit: number; readonly maxBytes: number },
): Promise<{ members: readonly SyncMember[]; next: MemberStand | undefined }> {
  const eventKeys = sync.endpoints.map(({ eventKey }) => eventKey);
  const named = (lists: readonly (readonly Member[])[]): SyncMember[] =>
    eventKeys.flatMap((eventKey, index) =>
      (lists[index] ?? []).map((member) => ({ eventKey, ...member })),
    );
  const page: SyncMember[] = [];
  let bytes = 0;
  let { part, index } = after;
  for (; part <= parts; part++, index = 0) {
    const members =
      part === 0
        ? named(sync.endpoints.map((endpoint) => endpoint.members))
        : named(await partOf(documents, sync.serviceName, sync.id, token, part));
    for (; index < members.length; index++) {
      const member = members[index];
      if (member === undefined) break;
      const isFull = page.length === limit || (page.length > 0 && bytes + member.size > maxBytes);
      if (isFull) return { members: page, next: { part, index } };
      page.push(member);
      bytes += member.size;
    }
  }
  return { members: page, next: undefined };
}

/** Nothing of one that has expired. */
async function partOf(
  documents: Documents,
  service: string,
  syncId: string,
  token: string,
  part: number,
): Promise<Member[][]> {
  const [doc] = await documents.get([paths.part(`${paths.syncs(service)}/${syncId}`, token, part)]);
  return doc === undefined ? [] : partMembers(doc);
}
