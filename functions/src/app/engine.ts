import type { PendingEvent } from "../domain/event.ts";
import { addSeconds, type Rule } from "../domain/rule.ts";
import { windowFacts, windowName, type WindowId } from "../domain/window.ts";
import { Alarms } from "./alarms.ts";
import { checkWindow, type CheckOutcome } from "./checkWindow.ts";
import { Coalescer } from "./coalescer.ts";
import { ClaimUnfinishedError, finishClaims } from "./finishClaims.ts";
import { markTogether } from "./markTogether.ts";
import { MessageBudget } from "./messageBudget.ts";
import type { Ports } from "./ports.ts";
import type { WakeUp } from "./ports/deliveries.ts";
import { WindowProbe, type Asking } from "./probeWindow.ts";
import { publishTogether } from "./publishTogether.ts";
import { sendSyncs } from "./sendSyncs.ts";
import { storeEvent, storeEvents, type AcceptedRequest, type StoredEvent } from "./storeEvent.ts";
import { sweep, type SweepReport } from "./sweep.ts";
import { CHECK_MS, CLAIM_MS } from "./timeLimits.ts";
import { triggerAll, type ManualSyncs } from "./triggerAll.ts";
import { triggerOpen, triggerSync, type ManualSync } from "./triggerSync.ts";

/** An event that has just been stored, as its marker tells it. */
export type NewEvent = Pick<PendingEvent, "eventKey" | "receivedAtMs">;

/** What EventSync does, once per process: it remembers which checks run, and bounds what they take. */
export interface Engine {
  storeEvent(rule: Rule, request: AcceptedRequest): Promise<StoredEvent>;
  /** Stores the events of one request, in their order; sent again, those that are stored are recognised. */
  storeEvents(rule: Rule, requests: readonly AcceptedRequest[]): Promise<StoredEvent[]>;
  /**
   * Checks a window and publishes what that makes; shared with other callers of the same moment.
   *
   * @param event the new event that asks for it, if one does
   * @throws ClaimUnfinishedError if a sync is too large for one check; the next one goes on with it
   */
  checkWindow(rule: Rule, window: WindowId, event?: NewEvent): Promise<CheckOutcome>;
  /** The only window of a service without correlation. */
  triggerSync(rule: Rule, window: WindowId): Promise<ManualSync>;
  /** @returns undefined if nothing is open there */
  triggerOpen(rule: Rule, window: WindowId): Promise<ManualSync | undefined>;
  /** All open windows of a service with a correlation, as many as there is time for. */
  triggerAll(rule: Rule): Promise<ManualSyncs>;
  /** Without a key: all windows of the service. */
  reset(rule: Rule, window: WindowId): Promise<{ readonly resetAtMs: number }>;
  sweep(rules: readonly Rule[]): Promise<SweepReport>;
  /** Sees to a delivery, or a lane, if it is due. @returns why not, if nobody can */
  wake(rules: readonly Rule[], wakeUp: WakeUp): Promise<string | undefined>;
}

