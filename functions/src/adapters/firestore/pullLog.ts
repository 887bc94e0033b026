import type { Log } from "../../app/ports.ts";
import type { PullLog } from "../../app/ports/deliveries.ts";
import type { Delivery } from "../../domain/delivery.ts";
import { isConflict } from "./conflicts.ts";
import { giveUp, readable, syncsOf } from "./deliveries.ts";
import { deliveryPath, doneFields } from "./deliveryFields.ts";
import type { Doc, Documents, Write } from "./documents.ts";
import { beforeNewer, FORM, isNewer, NewerDocumentError } from "./form.ts";
import { paths } from "./paths.ts";

/** Syncs that are numbered in one commit. */
const PAGE = 400;

/**
 * The document of the target's lane has the last number that was given. Each commit that gives numbers also
 * moves that, in the state that was read: of two that number the same syncs one fails, and finds them
 * numbered.
 */
export function makePullLog(documents: Documents, log: Log): PullLog {
  /** Syncs that wait, in their order, up to the first that is not complete yet. */
  const waiting = async (service: string, lane: string, nowMs: number): Promise<Delivery[]> => {
    const docs = await documents.query({
      from: { collection: paths.deliveries(service) },
      equal: { lane },
      orderBy: "place",
      direction: "asc",
      limit: PAGE,
    });
    const stored = await readable(documents, log, beforeNewer(docs));
    const open = stored.findIndex(({ delivery }) => delivery.state === "claiming");
    const head = stored[open];
    if (head !== undefined) {
      // If its claim was removed while it was under way nobody will ever complete it.
      const [sync] = await syncsOf(documents, [head.delivery]);
      if (sync === "gone") {
        await giveUp(documents, log, head, nowMs);
        return waiting(service, lane, nowMs);
      }
    }
    return stored.slice(0, open === -1 ? stored.length : open).map(({ delivery }) => delivery);
  };

  return {
    async number({ service, target }, nowMs) {
      const path = `${paths.lanes(service)}/${target}`;
      let numbered = 0;
      // Ends: each conflict is somebody else's progress.
      for (;;) {
        const [doc] = await documents.get([path]);
        const last = lastOf(doc);
        const deliveries = await waiting(service, target, nowMs);
        if (deliveries.length === 0) return { numbered, last };
        const fields = { v: FORM, target, key: "", last: last + deliveries.length };
        const lane: Write =
          doc === undefined
            ? { kind: "create", path, fields }
            : { kind: "update", path, version: doc.version, fields };
        const writes = deliveries.map((delivery, index): Write => ({
          kind: "update",
          path: deliveryPath(delivery),
          fields: {
            state: "numbered" satisfies Delivery["state"],
            offset: last + index + 1,
            ...doneFields(delivery, nowMs),
          },
        }));
        try {
          await documents.commit([lane, ...writes]);
          numbered += deliveries.length;
          if (deliveries.length < PAGE) return { numbered, last: last + deliveries.length };
        } catch (error) {
          if (!isConflict(error)) throw error;
        }
      }
    },

    async page({ service, target }, { after, limit }) {
      const docs = await documents.query({
        from: { collection: paths.deliveries(service) },
        equal: { target },
        orderBy: "offset",
        direction: "asc",
        above: after,
        limit,
      });
      const known = beforeNewer(docs);
      const [first] = docs;
      // Who went past it would miss it.
      if (known.length === 0 && first !== undefined) throw new NewerDocumentError(first.path);
      const stored = await readable(documents, log, known);
      return stored.flatMap(({ delivery: { offset, ...rest } }) =>
        offset === undefined ? [] : [{ ...rest, offset }],
      );
    },
  };
}

/** @throws NewerDocumentError: who does not know the last number cannot give the next one */
function lastOf(doc: Doc | undefined): number {
  if (doc === undefined) return 0;
  if (isNewer(doc.fields)) throw new NewerDocumentError(doc.path);
  const { last } = doc.fields;
  return typeof last === "number" ? last : 0;
}
