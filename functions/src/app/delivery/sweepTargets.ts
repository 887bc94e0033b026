import pMap from "p-map";
import type { Rule } from "../../domain/rule.ts";
import { isStray, laneKeyOf, laneOf } from "../../domain/delivery.ts";
import type { Target } from "../../domain/target.ts";
import { LEASE_MS } from "../claimSyncs.ts";
import { noteFailedStep } from "../failedStep.ts";
import type { LaneId, StoredDelivery, StoredLane, TargetId } from "../ports/deliveries.ts";
import type { SentTarget } from "./attempts.ts";
import { factsOf, keepMembers } from "./deliver.ts";
import { keepWaiting, workLane } from "./laneWorker.ts";
import { RELIED_ON_MS } from "./knownStates.ts";
import { numberAll } from "./numberAll.ts";
import type { DeliveryDeps } from "./parts.ts";
import type { DeliveryReport } from "./report.ts";
import { takeAndDeliver } from "./single.ts";

/** What a sweep counts. */
export interface SweepErrors {
  errors: number;
  skipped: number;
}

/** What one sweep does at most; the next one goes on. */
const LIMITS = {
  /** Targets at a time: each waits for its server most of the time. */
  targets: 32,
  /** Of a target: deliveries and lanes read, and how many of them are seen to at a time. */
  due: 400,
  /** So many times, while all that is found is somebody's already. */
  pages: 10,
  lanes: 200,
  concurrency: 32,
  /** To work in one lane: what is left has an alarm of its own. */
  laneMs: 10_000,
  /** Deliveries of nobody that are looked at. */
  unknown: 100,
} as const;

/** After so many attempts in a row that failed the others of a target are left to the next sweep. */
const MOST_FAILURES = 10;

/** How long something that waits for a person is left alone: so short that nothing of it expires. */
const PUT_OFF_MS = 6 * 3_600_000;

/** Due for so long nobody comes for it. */
const OVERDUE_MS = 3_600_000;

/**
 * Sees to the deliveries of each target: those that are due, and those that wait for a target that is paused
 * or gone, which it keeps. Each target has its own share of the time, so that none can starve another.
 */
export async function sweepTargets(
  deps: DeliveryDeps,
  rules: readonly Rule[],
  untilMs: number,
  errors: SweepErrors,
): Promise<DeliveryReport> {
  const { clock, log, report } = deps;
  const targets = rules.flatMap(({ serviceName: service, targets: of = [] }) =>
    of.map((target) => ({ id: { service, target: target.name }, target })),
  );
  const attempt = async (facts: object, work: () => Promise<void>): Promise<void> => {
    if (clock() >= untilMs) {
      errors.skipped++;
      return;
    }
    try {
      await work();
    } catch (error) {
      noteFailedStep(log, errors, { step: "deliver", ...facts }, error);
    }
  };
  const first = Math.floor(clock() / 60_000) % Math.max(1, targets.length);
  await pMap(
    // Minute by minute another one first.
    [...targets.slice(first), ...targets.slice(0, first)],
    ({ id, target }) => attempt(id, () => sweepTarget(deps, id, target, untilMs)),
    { concurrency: LIMITS.targets },
  );
  await attempt({}, () => sweepUnknown(deps, targets));
  let oldestUndeliveredSeconds = 0;
  // Like the age of the oldest publication: last, so that it is that of what was left.
  await attempt({}, async () => {
    oldestUndeliveredSeconds = await ageOfOldest(deps, targets);
  });
  log.info("deliveries.swept", { ...report, oldestUndeliveredSeconds });
  return report;
}

/** Of what waits for any of the targets, in seconds: also where a target is paused (1 read for each). */
async function ageOfOldest(
  { deliveries, clock }: DeliveryDeps,
  targets: readonly { readonly id: TargetId }[],
): Promise<number> {
  const query = { states: ["waiting"], limit: 1, isOldestFirst: true } as const;
  const oldest = await pMap(targets, ({ id }) => deliveries.list(id, query), {
    concurrency: LIMITS.targets,
  });
  const nowMs = clock();
  const agesMs = oldest.flat().map(({ delivery }) => nowMs - delivery.createdAtMs);
  return Math.round(Math.max(0, ...agesMs) / 1000);
}

