import type { Log } from "../../app/ports.ts";
import type { Range } from "../../domain/claim.ts";
import { byAge, LAST_ID, type PendingEvent, type Place } from "../../domain/event.ts";
import type { WindowId } from "../../domain/window.ts";
import { isConflict } from "./conflicts.ts";
import type { Doc, Documents, Query, Write } from "./documents.ts";
import { FORM, isNewer } from "./form.ts";
import { paths, serviceOf } from "./paths.ts";
import { toPending } from "./pendingDocument.ts";

/** Most combinations of values that Firestore takes in the `in`s of one query. */
export const MAX_IN = 30;

/** Markers that a newer version has written: they are left alone, and the others go on without them. */
export interface Newer {
  count: number;
}

/** Which markers of a window, that are in no sync. */
export interface MarkerRange {
  readonly eventKeys: readonly string[];
  /** Without it. */
  readonly after: Place | undefined;
  /** With it. */
  readonly to?: Place;
}

/**
 * Reads pending markers. Every query is served by the composite index declared for `pending` (`key`,
 * `eventKey`, `exported`, `receivedAt`), from its old end; no other field of it is indexed.
 */
export class Markers {
  readonly #documents: Documents;
  readonly #log: Log;

  constructor(documents: Documents, log: Log) {
    this.#documents = documents;
    this.#log = log;
  }

  /** One page; what is malformed is set aside. @param newer is added to */
  async read(
    query: Query,
    newer: Newer,
  ): Promise<{ readonly docs: Doc[]; readonly events: PendingEvent[] }> {
    const docs = await this.#documents.query(query);
    const own = docs.filter(({ fields }) => !isNewer(fields));
    newer.count += docs.length - own.length;
    const pairs = own.map((doc) => ({ doc, event: toPending(doc) }));
    const malformed = pairs.filter(({ event }) => event === undefined);
    await Promise.all(malformed.map(({ doc }) => setAside(this.#documents, this.#log, doc)));
    return { docs, events: pairs.flatMap(({ event }) => event ?? []) };
  }

  reportNewer({ service }: Pick<WindowId, "service">, { count }: Newer): void {
    if (count > 0) this.#log.warn("documents.leftAlone", { service, kind: "pending", count });
  }

  /** In pages of at most so many for each 30 endpoints, oldest first. */
  async *scan(
    window: WindowId,
    { eventKeys, after, to }: MarkerRange,
    pageSize: number,
  ): AsyncGenerator<readonly PendingEvent[], undefined> {
    const newer: Newer = { count: 0 };
    // One query for all endpoints: it sees them at one moment. With one for each, an event could be taken
    // without another that came, and was visible, before it.
    const streams = inSlices(eventKeys).map(
      (keys) =>
        new MarkerStream((last) =>
          this.read(
            {
              ...markersOf(window),
              equal: { key: window.key, eventKey: keys, exported: false },
              ...(to !== undefined && { upTo: new Date(to.receivedAtMs) }),
              ...(last === undefined ? behind(window, after) : { after: last }),
              limit: pageSize,
            },
            newer,
          ).then(({ docs, events }) => ({
            events: to === undefined ? events : events.filter((event) => byAge(event, to) <= 0),
            last: docs.at(pageSize - 1),
          })),
        ),
    );
    let hasYielded = false;
    try {
      // As far as all are known, their order is.
      for (;;) {
        await Promise.all(streams.map((stream) => stream.fill()));
        const known = streams
          .map((stream) => stream.knownUntil)
          .filter((last) => last !== undefined);
        const until = known.toSorted(byAge)[0];
        const page = streams.flatMap((stream) => stream.takeUntil(until)).toSorted(byAge);
        // Also that nothing is left: whoever reads on needs to know when that was seen.
        if (page.length > 0 || (until === undefined && hasYielded)) yield page;
        hasYielded = true;
        if (until === undefined) return undefined;
      }
    } finally {
      this.reportNewer(window, newer);
    }
  }

  /** The oldest ones of an endpoint, at most so many. */
  async oldest(
    window: WindowId,
    { eventKey, after, to }: { readonly eventKey: string } & Range,
    limit: number,
  ): Promise<PendingEvent[]> {
    const query: Query = {
      ...markersOf(window),
      equal: { key: window.key, eventKey, exported: false },
      ...behind(window, after),
      upTo: new Date(to.receivedAtMs),
      limit,
    };
    const { events } = await this.read(query, { count: 0 });
    return events.filter((event) => byAge(event, to) <= 0);
  }
}

/** As many endpoints as one query takes. */
export function inSlices<T>(items: readonly T[], size = MAX_IN): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}

export function markersOf({
  service,
}: Pick<WindowId, "service">): Pick<Query, "from" | "orderBy" | "direction"> {
  return {
    from: { collection: paths.pending(service) },
    orderBy: "receivedAt",
    direction: "asc",
  };
}

export function bounds(
  aboveMs: number | undefined,
  upToMs?: number,
): Pick<Query, "above" | "upTo"> {
  return {
    ...(aboveMs !== undefined && { above: new Date(aboveMs) }),
    ...(upToMs !== undefined && { upTo: new Date(upToMs) }),
  };
}

/** From behind a place on. */
function behind({ service }: WindowId, place: Place | undefined): Pick<Query, "above" | "after"> {
  if (place === undefined) return {};
  const at = new Date(place.receivedAtMs);
  return place.id === LAST_ID
    ? { above: at }
    : { after: { at, path: `${paths.pending(service)}/${place.id}` } };
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

/** Commits; false if somebody else has changed one of the documents since they were read. */
export async function applies(documents: Documents, writes: readonly Write[]): Promise<boolean> {
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
      fields: { v: FORM, document: fields, setAsideAt: new Date() },
    },
    { kind: "delete", path, version },
  ]); // if it does not apply, another check has moved it
  log.error("pending.setAside", { service, eventId: id });
}
