import type { OpenWindows, WaitingEvent } from "../../app/ports.ts";
import { isExpired, latestExpired } from "../../domain/expiry.ts";
import type { Doc, Documents, Query, Write } from "./documents.ts";
import { FORM, isNewer, NewerDocumentError } from "./form.ts";
import { applies } from "./markers.ts";
import { paths } from "./paths.ts";
import { SHARDS, toExpirable } from "./pendingDocument.ts";

/** Markers that are read at a time; documents of one commit that removes them. */
const SCAN_PAGE = 1000;
const EXPIRED_PAGE = 450;

/**
 * The markers of a service over all its keys, oldest first. One index serves it (`shard`, `exported`,
 * `receivedAt`), which holds only markers of services with a correlation: they alone have a shard. Without
 * shards an index by time takes 500 writes a second.
 */
export function makeOpenWindows(
  documents: Documents,
  options: { readonly scanPage?: number } = {},
): OpenWindows {
  const { scanPage = SCAN_PAGE } = options;
  return {
    async *scan(service, { aboveMs, upToMs }) {
      let page: Doc[] = [];
      do {
        page = await documents.query({
          ...markersOf(service, false),
          ...(aboveMs !== undefined && { above: new Date(aboveMs) }),
          upTo: new Date(upToMs),
          after: page.at(-1),
          select: ["key", "eventKey"],
          limit: scanPage,
        });
        const events = page.flatMap(toWaiting);
        if (events.length > 0) yield events;
      } while (page.length === scanPage);
    },

    async removeExpired(service, { expiry, keptKeys, goOn }) {
      let total = 0;
      let stayed = 0;
      let page: Doc[] = [];
      do {
        page = await documents.query({
          ...markersOf(service, [false, true]),
          upTo: new Date(latestExpired(expiry)),
          after: page.at(-1),
          select: ["key", "countsUntil", "v"],
          limit: EXPIRED_PAGE,
        });
        const expired = page.filter(
          (doc) =>
            !isNewer(doc.fields) &&
            isExpired(toExpirable(doc), expiry) &&
            !keptKeys.has(String(doc.fields["key"])),
        );
        const writes = expired.map(({ path, version }): Write => ({
          kind: "delete",
          path,
          version,
        }));
        // If not, somebody was at them; the next sweep looks again.
        if (writes.length > 0 && !(await applies(documents, writes))) return total;
        total += expired.length;
        stayed += page.length - expired.length;
        // What came under a longer period than ours stays, and so does most of what is behind it.
      } while (page.length === EXPIRED_PAGE && stayed < EXPIRED_PAGE && goOn());
      return total;
    },

    async progress(service) {
      const [doc] = await documents.get([paths.progress(service)]);
      if (doc !== undefined && isNewer(doc.fields)) throw new NewerDocumentError(doc.path);
      const { passed, closed, again } = doc?.fields ?? {};
      return {
        passedMs: toMs(passed),
        closedMs: toMs(closed),
        again: Array.isArray(again) ? again.filter((key) => typeof key === "string") : [],
      };
    },

    async saveProgress(service, { passedMs, closedMs, again }) {
      const fields = {
        v: FORM,
        passed: toDate(passedMs),
        closed: toDate(closedMs),
        again: [...again],
      };
      await documents.commit([{ kind: "set", path: paths.progress(service), fields }]);
    },
  };
}

function markersOf(
  service: string,
  exported: boolean | readonly boolean[],
): Pick<Query, "from" | "equal" | "orderBy" | "direction"> {
  return {
    from: { collection: paths.pending(service) },
    equal: { shard: SHARDS, exported },
    orderBy: "receivedAt",
    direction: "asc",
  };
}

const toMs = (time: unknown): number | undefined =>
  time instanceof Date ? time.getTime() : undefined;

const toDate = (ms: number | undefined): Date | null => (ms === undefined ? null : new Date(ms));

/** Nothing for a marker that somebody has changed so that it is of no window. */
function toWaiting({ fields }: Doc): WaitingEvent[] {
  const { key, eventKey, receivedAt } = fields;
  if (typeof key !== "string" || typeof eventKey !== "string") return [];
  return [{ key, eventKey, receivedAtMs: (receivedAt as Date).getTime() }];
}
