import { groupWindow, type Group } from "../domain/decide.ts";
import { firesByItself, windowStart, type Rule } from "../domain/rule.ts";
import type { Sync } from "../domain/sync.ts";
import type { WindowId } from "../domain/window.ts";
import { ContentionError, retryContention } from "./checkWindow.ts";
import { claimKept, claimTaken, LEASE_MS, takeClaims, type Due } from "./claimSyncs.ts";
import { ClaimUnfinishedError, finishClaims } from "./finishClaims.ts";
import type { MessageBudget } from "./messageBudget.ts";
import { openWindow } from "./openWindow.ts";
import type { DueSync, Lease, OpenClaim, Outbox, Ports } from "./ports.ts";
import { lookAtAll } from "./probeWindow.ts";
import type { PublishOutcome } from "./publishSyncs.ts";
import { withCurrentTopic } from "./relay.ts";
import { sendSyncs } from "./sendSyncs.ts";
import { CLAIM_MS } from "./timeLimits.ts";
import { replayWindow, type ReplayedWindow } from "./replayWindow.ts";

type Deps = Ports & { readonly budget: MessageBudget };

export interface ManualSync {
  readonly syncId: string;
  readonly eventID: string;
  readonly numberOfEvents: number;
  /** False if Pub/Sub did not take the message; the sweep goes on trying. */
  readonly published: boolean;
}

/**
 * The manual trigger: what is open becomes a sync though conditions are not met, even if it is nothing, as
 * in the original. Syncs that were due before it go out first.
 *
 * Where events are kept and this very set is a sync already, no second one is made: its message is
 * published again, with the same `eventID`. Where more are new than one sync takes, several are made
 * and published; the answer is about the last, which holds all of the window. And where nothing is open,
 * but a sync of the service still waits to be published, that one is tried: messages without events must
 * not queue behind it.
 *
 * A sync that is too large for one call is begun; each further call goes on with it, and so does the sweep.
 *
 * @throws ContentionError if window checks kept claiming the events first
 * @throws ClaimUnfinishedError if a sync is being claimed, here until time was up, or by somebody else
 */
export async function triggerSync(deps: Deps, rule: Rule, id: WindowId): Promise<ManualSync> {
  const made = await closeWindow(deps, rule, id, true);
  if (made === undefined) throw new ContentionError(rule.serviceName);
  return made;
}

/**
 * The same for a window with a key, of which there are many: where nothing is open nothing is made.
 *
 * @throws ContentionError
 */
export function triggerOpen(deps: Deps, rule: Rule, id: WindowId): Promise<ManualSync | undefined> {
  return closeWindow(deps, rule, id, false);
}

/** @param evenIfEmpty something has to be published, even if it is nothing */
async function closeWindow(
  deps: Deps,
  rule: Rule,
  id: WindowId,
  evenIfEmpty: boolean,
): Promise<ManualSync | undefined> {
  const claimNext = rule.trigger.keepEventAfterTrigger ? claimAllKept : claimAllTaken;
  const untilMs = deps.clock() + (deps.claimMs ?? CLAIM_MS.check);
  const withTopic = (lease: Lease): Lease => ({
    ...lease,
    sync: withCurrentTopic(lease.sync, [rule]),
  });
  let last: { readonly sync: Sync; readonly published: boolean } | undefined;
  let isLeft = false;
  let more: boolean;
  do {
    const isNeeded = evenIfEmpty && last === undefined;
    const claimed = await retryContention(rule.serviceName, () =>
      claimNext(deps, rule, id, isNeeded),
    );
    const leases = claimed.leases.map(withTopic);
    const outcomes = await sendSyncs(deps, leases, [rule]);
    const finished = await finishClaims(deps, claimed.claims, [rule], untilMs, withTopic);
    isLeft ||= finished.some((one) => one.isLeft);
    const all = [
      ...leases.map((lease, index) => ({ lease, published: outcomes[index] })),
      ...finished,
    ];
    const made = all.findLast(({ lease }) => lease !== undefined);
    if (made?.lease !== undefined) {
      last = { sync: made.lease.sync, published: isOut(made.published) };
    }
    ({ more } = claimed);
  } while (more);
  if (isLeft) throw new ClaimUnfinishedError(rule.serviceName);
  if (last === undefined) return undefined;
  const { id: syncId, eventID, endpoints } = last.sync;
  const numberOfEvents = endpoints.reduce((sum, endpoint) => sum + endpoint.numberOfEvents, 0);
  return { syncId, eventID, numberOfEvents, published: last.published };
}

/** Nothing of its own is left to be published. */
function isOut(outcome: PublishOutcome | undefined): boolean {
  return outcome?.outcome === "published" || outcome?.outcome === "settled";
}

interface Claimed {
  readonly leases: readonly Lease[];
  readonly claims: readonly OpenClaim[];
  /** Something is left for another turn. */
  readonly more: boolean;
}

const isEmpty = (groups: readonly Group[]): boolean =>
  groups.every(({ members }) => members.length === 0);

