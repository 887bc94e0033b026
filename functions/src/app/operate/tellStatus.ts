import type { Delivery } from "../../domain/delivery.ts";
import { EventSyncError } from "../../domain/errors.ts";
import type { Rule } from "../../domain/rule.ts";
import { windowOf } from "../../domain/window.ts";
import type { Deliveries, TargetState, TargetStates } from "../ports/deliveries.ts";
import type { Ports } from "../ports.ts";
import type { SyncLog } from "../ports/syncLog.ts";
import type { WindowLooks } from "../ports/windowLooks.ts";
import { listSyncs, type SyncWithDeliveries } from "./listSyncs.ts";
import { lookAtMany, lookAtOne } from "./lookAtWindows.ts";
import { lookByKey } from "./lookByKey.ts";
import type { WindowLook } from "./lookAtWindow.ts";
import type { WindowOrder, WindowStand } from "../../domain/windowOrder.ts";

type Deps = Pick<Ports, "window" | "services" | "clock" | "timesOfDay"> & {
  readonly looks: WindowLooks;
  readonly syncLog: SyncLog;
  /** Asked only for rules with targets. */
  readonly deliveries: () => Promise<{
    readonly deliveries: Deliveries;
    readonly targetStates: TargetStates;
  }>;
};

/** What is asked of the status of a service. */
export interface AskedStatus {
  /** Of the window of that key only; the empty one, where the service has no correlation. */
  readonly key?: string | undefined;
  readonly order: WindowOrder;
  readonly limit: number;
  /** Of the same order. */
  readonly after?: WindowStand | undefined;
}

export interface TargetStatus extends TargetState {
  readonly target: string;
  readonly kind: Delivery["kind"];
  readonly waiting: number;
  readonly undeliverable: number;
  /** When the oldest of those that wait was made. */
  readonly oldestAtMs: number | undefined;
}

export interface ServiceStatus {
  readonly nowMs: number;
  /** The last reset of all keys. */
  readonly resetAtMs: number | undefined;
  readonly windows: readonly WindowLook[];
  readonly next: WindowStand | undefined;
  /** The last ones. */
  readonly syncs: readonly SyncWithDeliveries[];
  readonly undelivered: { readonly count: number; readonly oldestAtMs: number | undefined };
  readonly targets: readonly TargetStatus[];
}

const SYNCS = 10;

/**
 * How it stands with a service: what it waits for, and what has become of its last syncs.
 *
 * @throws EventSyncError `unknown-window` if nothing is open in the window that is asked for
 */
export async function tellStatus(
  deps: Deps,
  rule: Rule,
  asked: AskedStatus,
): Promise<ServiceStatus> {
  const { services, syncLog, clock } = deps;
  const { key } = asked;
  const nowMs = clock();
  const { serviceName: service } = rule;
  const isListed = rule.correlation !== undefined && key === undefined;
  const [{ windows, next }, state, { syncs }, unpublished, targets] = await Promise.all([
    isListed ? many(deps, rule, asked) : one(deps, rule, key),
    services.read(windowOf(rule)),
    listSyncs(deps, rule, { key: key === "" ? undefined : key, limit: SYNCS }),
    syncLog.unpublished(service),
    targetsOf(deps, rule),
  ]);
  const times = [unpublished, ...targets].flatMap(({ oldestAtMs }) => oldestAtMs ?? []);
  return {
    nowMs,
    resetAtMs: state.resetsMs.at(-1),
    windows,
    next,
    syncs,
    undelivered: {
      count: targets.reduce((sum, { waiting }) => sum + waiting, unpublished.count),
      oldestAtMs: times.toSorted((a, b) => a - b)[0],
    },
    targets,
  };
}

interface Windows {
  readonly windows: readonly WindowLook[];
  readonly next: WindowStand | undefined;
}

async function many(
  deps: Deps,
  rule: Rule,
  { order, limit, after }: AskedStatus,
): Promise<Windows> {
  if (order === "key") {
    const stand = after?.order === "key" ? after.key : undefined;
    const { windows, next } = await lookByKey(deps, rule, { limit, after: stand });
    return { windows, next: next === undefined ? undefined : { order, key: next } };
  }
  const stand = after?.order === "age" ? after.place : undefined;
  const { windows, next } = await lookAtMany(deps, rule, { limit, after: stand });
  return { windows, next: next && { order, place: next } };
}

async function one(deps: Deps, rule: Rule, key: string | undefined): Promise<Windows> {
  const id = { ...windowOf(rule), key: key ?? "" };
  const look = await lookAtOne(deps, rule, id);
  if (id.key !== "" && look.first === undefined && !look.isClaiming) {
    throw new EventSyncError("unknown-window", "Nothing is open with that key.");
  }
  return { windows: [look], next: undefined };
}

/** Of each target 1 read for its state, 2 for counts and 1 for the oldest that waits. */
async function targetsOf(
  { deliveries: ports }: Deps,
  { serviceName: service, targets = [] }: Rule,
): Promise<TargetStatus[]> {
  if (targets.length === 0) return [];
  const { deliveries, targetStates } = await ports();
  return Promise.all(
    targets.map(async ({ name: target, kind }) => {
      const id = { service, target };
      const waits = { states: ["waiting"] } as const;
      const [state, waiting, undeliverable, [oldest]] = await Promise.all([
        targetStates.read(id),
        deliveries.count(id, waits),
        deliveries.count(id, { states: ["undeliverable"] }),
        deliveries.list(id, { ...waits, limit: 1, isOldestFirst: true }),
      ]);
      const oldestAtMs = oldest?.delivery.createdAtMs;
      return { target, kind, ...state, waiting, undeliverable, oldestAtMs };
    }),
  );
}
