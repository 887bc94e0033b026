import { needs } from "../domain/condition.ts";
import { byAge, type PendingEvent, type Place } from "../domain/event.ts";
import type { Rule } from "../domain/rule.ts";
import type { WindowId } from "../domain/window.ts";
import type { Window } from "./ports.ts";

/**
 * When a large window closes is known without reading it. Of each endpoint only the newest events count, as
 * many as the condition asks for at most: older ones of the same endpoint leave the period earlier. And
 * nothing closes before the next event of an endpoint that has too few.
 *
 *     a a a a a a a a ⋯ 1,000,000 of them ⋯ a a b
 *     └── read ─────┘   └──── not read ────┘ │ └─ the next that could make a difference
 *                                            └─ the newest that matters
 *
 * So a replay that has read many events and closed nothing asks for that next one, goes back to the newest
 * ones of each endpoint at that time, and on from there: it closes the same windows at the same events.
 *
 * @param between behind what begins the window at that time, and before what comes then
 * @returns the newest events of each endpoint, oldest first; undefined if a page holds all there are
 */
export async function seek(
  window: Window,
  rule: Rule,
  id: WindowId,
  { after, before }: { readonly after: Place; readonly before: Place },
): Promise<PendingEvent[] | undefined> {
  if (await isOnePage(window, rule, id, after, before)) return undefined;
  const newest = await Promise.all(
    Array.from(needs(rule.condition), ([eventKey, limit]) =>
      window.newest(id, { eventKey, after, before, limit }),
    ),
  );
  return newest.flat().toSorted(byAge);
}

/** Whether the first page behind one place reaches the other. */
async function isOnePage(
  window: Window,
  rule: Rule,
  id: WindowId,
  after: Place,
  before: Place,
): Promise<boolean> {
  const eventKeys = rule.endpoints.map(({ eventKey }) => eventKey);
  for await (const page of window.scan(id, { eventKeys, after })) {
    const last = page.at(-1);
    return last !== undefined && byAge(last, before) >= 0;
  }
  return true;
}