async function sweepTarget(
  deps: DeliveryDeps,
  id: TargetId,
  target: Target,
  untilMs: number,
): Promise<void> {
  const { deliveries, lanes, states, clock } = deps;
  const nowMs = clock();
  const [due, dueLanes] = await Promise.all([
    deliveries.due(id, { nowMs, limit: LIMITS.due }),
    // Also of one that has no order: it may have had one, and what is parked in a lane comes up with it alone.
    lanes.due(id, { nowMs, limit: LIMITS.lanes }),
  ]);
  if (due.length + dueLanes.length === 0) return;
  const [stray, own] = partition(due, ({ delivery }) => isStray(target, delivery.lane));
  await move(deps, target, stray);
  if (target.kind === "pull") {
    for (const lane of dueLanes) await empty(deps, target, lane);
    await numberAll(deps, id);
    return;
  }
  if (await states.isPaused(id)) {
    const atMs = await putOff(deps, own, dueLanes);
    // Whoever has resumed it meanwhile brought what was put off by then, and nothing else.
    const { pausedAtMs } = await deps.targetStates.read(id);
    if (pausedAtMs === undefined) await bringBack(deps, id, atMs);
    return;
  }
  let isHeld = await deliverDue(deps, id, target, own, dueLanes, untilMs);
  // What is in a lane in which somebody works stays due until then: it must not hide what nobody sees to.
  let page = due;
  for (let number = 1; isHeld && page.length === LIMITS.due && number < LIMITS.pages; number++) {
    const aboveMs = page.at(-1)?.delivery.nextAttemptAtMs ?? nowMs;
    page = await deliveries.due(id, { nowMs, aboveMs, limit: LIMITS.due });
    const others = page.filter(({ delivery }) => !isStray(target, delivery.lane));
    isHeld = await deliverDue(deps, id, target, others, [], untilMs);
  }
}

/** Has deliveries wait where their target looks for them: the next sweep finds them there. */
async function move(
  { deliveries, clock }: DeliveryDeps,
  target: Target,
  stray: readonly StoredDelivery[],
): Promise<void> {
  // Whoever completes a sync that is still claimed makes its deliveries come up.
  const waiting = stray.filter(({ delivery }) => delivery.state === "waiting");
  if (waiting.length === 0) return;
  const atMs = clock();
  await deliveries.redrive(
    waiting.map((stored) => ({ ...stored, atMs, lane: laneOf(target, stored.delivery.key) })),
  );
}

/** Moves what is in the lane of a target that has none any more, unless somebody works there. */
async function empty(deps: DeliveryDeps, target: Target, lane: StoredLane): Promise<void> {
  const { lanes, clock, newId } = deps;
  const nowMs = clock();
  const held = await lanes.take(lane, { token: newId(), nowMs, leaseUntilMs: nowMs + LEASE_MS });
  if (held === undefined) return;
  let page: StoredDelivery[] = [];
  do {
    page = await lanes.page(held, { limit: LIMITS.lanes, after: page.at(-1)?.delivery });
    await move(deps, target, page);
  } while (page.length === LIMITS.lanes);
  await lanes.release(held, [], clock());
}

/** @returns whether all of it is in lanes in which somebody works */
async function deliverDue(
  deps: DeliveryDeps,
  id: TargetId,
  target: SentTarget,
  due: readonly StoredDelivery[],
  dueLanes: readonly StoredLane[],
  untilMs: number,
): Promise<boolean> {
  const { clock, lanes, report } = deps;
  let failures = 0;
  let held = 0;
  const single = async (stored: StoredDelivery): Promise<void> => {
    if (failures >= MOST_FAILURES || clock() >= untilMs) {
      report.postponed++;
      return;
    }
    const outcome = await takeAndDeliver(deps, target, stored, untilMs);
    if (outcome?.next === "delivered") failures = 0;
    else if (outcome?.next === "again") failures++;
  };
  const work = (lane: LaneId): Promise<void> =>
    workLane(deps, { target, lane, untilMs: Math.min(untilMs, clock() + LIMITS.laneMs) });
  const [singles, inLanes] = partition(due, ({ delivery }) => delivery.lane === undefined);
  const known = new Set(dueLanes.map(({ lane }) => lane));
  const others = [...Map.groupBy(inLanes, ({ delivery }) => delivery.lane ?? "")].filter(
    ([lane]) => !known.has(lane),
  );
  const cover = async ([lane, stored]: [string, StoredDelivery[]]): Promise<void> => {
    const of = { ...id, lane, key: laneKeyOf(target, stored[0]?.delivery.key ?? "") };
    const answer = await lanes.cover(of, stored, clock());
    if (answer === "held") held += stored.length;
    else if (answer === "free") await work(of);
  };
  const works = [
    ...dueLanes.map((lane) => () => work(lane)),
    ...others.map((other) => () => cover(other)),
    ...singles.map((stored) => () => single(stored)),
  ];
  const begin = async (run: () => Promise<void>): Promise<void> => {
    if (clock() < untilMs) await run();
    else report.postponed++;
  };
  await pMap(works, begin, { concurrency: LIMITS.concurrency, stopOnError: false });
  return held === due.length;
}

