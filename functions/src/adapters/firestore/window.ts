import type { Log, Window } from "../../app/ports.ts";
import { byAge, type PendingEvent } from "../../domain/event.ts";
import { isExpired, latestExpired, type Expiry } from "../../domain/expiry.ts";
import type { WindowId } from "../../domain/window.ts";
import { applies } from "./conflicts.ts";
import type { Doc, Documents, Query, Write } from "./documents.ts";
import { FORM, isNewer } from "./form.ts";
import { paths, serviceOf } from "./paths.ts";
import { toExpirable, toPending } from "./pendingDocument.ts";

/** Documents of one page of expired events, and so of the commit that removes them. */
const EXPIRED_PAGE = 450;

/** Markers that are read at a time. */
const SCAN_PAGE = 1000;

/** Most combinations of values that Firestore takes in the `in`s of one query. */
const MAX_IN = 30;

/**
 * The pending events of a window. Every query is served by the composite index declared for `pending`
 * (`key`, `eventKey`, `exported`, `receivedAt`), from its old end; no other field of it is indexed.
 *
 * @param options.scanPage markers that are read at a time, where a test wants fewer
 */
export function makeWindow(
  documents: Documents,
  log: Log,
  options: { readonly scanPage?: number } = {},
): Window {
  const { scanPage = SCAN_PAGE } = options;
  const read = async (
    query: Query,
    newer: Newer,
  ): Promise<{ docs: Doc[]; events: PendingEvent[] }> => {
    const docs = await documents.query(query);
    const own = docs.filter(({ fields }) => !isNewer(fields));
    newer.count += docs.length - own.length;
    const pairs = own.map((doc) => ({ doc, event: toPending(doc) }));
    const malformed = pairs.filter(({ event }) => event === undefined);
    await Promise.all(malformed.map(({ doc }) => setAside(documents, log, doc)));
    return { docs, events: pairs.flatMap(({ event }) => event ?? []) };
  };

  return {
    async count(window, { eventKeys, withExported, aboveMs, upToMs, limit }) {
      const exported = withExported ? [false, true] : false;
      let count = 0;
      for (const keys of slicesOf(eventKeys, withExported ? MAX_IN / 2 : MAX_IN)) {
        count += await documents.count({
          ...markersOf(window),
          equal: { key: window.key, eventKey: keys, exported },
          ...bounds(aboveMs, upToMs),
          limit: limit - count,
        });
        if (count >= limit) break;
      }
      return count;
    },

    async hasNew(window, { eventKeys, aboveMs }) {
      for (const keys of slicesOf(eventKeys, MAX_IN)) {
        const count = await documents.count({
          ...markersOf(window),
          equal: { key: window.key, eventKey: keys, exported: false },
          ...bounds(aboveMs),
          limit: 1,
        });
        if (count > 0) return true;
      }
      return false;
    },

    async collect(window, { eventKeys, withExported, aboveMs }) {
      const exported = withExported ? [false, true] : false;
      const newer: Newer = { count: 0 };
      const results = await Promise.all(
        eventKeys.map((eventKey) =>
          read(
            {
              ...markersOf(window),
              equal: { key: window.key, eventKey, exported },
              ...bounds(aboveMs),
            },
            newer,
          ),
        ),
      );
      reportNewer(log, window, newer);
      return results.flatMap(({ events }) => events);
    },

    async *scan(window, { eventKeys, fromMs }) {
      // One query for all endpoints: it sees them at one moment. With one for each, an event could be taken
      // without another that came, and was visible, before it.
      const newer: Newer = { count: 0 };
      const streams = slicesOf(eventKeys, MAX_IN).map(
        (keys) =>
          new MarkerStream((after) =>
            read(
              {
                ...markersOf(window),
                equal: { key: window.key, eventKey: keys, exported: false },
                // Exclusive: `fromMs` itself is among what is asked for.
                ...bounds(fromMs === undefined ? undefined : fromMs - 1),
                after,
                limit: scanPage,
              },
              newer,
            ).then(({ docs, events }) => ({ events, last: docs.at(scanPage - 1) })),
          ),
      );
      try {
        // As far as all are known, their order is.
        for (;;) {
          await Promise.all(streams.map((stream) => stream.fill()));
          const known = streams
            .map((stream) => stream.knownUntil)
            .filter((last) => last !== undefined);
          const until = known.toSorted(byAge)[0];
          const page = streams.flatMap((stream) => stream.takeUntil(until)).toSorted(byAge);
          if (page.length > 0) yield page;
          if (until === undefined) return;
        }
      } finally {
        reportNewer(log, window, newer);
      }
    },

    async removeExpired(window, { eventKeys, expiry, goOn }) {
      const removed = await Promise.all(
        eventKeys.map((eventKey) => removeExpiredOf(documents, window, eventKey, expiry, goOn)),
      );
      return removed.reduce((sum, count) => sum + count, 0);
    },
  };
}

