import pMap from "p-map";
import type { Rule } from "../domain/rule.ts";
import type { Sync } from "../domain/sync.ts";
import { LEASE_MS } from "./claimSync.ts";
import type { Clock, DueSync, EventLog, Log, Outbox, Publisher } from "./ports.ts";
import { publishSync } from "./publishSync.ts";

interface Deps {
  readonly events: EventLog;
  readonly outbox: Outbox;
  readonly publisher: Publisher;
  readonly clock: Clock;
  readonly log: Log;
}

export interface RelayReport {
  readonly published: number;
  readonly failed: number;
  /** Syncs on which a step threw; each is in the log. */
  readonly errors: number;
}

/** Syncs read at a time, and published at a time. */
const PAGE = 200;
const CONCURRENCY = 8;

/**
 * Publishes the syncs that are due, oldest first, until there are none or time is up.
 *
 * Once a sync of a service cannot be published its others are left for the next time: most likely its
 * topic is gone, and trying them all would hold up the services behind it.
 *
 * @param untilMs when to stop taking more
 */
export async function relayDue(
  deps: Deps,
  rules: readonly Rule[],
  untilMs: number,
): Promise<RelayReport> {
  const report = { published: 0, failed: 0, errors: 0 };
  const stuck = new Set<string>();
  const relayOne = async ({ serviceName, syncId }: DueSync): Promise<void> => {
    const now = deps.clock();
    const lease = await deps.outbox.take(serviceName, syncId, now, now + LEASE_MS);
    if (lease === undefined) return;
    const sync = withCurrentTopic(lease.sync, rules);
    const { published } = await publishSync(deps, { ...lease, sync });
    if (published) report.published++;
    else {
      report.failed++;
      stuck.add(serviceName);
    }
  };
  const tryOne = async (due: DueSync): Promise<void> => {
    if (stuck.has(due.serviceName)) return;
    try {
      await relayOne(due);
    } catch (error) {
      report.errors++;
      const { serviceName: service, syncId } = due;
      deps.log.error("sweep.stepFailed", {
        step: "publish",
        service,
        syncId,
        error: String(error),
      });
    }
  };

  const nowMs = deps.clock();
  let page: DueSync[] = [];
  do {
    page = await deps.outbox.due(nowMs, PAGE, page.at(-1));
    await pMap(page, tryOne, { concurrency: CONCURRENCY });
  } while (page.length === PAGE && deps.clock() < untilMs);
  return report;
}

/** A topic that was wrong when the sync was made may have been put right in the configuration. */
function withCurrentTopic(sync: Sync, rules: readonly Rule[]): Sync {
  const rule = rules.find(({ serviceName }) => serviceName === sync.serviceName);
  return rule === undefined ? sync : { ...sync, topic: rule.targetPubSub.topic };
}
