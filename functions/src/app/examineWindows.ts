import pMap from "p-map";
import pTimeout from "p-timeout";
import { DEADLINE_GRACE_MS, passedBy } from "../domain/deadline.ts";
import type { Rule } from "../domain/rule.ts";
import { windowFacts } from "../domain/window.ts";
import type { CheckOutcome } from "./checkWindow.ts";
import { deadlineOfRule } from "./deadlines.ts";
import { noteFailedStep } from "./failedStep.ts";
import type { Clock, Log, NetProgress, OpenWindows, TimesOfDay, WaitingEvent } from "./ports.ts";
import { LATE_MS, type Asking } from "./probeWindow.ts";
import { CLAIM_MS } from "./timeLimits.ts";

interface Deps {
  readonly openWindows: OpenWindows;
  readonly clock: Clock;
  readonly log: Log;
  readonly timesOfDay?: TimesOfDay;
  /** A window check that these events ask for, or none in particular, with its publication. */
  readonly check: (
    rule: Rule,
    window: { readonly service: string; readonly key: string },
    asking: Asking | undefined,
  ) => Promise<CheckOutcome>;
}

/** What sweeps have done so far. */
interface Report {
  fired: number;
  errors: number;
  skipped: number;
}

/** Checks at a time: each waits for Firestore most of its time. */
const CONCURRENCY = 64;
const AGAIN_CONCURRENCY = 8;

/** For the check of one window: longer than it goes on with a large claim. */
const CHECK_SECONDS = 5 + CLAIM_MS.sweep / 1000;

/** Windows that are tried again. With more the store itself is at fault: then nothing is passed. */
const MOST_AGAIN = 100;

/** How long after a deadline the net looks whether its alarm was lost: one that rings is there first. */
const ALARM_MS = 10_000;

/** How long nothing need be noted where there is nothing to examine; what is gone is gone through again. */
const NOTE_MS = 600_000;

/**
 * The net under the windows of a service with a correlation, however many there are.
 *
 * A window needs it only if a trigger was lost. So nobody visits windows: each marker that still waits
 * some time after it was stored is examined once, as if its trigger came now. That time is longer than
 * an event may take to become visible (`LATE_MS`), so what lies before it is all there: a mark on the
 * time of receipt, noted for the next sweep, says what has been examined. It costs a read for each such
 * marker, and about one for the check of its window.
 *
 * Where there is a deadline each marker that waits still is examined a second time, once a window that it
 * had begun would be closed: the alarm of its window was lost, or its window goes on. Deadlines come in the
 * order of receipt, so a second mark says how far that is done, and what lies before it is closed.
 *
 * A check that fails is tried again by the next sweeps, and stops no other.
 *
 * @param untilMs when to begin no more
 * @param report is added to: a window whose check fails or takes too long is an error of its own
 * @returns what is passed then
 */
export async function examineWindows(
  deps: Deps,
  rule: Rule,
  untilMs: number,
  report: Report,
): Promise<NetProgress> {
  const { openWindows, clock, log } = deps;
  const { serviceName: service } = rule;
  const before = await openWindows.progress(service);
  const dueMs = clock() - LATE_MS;

  const check = async (key: string, asking: Asking | undefined): Promise<Result> => {
    if (clock() >= untilMs) return "left";
    const window = { service, key };
    try {
      const message = `not done after ${String(CHECK_SECONDS)} s`;
      const limit = { milliseconds: CHECK_SECONDS * 1000, message };
      const outcome = await pTimeout(deps.check(rule, window, asking), limit);
      if (outcome.outcome === "fired") report.fired += outcome.leases.length;
      return "done";
    } catch (error) {
      noteFailedStep(log, report, { step: "check", ...windowFacts(window) }, error);
      return "failed";
    }
  };
  const again = new Set<string>();
  const retried = pMap(
    before.again,
    async (key) => {
      if ((await check(key, undefined)) !== "done") again.add(key);
    },
    { concurrency: AGAIN_CONCURRENCY },
  );

  const examine = async (aboveMs: number | undefined, upToMs: number): Promise<Examined> => {
    let passedMs = aboveMs;
    let isEmpty = true;
    for await (const page of openWindows.scan(service, { aboveMs, upToMs })) {
      isEmpty = false;
      const results = await pMap(
        askingByKey(page),
        async ([key, asking]) => ({ key, result: await check(key, asking) }),
        { concurrency: CONCURRENCY },
      );
      const failures = results.filter(({ result }) => result === "failed");
      const isLeft = results.some(({ result }) => result === "left");
      // All of the page is examined once more, then.
      if (isLeft || again.size + failures.length > MOST_AGAIN) {
        return { passedMs, isEmpty, isCutShort: true };
      }
      for (const { key } of failures) again.add(key);
      // Others of the same millisecond may be on the next page.
      passedMs = (page.at(-1)?.receivedAtMs ?? upToMs) - 1;
    }
    return { passedMs: Math.max(upToMs, passedMs ?? upToMs), isEmpty, isCutShort: false };
  };
  const visible = await examine(before.passedMs, dueMs);
  const deadline = await deadlineOfRule(deps, rule);
  const overdueMs = deadline && passedBy(deadline, rule, clock() - DEADLINE_GRACE_MS - ALARM_MS);
  const upToMs = Math.min(overdueMs ?? Infinity, dueMs);
  // With a rule whose deadlines were earlier somebody was further.
  const beforeMs = before.closedMs && Math.min(before.closedMs, upToMs);
  const closed: Examined =
    deadline === undefined || visible.isCutShort
      ? { ...visible, passedMs: beforeMs }
      : await examine(beforeMs, upToMs);
  await retried;

  const progress = {
    passedMs: visible.passedMs,
    closedMs: closed.passedMs,
    again: [...again],
  };
  const isEmpty = visible.isEmpty && closed.isEmpty;
  const isOld = before.passedMs === undefined || dueMs - before.passedMs > NOTE_MS;
  if (!isEmpty || isOld || before.again.length > 0) {
    await openWindows.saveProgress(service, progress);
  }
  if (closed.isCutShort) report.skipped++;
  return progress;
}

/** A run through markers, by the time of receipt. */
interface Examined {
  /** What was received up to then has been examined. */
  readonly passedMs: number | undefined;
  readonly isEmpty: boolean;
  /** There was no time for the rest. */
  readonly isCutShort: boolean;
}

type Result = "done" | "failed" | "left";

/** The events of a page by key: one check for those of a window. */
function askingByKey(page: readonly WaitingEvent[]): (readonly [string, Asking])[] {
  return Array.from(
    Map.groupBy(page, ({ key }) => key),
    ([key, events]) => [
      key,
      {
        eventKeys: new Set(events.map(({ eventKey }) => eventKey)),
        // By age.
        oldestMs: events[0]?.receivedAtMs ?? 0,
        isSwept: true,
      },
    ],
  );
}
