import type { Shortfall } from "../domain/condition.ts";
import type { Place } from "../domain/event.ts";
import { addSeconds, windowStart, type EndpointRule, type Rule } from "../domain/rule.ts";
import { windowName, windowOf } from "../domain/window.ts";
import { BoundedMap } from "./boundedMap.ts";
import type { Clock, Window } from "./ports.ts";

interface Deps {
  readonly window: Window;
  readonly clock: Clock;
}

/** The new events that ask for a check. */
export interface Asking {
  /** Their endpoints. */
  readonly eventKeys: ReadonlySet<string>;
  /** When the oldest of them was received. Epoch milliseconds. */
  readonly oldestMs: number;
}

export type ProbeResult =
  | { readonly complete: false; readonly missing: Shortfall | undefined }
  | {
      readonly complete: true;
      readonly nowMs: number;
      /** What was received before is known to be settled. */
      readonly fromMs: number | undefined;
      /** What was received later has not come yet. */
      readonly untilMs: number;
      /** Up to where the window belonged to a claim when a replay last looked. */
      readonly ownedTo?: Place;
    };

/**
 * How far apart the clocks of instances may be: an event that is this much ahead has come. One that is
 * further ahead has a clock that is wrong, and waits until its time has come.
 */
export const CLOCK_SKEW_MS = 10_000;

/**
 * How much later than its receipt an event may become visible, and still be found by a check that it did
 * not ask for: longer than the function that stores it may run. The sweep finds any.
 */
const LATE_MS = 120_000;

/** How long an instance passes over what a claim owns without looking whether it still does. */
const OWNED_MS = 30_000;

/** Windows that an instance remembers something about. */
const REMEMBERED = 10_000;

interface Remembered {
  /** The endpoint that fell short last time: it usually still does. */
  readonly lastShort?: string;
  /** It may be older than the real one, never newer: a probe errs on the side of looking closer. */
  readonly lastResetMs?: number;
  /** What was received up to then was in a sync, or had left the period, when a replay last looked. */
  readonly settledMs?: number;
  /** Up to where a claim under way owned the window when a replay last looked, and when that was. */
  readonly owned?: { readonly to: Place; readonly atMs: number } | undefined;
}

/**
 * Finds out cheaply whether anything can fire, before events are read.
 *
 * A window that the events which ask can complete lies later than the oldest of them, less the period:
 * however late the check is. The endpoint that fell short last time is asked first, so an event that
 * does not complete anything costs one read. What an instance remembers only saves work: reads, and
 * going through index entries of what has been settled.
 */
export class WindowProbe {
  readonly #deps: Deps;
  readonly #remembered = new BoundedMap<string, Remembered>(REMEMBERED);

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** @param asking undefined for a check that no event asked for: it looks at all that there is */
  async probe(rule: Rule, asking: Asking | undefined): Promise<ProbeResult> {
    const { clock, window } = this.#deps;
    const { keepEventAfterTrigger, observationPeriod } = rule.trigger;
    const { lastResetMs, settledMs } = this.#remember(rule);
    const nowMs = clock();
    const untilMs = nowMs + CLOCK_SKEW_MS;
    const ownedTo = this.#ownedTo(rule, nowMs);
    const fromMs =
      asking === undefined || settledMs === undefined ? undefined : settledMs - LATE_MS;
    let aboveMs: number | undefined;
    if (keepEventAfterTrigger) {
      aboveMs = windowStart(rule, nowMs, lastResetMs);
      // Kept windows stay complete; only an event that is in no sync yet is worth a closer look.
      const eventKeys = rule.endpoints.map(({ eventKey }) => eventKey);
      const isAsked = asking !== undefined;
      if (!isAsked && !(await window.hasNew(windowOf(rule), { eventKeys, aboveMs }))) {
        return { complete: false, missing: undefined };
      }
    } else if (asking !== undefined) {
      aboveMs = Math.max(addSeconds(asking.oldestMs, -observationPeriod), fromMs ?? -Infinity);
      // What an event completes that came before a reset was complete before it: only then it matters.
      if (lastResetMs !== undefined && asking.oldestMs > lastResetMs) {
        aboveMs = Math.max(aboveMs, lastResetMs);
      }
      if (ownedTo !== undefined && asking.oldestMs > ownedTo.receivedAtMs) {
        // Of that millisecond some may be behind the place.
        aboveMs = Math.max(aboveMs, ownedTo.receivedAtMs - 1);
      }
    }

    const shortfall = async (endpoint: EndpointRule): Promise<Shortfall | undefined> => {
      const { eventKey, minNbOfOccurrence: need } = endpoint;
      const have = await window.count(windowOf(rule), {
        eventKey,
        withExported: keepEventAfterTrigger,
        aboveMs,
        // Kept events count from wherever their clock is.
        ...(!keepEventAfterTrigger && { upToMs: untilMs }),
        limit: need,
      });
      return have < need ? { eventKey, have, need } : undefined;
    };
    const [first, ...others] = this.#inOrder(rule, asking);
    if (first !== undefined) {
      const missing = await shortfall(first);
      if (missing !== undefined) return this.#short(rule, missing);
    }
    const shortfalls = await Promise.all(others.map(shortfall));
    const missing = shortfalls.find((found) => found !== undefined);
    if (missing !== undefined) return this.#short(rule, missing);
    return { complete: true, nowMs, fromMs, untilMs, ...(ownedTo && { ownedTo }) };
  }

  /** The last reset that a closer look has met, if any. */
  lastResetMs(rule: Rule): number | undefined {
    return this.#remember(rule).lastResetMs;
  }

  /** A closer look has met this reset, the last one there is. */
  sawReset(rule: Rule, lastResetMs: number | undefined): void {
    if (lastResetMs !== undefined) this.#note(rule, { lastResetMs });
  }

  /** A replay has gone through the window, and all that it closed is claimed. */
  settled(rule: Rule, settledMs: number): void {
    this.#note(rule, { settledMs });
  }

  /** A replay has met claims under way that own the window up to there, or none. */
  sawOwned(rule: Rule, to: Place | undefined): void {
    this.#note(rule, { owned: to && { to, atMs: this.#deps.clock() } });
  }

  #ownedTo(rule: Rule, nowMs: number): Place | undefined {
    const { owned } = this.#remember(rule);
    return owned !== undefined && nowMs < owned.atMs + OWNED_MS ? owned.to : undefined;
  }

  /** The endpoints worth asking, the least likely to have its events first. */
  #inOrder(rule: Rule, asking: Asking | undefined): EndpointRule[] {
    const { lastShort } = this.#remember(rule);
    const isFresh = (eventKey: string): boolean => asking?.eventKeys.has(eventKey) === true;
    const rank = ({ eventKey }: EndpointRule): number =>
      eventKey === lastShort ? 0 : isFresh(eventKey) ? 2 : 1;
    return rule.endpoints
      .filter(({ eventKey, minNbOfOccurrence }) => minNbOfOccurrence > 1 || !isFresh(eventKey))
      .toSorted((a, b) => rank(a) - rank(b));
  }

  #short(rule: Rule, missing: Shortfall): ProbeResult {
    this.#note(rule, { lastShort: missing.eventKey });
    return { complete: false, missing };
  }

  #remember(rule: Rule): Remembered {
    return this.#remembered.get(windowName(windowOf(rule))) ?? {};
  }

  #note(rule: Rule, more: Remembered): void {
    this.#remembered.set(windowName(windowOf(rule)), { ...this.#remember(rule), ...more });
  }
}
