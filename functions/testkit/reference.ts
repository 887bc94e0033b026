/**
 * What a rule that takes its events makes of them, in its plainest words: each event is looked at at its
 * own moment, with all that is there. Slow, and by itself: it shares nothing with the code under test.
 */
import type { Condition } from "../src/domain/condition.ts";
import type { Rule } from "../src/domain/rule.ts";

export interface Arrival {
  readonly id: string;
  readonly eventKey: string;
  readonly receivedAtMs: number;
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
 * @returns the ids of each sync's events, oldest first
 */
export function sequentially(
  rule: Rule,
  arrivals: readonly Arrival[],
  resetsMs: readonly number[],
): string[][] {
  return [...eachSync(rule, arrivals, resetsMs)];
}

/** The same, one by one. */
export function* eachSync(
  { endpoints, condition, trigger }: Rule,
  arrivals: readonly Arrival[],
  resetsMs: readonly number[],
): Generator<string[], undefined> {
  let waiting: Arrival[] = [];
  for (const event of arrivals) {
    if (!endpoints.some(({ eventKey }) => eventKey === event.eventKey)) continue;
    waiting.push(event);
    const inWindow = waiting.filter(
      ({ receivedAtMs }) =>
        event.receivedAtMs - receivedAtMs < trigger.observationPeriod * 1000 &&
        !resetsMs.some((reset) => receivedAtMs <= reset && reset < event.receivedAtMs),
    );
    const isComplete = satisfies(
      condition,
      (eventKey) => inWindow.filter((other) => other.eventKey === eventKey).length,
    );
    if (!isComplete) continue;
    yield inWindow.map(({ id }) => id);
    waiting = waiting.filter((other) => !inWindow.includes(other));
  }
  return undefined;
}
