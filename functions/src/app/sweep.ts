import pMap from "p-map";
import { DEADLINE_GRACE_MS } from "../domain/deadline.ts";
import { expiryOf } from "../domain/expiry.ts";
import { firesByItself, type Rule } from "../domain/rule.ts";
import { windowOf } from "../domain/window.ts";
import type { DeliveryReport } from "./delivery/report.ts";
import { examineWindows } from "./examineWindows.ts";
import { noteFailedStep } from "./failedStep.ts";
import type { MessageBudget } from "./messageBudget.ts";
import type { Ports } from "./ports.ts";
import { relayDue } from "./relay.ts";
import { PUBLICATION_MS } from "./timeLimits.ts";
import { withinTime } from "./withinTime.ts";

type Deps = Pick<
  Ports,
  | "window"
  | "openWindows"
  | "services"
  | "events"
  | "outbox"
  | "publisher"
  | "clock"
  | "log"
  | "claimChunk"
  | "timesOfDay"
  | "deliverer"
> & {
  readonly budget: MessageBudget;
  readonly check: Parameters<typeof examineWindows>[0]["check"];
};

export interface SweepReport {
  readonly published: number;
  readonly failed: number;
  /** Syncs that its checks made. */
  readonly fired: number;
  readonly expired: number;
  /** What removing them took, over all services: they do it beside each other. */
  readonly expireMs: number;
  /** Steps that threw or took too long; each is in the log. */
  readonly errors: number;
  /** Steps left to the next sweep, for want of time or because something passes by itself. */
  readonly skipped: number;
  readonly durationMs: number;
  /** What was done for targets; absent where there are none. */
  readonly deliveries?: DeliveryReport;
  /** Age of the oldest sync that is not published; 0 if all are, undefined if that is not known. */
  readonly oldestUnpublishedSeconds: number | undefined;
}

/**
 * What one sweep does at most; the next one, a minute later, goes on. Nothing begins after `seconds`;
 * together with what may have begun then, it is less than the function may run.
 */
const LIMITS = {
  seconds: 45,
  /** For a step on one service. */
  stepSeconds: 30,
  /** To begin checks of windows of one service with a correlation, and for all of them to end. */
  examineSeconds: 25,
  examinedSeconds: 50,
  /** To begin attempts to deliver, and for all of them to end: one takes 80 s at most. */
  deliverSeconds: 30,
  deliveredSeconds: 112,
  /** For the age of the oldest sync. */
  ageSeconds: 10,
  services: 8,
  /** Unpublished syncs that are looked at for the oldest one. */
  unpublished: 100,
} as const;

/** An unpublished sync that is older than the longest pause between attempts has failed for as long. */
const OVERDUE_SECONDS = 3600;

/**
 * Expired events stay a little longer than their window, so that a check that began in time, on an
 * instance whose clock is behind, can still claim them.
 */
const EXPIRY_MARGIN_SECONDS = 60;

/**
 * Finishes what a crash or an outage left behind: publishes syncs that are not, repeats window
 * checks that were missed, removes pending events that can no longer count. Every step is tried
 * whatever becomes of the others, so that one service cannot block another: what fails is noted, what
 * does not end is left, and each sweep begins with other services.
 */
