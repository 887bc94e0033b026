import type { Log, Window } from "../../app/ports.ts";
import { byAge, endOf, type PendingEvent } from "../../domain/event.ts";
import { isExpired, latestExpired, type Expiry } from "../../domain/expiry.ts";
import type { WindowId } from "../../domain/window.ts";
import type { Doc, Documents, Write } from "./documents.ts";
import { isNewer } from "./form.ts";
import { applies, bounds, inSlices, markersOf, Markers, MAX_IN, type Newer } from "./markers.ts";
import { toExpirable } from "./pendingDocument.ts";
import { SmallWindows } from "./smallWindows.ts";

/** Documents of one page of expired events, and so of the commit that removes them. */
const EXPIRED_PAGE = 450;

/** Markers that are read at a time. */
const SCAN_PAGE = 1000;

/**
 * The pending events of a window.
 *
 * @param options.scanPage markers that are read at a time, where a test wants fewer
 */
export function makeWindow(
  documents: Documents,
  log: Log,
  options: { readonly scanPage?: number } = {},
): Window {
  const { scanPage = SCAN_PAGE } = options;
  const markers = new Markers(documents, log);
  const small = new SmallWindows(markers);

  return {
    async count(window, { eventKeys, withExported, aboveMs, upToMs, limit }) {
      const exported = withExported ? [false, true] : false;
      let count = 0;
      for (const keys of inSlices(eventKeys, withExported ? MAX_IN / 2 : MAX_IN)) {
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
      for (const keys of inSlices(eventKeys)) {
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
          markers.read(
            {
              ...markersOf(window),
              equal: { key: window.key, eventKey, exported },
              ...bounds(aboveMs),
            },
            newer,
          ),
        ),
      );
      markers.reportNewer(window, newer);
      return results.flatMap(({ events }) => events);
    },

    small: (window, query) => small.read(window, query),

    scan: (window, range) => markers.scan(window, range, scanPage),

    async next(window, { eventKeys, after, untilMs }) {
      const found = await Promise.all(
        inSlices(eventKeys).map(async (keys) => {
          const range = { eventKeys: keys, after, to: endOf(untilMs) };
          for await (const page of markers.scan(window, range, 1)) return page[0];
          return undefined;
        }),
      );
      return found.filter((event) => event !== undefined).toSorted(byAge)[0];
    },

    async oldest(window, { eventKeys }) {
      for await (const [first] of markers.scan(window, { eventKeys, after: undefined }, 1)) {
        return first?.receivedAtMs;
      }
      return undefined;
    },

    newest: (window, query) => newestOf(documents, markers, window, query, scanPage),

    async removeExpired(window, { eventKeys, expiry, goOn }) {
      const removed = await Promise.all(
        eventKeys.map((eventKey) => removeExpiredOf(documents, window, eventKey, expiry, goOn)),
      );
      return removed.reduce((sum, count) => sum + count, 0);
    },
  };
}

/**
 * The newest markers of an endpoint between two places, at most so many. The index is read from its old
 * end only; so counts find out first from where on there are enough, and not many more.
 */
async function newestOf(
  documents: Documents,
  markers: Markers,
  window: WindowId,
  query: Parameters<Window["newest"]>[1],
  slack: number,
): Promise<PendingEvent[]> {
  const { eventKey, after, before, limit } = query;
  const most = limit + slack;
  const countAbove = (aboveMs: number): Promise<number> =>
    documents.count({
      ...markersOf(window),
      equal: { key: window.key, eventKey, exported: false },
      // Of that millisecond some may be behind the place.
      ...bounds(aboveMs, before.receivedAtMs - 1),
      limit: most,
    });
  // Above `few` there may be too few, above `many` there are more than need be read.
  let many = after.receivedAtMs - 1;
  let few = before.receivedAtMs;
  let isEnough = (await countAbove(many)) < most;
  while (!isEnough && few - many > 1) {
    const middle = Math.floor((few + many) / 2);
    const count = await countAbove(middle);
    if (count >= most) many = middle;
    else few = middle;
    isEnough = count >= limit && count < most;
    if (isEnough) many = middle;
  }
  let newest: PendingEvent[] = [];
  const range = { eventKeys: [eventKey], after: endOf(many), to: before };
  for await (const page of markers.scan(window, range, slack)) {
    const inside = page.filter((event) => byAge(after, event) < 0 && byAge(event, before) < 0);
    newest = [...newest, ...inside].slice(-limit);
  }
  return newest;
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
