/**
 * Whether each sync is the one that the plain reference gives, event for event, under the times of receipt
 * that are stored.
 *
 * The exception is taken literally: a sync was decided on what was visible when its window was read. That
 * was after the last of the events that it was decided on had been committed, so whatever was committed by
 * then must have counted; what was committed later and is not in it came too late, and counts for those after
 * it. A sync of several commits owns its range from the first one on: what became visible inside it later may
 * have joined it, too, or has to wait until the claim is complete, and counts for none that is made meanwhile.
 * When it was complete is not stored, so both are tried: of several claims the one that reaches furthest counts.
 */
import { eachSync, inOrder } from "../reference.ts";
import type { Rule } from "../../src/domain/rule.ts";
import type { Ledger, LedgerEvent, LedgerSync } from "./ledger.ts";

/** A reset as whoever made it saw it, by the clock of the machine: it became visible in between. */
export interface KnownReset {
  readonly atMs: number;
  readonly begunMs: number;
  readonly endedMs: number;
}

/** Most resets of which it is not known whether they were visible: all of their sets are tried. */
const MOST_UNCERTAIN = 10;

/** How far the clock of an instance may be from another's, and how long it may take from one step to the next. */
const SKEW_MS = 2500;

/** What is received that much later than the time by which somebody looks has not come yet. */
const AHEAD_MS = 10_000;

/** What is stored that much later than an event of a sync may be passed over until the next sweep. */
const LATE_MS = 120_000;

export function judgeVisible(
  rule: Rule,
  ledger: Ledger,
  resets: readonly KnownReset[] = [],
): string[] {
  let waiting = inOrder(ledger.events.values());
  const places = new Map(waiting.map(({ id }, index) => [id, index]));
  const lastPlace = (sync: LedgerSync): number =>
    Math.max(...membersOf(sync).map((id) => places.get(id) ?? -1));
  // One commit may make several, in the order in which their windows were complete.
  const syncs = ledger.syncs
    .filter((sync) => membersOf(sync).length > 0)
    .toSorted((a, b) => a.committedAtUs - b.committedAtUs || lastPlace(a) - lastPlace(b));
  const claims: LedgerSync[] = [];
  let settledMs = -Infinity;
  const violations: string[] = [];
  for (const sync of syncs) {
    const members = new Set(membersOf(sync));
    const own = waiting.filter(({ id }) => members.has(id));
    // What is left there was not visible to the claim: else it would be in it, or the claim itself is wrong.
    const ownedTo = [-1, ...claims.map(lastPlace)];
    const isOwned = ({ id }: LedgerEvent, end: number): boolean =>
      !members.has(id) && (places.get(id) ?? Infinity) < end;
    const expectedOf = (decided: readonly LedgerEvent[]): string[] => {
      const readUs = Math.max(...decided.map(({ committedAtUs }) => committedAtUs));
      const visible = waiting.filter(({ committedAtUs }) => committedAtUs <= readUs);
      const inTime = visible.filter(({ receivedAtMs }) => receivedAtMs >= settledMs - LATE_MS);
      const unowned = [visible, inTime].flatMap((pool) =>
        ownedTo.map((end) => pool.filter((event) => !isOwned(event, end))),
      );
      const pools = sync.reason === "manual" ? unowned.flatMap(comeBy) : unowned;
      return resetSets(resets, sync, readUs).flatMap((resetsMs) =>
        pools.map((pool) => idsOf(groupOf(rule, sync, pool, resetsMs))),
      );
    };
    const isRight = (decided: readonly LedgerEvent[]): boolean =>
      // A manual one takes everything up to the time of the call.
      (sync.reason === "manual" || own.at(-1) === inOrder(decided).at(-1)) &&
      expectedOf(decided).includes(idsOf(decided.map(({ id }) => id)));
    if (!decisionsOf(sync, own).some(isRight)) {
      const [first = ""] = expectedOf(own);
      violations.push(
        `the sync ${sync.id} holds ${[...members].join(" ")}, the reference gives it ${first || "nothing"}`,
      );
    }
    waiting = waiting.filter(({ id }) => !members.has(id));
    if (sync.parts > 0) claims.push(sync);
    if (sync.reason !== "manual") settledMs = Math.max(settledMs, own.at(-1)?.receivedAtMs ?? 0);
  }
  return violations;
}

/** What a sync may have been decided on: all of its events, or, in several commits, those that came first. */
function decisionsOf({ parts }: LedgerSync, own: readonly LedgerEvent[]): readonly LedgerEvent[][] {
  if (parts === 0) return [[...own]];
  const inTurn = own.toSorted((a, b) => a.committedAtUs - b.committedAtUs);
  return inTurn.map((_, index) => inTurn.slice(0, inTurn.length - index));
}

const idsOf = (ids: readonly string[]): string => ids.toSorted().join(" ");

/**
 * What may have come by the time of a manual trigger, which it reads before it looks: all, or what lies before a
 * gap. Where a run advances its clocks meanwhile, what comes behind is ahead of that time.
 */
function comeBy(pool: readonly LedgerEvent[]): LedgerEvent[][] {
  const ends = pool.flatMap(({ receivedAtMs }, index) => {
    const before = pool[index - 1];
    return before !== undefined && receivedAtMs > before.receivedAtMs + AHEAD_MS ? [index] : [];
  });
  return [...ends, pool.length].map((end) => pool.slice(0, end));
}

/** What the reference closes first, or, for a manual trigger, what it leaves open. */
function groupOf(
  rule: Rule,
  { reason }: LedgerSync,
  pool: readonly LedgerEvent[],
  resetsMs: readonly number[],
): readonly string[] {
  const next = eachSync(rule, pool, resetsMs).next();
  if (next.done !== true) return next.value;
  if (reason !== "manual") return [];
  const isOut = (receivedAtMs: number): boolean =>
    resetsMs.some((resetMs) => receivedAtMs <= resetMs);
  return pool.filter(({ receivedAtMs }) => !isOut(receivedAtMs)).map(({ id }) => id);
}

/** The resets that a sync may have been made under: those that were visible, and any of the uncertain ones. */
function resetSets(
  resets: readonly KnownReset[],
  { committedAtUs, createdAtMs, reason }: LedgerSync,
  readUs: number,
): number[][] {
  const visible: number[] = [];
  const uncertain: number[] = [];
  for (const { atMs, begunMs, endedMs } of resets) {
    // A manual trigger on an instance whose clock is behind does not apply what comes later by that clock.
    const isAhead = reason === "manual" && atMs > createdAtMs - SKEW_MS;
    if (endedMs * 1000 <= readUs && !isAhead) visible.push(atMs);
    else if (begunMs * 1000 <= committedAtUs) uncertain.push(atMs);
  }
  if (uncertain.length > MOST_UNCERTAIN) {
    throw new Error(`${String(uncertain.length)} resets at the same time cannot be judged`);
  }
  return Array.from({ length: 2 ** uncertain.length }, (_, set) => [
    ...visible,
    ...uncertain.filter((_, index) => (set & (1 << index)) !== 0),
  ]);
}

function membersOf({ endpoints }: LedgerSync): string[] {
  return endpoints.flatMap(({ members }) => [...members]);
}
