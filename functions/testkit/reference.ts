/**
 * What a rule that takes its events makes of them, in its plainest words: whatever happens, an event, a
 * reset or the end, is looked at at its own moment, with all that is there. Slow, and by itself: it
 * shares nothing with the code under test.
 */
import type { Condition } from "../src/domain/condition.ts";
import type { Rule } from "../src/domain/rule.ts";

export interface Arrival {
  readonly id: string;
  readonly eventKey: string;
  readonly receivedAtMs: number;
}

export interface Closing {
  /** Oldest first. */
  readonly ids: readonly string[];
  readonly reason: "complete" | "deadline";
}

/** Oldest first, those of the same millisecond by id. */
export function inOrder<T extends Arrival>(arrivals: Iterable<T>): T[] {
  return [...arrivals].toSorted(
    (a, b) => a.receivedAtMs - b.receivedAtMs || (a.id < b.id ? -1 : 1),
  );
}

/** Whether a condition holds, in its plainest words. */
export function satisfies(condition: Condition, count: (eventKey: string) => number): boolean {
  const isTrue = (member: Condition): boolean => satisfies(member, count);
  if ("all" in condition) return condition.all.every(isTrue);
  if ("any" in condition) return condition.any.some(isTrue);
  if ("atLeast" in condition) {
    return condition.atLeast.of.filter(isTrue).length >= condition.atLeast.n;
  }
  return count(condition.endpoint) >= condition.min;
}

/**
 * @param arrivals in order
 * @param resetsMs what was received at or before a reset does not count after it
 * @param endMs until when deadlines pass
 */
export function closings(...facts: Parameters<typeof eachClosing>): Closing[] {
  return [...eachClosing(...facts)];
}

/** The same, one by one. */
export function* eachClosing(
  rule: Rule,
  arrivals: readonly Arrival[],
  resetsMs: readonly number[],
  endMs = Infinity,
): Generator<Closing, undefined> {
  const { endpoints, condition, trigger } = rule;
  const known = arrivals.filter((event) => endpoints.some((e) => e.eventKey === event.eventKey));
  const moments = [
    ...known.map((event) => ({ atMs: event.receivedAtMs, what: event })),
    ...resetsMs.map((atMs) => ({ atMs, what: "reset" as const })),
  ].toSorted((a, b) => a.atMs - b.atMs); // stable: of one millisecond events come before a reset
  let open: Arrival[] = [];
  const close = (reason: Closing["reason"]): Closing => {
    const ids = open.map(({ id }) => id);
    open = [];
    return { ids, reason };
  };
  for (const { atMs, what } of [...moments, { atMs: endMs, what: "end" as const }]) {
    if (rule.deadline !== undefined && open.length > 0 && deadlineOf(rule, open) <= atMs) {
      yield close("deadline");
    }
    if (what === "end") break;
    if (what === "reset") {
      open = [];
      continue;
    }
    open = open.filter((other) => atMs - other.receivedAtMs < trigger.observationPeriod * 1000);
    open.push(what);
    const isComplete = satisfies(
      condition,
      (eventKey) => open.filter((other) => other.eventKey === eventKey).length,
    );
    if (isComplete) yield close("complete");
  }
  return undefined;
}

/** The ids of each sync's events, see `closings`. */
export function sequentially(...facts: Parameters<typeof closings>): string[][] {
  return closings(...facts).map(({ ids }) => [...ids]);
}

/** The same, one by one. */
export function* eachSync(
  ...facts: Parameters<typeof eachClosing>
): Generator<string[], undefined> {
  for (const { ids } of eachClosing(...facts)) yield [...ids];
  return undefined;
}

function deadlineOf({ deadline, trigger }: Rule, open: readonly Arrival[]): number {
  if (deadline === undefined) return Infinity;
  const [firstMs = NaN, lastMs = NaN] = [open[0]?.receivedAtMs, open.at(-1)?.receivedAtMs];
  const { seconds, from, at = "" } = deadline;
  const ownMs =
    seconds === undefined
      ? nextTimeUtc(at, firstMs)
      : (from === "last" ? lastMs : firstMs) + seconds * 1000;
  return Math.min(ownMs, firstMs + trigger.observationPeriod * 1000);
}

const DAY_MS = 86_400_000;

function nextTimeUtc(at: string, afterMs: number): number {
  const today = afterMs - (afterMs % DAY_MS) + Date.parse(`1970-01-01T${at}Z`);
  return today > afterMs ? today : today + DAY_MS;
}
