import { needs, type Condition, type Numbers, type Shortfall } from "../domain/condition.ts";
import type { PendingEvent, Place } from "../domain/event.ts";
import { completedBy, Inquiry, type Question } from "../domain/inquiry.ts";
import { addSeconds, windowStart, type Rule } from "../domain/rule.ts";
import { windowName, type WindowId } from "../domain/window.ts";
import { BoundedMap } from "./boundedMap.ts";
import type { Ports } from "./ports.ts";

type Deps = Pick<Ports, "window" | "clock">;

/** The new events that ask for a check. */
export interface Asking {
  /** Their endpoints. */
  readonly eventKeys: ReadonlySet<string>;
  /** When the oldest of them was received. Epoch milliseconds. */
  readonly oldestMs: number;
  /** A sweep asks for them: it has less time than a trigger. */
  readonly isSwept?: boolean;
}

export type ProbeResult =
  /** `missing` is what was found to be, nothing where no event can complete anything. */
  | {
      readonly complete: false;
      readonly missing: readonly Shortfall[];
      readonly page?: readonly PendingEvent[];
      /** It did not look at what belonged to a claim when a replay last looked. */
      readonly isOwned?: true;
    }
  | {
      readonly complete: true;
      readonly nowMs: number;
      /** What was received before is known to be settled. */
      readonly fromMs: number | undefined;
      /** What was received later has not come yet. */
      readonly untilMs: number;
      /** Up to where the window belonged to a claim when a replay last looked. */
      readonly ownedTo?: Place;
      /** All that is there, from there on, if it was read. */
      readonly page?: readonly PendingEvent[];
    };

/**
 * How far apart the clocks of instances may be: an event that is this much ahead has come. One that is
 * further ahead has a clock that is wrong, and waits until its time has come.
 */
export const CLOCK_SKEW_MS = 10_000;

/** What a look at all that there is begins with. */
export function lookAtAll(nowMs: number): Extract<ProbeResult, { complete: true }> {
  return { complete: true, nowMs, fromMs: undefined, untilMs: nowMs + CLOCK_SKEW_MS };
}

/**
 * How much later than its receipt an event may become visible, and still be found by a check that it did
 * not ask for: longer than the function that stores it may run. The sweep finds any.
 */
export const LATE_MS = 120_000;

/** How long an instance passes over what a claim owns without looking whether it still does. */
const OWNED_MS = 30_000;

/**
 * A window with a key that asks for no more events than that is read instead of counted: its page decides
 * and is replayed in one, for no more reads than the counts would take before it.
 */
const SMALL = 4;

/** Windows that an instance remembers something about. */
const REMEMBERED = 10_000;

interface Remembered {
  /** What fell short last time, and how many events it had: it usually still does. */
  readonly lastShort?: Numbers;
  /** It may be older than the real one, never newer: a probe errs on the side of looking closer. */
  readonly lastResetMs?: number;
  /** What was received up to then was in a sync, or had left the period, when a replay last looked. */
  readonly settledMs?: number;
  /** Up to where a claim under way owned the window when a replay last looked, and when that was. */
  readonly owned?: { readonly to: Place; readonly atMs: number } | undefined;
  /** It held more events than it asks for once, so that counting them costs less than reading them. */
  readonly isLarge?: boolean;
}

/**
 * Finds out cheaply whether anything can fire, before events are read.
 *
 * A window that the events which ask can complete lies later than the oldest of them, less the period:
 * however late the check is. What fell short last time is asked first, so an event that does not complete
 * anything costs one read (`domain/inquiry.ts`); one of an optional endpoint costs none. What an instance remembers only saves work: reads, and
 * going through index entries of what has been settled.
 */
