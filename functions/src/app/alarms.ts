import { DEADLINE_GRACE_MS, type DeadlineOf } from "../domain/deadline.ts";
import type { PendingEvent } from "../domain/event.ts";
import type { Rule } from "../domain/rule.ts";
import { windowFacts, windowName, type WindowId } from "../domain/window.ts";
import { BoundedMap } from "./boundedMap.ts";
import { deadlineOfRule } from "./deadlines.ts";
import type { AlarmClock, Clock, Log, TimesOfDay, Window } from "./ports.ts";
import type { Asking } from "./probeWindow.ts";

interface Deps {
  readonly window: Window;
  readonly clock: Clock;
  readonly log: Log;
  readonly timesOfDay?: TimesOfDay;
  readonly alarmClock?: AlarmClock;
}

/** Windows whose alarm an instance remembers. */
const REMEMBERED = 10_000;

const DAY_MS = 86_400_000;

/** How far ahead an alarm may be set: Cloud Tasks takes 30 days. One that rings before its time sets the next. */
const FARTHEST_DAYS = 29;

/**
 * Sees to it that a window is looked at when its deadline passes.
 *
 * One alarm leads to the next: whoever looks at an open window, an alarm above all, sets the one for the
 * deadline that it finds. A deadline never comes before that of an earlier event, so while one alarm is
 * set, events need not set others. What an instance remembers saves asking for an alarm that is set
 * already; what is not remembered costs one read, and the alarm's name keeps it single. Alarms decide
 * nothing: what closes is decided by the replay, and the sweep looks where one was lost.
 */
export class Alarms {
  readonly #deps: Deps;
  /** When the alarm of a window will ring, by its name. */
  readonly #ringAtMs = new BoundedMap<string, number>(REMEMBERED);

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /**
   * Whether a deadline of the window may have passed (1 read, and none while its alarm is known to be set);
   * if not, an alarm is set for the next.
   *
   * @param asking undefined for a look that no event asked for: it relies on no memory
   * @param page all that is in the window, if it was read: then this reads nothing
   */
  async isDue(
    rule: Rule,
    id: WindowId,
    asking: Asking | undefined,
    page?: readonly PendingEvent[],
  ): Promise<boolean> {
    if (rule.deadline === undefined) return false;
    const { window, clock } = this.#deps;
    const deadline = await deadlineOfRule(this.#deps, rule);
    if (deadline === undefined) return false;
    if (asking !== undefined) {
      const askedMs = alone(deadline, asking.oldestMs);
      if (this.#isSet(id, askedMs)) return false;
      if (rule.deadline.from === "last" && askedMs + DEADLINE_GRACE_MS > clock()) {
        // It puts off the end of its window, so there is no need to read all of a session. What was over
        // before it has an alarm, and the net, of its own.
        await this.set(id, askedMs);
        return false;
      }
    }
    const eventKeys = rule.endpoints.map(({ eventKey }) => eventKey);
    const oldestMs =
      page === undefined ? await window.oldest(id, { eventKeys }) : page[0]?.receivedAtMs;
    if (oldestMs === undefined) return false;
    // As if the others were not there: it can only be later.
    const earliestMs = alone(deadline, oldestMs);
    if (earliestMs + DEADLINE_GRACE_MS <= clock()) return true;
    await this.set(id, earliestMs);
    return false;
  }

  /** Has the window looked at when that deadline has passed. Never throws: the sweep looks, too. */
  async set(id: WindowId, deadlineAtMs: number | undefined): Promise<void> {
    const { alarmClock, clock, log } = this.#deps;
    if (alarmClock === undefined || deadlineAtMs === undefined) return;
    if (this.#isSet(id, deadlineAtMs)) return;
    const nowMs = clock();
    // Days are counted from a fixed one, so that instances give the same alarm the same name.
    const farthestMs = (Math.floor(nowMs / DAY_MS) + FARTHEST_DAYS) * DAY_MS;
    const atMs = Math.min(deadlineAtMs + DEADLINE_GRACE_MS, farthestMs);
    try {
      await alarmClock.set({ window: id, atMs });
      this.#ringAtMs.set(windowName(id), atMs);
    } catch (error) {
      log.error("alarm.failed", {
        ...windowFacts(id),
        at: new Date(atMs).toISOString(),
        error: reasonOf(error),
      });
    }
  }

  /** One that rings in time for this deadline: it finds it, and sets the next. */
  #isSet(id: WindowId, deadlineAtMs: number): boolean {
    const ringAtMs = this.#ringAtMs.get(windowName(id));
    if (ringAtMs === undefined) return false;
    return this.#deps.clock() < ringAtMs && ringAtMs <= deadlineAtMs + DEADLINE_GRACE_MS;
  }
}

const alone = (deadline: DeadlineOf, receivedAtMs: number): number =>
  deadline(receivedAtMs, receivedAtMs);

const reasonOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
