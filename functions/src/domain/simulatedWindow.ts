import { holds, type Count } from "./condition.ts";
import type { DeadlineOf } from "./deadline.ts";
import { decide, groupMembers, groupWindow, type Group } from "./decide.ts";
import type { PendingEvent } from "./event.ts";
import { Replay, type Closed } from "./replay.ts";
import { addSeconds, firesByItself, type Rule } from "./rule.ts";
import { limitNew, type SyncReason } from "./sync.ts";

/**
 * One window on a virtual clock, as the wired system has it: what a check, a deadline, a manual trigger and a
 * reset make of it, at their times. Whoever drives it calls in the order of time, and lets time pass before
 * anything else of a later time: so between two calls nothing has happened that it has not told.
 */
export interface SimulatedWindow {
  /** What is in it, oldest first; where events are kept, also those of syncs. */
  readonly there: readonly PendingEvent[];
  /** In no sync yet. */
  readonly open: readonly PendingEvent[];
  readonly isEmpty: boolean;
  /** When time alone changes something, if nothing else happens before. Undefined if nothing is there. */
  readonly wakeAtMs: number | undefined;
  /** When what is open closes at the latest. Undefined if nothing is, or never. */
  readonly deadlineAtMs: number | undefined;
  /** A check at the moment of its receipt. @returns what becomes syncs */
  arrive(event: PendingEvent): readonly SimulatedClosing[];
  pass(toMs: number): Passed;
  /** The manual trigger. */
  trigger(atMs: number): readonly SimulatedClosing[];
  /** @returns what never counts now */
  reset(atMs: number): readonly PendingEvent[];
}

/** What becomes a sync. */
export interface SimulatedClosing {
  readonly groups: readonly Group[];
  readonly reason: SyncReason;
  readonly atMs: number;
  readonly deadlineAtMs?: number | undefined;
}

/** What time alone has made of a window. */
export interface Passed {
  readonly closings: readonly SimulatedClosing[];
  /** In no sync, and not in the window any more. */
  readonly expired: readonly PendingEvent[];
}

export interface SimulatedRule {
  readonly rule: Rule;
  readonly deadlineOf: DeadlineOf | undefined;
  /** New events that one sync takes at most, where events are kept. */
  readonly newAtMost: number;
}

export function simulatedWindow(facts: SimulatedRule): SimulatedWindow {
  if (!firesByItself(facts.rule)) return new ManualWindow(facts.rule);
  return facts.rule.trigger.keepEventAfterTrigger
    ? new KeptWindow(facts.rule, facts.newAtMost)
    : new TakenWindow(facts);
}

/** Each event is in one sync: the replay itself. */
class TakenWindow implements SimulatedWindow {
  readonly #facts: SimulatedRule;
  #replay: Replay;
  /** What is open, and how many places of the replay came before it. */
  readonly #open = new Line();
  #first = 0;

  constructor(facts: SimulatedRule) {
    this.#facts = facts;
    this.#replay = this.#empty();
  }

  get there(): readonly PendingEvent[] {
    return this.#open.slice(0);
  }

  get open(): readonly PendingEvent[] {
    return this.there;
  }

  get isEmpty(): boolean {
    return this.#open.length === 0;
  }

