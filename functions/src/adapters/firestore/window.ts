import type { Log, Window } from "../../app/ports.ts";
import { isExpired, latestExpired, lookNext, type Expiry } from "../../domain/expiry.ts";
import type { Rule } from "../../domain/rule.ts";
import { isConflict } from "./conflicts.ts";
import type { Doc, Documents, Query, Write } from "./documents.ts";
import { paths, serviceOf } from "./paths.ts";
import { toExpirable, toPending } from "./pendingDocument.ts";

/** Documents of one page of expired events, and so of the commit that removes them. */
const EXPIRED_PAGE = 450;

/** Most values that Firestore takes in one `in`. */
const MAX_IN = 30;

/**
 * The pending events of a service. Every query is served by the composite index declared for `pending`
 * (`eventKey`, `exported`, `receivedAt` newest first); no other field of it is indexed.
 */
export function makeWindow(documents: Documents, log: Log): Window {
  const since = (rule: Rule, eventKey: string, sinceMs: number): Query => ({
    from: { collection: paths.pending(rule.serviceName) },
    equal: {
      eventKey,
      // What a rule that kept its events has exported is in a sync: events that are taken are in one only.
      exported: rule.trigger.keepEventAfterTrigger ? [false, true] : false,
    },
    orderBy: "receivedAt",
    direction: "desc",
    above: new Date(sinceMs),
  });

  return {
    count: (rule, eventKey, sinceMs, limit) =>
      documents.count({ ...since(rule, eventKey, sinceMs), limit }),

    async hasNew({ serviceName, endpoints }, sinceMs) {
      const eventKeys = endpoints.map(({ eventKey }) => eventKey);
      for (let start = 0; start < eventKeys.length; start += MAX_IN) {
        const count = await documents.count({
          from: { collection: paths.pending(serviceName) },
          equal: { eventKey: eventKeys.slice(start, start + MAX_IN), exported: false },
          orderBy: "receivedAt",
          direction: "desc",
          above: new Date(sinceMs),
          limit: 1,
        });
        if (count > 0) return true;
      }
      return false;
    },

    async collect(rule, sinceMs) {
      const results = await Promise.all(
        rule.endpoints.map(({ eventKey }) => documents.query(since(rule, eventKey, sinceMs))),
      );
      const read = results.flat().map((doc) => ({ doc, pending: toPending(doc) }));
      const malformed = read.filter(({ pending }) => pending === undefined);
      await Promise.all(malformed.map(({ doc }) => setAside(documents, log, doc)));
      return read.flatMap(({ pending }) => pending ?? []);
    },

    async removeExpired({ serviceName, endpoints }, expiry, goOn) {
      const removed = await Promise.all(
        endpoints.map(({ eventKey }) =>
          removeExpiredOf(documents, serviceName, eventKey, expiry, goOn),
        ),
      );
      return removed.reduce((sum, count) => sum + count, 0);
    },
  };
}

/** Removes what has expired of one endpoint, page by page, the newest first; returns how many. */
async function removeExpiredOf(
  documents: Documents,
  serviceName: string,
  eventKey: string,
  expiry: Expiry,
  goOn: () => boolean,
): Promise<number> {
  let total = 0;
  let page: readonly Doc[];
  let untilMs = latestExpired(expiry);
  // Ends: what a page holds is removed, or the next page begins before all of it that stays.
  do {
    page = await documents.query({
      from: { collection: paths.pending(serviceName) },
      equal: { eventKey, exported: [false, true] },
      orderBy: "receivedAt",
      direction: "desc",
      upTo: new Date(untilMs),
      select: ["countsUntil"],
      limit: EXPIRED_PAGE,
    });
    const read = page.map((doc) => ({ doc, expirable: toExpirable(doc) }));
    const expired = read.filter(({ expirable }) => isExpired(expirable, expiry));
    const staying = read.filter(({ expirable }) => !isExpired(expirable, expiry));
    if (expired.length > 0) {
      const writes = expired.map(({ doc: { path, version } }): Write => ({
        kind: "delete",
        path,
        version,
      }));
      // If not, somebody was at them; the next sweep looks again.
      if (!(await applies(documents, writes))) return total;
      total += expired.length;
    }
    untilMs = lookNext(
      untilMs,
      staying.map(({ expirable }) => expirable),
      expiry,
    );
  } while (page.length === EXPIRED_PAGE && goOn());
  return total;
}

/** Commits; false if somebody else has changed one of the documents since they were read. */
async function applies(documents: Documents, writes: readonly Write[]): Promise<boolean> {
  try {
    await documents.commit(writes);
    return true;
  } catch (error) {
    if (isConflict(error)) return false;
    throw error;
  }
}

/**
 * Moves a pending marker that cannot be read out of the way, to `malformed`, so that it stops no
 * window and nobody loses it. If somebody has put it right meanwhile it stays.
 */
async function setAside(documents: Documents, log: Log, doc: Doc): Promise<void> {
  const service = serviceOf(doc.path);
  const { path, id, fields, version } = doc;
  await applies(documents, [
    {
      kind: "set",
      path: `${paths.malformed(service)}/${id}`,
      fields: { document: fields, setAsideAt: new Date() },
    },
    { kind: "delete", path, version },
  ]); // if it does not apply, another check has moved it
  log.error("pending.setAside", { service, eventId: id });
}
