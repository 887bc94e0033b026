import pMap from "p-map";
import { windowStart, type Rule } from "../domain/rule.ts";
import type { CheckOutcome } from "./checkWindow.ts";
import { LEASE_MS } from "./claimSync.ts";
import type { Clock, EventLog, Log, Outbox, Publisher, ServiceState, Window } from "./ports.ts";
import { publishSync } from "./publishSync.ts";

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

/** How much one sweep does at most; the next one, a minute later, goes on. */
const LIMITS = { syncs: 200, concurrency: 8, expired: 450 } as const;

/**
 * Expired events stay a little longer than their window, so that a check that began in time, on an
 * instance whose clock is behind, can still claim them.
 */
const EXPIRY_MARGIN_MS = 60_000;

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

  await attempt("relay", {}, async () => {
    const due = await deps.outbox.due(deps.clock(), LIMITS.syncs);
    await pMap(
      due,
      ({ serviceName, syncId }) =>
        attempt("publish", { service: serviceName, syncId }, async () => {
          const now = deps.clock();
          const lease = await deps.outbox.take(serviceName, syncId, now, now + LEASE_MS);
          if (lease === undefined) return;
          const sync = withCurrentTopic(lease.sync, rules);
          const { published } = await publishSync(deps, { ...lease, sync });
          if (published) report.published++;
          else report.failed++;
        }),
      { concurrency: LIMITS.concurrency },
    );
  });
  await pMap(
    rules,
    async (rule) => {
      const { serviceName: service } = rule;
      if (rule.trigger.type === "window") {
        await attempt("check", { service }, async () => {
          if ((await deps.check(rule)).outcome === "fired") report.fired++;
        });
      }
      await attempt("expire", { service }, async () => {
        const removed = await removeExpired(deps, rule);
        report.expired += removed; // in one step: the services share the report
      });
    },
    { concurrency: LIMITS.concurrency },
  );
  deps.log.info("sweep.finished", report);
  return report;
}

async function removeExpired({ clock, services, window }: Deps, rule: Rule): Promise<number> {
  const resetAtMs = await services.resetAt(rule.serviceName);
  const until = windowStart(rule, clock(), resetAtMs) - EXPIRY_MARGIN_MS;
  return window.removeExpired(rule, until, LIMITS.expired);
}

/** A topic that was wrong when the sync was made may have been put right in the configuration. */
function withCurrentTopic<S extends { serviceName: string; topic: string }>(
  sync: S,
  rules: readonly Rule[],
): S {
  const rule = rules.find(({ serviceName }) => serviceName === sync.serviceName);
  return rule === undefined ? sync : { ...sync, topic: rule.targetPubSub.topic };
}
