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
import { known, lookOf, silent, type EndpointLook, type WindowLook } from "./lookAtWindow.ts";

type Deps = Pick<Ports, "window" | "timesOfDay"> & { readonly looks: WindowLooks };

/** Events of an endpoint that are counted: 1 read per 1000. */
const MOST_COUNTED = 100_000;

/** Events that a replay keeps before it passes over what makes no difference. */
const SEEK_AFTER = 100;

/** Events that stand together: all of them behind a place, up to a time. */
interface Bounds {
  readonly after: Place;
  readonly toMs: number;
  /** Syncs that the replay makes, of which these are the first. */
  readonly due: number;
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
  const found = await findWindow(deps, rule, id, state, nowMs);
  if ("groups" in found) return lookOf(rule, { id, state }, found);
  const asked = needs(rule.condition);
  const counted = await Promise.all(
    rule.endpoints.map(({ eventKey }) => countEndpoint(deps, rule, id, eventKey, found)),
  );
  const endpoints = counted.map(({ eventKey, have, first, lastMs }): EndpointLook => ({
    eventKey,
    have,
    ...(have >= MOST_COUNTED && { isAtLeast: true }),
    need: asked.get(eventKey) ?? 0,
    firstMs: first?.receivedAtMs,
    lastMs,
  }));
  const [first] = counted.flatMap((endpoint) => endpoint.first ?? []).toSorted(byAge);
  const lastMs = latestOf(endpoints.map((endpoint) => endpoint.lastMs));
  const count = countIn(endpoints);
  const { isOver, ...ends } = await endsOf(deps, rule, first?.receivedAtMs, lastMs, nowMs);
  const isComplete = holds(rule.condition, count);
  const isDue =
    firesByItself(rule) && (isOver || (isComplete && (await hasNew(deps, rule, id, state, nowMs))));
  const isLeaving = found.due === 0 && (!isDue || rule.trigger.keepEventAfterTrigger);
  return {
    key: id.key,
    first,
    lastMs,
    endpoints,
    missing: missingInWords(rule.condition, count),
    ...(isLeaving ? ends : { ...ends, expiresAtMs: undefined }),
    due: Math.max(found.due, isDue ? 1 : 0),
    isClaiming: state.claims.length > 0,
  };
}

/** Which of its events the window is: those that a replay closes first, or what is open. */
async function findWindow(
  { window, timesOfDay }: Deps,
  rule: Rule,
  id: WindowId,
  state: WindowState,
  nowMs: number,
): Promise<Bounds | Parameters<typeof lookOf>[2]> {
  const owned = ownedUntil(state.claims);
  const resetMs = state.resetsMs.at(-1);
  const toMs = nowMs + CLOCK_SKEW_MS;
  const isReplayed = firesByItself(rule) && !rule.trigger.keepEventAfterTrigger;
  if (isReplayed && rule.deadline !== undefined) {
    // Nothing leaves such a window from its old end.
    return { after: latest(endOf(resetMs ?? -Infinity), owned), toMs, due: 0 };
  }
  const open = { after: latest(endOf(windowStart(rule, nowMs, resetMs)), owned), toMs, due: 0 };
  if (!isReplayed || !(await mayBeComplete(window, rule, id, owned))) return open;
  const deps = { window, services: known(state), log: silent, seekAfter: SEEK_AFTER };
  const { closed } = await replayWindow(
    { ...deps, ...(timesOfDay && { timesOfDay }) },
    rule,
    id,
    lookAtAll(nowMs),
  );
  const [first] = closed;
  if (first === undefined) return open;
  const due = closed.length;
  const { groups, range, deadlineAtMs } = first;
  return groups.length > 0
    ? { groups, expiresAtMs: undefined, deadlineAtMs, due }
    : { after: range.after, toMs: range.to.receivedAtMs, due };
}

/** What there is, whenever it came, would satisfy the condition. */
async function mayBeComplete(
  window: Ports["window"],
  rule: Rule,
  id: WindowId,
  owned: Place | undefined,
): Promise<boolean> {
  const aboveMs = owned && aboveOf(owned);
  const counts = await Promise.all(
    Array.from(needs(rule.condition), async ([eventKey, need]) => {
      const query = { eventKeys: [eventKey], withExported: false, aboveMs, limit: need };
      return [eventKey, await window.count(id, query)] as const;
    }),
  );
  const all = new Map(counts);
  return holds(rule.condition, (eventKey) => all.get(eventKey) ?? 0);
}

/** Where events are kept, one of them has to be in no sync yet. */
async function hasNew(
  { window }: Deps,
  rule: Rule,
  id: WindowId,
  state: WindowState,
  nowMs: number,
): Promise<boolean> {
  if (!rule.trigger.keepEventAfterTrigger) return true;
  const eventKeys = rule.endpoints.map(({ eventKey }) => eventKey);
  const aboveMs = windowStart(rule, nowMs, state.resetsMs.at(-1));
  return window.hasNew(id, { eventKeys, aboveMs });
}

interface Counted {
  readonly eventKey: string;
  readonly have: number;
  readonly first: Place | undefined;
  readonly lastMs: number | undefined;
}

async function countEndpoint(
  { window, looks }: Deps,
  rule: Rule,
  id: WindowId,
  eventKey: string,
  { after, toMs }: Bounds,
): Promise<Counted> {
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

async function endsOf(
  deps: Deps,
  rule: Rule,
  firstMs: number | undefined,
  lastMs: number | undefined,
  nowMs: number,
): Promise<Pick<WindowLook, "expiresAtMs" | "deadlineAtMs"> & { readonly isOver: boolean }> {
  const open = { expiresAtMs: undefined, deadlineAtMs: undefined, isOver: false };
  if (firstMs === undefined || lastMs === undefined) return open;
  const deadlineOf = await deadlineOfRule(deps, rule);
  if (deadlineOf !== undefined) {
    const deadlineAtMs = deadlineOf(firstMs, lastMs);
    return { ...open, deadlineAtMs, isOver: deadlineAtMs <= nowMs - DEADLINE_GRACE_MS };
  }
  return { ...open, expiresAtMs: addSeconds(firstMs, rule.trigger.observationPeriod) };
}

function countIn(endpoints: readonly EndpointLook[]): Count {
  const counts = new Map(endpoints.map(({ eventKey, have }) => [eventKey, have]));
  return (eventKey) => counts.get(eventKey) ?? 0;
}

function latestOf(times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((ms) => ms !== undefined);
  return known.length === 0 ? undefined : known.reduce((a, b) => Math.max(a, b));
}
