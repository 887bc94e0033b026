import { ownedUntil } from "../../domain/claim.ts";
import { needs } from "../../domain/condition.ts";
import { DEADLINE_GRACE_MS } from "../../domain/deadline.ts";
import { countOf, decide, groupWindow, type Group } from "../../domain/decide.ts";
import { byAge, placeOf, type PendingEvent, type Place } from "../../domain/event.ts";
import { addSeconds, firesByItself, type Rule } from "../../domain/rule.ts";
import type { WindowId } from "../../domain/window.ts";
import { missingInWords } from "../../domain/words.ts";
import { openWindow } from "../openWindow.ts";
import type { Log, Ports, WindowState } from "../ports.ts";
import { CLOCK_SKEW_MS, lookAtAll } from "../probeWindow.ts";
import { replayWindow } from "../replayWindow.ts";

/** How it stands with an endpoint in a window. */
export interface EndpointLook {
  readonly eventKey: string;
  readonly have: number;
  /** There are more than were counted. */
  readonly isAtLeast?: boolean;
  /** The most that the condition asks for; 0 where it asks for none. */
  readonly need: number;
  readonly firstMs: number | undefined;
  readonly lastMs: number | undefined;
}

/** A window as a check would find it now. */
export interface WindowLook {
  readonly key: string;
  /** Where its oldest event stands; undefined if it has none. */
  readonly first: Place | undefined;
  readonly lastMs: number | undefined;
  /** In configured order. */
  readonly endpoints: readonly EndpointLook[];
  /** What would complete it, in words; undefined if nothing is missing. */
  readonly missing: string | undefined;
  /** When its oldest event leaves the period; undefined if it closes before that, or is empty. */
  readonly expiresAtMs: number | undefined;
  readonly deadlineAtMs: number | undefined;
  /** Syncs that a check would make of it now: this window is the first of them. */
  readonly due: number;
  /** A sync of it is being claimed, event by event. */
  readonly isClaiming: boolean;
}

/** What was read of a window. */
export interface ReadWindow {
  readonly id: WindowId;
  /** All that waits there, oldest first; where events are kept, all that is there. */
  readonly events: readonly PendingEvent[];
  /** Read after them. */
  readonly state: WindowState;
}

type Deps = Pick<Ports, "window" | "timesOfDay">;

/** What is shown of a window. */
type Shown = Omit<
  WindowLook,
  "key" | "first" | "lastMs" | "endpoints" | "missing" | "isClaiming"
> & {
  readonly groups: readonly Group[];
};

/** Says how it stands with a window, by the same replay that checks it; reads nothing. */
export async function lookAtWindow(
  deps: Deps,
  rule: Rule,
  read: ReadWindow,
  nowMs: number,
): Promise<WindowLook> {
  return lookOf(rule, read, await shownOf(deps, rule, read, nowMs));
}

/** The look at a window of which each event is known. */
export function lookOf(
  rule: Rule,
  { id, state }: Pick<ReadWindow, "id" | "state">,
  { groups, ...shown }: Shown,
): WindowLook {
  const members = groups.flatMap((group) => group.members).toSorted(byAge);
  const asked = needs(rule.condition);
  const [first] = members;
  return {
    ...shown,
    key: id.key,
    first: first && placeOf(first),
    lastMs: members.at(-1)?.receivedAtMs,
    endpoints: groups.map(({ endpoint: { eventKey }, members: own }) => ({
      eventKey,
      have: own.length,
      need: asked.get(eventKey) ?? 0,
      firstMs: own[0]?.receivedAtMs,
      lastMs: own.at(-1)?.receivedAtMs,
    })),
    missing: missingInWords(rule.condition, countOf(groups)),
    isClaiming: state.claims.length > 0,
  };
}

