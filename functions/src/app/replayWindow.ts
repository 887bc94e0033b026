import type { Shortfall } from "../domain/condition.ts";
import { DEADLINE_GRACE_MS } from "../domain/deadline.ts";
import { groupMembers, type Group } from "../domain/decide.ts";
import type { PendingEvent } from "../domain/event.ts";
import { Replay, type Closed, type Run } from "../domain/replay.ts";
import { addSeconds, type Rule } from "../domain/rule.ts";
import { windowFacts, type WindowId } from "../domain/window.ts";
import { deadlineOfRule } from "./deadlines.ts";
import type { Ports } from "./ports.ts";

type Deps = Pick<Ports, "window" | "services" | "log" | "timesOfDay">;

/** A window that is closed: what becomes a sync. */
export interface ClosedWindow extends Pick<Closed, "reason" | "deadlineAtMs"> {
  /** By endpoint, in configured order. */
  readonly groups: readonly Group[];
}

/** What the events of a window came to, one after the other. */
export interface ReplayedWindow {
  /** The syncs that are due, in the order in which their windows were closed. */
  readonly closed: readonly ClosedWindow[];
  /** What is left, by endpoint. */
  readonly open: readonly Group[];
  readonly missing: readonly Shortfall[];
  /** The next deadline of what is there; undefined if there is none. Epoch milliseconds. */
  readonly deadlineAtMs: number | undefined;
  /**
   * What was received up to then is in one of these, or cannot be in a sync with anything received
   * later than now. Epoch milliseconds.
   */
  readonly settledMs: number;
  readonly lastResetMs: number | undefined;
}

/**
 * Reads the pending events of a window in the order of receipt and replays them (`domain/replay.ts`):
 * 1 read for each event that still waits, at least 1, and 1 for the resets.
 *
 * @param facts.fromMs what was received before is known to be settled
 * @param facts.untilMs what was received later, by a clock that is ahead, has not come yet
 * @param facts.graceMs how long after its deadline a window is closed
 */
export async function replayWindow(
  deps: Deps,
  rule: Rule,
  id: WindowId,
  facts: {
    readonly fromMs: number | undefined;
    readonly nowMs: number;
    readonly untilMs: number;
    readonly graceMs?: number;
  },
): Promise<ReplayedWindow> {
  const { window, services, log } = deps;
  const { fromMs, nowMs, untilMs, graceMs = DEADLINE_GRACE_MS } = facts;
  const replay = new Replay({
    rule,
    resetsMs: [],
    deadlineOf: await deadlineOfRule(deps, rule),
  });
  let resetsMs: readonly number[] = [];
  const closed: ClosedWindow[] = [];
  // Windows whose deadline has passed, or will have by the clock of one of their markers, and which may
  // not be closed yet: the deadline of the first, and when its first event was received.
  let nextDeadlineMs: number | undefined;
  let unsettledMs = Infinity;
  // The markers that are open, and the place of the first of them.
  let kept: PendingEvent[] = [];
  let first = 0;
  let lastMs = -Infinity;
  let closedMs = -Infinity;
  const membersOf = ({ from, to }: Run): PendingEvent[] => kept.slice(from - first, to - first);
  const take = (run: Closed): void => {
    const { reason, deadlineAtMs } = run;
    const members = membersOf(run);
    if (reason === "deadline" && deadlineAtMs !== undefined && deadlineAtMs > nowMs - graceMs) {
      nextDeadlineMs ??= deadlineAtMs;
      unsettledMs = Math.min(unsettledMs, members[0]?.receivedAtMs ?? Infinity);
      return;
    }
    closedMs = members.at(-1)?.receivedAtMs ?? closedMs;
    closed.push({ groups: groupMembers(rule, members), reason, deadlineAtMs });
  };
  const eventKeys = rule.endpoints.map(({ eventKey }) => eventKey);
  for await (const page of window.scan(id, { eventKeys, fromMs })) {
    // Read after the events: whatever was reset before one of them came is known then.
    resetsMs = await services.resets(id);
    replay.learn(resetsMs);
    const arrived = page.filter(({ receivedAtMs }) => receivedAtMs <= untilMs);
    for (const event of arrived) {
      kept.push(event);
      lastMs = event.receivedAtMs;
      replay.next(event).forEach(take);
    }
    kept = kept.slice(replay.openFrom - first);
    first = replay.openFrom;
    const ahead = page[arrived.length];
    if (ahead === undefined) continue;
    // By age: all the others are further ahead.
    log.warn("pending.ahead", {
      ...windowFacts(id),
      eventId: ahead.id,
      receivedAt: new Date(ahead.receivedAtMs).toISOString(),
    });
    break;
  }
  const open = replay.openAt(Math.max(nowMs, lastMs));
  open.closed.forEach(take);
  const periodStartMs = addSeconds(nowMs, -rule.trigger.observationPeriod);
  return {
    closed,
    open: groupMembers(rule, membersOf(open.run)),
    missing: open.missing,
    deadlineAtMs: nextDeadlineMs ?? open.deadlineAtMs,
    settledMs: Math.min(nowMs, Math.max(closedMs, periodStartMs), unsettledMs - 1),
    lastResetMs: resetsMs.at(-1),
  };
}
