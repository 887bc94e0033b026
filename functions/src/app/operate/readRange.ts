import type { Event } from "../../domain/event.ts";
import type { StoredEvents } from "../ports/storedEvents.ts";

/** Events that one call reads at most. */
export const MOST_READ = 10_000;

/** So few at a time that their contents, at most 1 MiB each, fit into memory. */
const PAGE = 50;

export interface RangeRead {
  /** Oldest first. */
  readonly told: readonly unknown[];
  /** Events that were read. */
  readonly read: number;
  /** There are more, which were received before that; undefined if these are all. Epoch milliseconds. */
  readonly cutAtMs: number | undefined;
}

/**
 * Reads the events of a range of times (1 read each, and one more for each page; of more than three endpoints as
 * many for each three), the newest first; so of too many the oldest are left out.
 *
 * @param tell what is kept of each: the events together may not fit into memory
 * @param isTimeUp asked before each page
 */
export async function readRange<Told>(
  { storedEvents }: { readonly storedEvents: StoredEvents },
  service: string,
  range: {
    readonly eventKeys: readonly string[];
    readonly fromMs: number;
    readonly toMs: number;
  },
  tell: (event: Event) => Told,
  isTimeUp: () => boolean,
  most = MOST_READ,
): Promise<RangeRead & { readonly told: readonly Told[] }> {
  const { eventKeys, fromMs, toMs } = range;
  const told: Told[] = [];
  let read = 0;
  let after: Awaited<ReturnType<StoredEvents["listInFull"]>>["next"];
  do {
    const limit = Math.min(PAGE, most - read);
    const page = await storedEvents.listInFull(service, {
      eventKeys,
      aboveMs: fromMs - 1,
      upToMs: toMs,
      after,
      limit,
    });
    read += page.events.length;
    told.push(...page.events.map(tell));
    after = page.next;
  } while (after !== undefined && read < most && !isTimeUp());
  return { told: told.reverse(), read, cutAtMs: after?.receivedAtMs };
}
