import type { Event } from "../../domain/event.ts";
import type { StoredEvents } from "../ports/storedEvents.ts";

/** Events that one call reads at most. */
export const MOST_READ = 10_000;

/** Events that are read at a time: few of those that may be of 1 MiB each, and more where they are small. */
const PAGE = { first: 8, most: 50 } as const;

/** Characters of the contents of a page, above which the next one is of fewer. */
const PAGE_CHARACTERS = 2_000_000;

export interface RangeRead {
  /** Oldest first. */
  readonly told: readonly unknown[];
  /** Events that were read. */
  readonly read: number;
  /** There are more, which were received before that; undefined if these are all. Epoch milliseconds. */
  readonly cutAtMs: number | undefined;
}

/**
 * Reads the events of a range of times (1 read each, and one more for each page, of 50 where they are small; of more
 * than three endpoints as many for each three), the newest first; so of too many the oldest are left out.
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
  let size: number = PAGE.first;
  let after: Awaited<ReturnType<StoredEvents["listInFull"]>>["next"];
  do {
    const limit = Math.min(size, most - read);
    const page = await storedEvents.listInFull(service, {
      eventKeys,
      aboveMs: fromMs - 1,
      upToMs: toMs,
      after,
      limit,
    });
    read += page.events.length;
    told.push(...page.events.map(tell));
    const isLarge = charactersOf(page.events) > PAGE_CHARACTERS;
    size = isLarge ? Math.ceil(limit / 4) : Math.min(2 * size, PAGE.most);
    after = page.next;
  } while (after !== undefined && read < most && !isTimeUp());
  return { told: told.reverse(), read, cutAtMs: after?.receivedAtMs };
}

function charactersOf(events: readonly Event[]): number {
  return events.reduce((sum, { content }) => sum + content.length, 0);
}
