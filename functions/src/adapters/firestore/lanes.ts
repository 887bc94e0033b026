import type { Log } from "../../app/ports.ts";
import type { LaneId, Lanes, StoredDelivery, StoredLane } from "../../app/ports/deliveries.ts";
import { isConflict } from "./conflicts.ts";
import { readable } from "./deliveries.ts";
import { deliveredWrite, failedWrite } from "./deliveryDocument.ts";
import { deliveryPath } from "./deliveryFields.ts";
import {
  REMOVED,
  type Doc,
  type Documents,
  type Fields,
  type Version,
  type Write,
} from "./documents.ts";
import { makeDue } from "./due.ts";
import { MalformedDocumentError } from "./fields.ts";
import { beforeNewer, FORM, isNewer, readerOf } from "./form.ts";
import { paths, serviceOf } from "./paths.ts";

/**
 * The document of a lane. It has a `holder` while somebody works there, and `failed` where its first delivery
 * has; `nextAttemptAt` says from when anybody may take it.
 */
const pathOf = ({ service, lane }: Pick<LaneId, "service" | "lane">): string =>
  `${paths.lanes(service)}/${lane}`;

/** Whoever finds a lane changed looks again: each time somebody else has come further. */
const MOST_LOOKS = 20;

export function makeLanes(documents: Documents, log: Log): Lanes {
  return {
    async take(lane, { token, nowMs, leaseUntilMs }) {
      const path = pathOf(lane);
      const held = { ...lane, token, untilMs: leaseUntilMs };
      const fields = { holder: token, nextAttemptAt: new Date(leaseUntilMs) };
      const identity = { v: FORM, target: lane.target, key: lane.key };
      let write: Write = { kind: "create", path, fields: { ...identity, ...fields } };
      let isRetried = false;
      for (let look = 0; look < MOST_LOOKS; look++) {
        try {
          return { ...held, isRetried, version: await documents.commit([write]) };
        } catch (error) {
          if (!isConflict(error)) throw error;
        }
        const [doc] = await documents.get([path]);
        if (doc === undefined) {
          // Somebody let go of it.
          write = { kind: "create", path, fields: { ...identity, ...fields } };
          isRetried = false;
          continue;
        }
        if (isNewer(doc.fields)) return undefined;
        const state = stateOf(doc);
        // Our own, whose answer was lost.
        if (state.holder === token) return { ...held, isRetried, version: doc.version };
        if (state.nextAttemptAtMs > nowMs) return undefined;
        isRetried = state.hasFailed || state.holder !== undefined;
        write = {
          kind: "update",
          path,
          version: doc.version,
          fields: { ...fields, failed: REMOVED, attempt: REMOVED },
        };
      }
      return undefined;
    },

    async page({ service, lane }, { limit, after }) {
      const docs = await documents.query({
        from: { collection: paths.deliveries(service) },
        equal: { lane },
        orderBy: "place",
        direction: "asc",
        after: after && { at: after.place, path: deliveryPath(after) },
        limit,
      });
      // Nothing goes before what only a newer version can send.
      return readable(documents, log, beforeNewer(docs));
    },

    async count(held, { delivery, version }, { attempt, nextAttemptAtMs }) {
      const nextAttemptAt = new Date(nextAttemptAtMs);
      try {
        const now = await documents.commit([
          {
            kind: "update",
            path: pathOf(held),
            version: held.version as Version,
            // The number, because what changes nothing has no version of its own.
            fields: { nextAttemptAt, attempt },
          },
          {
            kind: "update",
            path: deliveryPath(delivery),
            version: version as Version,
            fields: { attempt },
          },
        ]);
        const first = { delivery: { ...delivery, attempt }, version: now };
        return { held: { ...held, version: now }, first };
      } catch (error) {
        if (!isConflict(error)) throw error;
        return undefined;
      }
    },

    async release(held, delivered, nowMs) {
      const marks = delivered.map((one) => deliveredWrite(one, nowMs));
      await letGo(documents, marks, {
        kind: "delete",
        path: pathOf(held),
        version: held.version as Version,
      });
    },

    async park(held, { nextAttemptAtMs, failed, covered }, delivered, nowMs) {
      const marks = delivered.map((one) => deliveredWrite(one, nowMs));
      const failure = failed && failedWrite(failed.stored, failed.failed, nowMs);
      const parked: Write = {
        kind: "update",
        path: pathOf(held),
        version: held.version as Version,
        fields: {
          holder: REMOVED,
          attempt: REMOVED,
          nextAttemptAt: new Date(nextAttemptAtMs),
          failed: failed === undefined ? REMOVED : true,
        },
      };
      const own = failure === undefined ? marks : [...marks, failure];
      await letGo(documents, own, parked, covered.map(coverWrite));
    },

    async cover(lane, stored, nowMs) {
      const path = pathOf(lane);
      const [doc] = await documents.get([path]);
      if (doc === undefined) return "free";
      if (isNewer(doc.fields)) return "held";
      const { holder, nextAttemptAtMs } = stateOf(doc);
      if (nextAttemptAtMs <= nowMs) return "free";
      if (holder !== undefined) return "held";
      const fields = { nextAttemptAt: new Date(nextAttemptAtMs) };
      const same: Write = { kind: "update", path, version: doc.version, fields };
      const isApplied = await ifUnchanged(documents, [same, ...stored.map(coverWrite)]);
      // Whoever has taken it meanwhile finds them.
      return isApplied ? "covered" : "held";
    },

    ...makeDue(documents, "lanes", paths.lanes, (docs) =>
      docs.flatMap((doc) => toLane(log, doc) ?? []),
    ),

    async putOff(lane, nextAttemptAtMs) {
      const fields: Fields = { nextAttemptAt: new Date(nextAttemptAtMs) };
      await ifUnchanged(documents, [
        { kind: "update", path: pathOf(lane), version: lane.version as Version, fields },
      ]);
    },
  };
}

