import type { Shortfall } from "../domain/condition.ts";
import { groupMembers, type Group } from "../domain/decide.ts";
import type { PendingEvent } from "../domain/event.ts";
import { Replay } from "../domain/replay.ts";
import { addSeconds, type Rule } from "../domain/rule.ts";
import { windowFacts, type WindowId } from "../domain/window.ts";
import type { Ports } from "./ports.ts";

type Deps = Pick<Ports, "window" | "services" | "log">;

/** What the events of a window came to, one after the other. */
export interface ReplayedWindow {
  /** The syncs that are due, in the order in which their windows were complete. */
  readonly closed: readonly (readonly Group[])[];
  /** What is left, by endpoint. */
  readonly open: readonly Group[];
  readonly missing: readonly Shortfall[];
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
 */
export async function replayWindow(
  { window, services, log }: Deps,
  rule: Rule,
  id: WindowId,
  facts: {
    readonly fromMs: number | undefined;
    readonly nowMs: number;
    readonly untilMs: number;
  },
): Promise<ReplayedWindow> {
  const { fromMs, nowMs, untilMs } = facts;
  const replay = new Replay({ rule, resetsMs: [] });
  let resetsMs: readonly number[] = [];
  const closed: Group[][] = [];
  // The markers that are open, and the place of the first of them.
  let kept: PendingEvent[] = [];
  let first = 0;
  let lastMs = -Infinity;
  let closedMs = -Infinity;
  const eventKeys = rule.endpoints.map(({ eventKey }) => eventKey);
  for await (const page of window.scan(id, { eventKeys, fromMs })) {
    // Read after the events: whatever was reset before one of them came is known then.
    resetsMs = await services.resets(id);
    replay.learn(resetsMs);
    const arrived = page.filter(({ receivedAtMs }) => receivedAtMs <= untilMs);
    for (const event of arrived) {
      kept.push(event);
      const run = replay.next(event);
      lastMs = event.receivedAtMs;
      if (run === undefined) continue;
      closedMs = lastMs;
      closed.push(groupMembers(rule, kept.slice(run.from - first, run.to - first)));
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
  const { run, missing } = replay.openAt(Math.max(nowMs, lastMs));
  const periodStartMs = addSeconds(nowMs, -rule.trigger.observationPeriod);
  return {
    closed,
    open: groupMembers(rule, kept.slice(run.from - first, run.to - first)),
    missing,
    settledMs: Math.min(nowMs, Math.max(closedMs, periodStartMs)),
    lastResetMs: resetsMs.at(-1),
  };
}
