import { ownedUntil } from "../../domain/claim.ts";
import { holds, needs, type Count } from "../../domain/condition.ts";
import { DEADLINE_GRACE_MS } from "../../domain/deadline.ts";
import { byAge, endOf, latest, type Place } from "../../domain/event.ts";
import { addSeconds, firesByItself, windowStart, type Rule } from "../../domain/rule.ts";
import type { WindowId } from "../../domain/window.ts";
import { missingInWords } from "../../domain/words.ts";
import { deadlineOfRule } from "../deadlines.ts";
import type { Ports, WindowState } from "../ports.ts";
import type { WindowLooks } from "../ports/windowLooks.ts";
import { CLOCK_SKEW_MS, lookAtAll } from "../probeWindow.ts";
import { replayWindow } from "../replayWindow.ts";
import { known, silent, type EndpointLook, type WindowLook } from "./lookAtWindow.ts";

type Deps = Pick<Ports, "window" | "timesOfDay"> & { readonly looks: WindowLooks };

/** Events of an endpoint that are counted: 1 read per 1000. */
const MOST_COUNTED = 100_000;

/** Events that a replay keeps before it passes over what makes no difference. */
const SEEK_AFTER = 100;

/** Events that stand together: all of them behind a place, up to a time. */
interface Bounds {
  readonly after: Place;
  readonly toMs: number;
}

/**
 * The same for a window of any size, by counts: of each endpoint how many there are, and the first and the last
 * of them. Whether it is complete the replay says, which passes over most of a large window; where there is a
 * deadline, which each event may put off, it is taken for one window, from its first event to its last.
 */
export async function lookAtLarge(
  deps: Deps,
  rule: Rule,
  id: WindowId,
  state: WindowState,
  nowMs: number,
): Promise<WindowLook> {
  const { bounds, due } = await boundsOf(deps, rule, id, state, nowMs);
  const asked = needs(rule.condition);
  const found = await Promise.all(
    rule.endpoints.map(({ eventKey }) => endpointOf(deps, rule, id, eventKey, bounds)),
  );
  const endpoints = found.map(({ eventKey, have, first, lastMs }): EndpointLook => ({
    eventKey,
    have,
    ...(have >= MOST_COUNTED && { isAtLeast: true }),
    need: asked.get(eventKey) ?? 0,
    firstMs: first?.receivedAtMs,
    lastMs,
  }));
  const first = found
    .flatMap((endpoint) => endpoint.first ?? [])
    .toSorted(byAge)
    .at(0);
  const lastMs = latestOf(endpoints.map((endpoint) => endpoint.lastMs));
  const count = countIn(endpoints);
  const times =
    first === undefined || lastMs === undefined
      ? { expiresAtMs: undefined, deadlineAtMs: undefined, isOver: false }
      : await timesOf(deps, rule, first.receivedAtMs, lastMs, nowMs);
  const { isOver, ...ends } = times;
  const isNew = async (): Promise<boolean> =>
    !rule.trigger.keepEventAfterTrigger ||
    deps.window.hasNew(id, {
      eventKeys: rule.endpoints.map(({ eventKey }) => eventKey),
      aboveMs: windowStart(rule, nowMs, state.resetsMs.at(-1)),
    });
  const fires =
    firesByItself(rule) && (isOver || (holds(rule.condition, count) && (await isNew())));
  return {
    key: id.key,
    first,
    lastMs,
    endpoints,
    missing: missingInWords(rule.condition, count),
    ...ends,
    due: Math.max(due, fires ? 1 : 0),
    isClaiming: state.claims.length > 0,
  };
}

