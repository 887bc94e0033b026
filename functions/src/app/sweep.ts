import pMap from "p-map";
import pTimeout from "p-timeout";
import { expiryOf } from "../domain/expiry.ts";
import { firesByItself, type Rule } from "../domain/rule.ts";
import { windowOf, type WindowId } from "../domain/window.ts";
import type { CheckOutcome } from "./checkWindow.ts";
import { noteFailedStep } from "./failedStep.ts";
import type { MessageBudget } from "./messageBudget.ts";
import type { Ports } from "./ports.ts";
import { relayDue } from "./relay.ts";
import { PUBLICATION_MS } from "./timeLimits.ts";

type Deps = Pick<
  Ports,
  "window" | "services" | "events" | "outbox" | "publisher" | "clock" | "log" | "claimChunk"
> & {
  readonly budget: MessageBudget;
  /** A window check that no event asked for, with its publication. */
  readonly check: (rule: Rule, window: WindowId) => Promise<CheckOutcome>;
};

export interface SweepReport {
  readonly published: number;
  readonly failed: number;
  /** Syncs that its checks made. */
  readonly fired: number;
  readonly expired: number;
  /** Steps that threw or took too long; each is in the log. */
  readonly errors: number;
  /** Steps left to the next sweep, for want of time or because something passes by itself. */
  readonly skipped: number;
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
  const report = { published: 0, failed: 0, fired: 0, expired: 0, errors: 0, skipped: 0 };
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
      await pTimeout(work(), { milliseconds: seconds * 1000, message });
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
      // What has expired is what a replay has passed by then: it may go only once that is done.
      const passedMs = deps.clock();
      let isPassed = true;
      if (firesByItself(rule)) {
        isPassed = false;
        const check = async (): Promise<void> => {
          const outcome = await deps.check(rule, windowOf(rule));
          if (outcome.outcome === "fired") report.fired += outcome.leases.length;
          isPassed = true;
        };
        await attemptInTime("check", { service }, check, LIMITS.stepSeconds);
      }
      if (!isPassed) return;
      const expire = async (): Promise<void> => {
        const removed = await removeExpired(deps, rule, passedMs, untilMs);
        report.expired += removed; // in one step: the services share the report
      };
      await attemptInTime("expire", { service }, expire, LIMITS.stepSeconds);
    },
    { concurrency: LIMITS.services },
  );
  await Promise.all([relay, services]);
  let oldestUnpublishedSeconds: number | undefined;
  const age = async (): Promise<void> => {
    oldestUnpublishedSeconds = await ageOfOldest(deps);
  };
  // However late it is: this is what tells that something is wrong.
  await attempt("age", {}, age, LIMITS.ageSeconds);
  const finished = { ...report, oldestUnpublishedSeconds };
  deps.log.info("sweep.finished", finished);
  return finished;
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

async function removeExpired(
  { clock, services, window }: Deps,
  rule: Rule,
  passedMs: number,
  untilMs: number,
): Promise<number> {
  const { resetsMs, claims } = await services.read(windowOf(rule));
  // What a claim under way has not come to yet is in its sync, however old it gets meanwhile.
  if (claims.length > 0) return 0;
  // One that came later may end events that no replay has passed.
  const resetAtMs = resetsMs.findLast((resetMs) => resetMs <= passedMs);
  return window.removeExpired(windowOf(rule), {
    eventKeys: rule.endpoints.map(({ eventKey }) => eventKey),
    expiry: expiryOf(rule, passedMs, resetAtMs, EXPIRY_MARGIN_SECONDS),
    goOn: () => clock() < untilMs,
  });
}
