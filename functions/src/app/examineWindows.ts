import pMap from "p-map";
import { DEADLINE_GRACE_MS, passedBy } from "../domain/deadline.ts";
import { endOf } from "../domain/event.ts";
import { addSeconds, type Rule } from "../domain/rule.ts";
import { windowFacts, type WindowId } from "../domain/window.ts";
import type { CheckOutcome } from "./checkWindow.ts";
import { deadlineOfRule } from "./deadlines.ts";
import { noteFailedStep } from "./failedStep.ts";
import type { NetProgress, Ports, WaitingEvent } from "./ports.ts";
import { LATE_MS, type Asking } from "./probeWindow.ts";
import { CLAIM_MS } from "./timeLimits.ts";
import { withinTime } from "./withinTime.ts";

interface Deps extends Pick<Ports, "openWindows" | "window" | "clock" | "log" | "timesOfDay"> {
  /** A window check that these events ask for, or none in particular, with its publication. */
  readonly check: (
    rule: Rule,
    window: WindowId,
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

/** Windows that are looked at again when their claims have ended; all of them go into one document. */
const MOST_OWNED = 400;

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
 * order of receipt, so a second mark says how far that is done, and what lies before it is closed. An event of
 * a session that goes on is passed over: the last one of its window is met, too.
 *
 * A check that fails is tried again by the next sweeps, and stops no other; so is one that met a claim under way.
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

  /** @param over looks only whether the window of these is over, which an event can put off */
  const check = async (
    key: string,
    asking: Asking | undefined,
    over?: readonly WaitingEvent[],
  ): Promise<Result> => {
    if (clock() >= untilMs) return "left";
    const window = { service, key };
    try {
      if (over !== undefined && (await goesOn(deps, rule, window, over))) return "done";
      const message = `not done after ${String(CHECK_SECONDS)} s`;
      const checked = deps.check(rule, window, asking);
      const outcome = await withinTime(checked, CHECK_SECONDS * 1000, message);
      if (outcome.outcome === "fired") report.fired += outcome.leases.length;
      return outcome.isOwned === true ? "owned" : "done";
    } catch (error) {
      noteFailedStep(log, report, { step: "check", ...windowFacts(window) }, error);
      return "failed";
    }
  };
  const again = new Set<string>();
  const owned = new Set<string>();
  const retried = pMap(
    before.again,
    async (key) => {
      const result = await check(key, undefined);
      if (result === "owned") owned.add(key);
      else if (result !== "done") again.add(key);
    },
    { concurrency: AGAIN_CONCURRENCY },
  );

  const examine = async (
    aboveMs: number | undefined,
    upToMs: number,
    isOver: boolean,
  ): Promise<Examined> => {
    let passedMs = aboveMs;
    let isEmpty = true;
    for await (const page of openWindows.scan(service, { aboveMs, upToMs })) {
      isEmpty = false;
      const results = await pMap(
        [...Map.groupBy(page, ({ key }) => key)],
        async ([key, events]) => {
          const result = await check(key, askingOf(events), isOver ? events : undefined);
          return { key, result };
        },
        { concurrency: CONCURRENCY },
      );
      const keysOf = (of: Result): string[] =>
        results.filter(({ result }) => result === of).map(({ key }) => key);
      const failures = keysOf("failed");
      const beside = keysOf("owned");
      // All of the page is examined once more, then.
      if (
        keysOf("left").length > 0 ||
        again.size + failures.length > MOST_AGAIN ||
        owned.size + beside.length > MOST_OWNED
      ) {
        return { passedMs, isEmpty, isCutShort: true };
      }
      for (const key of failures) again.add(key);
      for (const key of beside) owned.add(key);
      // Others of the same millisecond may be on the next page.
      passedMs = (page.at(-1)?.receivedAtMs ?? upToMs) - 1;
    }
    return { passedMs: Math.max(upToMs, passedMs ?? upToMs), isEmpty, isCutShort: false };
  };
  const visible = await examine(before.passedMs, dueMs, false);
  const deadline = await deadlineOfRule(deps, rule);
  const overdueMs = deadline && passedBy(deadline, rule, clock() - DEADLINE_GRACE_MS - ALARM_MS);
  const upToMs = Math.min(overdueMs ?? Infinity, dueMs);
  const closed: Examined =
    deadline === undefined || visible.isCutShort
      ? { ...visible, passedMs: before.closedMs }
      : await examine(before.closedMs, upToMs, true);
  await retried;

  const progress = {
    passedMs: visible.passedMs,
    closedMs: closed.passedMs,
    again: [...new Set([...again, ...owned])],
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

/**
 * `owned`: a claim under way had a part of the window. An event behind it that became visible too late for it
 * waits for the next sync, and nobody asks for it once the claim has ended.
 */
type Result = "done" | "owned" | "failed" | "left";

/** One check for those of a window. @param events by age */
function askingOf(events: readonly WaitingEvent[]): Asking {
  return {
    eventKeys: new Set(events.map(({ eventKey }) => eventKey)),
    oldestMs: events[0]?.receivedAtMs ?? 0,
    isSwept: true,
  };
}

/**
 * Whether each of these events has put off the end of its window, and is not the last one that did: then to
 * look at the window is to read all of a session for nothing (2 reads, none where windows do not go on).
 *
 * @param events of one window, by age
 */
async function goesOn(
  { window, clock }: Deps,
  { deadline, trigger, endpoints }: Rule,
  id: WindowId,
  events: readonly WaitingEvent[],
): Promise<boolean> {
  const { seconds, from } = deadline ?? {};
  const lastMs = events.at(-1)?.receivedAtMs;
  if (from !== "last" || seconds === undefined || lastMs === undefined) return false;
  const isApart = events.some(
    ({ receivedAtMs }, index) =>
      receivedAtMs >= addSeconds(events[index - 1]?.receivedAtMs ?? Infinity, seconds),
  );
  if (isApart) return false;
  const eventKeys = endpoints.map(({ eventKey }) => eventKey);
  const untilMs = addSeconds(lastMs, seconds) - 1;
  const [next, oldestMs] = await Promise.all([
    window.next(id, { eventKeys, after: endOf(lastMs), untilMs }),
    window.oldest(id, { eventKeys }),
  ]);
  // However it goes on, it ends when its first event leaves the observation period.
  const endMs = addSeconds(oldestMs ?? Infinity, trigger.observationPeriod);
  return next !== undefined && clock() < endMs;
}