/** @param isNeeded nothing has been sent yet, and something has to be, even if it is nothing */
async function claimAllTaken(
  deps: Deps,
  rule: Rule,
  id: WindowId,
  isNeeded: boolean,
): Promise<Claimed> {
  const {
    closed,
    open,
    claims: registered,
    stateVersion,
    more,
  } = await whatIsThere(deps, rule, id);
  const due: Due[] = [...closed];
  if (open !== undefined) due.push({ ...open, reason: "manual" });
  const left = await takeClaims(deps, id, registered);
  if (due.length + left.length === 0) {
    // Nothing is open, or somebody else has taken what was left, or is at it.
    if (!isNeeded) return { leases: [], claims: [], more: false };
    if (registered.length > 0) throw new ClaimUnfinishedError(rule.serviceName);
    const waiting = await takeWaiting(deps, rule);
    if (waiting !== undefined) return { ...waiting, more: false };
    due.push({ groups: noEvents(rule), range: undefined, reason: "manual" });
  }
  const { leases, claims, isContended } = await claimTaken(deps, rule, id, due, stateVersion);
  const all = [...left, ...claims];
  if (isContended && leases.length + all.length === 0) throw new ContentionError(rule.serviceName);
  return { leases, claims: all, more: isContended || more };
}

const noEvents = ({ endpoints }: Rule): Group[] =>
  endpoints.map((endpoint) => ({ endpoint, members: [] }));

/** Where only manual triggers make syncs, a complete window is one that is open. */
async function whatIsThere(
  deps: Deps,
  rule: Rule,
  id: WindowId,
): Promise<Pick<ReplayedWindow, "closed" | "open" | "claims" | "stateVersion" | "more">> {
  const nowMs = deps.clock();
  if (!firesByItself(rule)) {
    return { ...(await openWindow(deps, rule, id, nowMs)), closed: [], more: false };
  }
  // Somebody asks for what is there now: what a deadline has closed does not wait for late events.
  return replayWindow(deps, rule, id, { ...lookAtAll(nowMs), graceMs: 0 });
}

async function collectWindow(
  { window, services, clock }: Deps,
  rule: Rule,
  id: WindowId,
): Promise<Group[]> {
  const nowMs = clock();
  const pending = await window.collect(id, {
    eventKeys: rule.endpoints.map(({ eventKey }) => eventKey),
    withExported: rule.trigger.keepEventAfterTrigger,
    aboveMs: windowStart(rule, nowMs, undefined),
  });
  // Read after the events: whatever was reset before one of them came is known then.
  const resetAtMs = (await services.read(id)).resetsMs.at(-1);
  return groupWindow({ rule, pending, nowMs, resetAtMs });
}

async function claimAllKept(
  deps: Deps,
  rule: Rule,
  id: WindowId,
  isNeeded: boolean,
): Promise<Claimed> {
  const { serviceName } = rule;
  const groups = await collectWindow(deps, rule, id);
  if (isEmpty(groups)) {
    if (!isNeeded) return { leases: [], claims: [], more: false };
    const waiting = await takeWaiting(deps, rule);
    if (waiting !== undefined) return { ...waiting, more: false };
  }
  const claim = await claimKept(deps, rule, id, { groups, reason: "manual" });
  const { more } = claim;
  switch (claim.outcome) {
    case "claimed":
      return { leases: [claim.lease], claims: [], more };
    case "begun":
    case "contended":
      throw new ContentionError(serviceName);
    case "exists":
      // Somebody else has just claimed these, and the others are still new: look again.
      if (more) throw new ContentionError(serviceName);
      return { ...(await takeNamed(deps, rule, claim.syncId, { again: true })), more: false };
  }
}

async function takeWaiting(deps: Deps, rule: Rule): Promise<Omit<Claimed, "more"> | undefined> {
  const waiting = await findWaiting(deps, rule.serviceName);
  // As it was found: if a sweep is faster, it is being published, and must not be beside it.
  return waiting && takeNamed(deps, rule, waiting.syncId, { dueByMs: waiting.dueAtMs });
}

async function takeNamed(
  { outbox, clock }: Deps,
  { serviceName }: Rule,
  syncId: string,
  options: Omit<Parameters<Outbox["take"]>[1], "nowMs" | "leaseUntilMs">,
): Promise<Omit<Claimed, "more">> {
  const nowMs = clock();
  const taking = { ...options, nowMs, leaseUntilMs: nowMs + LEASE_MS };
  const taken = await outbox.take({ serviceName, syncId }, taking);
  if (taken === undefined) throw new ContentionError(serviceName);
  return taken.next === "publish"
    ? { leases: [taken.lease], claims: [] }
    : { leases: [], claims: [taken.claim] };
}

/** Syncs read at a time, and how far ahead of now: further than any next attempt is. */
const PAGE = 500;
const AHEAD_MS = 86_400_000;

/**
 * The sync of a service that waits to be published, the one that comes up first: it has failed, or was
 * left behind. One that somebody is publishing now does not wait. The syncs of other services that come
 * up before it are read, too: the index is one for all, and only this rare case asks by service.
 */
async function findWaiting(
  { outbox, clock }: Deps,
  serviceName: string,
): Promise<DueSync | undefined> {
  const nowMs = clock();
  const isWaiting = (due: DueSync): boolean =>
    due.serviceName === serviceName && !due.isNewer && (due.hasFailed || due.dueAtMs <= nowMs);
  let page: DueSync[] = [];
  do {
    page = await outbox.due(nowMs + AHEAD_MS, PAGE, page.at(-1));
    const waiting = page.find(isWaiting);
    if (waiting !== undefined) return waiting;
  } while (page.length === PAGE);
  return undefined;
}
