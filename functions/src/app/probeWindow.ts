import { windowStart, type EndpointRule, type Rule } from "../domain/rule.ts";
import type { Shortfall } from "../domain/decide.ts";
import type { Clock, ServiceState, Window } from "./ports.ts";

interface Deps {
  readonly window: Window;
  readonly services: ServiceState;
  readonly clock: Clock;
}

export type ProbeResult =
  | { readonly complete: false; readonly missing: Shortfall | undefined }
  | { readonly complete: true; readonly nowMs: number; readonly resetAtMs: number | undefined };

/**
 * Finds out cheaply whether a window can be complete, before its events are read.
 *
 * The endpoint that fell short last time is asked first, because it usually still does: an event
 * that does not complete a window costs one read. What an instance remembers (that endpoint, and the
 * last reset it saw) only saves reads. A remembered reset may be older than the real one, never
 * newer, so a probe errs on the side of looking closer.
 */
export class WindowProbe {
  readonly #deps: Deps;
  readonly #lastShort = new Map<string, string>();
  readonly #lastReset = new Map<string, number>();

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /**
   * @param fresh endpoints known to have had an event just now; empty for a check that no event
   *   asked for
   */
  async probe(rule: Rule, fresh: ReadonlySet<string>): Promise<ProbeResult> {
    const { clock, services, window } = this.#deps;
    const { serviceName, trigger } = rule;
    const nowMs = clock();
    const since = windowStart(rule, nowMs, this.#lastReset.get(serviceName));

    if (trigger.keepEventAfterTrigger && fresh.size === 0) {
      // Kept windows stay complete; only an event that is in no sync yet is worth a closer look.
      if (!(await window.hasNew(rule, since))) return { complete: false, missing: undefined };
    }
    const [first, ...others] = this.#inOrder(rule, fresh);
    if (first !== undefined) {
      const missing = await this.#shortfall(rule, first, since);
      if (missing !== undefined) return this.#short(serviceName, missing);
    }
    const [resetAtMs, ...shortfalls] = await Promise.all([
      services.resetAt(serviceName),
      ...others.map((endpoint) => this.#shortfall(rule, endpoint, since)),
    ]);
    if (resetAtMs !== undefined) this.#lastReset.set(serviceName, resetAtMs);
    const missing = shortfalls.find((shortfall) => shortfall !== undefined);
    if (missing !== undefined) return this.#short(serviceName, missing);
    return { complete: true, nowMs, resetAtMs };
  }

  /** The endpoints worth asking, the least likely to have its events first. */
  #inOrder({ serviceName, endpoints }: Rule, fresh: ReadonlySet<string>): EndpointRule[] {
    const lastShort = this.#lastShort.get(serviceName);
    const rank = ({ eventKey }: EndpointRule): number =>
      eventKey === lastShort ? 0 : fresh.has(eventKey) ? 2 : 1;
    return endpoints
      .filter(({ eventKey, minNbOfOccurrence }) => minNbOfOccurrence > 1 || !fresh.has(eventKey))
      .toSorted((a, b) => rank(a) - rank(b));
  }

  async #shortfall(
    rule: Rule,
    { eventKey, minNbOfOccurrence: need }: EndpointRule,
    sinceMs: number,
  ): Promise<Shortfall | undefined> {
    const have = await this.#deps.window.count(rule, eventKey, sinceMs, need);
    return have < need ? { eventKey, have, need } : undefined;
  }

  #short(serviceName: string, missing: Shortfall): ProbeResult {
    this.#lastShort.set(serviceName, missing.eventKey);
    return { complete: false, missing };
  }
}
