import pMap from "p-map";
import type { Rule } from "../domain/rule.ts";
import { topicOf, type Sync } from "../domain/sync.ts";
import { LEASE_MS } from "./claimSyncs.ts";
import { noteFailedStep } from "./failedStep.ts";
import { finishClaims } from "./finishClaims.ts";
import type { MessageBudget } from "./messageBudget.ts";
import type { DueSync, Lease, OpenClaim, Ports } from "./ports.ts";
import { publishSyncs, type PublishOutcome } from "./publishSyncs.ts";

type Deps = Pick<
  Ports,
  "events" | "outbox" | "publisher" | "clock" | "log" | "claimChunk" | "deliverer"
> & {
  readonly budget: MessageBudget;
};

type Named = Pick<DueSync, "serviceName" | "syncId">;

/** What the relay has done so far. */
export interface RelayReport {
  published: number;
  failed: number;
  /** Syncs on which a step threw; each is in the log. */
  errors: number;
  /** Syncs left to the next time, for want of time. */
  skipped: number;
}

/** Syncs read at a time. */
const PAGE = 200;
/** Services at a time, and syncs of one that are taken at a time. */
const CONCURRENCY = 8;
/** Syncs of a service that are published together: what is listed of their events is in memory. */
const TOGETHER = 10;

/**
 * Publishes the syncs that are due, oldest first, until there are none or time is up: those of one service
 * together, as a check does. Goes on with the claims of those that are not complete, and publishes them, too.
 *
 * Once a sync of a service cannot be published its others are left for the next time: most likely its
 * topic is gone, and trying them all would hold up the services behind it. So the oldest goes alone.
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
  const claims: OpenClaim[] = [];
  const noteFailed = (error: unknown, { serviceName: service, syncId }: Named): void => {
    noteFailedStep(deps.log, report, { step: "publish", service, syncId }, error);
  };
  const take = async (due: DueSync): Promise<Lease | undefined> => {
    try {
      const nowMs = deps.clock();
      const taken = await deps.outbox.take(due, { nowMs, leaseUntilMs: nowMs + LEASE_MS });
      if (taken?.next === "publish") return taken.lease;
      if (taken !== undefined) claims.push(taken.claim);
    } catch (error) {
      noteFailed(error, due);
    }
    return undefined;
  };
  const withTopic = (lease: Lease): Lease => ({
    ...lease,
    sync: withCurrentTopic(lease.sync, rules),
  });
  const count = (outcome: PublishOutcome["outcome"] | undefined, { serviceName }: Named): void => {
    if (outcome === "published") report.published++;
    if (outcome !== "failed") return;
    report.failed++;
    stuck.add(serviceName);
  };
  const finish = async (claim: OpenClaim): Promise<void> => {
    const { serviceName, id: syncId } = claim.sync;
    const named = { serviceName, syncId };
    try {
      const [finished] = await finishClaims(deps, [claim], rules, untilMs, withTopic);
      count(finished?.published?.outcome, named);
      if (finished?.isLeft === true) report.skipped++;
    } catch (error) {
      noteFailed(error, named);
    }
  };
  const relay = async (due: readonly DueSync[]): Promise<void> => {
    const [first] = due;
    if (first === undefined || stuck.has(first.serviceName)) return;
    if (deps.clock() >= untilMs) {
      report.skipped += due.length;
      return;
    }
    const taken = await pMap(due, take, { concurrency: CONCURRENCY });
    const leases = taken.filter((lease) => lease !== undefined).map(withTopic);
    try {
      for (const { outcome } of await publishSyncs(deps, leases, untilMs)) count(outcome, first);
    } catch (error) {
      noteFailed(error, first);
    }
  };

  const nowMs = deps.clock();
  let page: DueSync[] = [];
  try {
    do {
      page = await deps.outbox.due(nowMs, PAGE, page.at(-1));
      const known = page.filter(({ isNewer }) => !isNewer);
      newer += page.length - known.length;
      const services = [...Map.groupBy(known, ({ serviceName }) => serviceName).values()];
      const inTurn = async (due: readonly DueSync[]): Promise<void> => {
        await relay(due.slice(0, 1));
        for (let start = 1; start < due.length; start += TOGETHER) {
          await relay(due.slice(start, start + TOGETHER));
        }
      };
      await pMap(services, inTurn, { concurrency: CONCURRENCY });
    } while (page.length === PAGE && deps.clock() < untilMs);
    // Last, since each takes all the time there is.
    await pMap(claims, finish, { concurrency: CONCURRENCY });
  } finally {
    if (newer > 0) deps.log.warn("documents.leftAlone", { kind: "sync", count: newer });
  }
}

/** A topic that was wrong when the sync was made may have been put right in the configuration. */
export function withCurrentTopic(sync: Sync, rules: readonly Rule[]): Sync {
  const rule = rules.find(({ serviceName }) => serviceName === sync.serviceName);
  const topic = rule && topicOf(rule, sync.destination);
  return topic === undefined ? sync : { ...sync, topic };
}
