import type { Rule } from "../domain/rule.ts";
import { checkWindow, type CheckOutcome } from "./checkWindow.ts";
import { Coalescer } from "./coalescer.ts";
import { MessageBudget } from "./messageBudget.ts";
import type {
  Clock,
  EventLog,
  Log,
  NewId,
  Outbox,
  Publisher,
  ServiceState,
  Window,
} from "./ports.ts";
import { WindowProbe } from "./probeWindow.ts";
import { publishSync, type PublishOutcome } from "./publishSync.ts";
import { storeEvent, type AcceptedRequest, type StoredEvent } from "./storeEvent.ts";
import { sweep, type SweepReport } from "./sweep.ts";
import { CHECK_MS } from "./timeLimits.ts";
import { triggerSync, type ManualSync } from "./triggerSync.ts";

/** Everything that the use cases need. */
export interface Ports {
  readonly events: EventLog;
  readonly window: Window;
  readonly services: ServiceState;
  readonly outbox: Outbox;
  readonly publisher: Publisher;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly log: Log;
  /** Events in one commit of a claim, where a test wants fewer. */
  readonly claimChunk?: number;
}

/** What EventSync does, once per process: it remembers which checks run, and bounds what they take. */
export interface Engine {
  storeEvent(rule: Rule, request: AcceptedRequest): Promise<StoredEvent>;
  /**
   * Checks a window and publishes what that makes; shared with other callers of the same moment.
   *
   * @param eventKey the endpoint whose new event asks for it, if one does
   */
  checkWindow(rule: Rule, eventKey?: string): Promise<CheckOutcome>;
  triggerSync(rule: Rule): Promise<ManualSync>;
  reset(rule: Rule): Promise<{ readonly resetAtMs: number }>;
  sweep(rules: readonly Rule[]): Promise<SweepReport>;
}

export function makeEngine(ports: Ports): Engine {
  const probe = new WindowProbe(ports);
  const deps = { ...ports, probe, budget: new MessageBudget() };
  // Publishing is not part of what is shared one at a time: the next check need not wait for it.
  const checks = new Coalescer<Rule, string, Checked>(async (rule, hints) => {
    const outcome = await checkWindow(deps, rule, hints);
    const published =
      outcome.outcome === "fired" ? publishSync(deps, outcome.lease) : Promise.resolve(undefined);
    // Nobody waits for it where the check took too long: then the lease runs out, and the sweep sees to it.
    published.catch(() => undefined);
    return { outcome, published };
  }, CHECK_MS);
  const check = async (rule: Rule, eventKey?: string): Promise<CheckOutcome> => {
    const { outcome, published } = await checks.run(rule.serviceName, rule, eventKey);
    await published;
    // One after the other, so that one message at a time is in memory. Who shares this check shares the
    // next ones, too.
    if (outcome.outcome === "fired" && outcome.more) await check(rule);
    return outcome;
  };
  return {
    storeEvent: (rule, request) => storeEvent(ports, rule, request),
    checkWindow: check,
    triggerSync: (rule) => triggerSync(deps, rule),
    async reset(rule) {
      const resetAtMs = ports.clock();
      await ports.services.reset(rule.serviceName, resetAtMs);
      ports.log.info("service.reset", { service: rule.serviceName });
      return { resetAtMs };
    },
    sweep: (rules) => sweep({ ...deps, check }, rules),
  };
}

interface Checked {
  readonly outcome: CheckOutcome;
  readonly published: Promise<PublishOutcome | undefined>;
}
