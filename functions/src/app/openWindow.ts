import { ownedUntil } from "../domain/claim.ts";
import { groupMembers } from "../domain/decide.ts";
import { byAge, endOf, latest, placeOf, type PendingEvent } from "../domain/event.ts";
import { windowStart, type Rule } from "../domain/rule.ts";
import type { WindowId } from "../domain/window.ts";
import type { WindowState } from "./ports.ts";
import { SEEK_AFTER, type ReplayDeps, type ReplayedWindow } from "./replayWindow.ts";

/** What is in a window that nothing but a manual trigger closes: 1 read for each event, up to some thousand. */
export async function openWindow(
  { window, services, seekAfter = SEEK_AFTER }: ReplayDeps,
  rule: Rule,
  id: WindowId,
  nowMs: number,
): Promise<Pick<ReplayedWindow, "open" | "claims" | "stateVersion">> {
  const eventKeys = rule.endpoints.map(({ eventKey }) => eventKey);
  let after = endOf(windowStart(rule, nowMs, undefined));
  let kept: PendingEvent[] = [];
  let state: WindowState | undefined;
  for await (const page of window.scan(id, { eventKeys, after })) {
    // Read after the events: whatever was reset before one of them came is known then.
    state = await services.read(id);
    const resetMs = state.resetsMs.at(-1);
    const start = latest(after, ownedUntil(state.claims));
    after = resetMs === undefined ? start : latest(start, endOf(resetMs));
    const from = after;
    kept = [...kept, ...page].filter((event) => byAge(from, event) < 0);
    if (kept.length > seekAfter) {
      // All that has come by now.
      const to = latest(endOf(nowMs), placeOf(kept.at(-1) ?? after));
      return { open: { groups: [], range: { after, to } }, ...factsOf(state) };
    }
  }
  state ??= await services.read(id);
  const last = kept.at(-1);
  const open = last && { groups: groupMembers(rule, kept), range: { after, to: placeOf(last) } };
  return { open, ...factsOf(state) };
}

function factsOf({
  claims,
  version,
}: WindowState): Pick<ReplayedWindow, "claims" | "stateVersion"> {
  return { claims, stateVersion: version };
}
