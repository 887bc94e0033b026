import pMap from "p-map";
import { byAge, type PendingEvent } from "../../domain/event.ts";
import { windowStart, type Rule } from "../../domain/rule.ts";
import { CLOCK_SKEW_MS } from "../probeWindow.ts";
import {
  CONCURRENCY,
  look,
  lookAtOne,
  markersOf,
  MOST_PAGES,
  WHOLE,
  type LookDeps,
} from "./lookAtWindows.ts";
import type { WindowLook } from "./lookAtWindow.ts";

/** Events that are read at a time, at least: a window that does not fit is read once more. */
const LEAST_PAGE = 20;

/**
 * Windows of a service with a correlation in the order of their keys, by their UTF-8 bytes: those that have an
 * event in the period. The windows stand still while others open and close, each is read whole by one query, and
 * each event once: for whoever goes through all of them.
 *
 * @param after the key that the page before ended with
 */
export async function lookByKey(
  deps: LookDeps,
  rule: Rule,
  { limit, after = "" }: { readonly limit: number; readonly after: string | undefined },
): Promise<{ readonly windows: readonly WindowLook[]; readonly next: string | undefined }> {
  const { looks } = deps;
  const { serviceName: service } = rule;
  const windows: WindowLook[] = [];
  let position = after;
  for (let page = 0; page < MOST_PAGES; page++) {
    const wanted = limit - windows.length;
    const read = await looks.behindKey(service, {
      after: position,
      limit: Math.max(wanted, LEAST_PAGE) + 1,
    });
    const asked = [...read.windows].slice(0, wanted);
    windows.push(...(await lookAt(deps, rule, asked)));
    position = asked.at(-1)?.[0] ?? position;
    if (read.isLast && asked.length === read.windows.size) return { windows, next: undefined };
    if (windows.length >= limit) break;
  }
  return { windows, next: position };
}

type Asked = readonly [key: string, events: readonly PendingEvent[] | undefined];

/** Those of them in which something is open. */
async function lookAt(deps: LookDeps, rule: Rule, asked: readonly Asked[]): Promise<WindowLook[]> {
  const { serviceName: service } = rule;
  const nowMs = deps.clock();
  const fromMs = windowStart(rule, nowMs, undefined);
  const { eventKeys, withExported, after } = markersOf(rule, nowMs);
  const isMeant = (event: PendingEvent): boolean =>
    eventKeys.includes(event.eventKey) &&
    (withExported || !event.exported) &&
    (after === undefined || byAge(after, event) < 0);
  const isInPeriod = ({ receivedAtMs }: PendingEvent): boolean =>
    receivedAtMs > fromMs && receivedAtMs <= nowMs + CLOCK_SKEW_MS;
  const meant = asked
    .map(([key, events]) => [key, events?.filter(isMeant)] as const)
    .filter(([, events]) => events === undefined || events.some(isInPeriod));
  if (meant.length === 0) return [];
  const states = await deps.looks.states(
    service,
    meant.map(([key]) => key),
  );
  const seen = await pMap(
    meant,
    async ([key, events]) => {
      const id = { service, key };
      if (events !== undefined && events.length <= WHOLE) {
        return look(deps, rule, id, events, states.get(key), nowMs);
      }
      const large = await lookAtOne(deps, rule, id);
      return (large.lastMs ?? -Infinity) > fromMs ? large : undefined;
    },
    { concurrency: CONCURRENCY },
  );
  return seen.flatMap((one) => (one?.first === undefined ? [] : [one]));
}
