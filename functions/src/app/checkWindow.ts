import pRetry from "p-retry";
import type { Shortfall } from "../domain/condition.ts";
import { ownedUntil } from "../domain/claim.ts";
import { decide } from "../domain/decide.ts";
import { EventSyncError } from "../domain/errors.ts";
import { windowStart, type Rule } from "../domain/rule.ts";
import { windowFacts, type WindowId } from "../domain/window.ts";
import type { Alarms } from "./alarms.ts";
import { claimKept, claimTaken, takeClaims } from "./claimSyncs.ts";
import type { Lease, OpenClaim, Ports } from "./ports.ts";
import { lookAtAll, type Asking, type ProbeResult, type WindowProbe } from "./probeWindow.ts";
import { replayWindow } from "./replayWindow.ts";
import { CLAIM_MS } from "./timeLimits.ts";

/** `isOwned`: a claim that was under way owned a part of the window, which the check has passed over. */
export type CheckOutcome = { readonly isOwned?: true } & (
  | { readonly outcome: "waiting"; readonly missing: readonly Shortfall[] }
  | { readonly outcome: "nothingNew" }
  /**
   * What became a sync, in the order in which it was complete, and syncs whose claim is to go on. `more`:
   * something is left for another check, because others were faster with it, or because it was too much
   * for one.
   */
  | {
      readonly outcome: "fired";
      readonly leases: readonly Lease[];
      readonly claims: readonly OpenClaim[];
      readonly more: boolean;
    }
);

type Deps = Pick<
  Ports,
  | "window"
  | "services"
  | "outbox"
  | "clock"
  | "newId"
  | "log"
  | "claimChunk"
  | "claimMs"
  | "seekAfter"
  | "timesOfDay"
> & { readonly probe: WindowProbe; readonly alarms: Alarms };

/** Thrown when others kept taking the events first. The platform's retry checks again later. */
export class ContentionError extends EventSyncError {
  constructor(serviceName: string) {
    super("contended", `Other checks kept claiming the window of ${serviceName} first; try again.`);
    this.name = "ContentionError";
  }
}

/** Tries for a few seconds: each time that we lose, somebody else has made a sync. */
export const CONTENTION_RETRY = {
  retries: 10,
  minTimeout: 10,
  maxTimeout: 500,
  factor: 2,
  randomize: true,
} as const;

/**
 * The window check: probe, replay, claim. Publishing is the caller's.
 *
 * @param asking the new events that asked for it; undefined if none did
 * @throws ContentionError
 */
export async function checkWindow(
  deps: Deps,
  rule: Rule,
  id: WindowId,
  asking: Asking | undefined,
): Promise<CheckOutcome> {
  const outcome = await retryContention(rule.serviceName, (attempt) =>
    // After a lost race nothing is known about the endpoints any more.
    attemptCheck(deps, rule, id, attempt === 1 ? asking : asking && { ...asking, eventKeys: NONE }),
  );
  if (outcome.outcome !== "fired") {
    deps.log.info("window.checked", { ...windowFacts(id), ...outcome });
  }
  return outcome;
}

const NONE: ReadonlySet<string> = new Set();

async function attemptCheck(
  deps: Deps,
  rule: Rule,
  id: WindowId,
  asking: Asking | undefined,
): Promise<CheckOutcome> {
  const probed = await deps.probe.probe(rule, id, asking);
  if (!probed.complete) {
    if (await deps.alarms.isDue(rule, id, asking, probed.page)) {
      return checkTaken(deps, rule, id, lookAtAll(deps.clock()));
    }
    const claims = await claimsLeft(deps, rule, id, asking);
    if (claims.length > 0) {
      return { outcome: "fired", leases: [], claims, more: false, isOwned: true };
    }
    const { missing, isOwned } = probed;
    return {
      ...(missing.length === 0 ? { outcome: "nothingNew" } : { outcome: "waiting", missing }),
      ...(isOwned && { isOwned }),
    };
  }
  return rule.trigger.keepEventAfterTrigger
    ? checkKept(deps, rule, id, probed)
    : checkTaken(deps, rule, id, probed);
}

/**
 * Claims of the window that nobody is at. Only a trigger that is late looks for them (1 read): whoever hands one
 * over has its own delivered again, to any instance, and the events that it asked for are in the sync by then.
 */
async function claimsLeft(
  deps: Deps,
  { trigger }: Rule,
  id: WindowId,
  asking: Asking | undefined,
): Promise<OpenClaim[]> {
  const { services, clock, claimMs = CLAIM_MS.check } = deps;
  // A sweep finds them by itself.
  if (trigger.keepEventAfterTrigger || asking === undefined || asking.isSwept === true) return [];
  if (clock() < asking.oldestMs + claimMs) return [];
  return takeClaims(deps, id, (await services.read(id)).claims);
}

type Complete = Extract<ProbeResult, { complete: true }>;

/** Each event is in one sync: the one that a check at the moment of its last event would have made. */
async function checkTaken(
  deps: Deps,
  rule: Rule,
  id: WindowId,
  probed: Complete,
): Promise<CheckOutcome> {
  const replayed = await replayWindow(deps, rule, id, probed);
  const { closed, missing, settledMs } = replayed;
  deps.probe.sawReset(id, replayed.lastResetMs);
  await deps.alarms.set(id, replayed.deadlineAtMs);
  const { leases, claims, ownedTo, isContended } = await claimTaken(
    deps,
    rule,
    id,
    closed,
    replayed.stateVersion,
  );
  const isNothing = leases.length + claims.length === 0;
  if (isContended && isNothing) throw new ContentionError(rule.serviceName);
  if (!isContended) deps.probe.settled(id, settledMs);
  deps.probe.sawOwned(id, ownedTo ?? ownedUntil(replayed.claims));
  const left = await takeClaims(deps, id, replayed.claims);
  const owned = claims.length + replayed.claims.length > 0 && ({ isOwned: true } as const);
  if (isNothing && left.length === 0) return { outcome: "waiting", missing, ...owned };
  const more = isContended || replayed.more;
  return { outcome: "fired", leases, claims: [...claims, ...left], more, ...owned };
}

/** Events stay in the window: one sync for each check that finds new ones. */
async function checkKept(
  deps: Deps,
  rule: Rule,
  id: WindowId,
  probed: Complete,
): Promise<CheckOutcome> {
  const { nowMs } = probed;
  const pending = await deps.window.collect(id, {
    eventKeys: rule.endpoints.map(({ eventKey }) => eventKey),
    withExported: true,
    aboveMs: windowStart(rule, nowMs, deps.probe.lastResetMs(id)),
  });
  // Read after the events: whatever was reset before one of them came is known then.
  const resetAtMs = (await deps.services.read(id)).resetsMs.at(-1);
  deps.probe.sawReset(id, resetAtMs);
  const decision = decide({ rule, pending, nowMs, resetAtMs });
  if (decision.outcome !== "fire") return decision;

  const claim = await claimKept(deps, rule, id, { groups: decision.groups, reason: "complete" });
  switch (claim.outcome) {
    case "claimed":
      return { outcome: "fired", leases: [claim.lease], claims: [], more: claim.more };
    case "exists":
      return { outcome: "nothingNew" };
    case "begun":
    case "contended":
      throw new ContentionError(rule.serviceName);
  }
}

/** Runs an attempt again while it loses its claim, with bounded, jittered waits. */
export function retryContention<T>(
  serviceName: string,
  attempt: (attempt: number) => Promise<T>,
): Promise<T> {
  return pRetry(attempt, {
    ...CONTENTION_RETRY,
    shouldRetry: ({ error }) => error instanceof ContentionError,
  });
}
