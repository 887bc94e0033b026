import { EventSyncError } from "../domain/errors.ts";
import { firesByItself, type Rule } from "../domain/rule.ts";
import type { Engine } from "./engine.ts";
import type { Log } from "./ports.ts";
import { CLOCK_SKEW_MS } from "./probeWindow.ts";

/** A pending marker was created, as the platform tells it: perhaps late, repeatedly or out of order. */
export interface PendingCreated {
  readonly serviceName: string;
  readonly eventId: string;
  /** The correlation key; undefined if the marker cannot be read. */
  readonly key: string | undefined;
  /** Undefined if the marker cannot be read. */
  readonly eventKey: string | undefined;
  /** When the event was received; undefined if it cannot be read. */
  readonly receivedAtMs: number | undefined;
  /** When the marker was created; undefined if it cannot be read. */
  readonly createdAtMs: number | undefined;
  /** A newer version of this code has written the marker: its other fields may mean anything. */
  readonly isNewer: boolean;
}

/** How long instances with the configuration before may go on serving beside those with a new one. */
const ROLL_OUT_MS = 15 * 60_000;

/**
 * Runs the window check that a new event asks for. What can never succeed is reported and acknowledged;
 * whatever else fails is thrown, so that the platform tries again.
 *
 * A service or endpoint that is not configured may be new: during a roll-out the marker of its event can
 * arrive at an instance that does not have it yet. Only some time later it is one that is gone.
 *
 * @throws EventSyncError `not-known-yet`, and what a check throws
 */
export async function onPending(
  engine: Pick<Engine, "checkWindow">,
  log: Log,
  rules: readonly Rule[],
  { serviceName, eventId, key, eventKey, receivedAtMs, createdAtMs, isNewer }: PendingCreated,
  nowMs: number,
): Promise<void> {
  const facts = { service: serviceName, eventId };
  const ignoreUnlessNew = (problem: string): void => {
    const isYoung = createdAtMs !== undefined && nowMs - createdAtMs < ROLL_OUT_MS;
    if (!isYoung) {
      log.warn("pending.ignored", { ...facts, problem });
      return;
    }
    log.warn("pending.deferred", { ...facts, problem });
    throw new EventSyncError("not-known-yet", `${problem} on this instance, perhaps not yet`);
  };
  if (isNewer) {
    ignoreUnlessNew("the form of the marker is not known");
    return;
  }
  if (key === undefined || eventKey === undefined || receivedAtMs === undefined) {
    log.error("pending.unreadable", facts);
    return;
  }
  const rule = rules.find((candidate) => candidate.serviceName === serviceName);
  if (rule === undefined) {
    ignoreUnlessNew("the service is not configured");
    return;
  }
  if (!firesByItself(rule)) return;
  const isConfigured = rule.endpoints.some((endpoint) => endpoint.eventKey === eventKey);
  if (!isConfigured) {
    ignoreUnlessNew(`no endpoint ${eventKey} is configured`);
    return;
  }
  if (receivedAtMs > nowMs + CLOCK_SKEW_MS) {
    // It waits until its time has come; the sweep finds it then.
    log.warn("pending.ahead", { ...facts, receivedAt: new Date(receivedAtMs).toISOString() });
  }
  await engine.checkWindow(rule, { service: serviceName, key }, { eventKey, receivedAtMs });
}