/** Markers that a newer version has written: they are left alone, and the others go on without them. */
interface Newer {
  count: number;
}

function reportNewer(log: Log, { service }: WindowId, { count }: Newer): void {
  if (count > 0) log.warn("documents.leftAlone", { service, kind: "pending", count });
}

function slicesOf<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}

function markersOf({ service }: WindowId): Pick<Query, "from" | "orderBy" | "direction"> {
  return {
    from: { collection: paths.pending(service) },
    orderBy: "receivedAt",
    direction: "asc",
  };
}

function bounds(aboveMs: number | undefined, upToMs?: number): Pick<Query, "above" | "upTo"> {
  return {
    ...(aboveMs !== undefined && { above: new Date(aboveMs) }),
    ...(upToMs !== undefined && { upTo: new Date(upToMs) }),
  };
}

interface MarkerPage {
  readonly events: readonly PendingEvent[];
  /** What the next page comes behind; undefined if there is none. */
  readonly last: Doc | undefined;
}

/** The markers of some endpoints, oldest first, read as they are needed. */
class MarkerStream {
  readonly #read: (after: Doc | undefined) => Promise<MarkerPage>;
  #events: readonly PendingEvent[] = [];
  #last: Doc | undefined;
  #hasMore = true;

  constructor(read: (after: Doc | undefined) => Promise<MarkerPage>) {
    this.#read = read;
  }

  /** Reads on, if nothing is left of what was read. */
  async fill(): Promise<void> {
    while (this.#events.length === 0 && this.#hasMore) {
      const { events, last } = await this.#read(this.#last);
      this.#events = events;
      this.#last = last;
      this.#hasMore = last !== undefined;
    }
  }

  /** The last marker of which it is known that none is missing before it; undefined if none is missing at all. */
  get knownUntil(): PendingEvent | undefined {
    return this.#hasMore ? this.#events.at(-1) : undefined;
  }

  takeUntil(until: PendingEvent | undefined): readonly PendingEvent[] {
    const taken =
      until === undefined ? this.#events : this.#events.filter((event) => byAge(event, until) <= 0);
    this.#events = this.#events.slice(taken.length);
    return taken;
  }
}

/** Removes what has expired of one endpoint, page by page, the oldest first; returns how many. */
async function removeExpiredOf(
  documents: Documents,
  window: WindowId,
  eventKey: string,
  expiry: Expiry,
  goOn: () => boolean,
): Promise<number> {
  let total = 0;
  let page: readonly Doc[];
  let expired: readonly Doc[];
  do {
    page = await documents.query({
      ...markersOf(window),
      equal: { key: window.key, eventKey, exported: [false, true] },
      upTo: new Date(latestExpired(expiry)),
      select: ["countsUntil", "v"],
      limit: EXPIRED_PAGE,
    });
    expired = page.filter((doc) => !isNewer(doc.fields) && isExpired(toExpirable(doc), expiry));
    if (expired.length === 0) return total;
    const writes = expired.map(({ path, version }): Write => ({ kind: "delete", path, version }));
    // If not, somebody was at them; the next sweep looks again.
    if (!(await applies(documents, writes))) return total;
    total += expired.length;
    // What came under a longer period than ours stays, and so does what came under the same after it, and
    // what a newer version has written. What came under a shorter one in between is found when they have gone.
  } while (page.length === EXPIRED_PAGE && expired.length === page.length && goOn());
  return total;
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
      fields: { v: FORM, document: fields, setAsideAt: new Date() },
    },
    { kind: "delete", path, version },
  ]); // if it does not apply, another check has moved it
  log.error("pending.setAside", { service, eventId: id });
}