/**
 * Marks and lets go in one commit. Where somebody has removed one of the documents, or the lane is not ours
 * any more, the marks hold all the same, and what was to be covered comes up by itself.
 */
async function letGo(
  documents: Documents,
  marks: readonly Write[],
  lane: Write,
  covered: readonly Write[] = [],
): Promise<void> {
  if (await ifUnchanged(documents, [...marks, lane, ...covered])) return;
  for (const mark of marks) await ifUnchanged(documents, [mark]);
  await ifUnchanged(documents, [lane]);
}

/** From now on it comes up with its lane. */
function coverWrite({ delivery, version }: StoredDelivery): Write {
  return {
    kind: "update",
    path: deliveryPath(delivery),
    version: version as Version,
    fields: { nextAttemptAt: REMOVED },
  };
}

/** @returns whether it took effect */
async function ifUnchanged(documents: Documents, writes: readonly Write[]): Promise<boolean> {
  try {
    await documents.commit(writes);
    return true;
  } catch (error) {
    if (!isConflict(error)) throw error;
    return false;
  }
}

interface LaneState {
  readonly holder: string | undefined;
  readonly hasFailed: boolean;
  readonly nextAttemptAtMs: number;
}

/** What somebody has spoilt is free for whoever comes. */
function stateOf({ fields }: Doc): LaneState {
  const { holder, failed, nextAttemptAt } = fields;
  return {
    holder: typeof holder === "string" ? holder : undefined,
    hasFailed: failed === true,
    nextAttemptAtMs: nextAttemptAt instanceof Date ? nextAttemptAt.getTime() : 0,
  };
}

function toLane(log: Log, doc: Doc): StoredLane | undefined {
  if (isNewer(doc.fields)) {
    log.warn("documents.leftAlone", { kind: "lane", count: 1 });
    return undefined;
  }
  const { path, id, version } = doc;
  try {
    const data = readerOf(doc);
    const target = data.string("target");
    const key = data.string("key");
    return { service: serviceOf(path), target, key, lane: id, version };
  } catch (error) {
    if (!(error instanceof MalformedDocumentError)) throw error;
    const target = id.split(".")[0] ?? id;
    return { service: serviceOf(path), target, key: "", lane: id, version };
  }
}
