import type { Log } from "../../app/ports.ts";
import type { KeyedEvent, WindowLooks } from "../../app/ports/windowLooks.ts";
import { byAge, LAST_ID, placeOf, type Place } from "../../domain/event.ts";
import type { Doc, Documents, Query } from "./documents.ts";
import { isNewer } from "./form.ts";
import { inSlices, markersOf, MAX_IN } from "./markers.ts";
import { paths } from "./paths.ts";
import { SHARDS, toPending } from "./pendingDocument.ts";
import { stateOf } from "./serviceState.ts";

export function makeWindowLooks(documents: Documents, log: Log): WindowLooks {
  const read = async (service: string, query: Query): Promise<Doc[]> => {
    const docs = await documents.query(query);
    const newer = docs.filter(({ fields }) => isNewer(fields)).length;
    if (newer > 0) log.warn("documents.leftAlone", { service, kind: "pending", count: newer });
    return docs;
  };

  return {
    async page(service, { withExported, aboveMs, upToMs, after, limit }) {
      const docs = await read(service, {
        ...markersOf({ service }),
        equal: { shard: SHARDS, exported: withExported ? [false, true] : false },
        ...(after === undefined && { above: new Date(aboveMs) }),
        ...(after !== undefined && behind(service, after)),
        upTo: new Date(upToMs),
        limit: limit + 1,
      });
      const page = docs.slice(0, limit);
      const last = page.at(-1);
      return {
        events: page.flatMap(toKeyed),
        last: last && { receivedAtMs: (last.fields["receivedAt"] as Date).getTime(), id: last.id },
        isLast: docs.length <= limit,
      };
    },

    async behindKey(service, { after, limit }) {
      const docs = await read(service, {
        ...markersOf({ service }),
        // All fields of the index that looks up a window, read from end to end.
        orderBy: "key",
        thenBy: ["eventKey", "exported", "receivedAt"],
        above: after,
        limit,
      });
      const byKey = Map.groupBy(docs, ({ fields }) => fields["key"] as string);
      const isLast = docs.length < limit;
      const windows = Array.from(byKey, ([key, some]) => {
        return [key, some.flatMap(toKeyed).toSorted(byAge)] as const;
      });
      if (isLast) return { windows: new Map(windows), isLast };
      // Of the last one there may be more.
      const [cut] = windows.splice(-1);
      if (windows.length > 0 || cut === undefined) return { windows: new Map(windows), isLast };
      return { windows: new Map([[cut[0], undefined]]), isLast };
    },

    async ofWindows(service, { keys, eventKeys, withExported, after, upTo, limit }) {
      const states = withExported ? 2 : 1;
      // Of more endpoints than a query takes several queries are needed for each window.
      const endpoints = inSlices(eventKeys, Math.floor(MAX_IN / states));
      const most = Math.max(...endpoints.map((slice) => slice.length)) * states;
      const asked = inSlices(keys, Math.max(1, Math.floor(MAX_IN / most))).map(async (some) => {
        const pages = await Promise.all(
          endpoints.map((slice) =>
            read(service, {
              ...markersOf({ service }),
              equal: {
                key: some,
                eventKey: slice,
                exported: withExported ? [false, true] : false,
              },
              ...(after !== undefined && behind(service, after)),
              ...(upTo !== undefined && { upTo: new Date(upTo.receivedAtMs) }),
              limit: some.length * limit + 1,
            }),
          ),
        );
        // What was not read may be of any of them.
        if (pages.some((page) => page.length > some.length * limit)) return [];
        const events = pages
          .flat()
          .flatMap(toKeyed)
          .filter((event) => upTo === undefined || byAge(event, upTo) <= 0)
          .toSorted(byAge);
        const byKey = Map.groupBy(events, ({ key }) => key);
        return some.map((key) => [key, byKey.get(key) ?? []] as const);
      });
      return new Map((await Promise.all(asked)).flat());
    },

    async first({ service, key }, { eventKey, withExported, after, upToMs }) {
      const docs = await read(service, {
        ...markersOf({ service }),
        equal: { key, eventKey, exported: withExported ? [false, true] : false },
        ...behind(service, after),
        upTo: new Date(upToMs),
        limit: 1,
      });
      return docs.flatMap(toKeyed).map(placeOf)[0];
    },

    async states(service, keys) {
      const own = keys.filter((key) => key !== "").map((key) => paths.window({ service, key }));
      const [[doc], ...found] = await Promise.all([
        documents.get([paths.service(service)]),
        ...inSlices(own).map((slice) => documents.find(slice)),
      ]);
      const byPath = new Map(found.flat().map((window) => [window.path, window]));
      return new Map(
        keys.map((key) => {
          const window = { service, key };
          return [key, stateOf(window, doc, byPath.get(paths.window(window)))];
        }),
      );
    },
  };
}

function behind(service: string, { receivedAtMs, id }: Place): Pick<Query, "above" | "after"> {
  if (receivedAtMs === -Infinity) return {};
  const at = new Date(receivedAtMs);
  if (id === LAST_ID) return { above: at };
  return { after: { at, path: `${paths.pending(service)}/${id}` } };
}

/** Nothing for a marker that cannot be read: who looks changes nothing. */
function toKeyed(doc: Doc): KeyedEvent[] {
  const { key } = doc.fields;
  const event = isNewer(doc.fields) ? undefined : toPending(doc);
  return event === undefined || typeof key !== "string" ? [] : [{ ...event, key }];
}