  get wakeAtMs(): number | undefined {
    return this.deadlineAtMs ?? leavesAtMs(this.#facts.rule, this.#open.first);
  }

  get deadlineAtMs(): number | undefined {
    const { first, last } = this.#open;
    if (first === undefined || last === undefined) return undefined;
    return this.#facts.deadlineOf?.(first.receivedAtMs, last.receivedAtMs);
  }

  arrive(event: PendingEvent): readonly SimulatedClosing[] {
    this.#open.push(event);
    return this.#tell(this.#replay.next(event));
  }

  pass(toMs: number): Passed {
    const { closed } = this.#replay.openAt(toMs);
    // Where there is a deadline, it closes before anything expires.
    const closings = this.#tell(closed);
    return { closings, expired: this.#forget() };
  }

  trigger(atMs: number): readonly SimulatedClosing[] {
    const members = this.open;
    this.#replay = this.#empty();
    return closedByHand(this.#facts.rule, members, atMs);
  }

  reset(atMs: number): readonly PendingEvent[] {
    this.#replay.learn([atMs]);
    this.#replay.openAt(atMs);
    return this.#forget();
  }

  #empty(): Replay {
    const { rule, deadlineOf } = this.#facts;
    this.#open.take(this.#open.length);
    this.#first = 0;
    return new Replay({ rule, deadlineOf, resetsMs: [] });
  }

  /** Runs of markers come in their order, and without a gap between the last one and what is open. */
  #tell(closed: readonly Closed[]): readonly SimulatedClosing[] {
    if (closed.length === 0) return NOTHING;
    const closings = closed.map(({ from, to, reason, deadlineAtMs }): SimulatedClosing => {
      const members = this.#open.slice(from - this.#first, to - this.#first);
      const completedAtMs = members.at(-1)?.receivedAtMs ?? NaN;
      const atMs = reason === "deadline" ? (deadlineAtMs ?? NaN) : completedAtMs;
      return { groups: groupMembers(this.#facts.rule, members), reason, atMs, deadlineAtMs };
    });
    this.#forget();
    return closings;
  }

  /** Lets go of what the replay has let go of. */
  #forget(): readonly PendingEvent[] {
    const gone = this.#replay.openFrom - this.#first;
    this.#first = this.#replay.openFrom;
    return this.#open.take(gone);
  }
}

/** Events stay: a sync for each check that finds a complete window with new ones. */
class KeptWindow implements SimulatedWindow {
  readonly #rule: Rule;
  readonly #newAtMost: number;
  readonly #there = new Line();
  readonly #counts = new Map<string, number>();
  readonly #exported = new WeakSet<PendingEvent>();
  readonly deadlineAtMs = undefined;

  constructor(rule: Rule, newAtMost: number) {
    this.#rule = rule;
    this.#newAtMost = newAtMost;
  }

  get there(): readonly PendingEvent[] {
    return this.#there.slice(0);
  }

  get open(): readonly PendingEvent[] {
    return this.there.filter((event) => !this.#exported.has(event));
  }

  get isEmpty(): boolean {
    return this.#there.length === 0;
  }

  get wakeAtMs(): number | undefined {
    return leavesAtMs(this.#rule, this.#there.first);
  }

  arrive(event: PendingEvent): readonly SimulatedClosing[] {
    this.#there.push(event);
    this.#counts.set(event.eventKey, this.#count(event.eventKey) + 1);
    const nowMs = event.receivedAtMs;
    const closings: SimulatedClosing[] = [];
    let more = true;
    // The decision goes over the whole window: most events can be told without it.
    while (more && holds(this.#rule.condition, this.#count)) {
      const decision = decide({ ...this.#facts(), nowMs });
      if (decision.outcome !== "fire") break;
      const taken = this.#take(decision.groups);
      closings.push({ groups: taken.groups, reason: "complete", atMs: nowMs });
      ({ more } = taken);
    }
    return closings;
  }

  pass(toMs: number): Passed {
    const left = takeLeft(this.#rule, this.#there, toMs);
    for (const { eventKey } of left) this.#counts.set(eventKey, this.#count(eventKey) - 1);
    return { closings: NOTHING, expired: left.filter((event) => !this.#exported.has(event)) };
  }

  trigger(atMs: number): readonly SimulatedClosing[] {
    const closings: SimulatedClosing[] = [];
    let more = !this.isEmpty;
    while (more) {
      const taken = this.#take(groupWindow({ ...this.#facts(), nowMs: atMs }));
      closings.push({ groups: taken.groups, reason: "manual", atMs });
      ({ more } = taken);
    }
    return closings;
  }

  reset(): readonly PendingEvent[] {
    const { open } = this;
    this.#there.take(this.#there.length);
    this.#counts.clear();
    return open;
  }

  readonly #count: Count = (eventKey) => this.#counts.get(eventKey) ?? 0;

  #facts(): { rule: Rule; pending: readonly PendingEvent[]; resetAtMs: undefined } {
    const pending = this.#there
      .slice(0)
      .map((event) => ({ ...event, exported: this.#exported.has(event) }));
    return { rule: this.#rule, pending, resetAtMs: undefined };
  }

  /** What one commit takes of it. */
  #take(groups: readonly Group[]): ReturnType<typeof limitNew> {
    const taken = limitNew(this.#rule.condition, groups, this.#newAtMost);
    const ids = new Set(taken.groups.flatMap(({ members }) => members.map(({ id }) => id)));
    for (const event of this.#there.slice(0)) if (ids.has(event.id)) this.#exported.add(event);
    return taken;
  }
}

/** Nothing closes it but the manual trigger. */
class ManualWindow implements SimulatedWindow {
  readonly #rule: Rule;
  readonly #open = new Line();
  readonly deadlineAtMs = undefined;

  constructor(rule: Rule) {
    this.#rule = rule;
  }

  get there(): readonly PendingEvent[] {
    return this.#open.slice(0);
  }

  get open(): readonly PendingEvent[] {
    return this.there;
  }

  get isEmpty(): boolean {
    return this.#open.length === 0;
  }

  get wakeAtMs(): number | undefined {
    return leavesAtMs(this.#rule, this.#open.first);
  }

  arrive(event: PendingEvent): readonly SimulatedClosing[] {
    this.#open.push(event);
    return NOTHING;
  }

  pass(toMs: number): Passed {
    return { closings: NOTHING, expired: takeLeft(this.#rule, this.#open, toMs) };
  }

  trigger(atMs: number): readonly SimulatedClosing[] {
    return closedByHand(this.#rule, this.reset(), atMs);
  }

  reset(): readonly PendingEvent[] {
    return this.#open.take(this.#open.length);
  }
}

const NOTHING: readonly SimulatedClosing[] = [];

function closedByHand(
  rule: Rule,
  members: readonly PendingEvent[],
  atMs: number,
): readonly SimulatedClosing[] {
  if (members.length === 0) return NOTHING;
  return [{ groups: groupMembers(rule, members), reason: "manual", atMs }];
}

/** When an event leaves the observation period. */
function leavesAtMs({ trigger }: Rule, event: PendingEvent | undefined): number | undefined {
  return event && addSeconds(event.receivedAtMs, trigger.observationPeriod);
}

function takeLeft(rule: Rule, line: Line, nowMs: number): readonly PendingEvent[] {
  const startMs = addSeconds(nowMs, -rule.trigger.observationPeriod);
  let left = 0;
  while ((line.at(left)?.receivedAtMs ?? Infinity) <= startMs) left++;
  return line.take(left);
}

/** Events in the order of receipt, that leave from the old end. */
class Line {
  #events: PendingEvent[] = [];
  /** How many of them have left. */
  #gone = 0;

  get length(): number {
    return this.#events.length - this.#gone;
  }

  get first(): PendingEvent | undefined {
    return this.#events[this.#gone];
  }

  get last(): PendingEvent | undefined {
    return this.length === 0 ? undefined : this.#events.at(-1);
  }

  at(place: number): PendingEvent | undefined {
    return this.#events[this.#gone + place];
  }

  push(event: PendingEvent): void {
    this.#events.push(event);
  }

  slice(from: number, to = this.length): PendingEvent[] {
    return this.#events.slice(this.#gone + from, this.#gone + to);
  }

  take(count: number): PendingEvent[] {
    const taken = this.slice(0, count);
    this.#gone += taken.length;
    // Only once more than half has left, so that each is moved a constant number of times.
    if (this.#gone * 2 > this.#events.length) {
      this.#events = this.#events.slice(this.#gone);
      this.#gone = 0;
    }
    return taken;
  }
}
