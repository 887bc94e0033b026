import type { Receipts } from "../../app/ports/receipts.ts";
import type { RateWindow } from "../../domain/rates.ts";
import type { Receipt } from "../../domain/receipt.ts";
import { SYNC_STATES, type SyncState } from "../../domain/syncState.ts";
import { isAlreadyExists } from "./conflicts.ts";
import type { Documents, Query } from "./documents.ts";
import { FORM } from "./form.ts";
import { inSlices } from "./markers.ts";
import { paths } from "./paths.ts";

/** Of a sync whose claim is not complete nobody can say yet what it holds. */
const MADE = SYNC_STATES.filter((state) => state !== "claiming");
const PUBLISHED: SyncState = "published";

/**
 * Receipts, one document for each consumer of a sync, by a name that both make: who reports again finds it
 * there. It bears the time of its sync, so that the receipts of a window are a range of one index.
 *
 * Only syncs of services that expect receipts have `expectsReceipts`, and only those are in the indexes
 * that are used here.
 */
export function makeReceipts(documents: Documents): Receipts {
  return {
    async syncTimes(service, eventIDs) {
      const pages = inSlices([...new Set(eventIDs)]).map((slice) =>
        documents.query({
          from: { collection: paths.syncs(service) },
          equal: { expectsReceipts: true, eventID: slice },
          orderBy: "createdAt",
          direction: "asc",
          select: ["eventID"],
        }),
      );
      const found = (await Promise.all(pages)).flat();
      return new Map(
        found.map(({ fields }) => [
          String(fields["eventID"]),
          (fields["createdAt"] as Date).getTime(),
        ]),
      );
    },

    async add(service, receipt) {
      const { eventID, subscription, syncAtMs, receivedAtMs, expireAtMs } = receipt;
      const fields = {
        v: FORM,
        eventID,
        subscription,
        syncAt: new Date(syncAtMs),
        receivedAt: new Date(receivedAtMs),
        expireAt: new Date(expireAtMs),
      };
      const path = `${paths.receipts(service)}/${idOf(receipt)}`;
      try {
        await documents.commit([{ kind: "create", path, fields }]);
        return true;
      } catch (error) {
        // Perhaps it is our own, whose answer was lost: then it is told as a repeat, which harms nobody.
        if (isAlreadyExists(error)) return false;
        throw error;
      }
    },

    countSyncs: (service, window, which) =>
      documents.count({
        from: { collection: paths.syncs(service) },
        equal: { expectsReceipts: true, state: which === "all" ? MADE : PUBLISHED },
        ...within("createdAt", window),
      }),

    countReceived: (service, window, subscription) =>
      documents.count({
        from: { collection: paths.receipts(service) },
        equal: { subscription },
        ...within("syncAt", window),
      }),
  };
}

/** Neither part may hold a slash; and the first, which is scattered, makes no hot spot. */
function idOf({ eventID, subscription }: Receipt): string {
  return `${eventID}-${subscription}`;
}

/** Times are whole milliseconds: what is before one is at the one before it at the latest. */
function within(
  orderBy: string,
  { fromMs, toMs }: RateWindow,
): Pick<Query, "orderBy" | "direction" | "above" | "upTo"> {
  const [above, upTo] = [new Date(fromMs - 1), new Date(toMs - 1)];
  return { orderBy, direction: "asc", above, upTo };
}
