import pMap from "p-map";
import { expiryOf } from "../domain/expiry.ts";
import type { Rule } from "../domain/rule.ts";
import type { CheckOutcome } from "./checkWindow.ts";
import type { Clock, EventLog, Log, Outbox, Publisher, ServiceState, Window } from "./ports.ts";
import { relayDue } from "./relay.ts";

interface Deps {
  readonly window: Window;
  readonly services: ServiceState;
  readonly events: EventLog;
  readonly outbox: Outbox;
  readonly publisher: Publisher;
  readonly clock: Clock;
  readonly log: Log;
  /** A window check that no event asked for, with its publication. */
  readonly check: (rule: Rule) => Promise<CheckOutcome>;
}

export interface SweepReport {
  readonly published: number;
  readonly failed: number;
  readonly fired: number;
  readonly expired: number;
  /** Steps that threw; each is in the log. */
  readonly errors: number;
}

/** What one sweep does at most; the next one, a minute later, goes on. */
const LIMITS = { seconds: 45, services: 8 } as const;

/**
 * Expired events stay a little longer than their window, so that a check that began in time, on an
 * instance whose clock is behind, can still claim them.
 */
const EXPIRY_MARGIN_SECONDS = 60;

/**
 * Finishes what a crash or an outage left behind: publishes syncs that are not, repeats window
 * checks that were missed, removes pending events that can no longer count. Every step is tried
 * whatever becomes of the others, so that one service cannot block another.
 */
export async function sweep(deps: Deps, rules: readonly Rule[]): Promise<SweepReport> {
  const report = { published: 0, failed: 0, fired: 0, expired: 0, errors: 0 };
  const attempt = async (step: string, facts: object, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      report.errors++;
      deps.log.error("sweep.stepFailed", { step, ...facts, error: String(error) });
    }
  };

  const untilMs = deps.clock() + LIMITS.seconds * 1000;
  const relay = attempt("relay", {}, async () => {
    const relayed = await relayDue(deps, rules, untilMs);
    report.published = relayed.published;
    report.failed = relayed.failed;
    report.errors += relayed.errors;
  });
  const services = pMap(
    rules,
    async (rule) => {
      const { serviceName: service } = rule;
      if (rule.trigger.type === "window") {
        await attempt("check", { service }, async () => {
          if ((await deps.check(rule)).outcome === "fired") report.fired++;
        });
      }
      await attempt("expire", { service }, async () => {
        const removed = await removeExpired(deps, rule, untilMs);
        report.expired += removed; // in one step: the services share the report
      });
    },
    { concurrency: LIMITS.services },
  );
  await Promise.all([relay, services]);
  deps.log.info("sweep.finished", report);
  return report;
}

async function removeExpired(
  { clock, services, window }: Deps,
  rule: Rule,
  untilMs: number,
): Promise<number> {
  const resetAtMs = await services.resetAt(rule.serviceName);
  const expiry = expiryOf(rule, clock(), resetAtMs, EXPIRY_MARGIN_SECONDS);
  return window.removeExpired(rule, expiry, () => clock() < untilMs);
}
