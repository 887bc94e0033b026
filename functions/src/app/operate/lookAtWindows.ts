import pMap from "p-map";
import { byAge, endOf, type PendingEvent, type Place } from "../../domain/event.ts";
import { windowStart, type Rule } from "../../domain/rule.ts";
import type { WindowId } from "../../domain/window.ts";
import type { Ports, WindowState } from "../ports.ts";
import type { WindowLooks } from "../ports/windowLooks.ts";
import { CLOCK_SKEW_MS } from "../probeWindow.ts";
import { lookAtLarge } from "./lookAtLarge.ts";
import { lookAtWindow, type WindowLook } from "./lookAtWindow.ts";

/** What whoever looks at windows needs. */
export type LookDeps = Pick<Ports, "window" | "services" | "clock" | "timesOfDay"> & {
  readonly looks: WindowLooks;
};

/** Of a window with more events than these not each is read. */
export const WHOLE = 100;

/** Events of one window, of those that share a query. */
const SHARED = 20;

/** Pages of events that one page of windows may take: windows have several, and some are over. */
export const MOST_PAGES = 4;

/** Windows that are looked at by themselves, at a time. */
export const CONCURRENCY = 8;

/** One window, whatever is in it (1 read for each event, at most some hundred). */
export async function lookAtOne(deps: LookDeps, rule: Rule, id: WindowId): Promise<WindowLook> {
  const nowMs = deps.clock();
  const { service, key } = id;
  const found = await deps.looks.ofWindows(service, {
    ...markersOf(rule, nowMs),
    keys: [key],
    limit: WHOLE,
  });
  const states = await deps.looks.states(service, [key]);
  return look(deps, rule, id, found.get(key), states.get(key), nowMs);
}

/** A page of the windows of a service with a correlation. */
export interface WindowPage {
  readonly windows: readonly WindowLook[];
  /** Where the next one begins; undefined if this is the last. */
  readonly next: Place | undefined;
}

/**
 * Windows of a service with a correlation, the one with the oldest event first. They are found by their
 * events, of which each is read once: those of a page of the service's oldest, and what the windows of these
 * have besides. A window is on the page that its first event is on, of those that are in the period. One whose
 * events have all left it is on none, though what was complete before may still become a sync.
 *
 * @param after the last event of the page before
 */
export async function lookAtMany(
  deps: LookDeps,
  rule: Rule,
  { limit, after }: { readonly limit: number; readonly after: Place | undefined },
): Promise<WindowPage> {
  const windows: WindowLook[] = [];
  let position = after;
  for (let page = 0; page < MOST_PAGES && windows.length < limit; page++) {
    const found = await lookAtPage(deps, rule, limit - windows.length, position);
    windows.push(...found.windows);
    position = found.next;
    if (position === undefined) break;
  }
  return { windows, next: position };
}

async function lookAtPage(
  deps: LookDeps,
  rule: Rule,
  limit: number,
  after: Place | undefined,
): Promise<WindowPage> {
  const { looks, clock } = deps;
  const { serviceName: service } = rule;
  const nowMs = clock();
  const aboveMs = windowStart(rule, nowMs, undefined);
  const begin = after ?? endOf(aboveMs);
  const { withExported, eventKeys, after: oldest } = markersOf(rule, nowMs);
  const range = { aboveMs, upToMs: nowMs + CLOCK_SKEW_MS, after };
  const page = await looks.page(service, { withExported, ...range, limit });
  const events = page.events.filter(({ eventKey }) => eventKeys.includes(eventKey));
  const own = Map.groupBy(events, ({ key }) => key);
  const keys = [...own.keys()];
  const rest = { keys, eventKeys, withExported, limit: SHARED };
  const none: ReadonlyMap<string, readonly PendingEvent[]> = new Map(keys.map((key) => [key, []]));
  const isAllNewer = oldest !== undefined && byAge(begin, oldest) <= 0;
  const [older, newer] = await Promise.all([
    isAllNewer ? none : looks.ofWindows(service, { ...rest, after: oldest, upTo: begin }),
    page.isLast ? none : looks.ofWindows(service, { ...rest, after: page.last }),
  ]);
  const states = await looks.states(service, keys);
  const seen = await pMap(
    keys,
    (key) => {
      const [before, behind] = [older.get(key), newer.get(key)];
      const all =
        before === undefined || behind === undefined
          ? undefined
          : [...before, ...(own.get(key) ?? []), ...behind];
      return all === undefined
        ? lookAtOne(deps, rule, { service, key })
        : look(deps, rule, { service, key }, all, states.get(key), nowMs);
    },
    { concurrency: CONCURRENCY },
  );
  const here = new Set(events.map(({ id }) => id));
  const start = endOf(aboveMs);
  /** Its first event is here; or it is over, and of those that are not nothing was on the pages before. */
  const isShown = ({ key, first }: WindowLook): boolean => {
    if (first === undefined || here.has(first.id)) return first !== undefined;
    const before = older.get(key);
    const isOver = byAge(first, start) < 0;
    return isOver && before?.every((event) => byAge(event, start) < 0) === true;
  };
  return {
    windows: seen.filter(isShown).toSorted((a, b) => byAge(a.first as Place, b.first as Place)),
    next: page.isLast ? undefined : page.last,
  };
}

/** Which events a look is about: a late check may close what has left the period meanwhile. */
export function markersOf(
  rule: Rule,
  nowMs: number,
): {
  readonly eventKeys: readonly string[];
  readonly withExported: boolean;
  readonly after: Place | undefined;
} {
  const { keepEventAfterTrigger, type } = rule.trigger;
  const isReplayed = type === "window" && !keepEventAfterTrigger;
  return {
    eventKeys: rule.endpoints.map(({ eventKey }) => eventKey),
    withExported: keepEventAfterTrigger,
    after: isReplayed ? undefined : endOf(windowStart(rule, nowMs, undefined)),
  };
}

/** How it stands with a window, of which all events were read, or too many to be read. */
export function look(
  deps: LookDeps,
  rule: Rule,
  id: WindowId,
  events: readonly PendingEvent[] | undefined,
  state: WindowState | undefined,
  nowMs: number,
): Promise<WindowLook> {
  if (state === undefined) throw new TypeError(`nothing was read of ${id.key}`);
  return events === undefined
    ? lookAtLarge(deps, rule, id, state, nowMs)
    : lookAtWindow(deps, rule, { id, events, state }, nowMs);
}