function shownOf(deps: Deps, rule: Rule, read: ReadWindow, nowMs: number): Promise<Shown> {
  if (rule.trigger.keepEventAfterTrigger) return Promise.resolve(keptOf(rule, read, nowMs));
  return firesByItself(rule)
    ? replayedOf(deps, rule, read, nowMs)
    : manualOf(deps, rule, read, nowMs);
}

/** Events that stay: a new one fires if the window is complete. */
function keptOf(rule: Rule, { events, state }: ReadWindow, nowMs: number): Shown {
  const facts = { rule, pending: events, nowMs, resetAtMs: state.resetsMs.at(-1) };
  const groups = groupWindow(facts);
  const fires = firesByItself(rule) && decide(facts).outcome === "fire";
  return { groups, ...expiring(rule, groups), due: fires ? 1 : 0 };
}

/** Nothing but the manual trigger closes it. */
async function manualOf(
  { window }: Deps,
  rule: Rule,
  { id, events, state }: ReadWindow,
  nowMs: number,
): Promise<Shown> {
  const { open } = await openWindow(
    {
      window: { ...window, scan: () => pageOf(events) },
      services: known(state),
      log: silent,
      seekAfter: Infinity,
    },
    rule,
    id,
    nowMs,
  );
  const groups = open?.groups ?? emptyOf(rule);
  return { groups, ...expiring(rule, groups), due: 0 };
}

async function replayedOf(
  { window, timesOfDay }: Deps,
  rule: Rule,
  { id, events, state }: ReadWindow,
  nowMs: number,
): Promise<Shown> {
  const ownedTo = ownedUntil(state.claims);
  const replayed = await replayWindow(
    {
      window,
      services: known(state),
      log: silent,
      seekAfter: Infinity,
      ...(timesOfDay && { timesOfDay }),
    },
    rule,
    id,
    {
      ...lookAtAll(nowMs),
      page: ownedTo === undefined ? events : events.filter((one) => byAge(ownedTo, one) < 0),
      ownedTo,
      // Also what is closed by a deadline that a check leaves alone for a moment, or that has passed by the
      // clock of an event only: it is shown until it is a sync.
      graceMs: -CLOCK_SKEW_MS,
    },
  );
  const { closed, open } = replayed;
  const due = closed.filter(
    ({ reason, deadlineAtMs = -Infinity }) =>
      reason === "complete" || deadlineAtMs <= nowMs - DEADLINE_GRACE_MS,
  ).length;
  const [first] = closed;
  if (first !== undefined) {
    const { groups, deadlineAtMs } = first;
    return { groups, expiresAtMs: undefined, deadlineAtMs, due };
  }
  const groups = open?.groups ?? emptyOf(rule);
  const { deadlineAtMs } = replayed;
  return {
    groups,
    ...(rule.deadline === undefined && open !== undefined
      ? expiring(rule, groups)
      : { expiresAtMs: undefined, deadlineAtMs }),
    due,
  };
}

function expiring(
  { trigger }: Rule,
  groups: readonly Group[],
): Pick<Shown, "expiresAtMs" | "deadlineAtMs"> {
  const firstMs = groups
    .flatMap(({ members }) => members[0]?.receivedAtMs ?? [])
    .reduce((a, b) => Math.min(a, b), Infinity);
  const expiresAtMs =
    firstMs === Infinity ? undefined : addSeconds(firstMs, trigger.observationPeriod);
  return { expiresAtMs, deadlineAtMs: undefined };
}

const emptyOf = ({ endpoints }: Rule): Group[] =>
  endpoints.map((endpoint) => ({ endpoint, members: [] }));

async function* pageOf(
  events: readonly PendingEvent[],
): AsyncGenerator<readonly PendingEvent[], undefined> {
  yield await Promise.resolve(events);
  return undefined;
}

/** A state that was read before. */
export const known = (state: WindowState): Ports["services"] => ({
  read: () => Promise.resolve(state),
  reset: () => Promise.reject(new Error("who looks at a window changes nothing")),
});

/** What a check finds worth a line, it says itself. */
export const silent: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };
