import type { MessageEvent, SyncMessage } from "./syncMessage.ts";

/**
 * The trace that an event belongs to, as its source says it (W3C Trace Context). Like all of a request it is
 * kept with the event, so what a message carries of it follows from its events: each attempt carries the
 * same.
 */

/** Version, trace id, span id, flags; ids of zeros are none. What a later version may append is not taken. */
const TRACEPARENT =
  /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})$/;

export interface TraceParent {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** 16 hexadecimal digits. */
  readonly spanId: string;
  /** Whoever began the trace records it. */
  readonly isSampled: boolean;
}

/** @returns undefined if it is none */
export function parseTraceparent(text: unknown): TraceParent | undefined {
  const [, traceId, spanId, flags] = (typeof text === "string" && TRACEPARENT.exec(text)) || [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined;
  return { traceId, spanId, isSampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

/**
 * Of an event: the attribute of a CloudEvent, which says where it was produced, or else the header of the
 * request that brought it. Several values of a header are none.
 */
function traceparentOf({ attributes, headers }: MessageEvent): string | undefined {
  const [value, ...others] = headers?.["Traceparent"] ?? [];
  const given = attributes?.["traceparent"] ?? (others.length === 0 ? value : undefined);
  return parseTraceparent(given) === undefined ? undefined : given;
}

/**
 * What a message carries: of its newest event that is being recorded, or if none is, of the newest that has
 * any. Of events of one millisecond it is that of the first endpoint.
 */
export function carriedTraceparent({ events }: SyncMessage): string | undefined {
  let found:
    { readonly text: string; readonly isSampled: boolean; readonly at: string } | undefined;
  for (const { events: list = [] } of Object.values(events)) {
    // From its newest on, until there can be none that comes before what is found.
    for (const event of list.toReversed()) {
      const { datetime: at } = event;
      if (found?.isSampled === true && at <= found.at) break;
      const text = traceparentOf(event);
      const isSampled = parseTraceparent(text)?.isSampled === true;
      if (text === undefined) continue;
      const isFirst = found === undefined || (isSampled && !found.isSampled);
      if (isFirst || (isSampled === found?.isSampled && at > found.at)) {
        found = { text, isSampled, at };
      }
    }
  }
  return found?.text;
}

/**
 * Those of all events of a message, each once; if there are more than `most`, the endpoints take turns from
 * their newest on, so that a busy one leaves room for the others.
 */
export function allTraceparents({ events }: SyncMessage, most: number): TraceParent[] {
  const found = new Map<string, TraceParent>();
  const lists = Object.values(events).map(({ events: list = [] }) => list);
  const longest = Math.max(0, ...lists.map(({ length }) => length));
  for (let back = 1; back <= longest; back++) {
    for (const list of lists) {
      const event = list.at(-back);
      const text = back <= list.length && event !== undefined ? traceparentOf(event) : undefined;
      const parsed = parseTraceparent(text);
      if (text === undefined || parsed === undefined) continue;
      found.set(text, parsed);
      if (found.size === most) return [...found.values()];
    }
  }
  return [...found.values()];
}
