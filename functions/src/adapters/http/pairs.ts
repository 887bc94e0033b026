import { EventSyncError } from "../../domain/errors.ts";
import type { NamedValues } from "../../domain/event.ts";

/**
 * Most headers, and most query parameters, of an event. Node.js reads 16 KiB of path and headers, which
 * are thousands of pairs at most, but drops headers above 2,000 without a word: there, what is stored
 * would not be what was sent.
 */
export const MAX_PAIRS = 1000;

/**
 * @param what the plural of what is counted
 * @throws EventSyncError `event-too-large`
 */
export function requireFew(count: number, what: string): void {
  if (count <= MAX_PAIRS) return;
  throw new EventSyncError(
    "event-too-large",
    `The request has ${String(count)} ${what}, over the limit of ${String(MAX_PAIRS)}.`,
  );
}

/** Names in order of first appearance, repeats as separate values in order. */
export function collect(pairs: Iterable<readonly [name: string, value: string]>): NamedValues[] {
  const collected = new Map<string, string[]>();
  for (const [name, value] of pairs) {
    const values = collected.get(name);
    if (values === undefined) collected.set(name, [value]);
    else values.push(value);
  }
  return Array.from(collected, ([name, values]) => ({ name, values }));
}
