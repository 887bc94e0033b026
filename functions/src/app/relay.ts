import pMap from "p-map";
import type { Rule } from "../domain/rule.ts";
import type { Sync } from "../domain/sync.ts";
import { goOn, LEASE_MS } from "./claimSyncs.ts";
import { noteFailedStep } from "./failedStep.ts";
import type { MessageBudget } from "./messageBudget.ts";
import type { Clock, DueSync, EventLog, Log, Outbox, Publisher } from "./ports.ts";
import { publishSyncs } from "./publishSyncs.ts";

interface Deps {
  readonly events: EventLog;
  readonly outbox: Outbox;
  readonly publisher: Publisher;
  readonly budget: MessageBudget;
  readonly clock: Clock;
  readonly log: Log;
  readonly claimChunk?: number;
}

/** What the relay has done so far. */
export interface RelayReport {
  published: number;
  failed: number;
  /** Syncs on which a step threw; each is in the log. */
  errors: number;
  /** Syncs left to the next time, for want of time. */
  skipped: number;
}

/** Syncs read at a time, and published at a time. */
const PAGE = 200;
const CONCURRENCY = 8;

/**
 * Publishes the syncs that are due, oldest first, until there are none or time is up; goes on before with
 * the claims of those that are not complete.
 *
 * Once a sync of a service cannot be published its others are left for the next time: most likely its
 * topic is gone, and trying them all would hold up the services behind it.
 *
 * @param untilMs when to begin no more
 * @param report is added to, step by step: it is right also where a step never ends
 */
export async function relayDue(
  deps: Deps,
  rules: readonly Rule[],
  untilMs: number,
  report: RelayReport,
): Promise<void> {
  const stuck = new Set<string>();
  let newer = 0;
  const relayOne = async ({ serviceName, syncId }: DueSync): Promise<void> => {
    const now = deps.clock();
    const taken = await deps.outbox.take(serviceName, syncId, now, now + LEASE_MS);
    if (taken === undefined) return;
    const lease =
      taken.next === "publish" ? taken.lease : (await goOn(deps, taken.claim, untilMs)).lease;
    if (lease === undefined) return;
    const sync = withCurrentTopic(lease.sync, rules);
    const [published] = await publishSyncs(deps, [{ ...lease, sync }], untilMs);
    switch (published?.outcome) {
      case "published":
        report.published++;
        return;
      case "failed":
        report.failed++;
        stuck.add(serviceName);
        return;
      case "postponed":
      case undefined:
        return;
    }
  };
  const tryOne = async (due: DueSync): Promise<void> => {
    if (due.isNewer) {
      newer++;
      return;
    }
    if (stuck.has(due.serviceName)) return;
    if (deps.clock() >= untilMs) {
      report.skipped++;
      return;
    }
    try {
      await relayOne(due);
    } catch (error) {
      const { serviceName: service, syncId } = due;
      noteFailedStep(deps.log, report, { step: "publish", service, syncId }, error);
    }
  };

  const nowMs = deps.clock();
  let page: DueSync[] = [];
  try {
    do {
      page = await deps.outbox.due(nowMs, PAGE, page.at(-1));
      await pMap(page, tryOne, { concurrency: CONCURRENCY });
    } while (page.length === PAGE && deps.clock() < untilMs);
  } finally {
    if (newer > 0) deps.log.warn("documents.leftAlone", { kind: "sync", count: newer });
  }
}

/** A topic that was wrong when the sync was made may have been put right in the configuration. */
export function withCurrentTopic(sync: Sync, rules: readonly Rule[]): Sync {
  const rule = rules.find(({ serviceName }) => serviceName === sync.serviceName);
  return rule === undefined ? sync : { ...sync, topic: rule.targetPubSub.topic };
}