export class WindowProbe {
  readonly #deps: Deps;
  readonly #remembered = new BoundedMap<string, Remembered>(REMEMBERED);

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** @param asking undefined for a check that no event asked for: it looks at all that there is */
  async probe(rule: Rule, id: WindowId, asking: Asking | undefined): Promise<ProbeResult> {
    const { clock, window } = this.#deps;
    const { keepEventAfterTrigger, observationPeriod } = rule.trigger;
    const { lastResetMs, lastShort, settledMs } = this.#remember(id);
    const nowMs = clock();
    const untilMs = nowMs + CLOCK_SKEW_MS;
    const ownedTo = this.#ownedTo(id, nowMs);
    const fromMs =
      asking === undefined || settledMs === undefined ? undefined : settledMs - LATE_MS;
    let aboveMs: number | undefined;
    if (keepEventAfterTrigger) {
      aboveMs = windowStart(rule, nowMs, lastResetMs);
      // Kept windows stay complete; only an event that is in no sync yet is worth a closer look.
      const eventKeys = rule.endpoints.map(({ eventKey }) => eventKey);
      const isAsked = asking !== undefined;
      if (!isAsked && !(await window.hasNew(id, { eventKeys, aboveMs }))) {
        return { complete: false, missing: [] };
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

    const condition = conditionOf(rule, asking);
    if (condition === undefined) return { complete: false, missing: [] };
    const page = ownedTo === undefined ? await this.#readSmall(rule, id, fromMs) : undefined;
    const of = {
      withExported: keepEventAfterTrigger,
      aboveMs,
      // Kept events count from wherever their clock is.
      ...(!keepEventAfterTrigger && { upToMs: untilMs }),
    };
    const inquiry = new Inquiry(condition, {
      // One that asks may be in a sync by now: a page knows that.
      fresh: page === undefined ? (asking?.eventKeys ?? []) : [],
      ...(lastShort && { lastShort }),
    });
    for (let asked = inquiry.nextToAsk(); asked.length > 0; asked = inquiry.nextToAsk()) {
      const counts = asked.map(async (question) =>
        page === undefined
          ? window.count(id, { ...question, ...of })
          : countOf(page, question, aboveMs, untilMs),
      );
      for (const [index, count] of (await Promise.all(counts)).entries()) {
        const question = asked[index];
        if (question !== undefined) inquiry.learn(question, count);
      }
    }
    const read = page === undefined ? {} : { page };
    if (inquiry.isComplete === true) {
      return { complete: true, nowMs, fromMs, untilMs, ...(ownedTo && { ownedTo }), ...read };
    }
    this.#note(id, { lastShort: inquiry.short });
    const owned = ownedTo !== undefined && ({ isOwned: true } as const);
    return { complete: false, missing: inquiry.missing, ...read, ...owned };
  }

  /** All that a replay would read, of a window with a key that is known to be small, or not known at all. */
  async #readSmall(
    { endpoints, condition, correlation, trigger }: Rule,
    id: WindowId,
    fromMs: number | undefined,
  ): Promise<readonly PendingEvent[] | undefined> {
    if (correlation === undefined || trigger.keepEventAfterTrigger) return undefined;
    const limit = [...needs(condition).values()].reduce((sum, need) => sum + need, 0);
    if (limit > SMALL || this.#remember(id).isLarge === true) return undefined;
    const page = await this.#deps.window.small(id, {
      eventKeys: endpoints.map(({ eventKey }) => eventKey),
      aboveMs: fromMs === undefined ? undefined : fromMs - 1,
      limit,
    });
    if (page === undefined || page.length > limit) this.#note(id, { isLarge: true });
    return page;
  }

  /** The last reset that a closer look has met, if any. */
  lastResetMs(id: WindowId): number | undefined {
    return this.#remember(id).lastResetMs;
  }

  /** A closer look has met this reset, the last one there is. */
  sawReset(id: WindowId, lastResetMs: number | undefined): void {
    if (lastResetMs !== undefined) this.#note(id, { lastResetMs });
  }

  /** A replay has gone through the window, and all that it closed is claimed. */
  settled(id: WindowId, settledMs: number): void {
    this.#note(id, { settledMs });
  }

  /** A replay has met claims under way that own the window up to there, or none. */
  sawOwned(id: WindowId, to: Place | undefined): void {
    this.#note(id, { owned: to && { to, atMs: this.#deps.clock() } });
  }

  #ownedTo(id: WindowId, nowMs: number): Place | undefined {
    const { owned } = this.#remember(id);
    return owned !== undefined && nowMs < owned.atMs + OWNED_MS ? owned.to : undefined;
  }

  #remember(id: WindowId): Remembered {
    return this.#remembered.get(windowName(id)) ?? {};
  }

  #note(id: WindowId, more: Remembered): void {
    this.#remembered.set(windowName(id), { ...this.#remember(id), ...more });
  }
}

/**
 * What must hold for a closer look; undefined if the events that ask can complete nothing. Where events are
 * kept, any new one in a complete window makes a sync.
 */
function conditionOf(
  { condition, trigger }: Rule,
  asking: Asking | undefined,
): Condition | undefined {
  const isAnyEvent = asking === undefined || asking.eventKeys.size === 0;
  return trigger.keepEventAfterTrigger || isAnyEvent
    ? condition
    : completedBy(condition, asking.eventKeys);
}

/** As the window would count them. */
function countOf(
  page: readonly PendingEvent[],
  { eventKeys, limit }: Question,
  aboveMs = -Infinity,
  untilMs: number,
): number {
  const counted = page.filter(
    ({ eventKey, receivedAtMs }) =>
      eventKeys.includes(eventKey) && receivedAtMs > aboveMs && receivedAtMs <= untilMs,
  );
  return Math.min(limit, counted.length);
}