function partition<T>(items: readonly T[], isFirst: (item: T) => boolean): [T[], T[]] {
  return [items.filter(isFirst), items.filter((item) => !isFirst(item))];
}

/** Whether there may be more, and nothing but this was found. */
function isFull(page: readonly StoredDelivery[], known: readonly StoredDelivery[]): boolean {
  return page.length === LIMITS.unknown && known.length === page.length;
}

/** Keeps what waits for a person, and lets it come up again later. @returns when */
async function putOff(
  deps: DeliveryDeps,
  due: readonly StoredDelivery[],
  dueLanes: readonly StoredLane[],
): Promise<number> {
  const { deliveries, lanes, clock, report } = deps;
  const kept = await pMap(due, (stored) => keepMembers(deps, stored), {
    concurrency: LIMITS.concurrency,
  });
  const atMs = clock() + PUT_OFF_MS;
  await deliveries.putOff(
    kept.filter((stored) => stored !== undefined),
    atMs,
  );
  for (const lane of dueLanes) {
    await keepWaiting(deps, lane);
    await lanes.putOff(lane, atMs);
  }
  report.putOff += due.length + dueLanes.length;
  return atMs;
}

/** Lets what was put off to a time come up with the next sweep, when no instance relies on the pause any more. */
async function bringBack(deps: DeliveryDeps, id: TargetId, atMs: number): Promise<void> {
  const { deliveries, lanes, clock } = deps;
  const query = { nowMs: atMs, aboveMs: atMs - 1 };
  const soonMs = clock() + RELIED_ON_MS;
  await deliveries.putOff(await deliveries.due(id, { ...query, limit: LIMITS.due }), soonMs);
  for (const lane of await lanes.due(id, { ...query, limit: LIMITS.lanes })) {
    await lanes.putOff(lane, soonMs);
  }
}

/**
 * What nobody has come for: of a target that is not configured any more it is kept, and waits; of one that is,
 * something is wrong.
 */
async function sweepUnknown(
  deps: DeliveryDeps,
  targets: readonly { readonly id: TargetId }[],
): Promise<void> {
  const { deliveries, lanes, clock, log } = deps;
  const nowMs = clock();
  const query = { nowMs: nowMs - OVERDUE_MS, limit: LIMITS.unknown };
  const [first, dueLanes] = await Promise.all([
    deliveries.dueAnywhere(query),
    lanes.dueAnywhere(query),
  ]);
  const isKnown = (service: string, target: string): boolean =>
    targets.some(({ id }) => id.service === service && id.target === target);
  const byKnown = (due: readonly StoredDelivery[]) =>
    partition(due, ({ delivery }) => isKnown(delivery.serviceName, delivery.target));
  let page = first;
  let [known, unknown] = byKnown(page);
  const [oldest] = known;
  // What a slow target has must not hide what would expire.
  for (let number = 1; isFull(page, known) && number < LIMITS.pages; number++) {
    const aboveMs = page.at(-1)?.delivery.nextAttemptAtMs ?? nowMs;
    page = await deliveries.dueAnywhere({ ...query, aboveMs });
    [known, unknown] = byKnown(page);
  }
  const unknownLanes = dueLanes.filter(({ service, target }) => !isKnown(service, target));
  await putOff(deps, unknown, unknownLanes);
  const names = [
    ...unknown.map(({ delivery: { serviceName: service, target } }) => ({ service, target })),
    ...unknownLanes.map(({ service, target }) => ({ service, target })),
  ];
  for (const same of Map.groupBy(names, (name) => JSON.stringify(name)).values()) {
    const [name] = same;
    if (name !== undefined) log.warn("target.unknown", { ...name, count: same.length });
  }
  if (oldest === undefined) return;
  const ageSeconds = Math.round((nowMs - oldest.delivery.createdAtMs) / 1000);
  log.error("delivery.overdue", { ...factsOf(oldest), ageSeconds });
}