export async function sweep(deps: Deps, rules: readonly Rule[]): Promise<SweepReport> {
  const report = {
    published: 0,
    failed: 0,
    fired: 0,
    expired: 0,
    expireMs: 0,
    errors: 0,
    skipped: 0,
  };
  const startMs = deps.clock();
  const untilMs = startMs + LIMITS.seconds * 1000;
  const attempt = async (
    step: string,
    facts: { readonly service?: string },
    work: () => Promise<void>,
    seconds: number,
  ): Promise<void> => {
    try {
      const message = `not done after ${String(seconds)} s`;
      await withinTime(work(), seconds * 1000, message);
    } catch (error) {
      noteFailedStep(deps.log, report, { step, ...facts }, error);
    }
  };

  const attemptInTime: typeof attempt = async (...step) => {
    if (deps.clock() < untilMs) await attempt(...step);
    else report.skipped++;
  };

  // What it begins last may take as long as a publication may.
  const relaySeconds = LIMITS.seconds + PUBLICATION_MS / 1000;
  const relay = attempt("relay", {}, () => relayDue(deps, rules, untilMs, report), relaySeconds);
  const services = pMap(
    rotate(rules, startMs),
    async (rule) => {
      const { serviceName: service } = rule;
      // What has expired is what a replay has passed by then: it may go only once that is done. And what
      // a deadline closes just before a reset is claimed a little later.
      const graceMs = rule.deadline === undefined ? 0 : DEADLINE_GRACE_MS;
      let passed: Passed | undefined = { ms: deps.clock() - graceMs, butKeys: [] };
      if (firesByItself(rule)) {
        passed = undefined;
        const check = async (): Promise<void> => {
          const ms = deps.clock() - graceMs;
          const outcome = await deps.check(rule, windowOf(rule), undefined);
          if (outcome.outcome === "fired") report.fired += outcome.leases.length;
          passed = { ms, butKeys: [] };
        };
        const examine = async (): Promise<void> => {
          const beginUntilMs = deps.clock() + LIMITS.examineSeconds * 1000;
          const untilThenMs = Math.min(untilMs, beginUntilMs);
          const { passedMs, closedMs, again } = await examineWindows(
            deps,
            rule,
            untilThenMs,
            report,
          );
          // Where there is a deadline nothing expires before it had its turn.
          const ms = rule.deadline === undefined ? passedMs : closedMs;
          passed = ms === undefined ? undefined : { ms, butKeys: again };
        };
        await (rule.correlation === undefined
          ? attemptInTime("check", { service }, check, LIMITS.stepSeconds)
          : attemptInTime("examine", { service }, examine, LIMITS.examinedSeconds));
      }
      if (passed === undefined) return;
      const upTo = passed;
      const expire = async (): Promise<void> => {
        const beginMs = deps.clock();
        const removed = await removeExpired(deps, rule, upTo, untilMs);
        report.expired += removed; // in one step: the services share the report
        report.expireMs += deps.clock() - beginMs;
      };
      await attemptInTime("expire", { service }, expire, LIMITS.stepSeconds);
    },
    { concurrency: LIMITS.services },
  );
  let deliveries: DeliveryReport | undefined;
  const deliver = async (): Promise<void> => {
    const deliverer = await deps.deliverer?.();
    deliveries = await deliverer?.sweep(rules, startMs + LIMITS.deliverSeconds * 1000, report);
  };
  const hasTargets = rules.some(({ targets = [] }) => targets.length > 0);
  const delivering = hasTargets && attempt("deliver", {}, deliver, LIMITS.deliveredSeconds);
  await Promise.all([relay, services, delivering]);
  let oldestUnpublishedSeconds: number | undefined;
  const age = async (): Promise<void> => {
    oldestUnpublishedSeconds = await ageOfOldest(deps);
  };
  // However late it is: this is what tells that something is wrong.
  await attempt("age", {}, age, LIMITS.ageSeconds);
  const finished = { ...report, durationMs: deps.clock() - startMs, oldestUnpublishedSeconds };
  deps.log.info("sweep.finished", finished);
  return deliveries === undefined ? finished : { ...finished, deliveries };
}

/** Begins, minute by minute, with the services that the sweep before may not have come to. */
function rotate<T>(items: readonly T[], nowMs: number): T[] {
  const minute = Math.floor(nowMs / 60_000);
  const first = (minute * LIMITS.services) % Math.max(1, items.length);
  return [...items.slice(first), ...items.slice(0, first)];
}

/** In seconds; 0 if every sync is published. */
async function ageOfOldest({ outbox, clock, log }: Deps): Promise<number> {
  const oldest = await outbox.oldest(LIMITS.unpublished);
  if (oldest === undefined) return 0;
  const ageSeconds = Math.max(0, Math.round((clock() - oldest.createdAtMs) / 1000));
  if (ageSeconds > OVERDUE_SECONDS) {
    const { serviceName: service, syncId } = oldest;
    log.error("outbox.overdue", { service, syncId, ageSeconds });
  }
  return ageSeconds;
}

/** Up to when replays have passed all that was received, but for some windows. */
interface Passed {
  readonly ms: number;
  readonly butKeys: readonly string[];
}

async function removeExpired(
  { clock, services, window, openWindows }: Deps,
  rule: Rule,
  passed: Passed,
  untilMs: number,
): Promise<number> {
  const { resetsMs, claims, claimedKeys } = await services.read(windowOf(rule));
  // One that came later may end events that no replay has passed.
  const resetAtMs = resetsMs.findLast((resetMs) => resetMs <= passed.ms);
  const expiry = expiryOf(rule, passed.ms, resetAtMs, EXPIRY_MARGIN_SECONDS);
  const goOn = (): boolean => clock() < untilMs;
  // What a claim under way has not come to yet is in its sync, however old it gets meanwhile.
  if (rule.correlation !== undefined) {
    const keptKeys = new Set([...passed.butKeys, ...claimedKeys]);
    return openWindows.removeExpired(rule.serviceName, { expiry, keptKeys, goOn });
  }
  if (claims.length > 0) return 0;
  const eventKeys = rule.endpoints.map(({ eventKey }) => eventKey);
  return window.removeExpired(windowOf(rule), { eventKeys, expiry, goOn });
}
