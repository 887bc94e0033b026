import { byAge, type PendingEvent, type Place } from "./event.ts";
import type { Sync, SyncEndpoint } from "./sync.ts";

/**
 * The claim of a sync that takes several commits.
 *
 * Its first commit says which range of its window is its own, takes what the rule requires, and registers
 * the range with the service. From then on every other replay passes over the range. Each further commit
 * goes forward in the order of receipt and says how far it came, so that anybody can go on with it; the
 * last one takes the range off the list. What becomes visible behind the cursor meanwhile is not taken: it
 * joins the next sync, like whatever comes late.
 */
export interface Range {
  /** Without it. */
  readonly after: Place;
  /** With it. */
  readonly to: Place;
}

/** A range that is being claimed, as its service lists it. */
export interface RegisteredClaim {
  readonly syncId: string;
  readonly to: Place;
}

/** Up to where a window belongs to claims under way; undefined if there is none. */
export function ownedUntil(claims: readonly RegisteredClaim[]): Place | undefined {
  return claims
    .map(({ to }) => to)
    .toSorted(byAge)
    .at(-1);
}

/**
 * Which of these events still follow what their endpoint has in the sync: the required ones were taken
 * first, and one that became visible only after them may be older.
 */
export function following(sync: Sync, events: readonly PendingEvent[]): PendingEvent[] {
  const lasts = new Map(sync.endpoints.map((endpoint) => [endpoint.eventKey, lastPlace(endpoint)]));
  return events.filter((event) => {
    const last = lasts.get(event.eventKey);
    return lasts.has(event.eventKey) && (last === undefined || byAge(last, event) < 0);
  });
}

function lastPlace({ last, lastEventMs }: SyncEndpoint): Place | undefined {
  return last && lastEventMs !== undefined ? { receivedAtMs: lastEventMs, id: last.id } : undefined;
}

/**
 * The sync with more events: counts, dates and last members, not the lists of members.
 *
 * @param events by age, all of them behind what their endpoints have
 */
export function grow(sync: Sync, events: readonly PendingEvent[]): Sync {
  const byKey = Map.groupBy(events, ({ eventKey }) => eventKey);
  const endpoints = sync.endpoints.map((endpoint): SyncEndpoint => {
    const more = byKey.get(endpoint.eventKey) ?? [];
    const [first] = more;
    const last = more.at(-1);
    if (first === undefined || last === undefined) return endpoint;
    return {
      ...endpoint,
      numberOfEvents: endpoint.numberOfEvents + more.length,
      firstEventMs: endpoint.firstEventMs ?? first.receivedAtMs,
      lastEventMs: last.receivedAtMs,
      last: { id: last.id, size: last.size },
    };
  });
  return { ...sync, endpoints };
}

/** How far a claim has come: every event up to there is in its first chunk. @param events by age */
export function cursorBehind(
  range: Range,
  events: readonly PendingEvent[],
  taken: readonly PendingEvent[],
): Place {
  const ids = new Set(taken.map(({ id }) => id));
  const end = events.findIndex(({ id }) => !ids.has(id));
  const last = events[(end === -1 ? events.length : end) - 1];
  return last === undefined ? range.after : { receivedAtMs: last.receivedAtMs, id: last.id };
}