/** Which of its events the window is: those that a replay closes first, or what is open. */
async function boundsOf(
  { window, timesOfDay }: Deps,
  rule: Rule,
  id: WindowId,
  state: WindowState,
  nowMs: number,
): Promise<{ readonly bounds: Bounds; readonly due: number }> {
  const owned = ownedUntil(state.claims);
  const resetMs = state.resetsMs.at(-1);
  const toMs = nowMs + CLOCK_SKEW_MS;
  const isReplayed = firesByItself(rule) && !rule.trigger.keepEventAfterTrigger;
  if (isReplayed && rule.deadline !== undefined) {
    // Nothing leaves such a window from its old end.
    return { bounds: { after: latest(endOf(resetMs ?? -Infinity), owned), toMs }, due: 0 };
  }
  const open = { after: latest(endOf(windowStart(rule, nowMs, resetMs)), owned), toMs };
  if (!isReplayed) return { bounds: open, due: 0 };
  const aboveMs = owned && aboveOf(owned);
  const counts = await Promise.all(
    Array.from(needs(rule.condition), async ([eventKey, need]) => {
      const query = { eventKeys: [eventKey], withExported: false, aboveMs, limit: need };
      return [eventKey, await window.count(id, query)] as const;
    }),
  );
  const all = new Map(counts);
  if (!holds(rule.condition, (eventKey) => all.get(eventKey) ?? 0)) return { bounds: open, due: 0 };
  const deps = { window, services: known(state), log: silent, seekAfter: SEEK_AFTER };
  const { closed } = await replayWindow(
    { ...deps, ...(timesOfDay && { timesOfDay }) },
    rule,
    id,
    lookAtAll(nowMs),
  );
  const [first] = closed;
  if (first === undefined) return { bounds: open, due: 0 };
  const { after, to } = first.range;
  return { bounds: { after, toMs: to.receivedAtMs }, due: closed.length };
}

interface Found {
  readonly eventKey: string;
  readonly have: number;
  readonly first: Place | undefined;
  readonly lastMs: number | undefined;
}

async function endpointOf(
  { window, looks }: Deps,
  rule: Rule,
  id: WindowId,
  eventKey: string,
  { after, toMs }: Bounds,
): Promise<Found> {
  const { keepEventAfterTrigger: withExported } = rule.trigger;
  const counted = (aboveMs: number | undefined, limit: number): Promise<number> =>
    window.count(id, { eventKeys: [eventKey], withExported, aboveMs, upToMs: toMs, limit });
  const [have, first] = await Promise.all([
    counted(aboveOf(after), MOST_COUNTED),
    looks.first(id, { eventKey, withExported, after, upToMs: toMs }),
  ]);
  if (first === undefined) return { eventKey, have: 0, first, lastMs: undefined };
  const hasAny = async (aboveMs: number): Promise<boolean> => (await counted(aboveMs, 1)) > 0;
  return { eventKey, have, first, lastMs: await lastTime(hasAny, first.receivedAtMs, toMs) };
}

/**
 * The time of the last of some events, by asking whether there is any later than a time: the index is read from
 * its old end only.
 *
 * @param firstMs of one of them
 */
async function lastTime(
  hasAny: (aboveMs: number) => Promise<boolean>,
  firstMs: number,
  toMs: number,
): Promise<number> {
  // At `sure` or later there is one, later than `none` there is not.
  let sure = firstMs;
  let none = toMs;
  while (sure < none) {
    const middle = Math.floor((sure + none) / 2);
    if (await hasAny(middle)) sure = middle + 1;
    else none = middle;
  }
  return sure;
}

/** What stands behind a place is above that time; of its millisecond some may stand before it. */
function aboveOf({ receivedAtMs, id }: Place): number | undefined {
  if (receivedAtMs === -Infinity) return undefined;
  return id === endOf(0).id ? receivedAtMs : receivedAtMs - 1;
}

async function timesOf(
  deps: Deps,
  rule: Rule,
  firstMs: number,
  lastMs: number,
  nowMs: number,
): Promise<Pick<WindowLook, "expiresAtMs" | "deadlineAtMs"> & { readonly isOver: boolean }> {
  const deadlineOf = await deadlineOfRule(deps, rule);
  if (deadlineOf === undefined) {
    const expiresAtMs = addSeconds(firstMs, rule.trigger.observationPeriod);
    const isLeft = expiresAtMs > nowMs;
    return {
      expiresAtMs: isLeft ? expiresAtMs : undefined,
      deadlineAtMs: undefined,
      isOver: false,
    };
  }
  const deadlineAtMs = deadlineOf(firstMs, lastMs);
  const isOver = deadlineAtMs <= nowMs - DEADLINE_GRACE_MS;
  return { expiresAtMs: undefined, deadlineAtMs, isOver };
}

function countIn(endpoints: readonly EndpointLook[]): Count {
  const counts = new Map(endpoints.map(({ eventKey, have }) => [eventKey, have]));
  return (eventKey) => counts.get(eventKey) ?? 0;
}

function latestOf(times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((ms) => ms !== undefined);
  return known.length === 0 ? undefined : known.reduce((a, b) => Math.max(a, b));
}
