import pRetry from "p-retry";
import { decide, type Shortfall } from "../domain/decide.ts";
import { EventSyncError } from "../domain/errors.ts";
import { windowStart, type Rule } from "../domain/rule.ts";
import { claimSync } from "./claimSync.ts";
import type { Clock, Lease, Log, NewId, Outbox, Window } from "./ports.ts";
import type { WindowProbe } from "./probeWindow.ts";

export type CheckOutcome =
  | { readonly outcome: "waiting"; readonly missing: readonly Shortfall[] }
  | { readonly outcome: "nothingNew" }
  /** `more`: new events are left for another check, since one sync could not take them all. */
  | { readonly outcome: "fired"; readonly lease: Lease; readonly more: boolean };

interface Deps {
  readonly window: Window;
  readonly outbox: Outbox;
  readonly probe: WindowProbe;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly log: Log;
  readonly claimChunk?: number;
}

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
 * The window check: probe, collect, decide, claim. Publishing is the caller's.
 *
 * @param fresh endpoints whose new events asked for this check; empty if none did
 * @throws ContentionError
 */
export async function checkWindow(
  deps: Deps,
  rule: Rule,
  fresh: ReadonlySet<string>,
): Promise<CheckOutcome> {
  const outcome = await retryContention(rule.serviceName, (attempt) =>
    // After a lost race nothing is known about the endpoints any more.
    attemptCheck(deps, rule, attempt === 1 ? fresh : new Set()),
  );
  const { outcome: result, ...facts } = outcome;
  if (result !== "fired") {
    deps.log.info("window.checked", { service: rule.serviceName, outcome: result, ...facts });
  }
  return outcome;
}

async function attemptCheck(
  deps: Deps,
  rule: Rule,
  fresh: ReadonlySet<string>,
): Promise<CheckOutcome> {
  const probed = await deps.probe.probe(rule, fresh);
  if (!probed.complete) {
    const { missing } = probed;
    return missing === undefined
      ? { outcome: "nothingNew" }
      : { outcome: "waiting", missing: [missing] };
  }
  const { nowMs, resetAtMs } = probed;
  const pending = await deps.window.collect(rule, windowStart(rule, nowMs, resetAtMs));
  const decision = decide({ rule, pending, nowMs, resetAtMs });
  if (decision.outcome !== "fire") return decision;

  const claim = await claimSync(deps, rule, decision.groups, "window");
  switch (claim.outcome) {
    case "claimed":
      return { outcome: "fired", lease: claim.lease, more: claim.more };
    case "exists":
      return { outcome: "nothingNew" };
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
