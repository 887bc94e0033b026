import type { IncomingMessage } from "node:http";
import type { MemberStand, SyncFilter, SyncStand } from "../../app/ports/syncLog.ts";
import type { EventStand } from "../../app/ports/storedEvents.ts";
import type { AskedStatus } from "../../app/operate/tellStatus.ts";
import { WINDOW_ORDERS, type WindowStand } from "../../domain/windowOrder.ts";
import type { ServiceConfig } from "../../config/schema.ts";
import { EventSyncError } from "../../domain/errors.ts";
import { SYNC_REASONS } from "../../domain/sync.ts";
import { askedWindow } from "./askedWindow.ts";
import { cursorFor, cursorIn } from "./cursor.ts";
import { numberIn } from "./numberIn.ts";
import { textIn } from "./textIn.ts";
import { timeIn } from "./timeIn.ts";

/** Where the query does not say it, and at most. */
export const LIMITS = {
  windows: { usual: 50, most: 200 },
  syncs: { usual: 50, most: 200 },
  events: { usual: 50, most: 200 },
  members: { usual: 100, most: 500 },
} as const;

function limitIn(request: IncomingMessage, of: keyof typeof LIMITS): number {
  const { usual, most } = LIMITS[of];
  return numberIn(request, "limit", { least: 1, most }) ?? usual;
}

/**
 * What a status is asked for: `?key=`, or `?order=&limit=&after=`.
 *
 * @throws EventSyncError `invalid-key`, `invalid-query`
 */
export function askedStatus(request: IncomingMessage, service: ServiceConfig): AskedStatus {
  const { key } = askedWindow(request, service);
  const order = choiceIn(request, "order", WINDOW_ORDERS) ?? "age";
  const asked = { ...(key !== "" && { key }), order, limit: limitIn(request, "windows") };
  if (order === "key") {
    const stand = cursorIn(request, ["key"]);
    return { ...asked, after: stand && { order, key: stand[0] } };
  }
  const stand = cursorIn(request, ["time", "id"]);
  return {
    ...asked,
    after: stand && { order, place: { receivedAtMs: stand[0], id: stand[1] } },
  };
}

/**
 * What a list of syncs is asked for: `?from=&to=&reason=&key=&limit=&after=`.
 *
 * @throws EventSyncError `invalid-key`, `invalid-query`
 */
export function askedSyncs(
  request: IncomingMessage,
  service: ServiceConfig,
): SyncFilter & { readonly limit: number; readonly after: SyncStand | undefined } {
  const { key } = askedWindow(request, service);
  const stand = cursorIn(request, ["time", "id"]);
  return {
    reason: choiceIn(request, "reason", SYNC_REASONS),
    key: key === "" ? undefined : key,
    ...timesIn(request),
    limit: limitIn(request, "syncs"),
    after: stand && { createdAtMs: stand[0], syncId: stand[1] },
  };
}

/** Of the events of a sync: `?limit=&after=`. @throws EventSyncError `invalid-query` */
export function askedMembers(request: IncomingMessage): {
  readonly limit: number;
  readonly after: MemberStand;
} {
  const [part = 0, index = 0] = cursorIn(request, ["count", "count"]) ?? [];
  return { limit: limitIn(request, "members"), after: { part, index } };
}

/**
 * What a list of events is asked for: `?eventKey=&from=&to=&limit=&after=`.
 *
 * @throws EventSyncError `invalid-query`
 */
export function askedEvents(
  request: IncomingMessage,
  { endpoints }: ServiceConfig,
): {
  readonly eventKeys: readonly string[];
  readonly aboveMs: number | undefined;
  readonly upToMs: number | undefined;
  readonly limit: number;
  readonly after: EventStand | undefined;
} {
  const eventKey = textIn(request, "eventKey");
  const stand = cursorIn(request, ["time", "id"]);
  return {
    // One that is not configured any more may still have events.
    eventKeys: eventKey === undefined ? endpoints.map((one) => one.eventKey) : [eventKey],
    ...timesIn(request),
    limit: limitIn(request, "events"),
    after: stand && { receivedAtMs: stand[0], eventId: stand[1] },
  };
}

/** What `after` of the next call is to be; null if there is no more. */
export const nextOf = {
  window: (stand: WindowStand | undefined): string | null => {
    if (stand === undefined) return null;
    if (stand.order === "key") return cursorFor([stand.key]);
    return cursorFor([stand.place.receivedAtMs, stand.place.id]);
  },
  sync: (stand: SyncStand | undefined): string | null =>
    stand === undefined ? null : cursorFor([stand.createdAtMs, stand.syncId]),
  member: (stand: MemberStand | undefined): string | null =>
    stand === undefined ? null : cursorFor([stand.part, stand.index]),
  event: (stand: EventStand | undefined): string | null =>
    stand === undefined ? null : cursorFor([stand.receivedAtMs, stand.eventId]),
} as const;

/** Times are whole milliseconds. */
function timesIn(request: IncomingMessage): {
  readonly aboveMs: number | undefined;
  readonly upToMs: number | undefined;
} {
  const fromMs = timeIn(request, "from");
  return {
    aboveMs: fromMs === undefined ? undefined : fromMs - 1,
    upToMs: timeIn(request, "to"),
  };
}

function choiceIn<Choice extends string>(
  request: IncomingMessage,
  name: string,
  choices: readonly Choice[],
): Choice | undefined {
  const text = textIn(request, name);
  const choice = choices.find((one) => one === text);
  if (text === undefined || choice !== undefined) return choice;
  throw new EventSyncError(
    "invalid-query",
    `The query parameter “${name}” must be one of ${choices.join(", ")}.`,
  );
}