export function makeEngine(ports: Ports): Engine {
  const probe = new WindowProbe(ports);
  const outbox = markTogether(ports.outbox, ports.clock);
  const alarms = new Alarms(ports);
  const deps = { ...ports, outbox, probe, alarms, budget: new MessageBudget() };
  const publish = publishTogether(deps);
  // Publishing is not part of what is shared one at a time: the next check need not wait for it.
  const checks = new Coalescer<Asked, Asking | typeof EVERYTHING, Checked>(
    async ({ rule, window }, asked) => {
      const limitMs = isSwept(asked) ? CLAIM_MS.sweep : CLAIM_MS.check;
      const untilMs = ports.clock() + (ports.claimMs ?? limitMs);
      const outcome = await checkWindow(deps, rule, window, together(asked));
      const finished = finish({ ...deps, publish }, rule, window, outcome, untilMs);
      // Nobody waits for it where the check took too long: then the lease runs out, and the sweep sees to it.
      finished.catch(() => undefined);
      return { outcome, finished };
    },
    CHECK_MS,
  );
  const check = async (
    rule: Rule,
    window: WindowId,
    asking: Asking | undefined,
  ): Promise<CheckOutcome> => {
    const { outcome, finished } = await checks.run(
      windowName(window),
      { rule, window },
      asking ?? EVERYTHING,
    );
    const isLeft = await finished;
    // One after the other, so that the messages of one check at a time are in memory. Who shares this check
    // shares the next ones, too.
    if (outcome.outcome === "fired" && outcome.more) await check(rule, window, undefined);
    if (isLeft) throw new ClaimUnfinishedError(rule.serviceName);
    return outcome;
  };
  return {
    storeEvent: (rule, request) => storeEvent(ports, rule, request),
    storeEvents: (rule, requests) => storeEvents(ports, rule, requests),
    checkWindow: (rule, window, event) => check(rule, window, event && askingOf(event)),
    triggerSync: (rule, window) => triggerSync(deps, rule, window),
    triggerOpen: (rule, window) => triggerOpen(deps, rule, window),
    triggerAll: (rule) => triggerAll(deps, rule),
    async reset(rule, window) {
      const resetAtMs = ports.clock();
      // A marker may outlive its period by as long as no sweep comes.
      const keepFromMs = addSeconds(
        resetAtMs,
        -rule.trigger.observationPeriod - KEPT_RESETS_SECONDS,
      );
      await ports.services.reset(window, { atMs: resetAtMs, keepFromMs });
      ports.log.info("service.reset", windowFacts(window));
      return { resetAtMs };
    },
    sweep: (rules) => sweep({ ...deps, check }, rules),
    async wake(rules, wakeUp) {
      const deliverer = await ports.deliverer?.();
      return deliverer?.wake(rules, wakeUp);
    },
  };
}

/** How much longer than the observation period a reset is remembered: longer than sweeps may be down. */
const KEPT_RESETS_SECONDS = 86_400;

/** What the sweep asks about: all that there is. Who shares its check gets that, too. */
const EVERYTHING = Symbol("everything");

function askingOf({ eventKey, receivedAtMs }: NewEvent): Asking {
  return { eventKeys: new Set([eventKey]), oldestMs: receivedAtMs };
}

/** Whether somebody asks who has less time. */
function isSwept(asked: ReadonlySet<Asking | typeof EVERYTHING>): boolean {
  return [...asked].some((one) => one === EVERYTHING || one.isSwept === true);
}

function together(asked: ReadonlySet<Asking | typeof EVERYTHING>): Asking | undefined {
  const asking = Array.from(asked).filter((one) => one !== EVERYTHING);
  if (asking.length < asked.size || asking.length === 0) return undefined;
  return {
    eventKeys: new Set(asking.flatMap(({ eventKeys }) => [...eventKeys])),
    oldestMs: asking.map(({ oldestMs }) => oldestMs).reduce((a, b) => Math.min(a, b)),
    isSwept: asking.every(({ isSwept }) => isSwept === true),
  };
}

interface Asked {
  readonly rule: Rule;
  readonly window: WindowId;
}

interface Checked {
  readonly outcome: CheckOutcome;
  /** When all that it made is published: whether a sync is left to be gone on with. */
  readonly finished: Promise<boolean>;
}

/** Publishes what a check has made, beside the next check, and goes on with what it has begun. */
async function finish(
  deps: Parameters<typeof sendSyncs>[0] &
    Parameters<typeof finishClaims>[0] & { readonly probe: WindowProbe },
  rule: Rule,
  window: WindowId,
  outcome: CheckOutcome,
  untilMs: number,
): Promise<boolean> {
  if (outcome.outcome !== "fired") return false;
  const [, finished] = await Promise.all([
    sendSyncs(deps, outcome.leases, [rule]),
    finishClaims(deps, outcome.claims, [rule], untilMs),
  ]);
  const isLeft = finished.some((one) => one.isLeft);
  // Whoever takes the window for owned still reads a page, and then once more.
  if (outcome.claims.length > 0 && !isLeft) deps.probe.sawOwned(window, undefined);
  return isLeft;
}
