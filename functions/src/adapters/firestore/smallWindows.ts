import { Coalescer } from "../../app/coalescer.ts";
import { byAge, type PendingEvent } from "../../domain/event.ts";
import type { WindowId } from "../../domain/window.ts";
import { bounds, inSlices, markersOf, MAX_IN, type Markers, type Newer } from "./markers.ts";

/** How long a query may take before those who share it are told that it failed. */
const READ_MS = 30_000;

/** What is to be known of the windows of a service. */
interface Query {
  readonly service: string;
  readonly eventKeys: readonly string[];
  /** Events of a window. */
  readonly limit: number;
}

interface Asked {
  readonly key: string;
  readonly aboveMs: number | undefined;
}

type Found = ReadonlyMap<string, readonly PendingEvent[]>;

/**
 * Windows that hold few events, read whole. Where there are keys there are many, and what their checks
 * ask for while a query is under way is asked for together by the next one: a query takes several keys as
 * it takes several endpoints, and sees each window at one moment.
 */
export class SmallWindows {
  readonly #markers: Markers;
  readonly #queries: Coalescer<Query, Asked, Found>;

  constructor(markers: Markers) {
    this.#markers = markers;
    this.#queries = new Coalescer((query, asked) => this.#readAll(query, asked), READ_MS);
  }

  /** @returns undefined if it may hold more */
  async read(
    { service, key }: WindowId,
    { eventKeys, aboveMs, limit }: Omit<Query, "service"> & Pick<Asked, "aboveMs">,
  ): Promise<readonly PendingEvent[] | undefined> {
    // A query for each slice of them would not see one moment.
    if (eventKeys.length > MAX_IN) return undefined;
    const name = JSON.stringify([service, limit, eventKeys]);
    const asked = { key, aboveMs };
    const found = await this.#queries.run(name, { service, eventKeys, limit }, asked);
    return found.get(key)?.filter(({ receivedAtMs }) => receivedAtMs > lowest(asked));
  }

  async #readAll(query: Query, asked: ReadonlySet<Asked>): Promise<Found> {
    // What has a bound is read apart from what has none, as far as that takes no query more.
    const windows = Array.from(asked).toSorted((a, b) => (lowest(a) < lowest(b) ? -1 : 1));
    const perQuery = Math.floor(MAX_IN / query.eventKeys.length);
    const found = await Promise.all(
      inSlices(windows, perQuery).map((slice) => this.#readSome(query, slice)),
    );
    return new Map(found.flatMap((windowsOf) => [...windowsOf]));
  }

  /** @param windows lowest bound first */
  async #readSome({ service, eventKeys, limit }: Query, windows: readonly Asked[]): Promise<Found> {
    const keys = Array.from(new Set(windows.map(({ key }) => key)));
    const most = keys.length * (limit + 1);
    const newer: Newer = { count: 0 };
    const { docs, events } = await this.#markers.read(
      {
        ...markersOf({ service }),
        equal: { key: keys, eventKey: eventKeys, exported: false },
        ...bounds(windows[0]?.aboveMs),
        limit: most,
      },
      newer,
    );
    this.#markers.reportNewer({ service }, newer);
    // What was not read may be of any of them.
    if (docs.length === most) return new Map();
    const keyOf = new Map(docs.map(({ id, fields }) => [id, fields["key"]]));
    const byKey = Map.groupBy(events.toSorted(byAge), ({ id }) => keyOf.get(id));
    return new Map(keys.map((key) => [key, byKey.get(key) ?? []]));
  }
}

const lowest = ({ aboveMs }: Asked): number => aboveMs ?? -Infinity;
