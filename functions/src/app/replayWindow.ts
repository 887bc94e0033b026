import { ownedUntil, type Range, type RegisteredClaim } from "../domain/claim.ts";
import type { Shortfall } from "../domain/condition.ts";
import { DEADLINE_GRACE_MS, type DeadlineOf } from "../domain/deadline.ts";
import { groupMembers, type Group } from "../domain/decide.ts";
import { byAge, endOf, latest, placeOf, type PendingEvent, type Place } from "../domain/event.ts";
import { Replay, type Closed, type Run } from "../domain/replay.ts";
import { addSeconds, type Rule } from "../domain/rule.ts";
import { windowFacts, type WindowId } from "../domain/window.ts";
import { deadlineOfRule } from "./deadlines.ts";
import type { Ports, WindowState } from "./ports.ts";
import { seek } from "./seekWindow.ts";

/**
 * Markers that a replay keeps, of the run that is open, and of all that it has closed. A larger run is not
 * kept, but told by its bounds; and what is behind so many that are closed is left to another replay.
 */
export const SEEK_AFTER = 5000;

export type ReplayDeps = Pick<Ports, "window" | "services" | "log" | "seekAfter" | "timesOfDay">;

/** Events that follow each other, and belong together. */
export interface WindowRun {
  /** By endpoint, in configured order; none where there are too many. */
  readonly groups: readonly Group[];
  /** They are all that is in it. */
  readonly range: Range;
}

/** A window that is closed: what becomes a sync. */
export interface ClosedWindow extends WindowRun, Pick<Closed, "reason" | "deadlineAtMs"> {}

/** What the events of a window came to, one after the other. */
export interface ReplayedWindow {
  /** The syncs that are due, in the order in which their windows were closed. */
  readonly closed: readonly ClosedWindow[];
  /** What is left; undefined if nothing is, or if it was not looked at. */
  readonly open: WindowRun | undefined;
  readonly missing: readonly Shortfall[];
  /** The next deadline of what is there; undefined if there is none. Epoch milliseconds. */
  readonly deadlineAtMs: number | undefined;
  /** It ended early: behind what is closed there may be more. */
  readonly more: boolean;
  /**
   * What was received up to then is in one of these, or cannot be in a sync with anything received
   * later than now. Epoch milliseconds.
   */
  readonly settledMs: number;
  readonly lastResetMs: number | undefined;
  /** Claims of the window that are under way. */
  readonly claims: readonly RegisteredClaim[];
  /** Of the window's state, as it was read last. */
  readonly stateVersion: unknown;
}

export interface ReplayWindowFacts {
  /** What was received before is known to be settled. */
  readonly fromMs: number | undefined;
  readonly nowMs: number;
  /** What was received later, by a clock that is ahead, has not come yet. */
  readonly untilMs: number;
  /** Up to where the window belonged to a claim when somebody looked last: where to begin, if it still does. */
  readonly ownedTo?: Place | undefined;
  /** All that is there from there on, as it was read by now: it is not read again. */
  readonly page?: readonly PendingEvent[] | undefined;
  /** How long after its deadline a window is closed. */
  readonly graceMs?: number;
}

/**
 * Reads the pending events of a window in the order of receipt and replays them (`domain/replay.ts`):
 * 1 read for each event that still waits, at least 1, and 1 for each page's resets. Of a large window not
 * every event is read, see `seekWindow.ts`; where there is a deadline, every event is: each can put it off.
 */
export async function replayWindow(
  deps: ReplayDeps,
  rule: Rule,
  id: WindowId,
  facts: ReplayWindowFacts,
): Promise<ReplayedWindow> {
  const pass = new Pass(deps, rule, id, facts, await deadlineOfRule(deps, rule));
  let step: Step = "scan";
  while (step !== "end") step = step === "scan" ? await pass.scan() : await pass.seek();
  return pass.result();
}

type Step = "scan" | "seek" | "end";

class Pass {
  readonly #deps: ReplayDeps;
  readonly #rule: Rule;
  readonly #id: WindowId;
  readonly #facts: ReplayWindowFacts;
  readonly #deadlineOf: DeadlineOf | undefined;
  readonly #most: number;
  #replay: Replay;
  #state: WindowState | undefined;
  #closed: ClosedWindow[] = [];
  #closedEvents = 0;
  /**
   * Windows whose deadline has passed, or will have by the clock of one of their markers, and which may not
   * be closed yet: the deadline of the first, and when its first event was received.
   */
  #nextDeadlineMs: number | undefined;
  #unsettledMs = Infinity;
  /** Of all that it has gone through. */
  #oldest: Place | undefined;
  /** Behind which the next page begins. */
  #position: Place | undefined;
  /** Up to where the window belongs to claims that are under way. */
  #ownedTo: Place | undefined;
  /** The markers that are open, the place of the first of them, and what stands before it. */
  #kept: PendingEvent[] = [];
  #first = 0;
  #before: Place | undefined;
  /** The run that is open and too large to be kept, where a deadline forbids to seek: it is told by its bounds. */
  #untold: { readonly from: number; readonly after: Place } | undefined;
  /** Whether the replay has seen a sample of what is open, so that its runs are told by their bounds; and how many since. */
  #isSampled = false;
  #sinceSample = 0;
  /** One page holds what is open: it has to be read before anything else is tried. */
  #isOnePage = false;
  /** What was read before, and stands for a scan once. */
  #page: readonly PendingEvent[] | undefined;
  /** Nothing is left that could close anything: what is open was not read. */
  #isUnread = false;
  #more = false;

  constructor(
    deps: ReplayDeps,
    rule: Rule,
    id: WindowId,
    facts: ReplayWindowFacts,
    deadlineOf: DeadlineOf | undefined,
  ) {
    this.#deps = deps;
    this.#rule = rule;
    this.#id = id;
    this.#facts = facts;
    this.#most = deps.seekAfter ?? SEEK_AFTER;
    this.#deadlineOf = deadlineOf;
    this.#replay = new Replay({ rule, resetsMs: [], deadlineOf });
    this.#ownedTo = facts.ownedTo;
    this.#page = facts.page;
    this.#begin(facts.ownedTo ?? this.#start);
  }

  get #start(): Place | undefined {
    const { fromMs } = this.#facts;
    return fromMs === undefined ? undefined : endOf(fromMs - 1);
  }

  /** Everything anew, from there. */
  #begin(position: Place | undefined): void {
    this.#closed = [];
    this.#closedEvents = 0;
    this.#nextDeadlineMs = undefined;
    this.#unsettledMs = Infinity;
    this.#oldest = undefined;
    this.#goOnPlainly(position);
  }

  /** With nothing open, from there; what is closed stays. */
  #goOnPlainly(position: Place | undefined): void {
    const resetsMs = this.#state?.resetsMs ?? [];
    this.#replay = new Replay({ rule: this.#rule, resetsMs, deadlineOf: this.#deadlineOf });
    this.#position = position;
    this.#kept = [];
    this.#first = 0;
    this.#before = position;
    this.#untold = undefined;
    this.#isSampled = false;
  }

  /** Page by page. */
  async scan(): Promise<Step> {
    const { window } = this.#deps;
    const query = { eventKeys: this.#eventKeys, after: this.#position };
    const pages = this.#page === undefined ? window.scan(this.#id, query) : [this.#page];
    this.#page = undefined;
    for await (const page of pages) {
      // After each page, the empty one at the end as well: what is missing from it may have been claimed with what
      // came before, and a deadline or a manual trigger would take that.
      if ((await this.#readState(page[0])) === "anew") return "scan";
      const arrived = page.filter(({ receivedAtMs }) => receivedAtMs <= this.#facts.untilMs);
      for (const event of arrived) this.#feed(event);
      this.#forget();
      const ahead = page[arrived.length];
      if (ahead !== undefined) {
        this.#reportAhead(ahead);
        return "end";
      }
      if (this.#closedEvents >= this.#most) {
        this.#more = true;
        return "end";
      }
      const held = this.#isSampled ? this.#sinceSample : this.#replay.openLength;
      // From a sample nobody knows when the first event of a window came, nor the last.
      const maySeek = this.#deadlineOf === undefined;
      if (maySeek && held > this.#most && !this.#isOnePage) return "seek";
      this.#isOnePage = false;
    }
    // Who passed over something has to know that it is owned still, also if nothing is behind it.
    if (this.#state === undefined && (await this.#readState(undefined)) === "anew") return "scan";
    return "end";
  }

  /** Past what makes no difference. */
  async seek(): Promise<Step> {
    const { nowMs, untilMs } = this.#facts;
    const position = this.#position;
    const eventKeys = this.#replay.unsatisfied;
    const next = await this.#deps.window.next(this.#id, { eventKeys, after: position, untilMs });
    if ((await this.#readState(position)) === "anew") return "scan";
    // What has come by now may be of a clock that is ahead.
    const at = next === undefined ? endOf(untilMs) : placeOf(next);
    const after =
      next === undefined
        ? this.#startOfWindow(nowMs, nowMs)
        : this.#startOfWindow(next.receivedAtMs, next.receivedAtMs - 1);
    const sample = await seek(this.#deps.window, this.#rule, this.#id, { after, before: at });
    this.#goOnPlainly(after);
    // Little is left in the window at that time: from there on as ever.
    this.#isOnePage = sample === undefined;
    if (sample === undefined) return "scan";
    this.#isSampled = true;
    for (const event of sample) {
      // It has become visible since the next one was asked for, perhaps after others: ask again.
      if (this.#feed(event)) {
        this.#closed.pop();
        this.#goOnPlainly(after);
        return "scan";
      }
    }
    if (next !== undefined && this.#feed(next)) return "scan";
    this.#sinceSample = 0;
    this.#isUnread = next === undefined;
    return next === undefined ? "end" : "scan";
  }

  /** The last resets and claims. Read after the events: whatever came before one of them is known then. */
  async #readState(first: Place | undefined): Promise<"known" | "anew"> {
    this.#state = await this.#deps.services.read(this.#id);
    this.#replay.learn(this.#state.resetsMs);
    const owned = ownedUntil(this.#state.claims);
    const before = this.#ownedTo;
    this.#ownedTo = owned;
    if (before !== undefined && (owned === undefined || byAge(owned, before) < 0)) {
      // What was passed over is not owned any more; what is left of it came late.
      this.#begin(owned ?? this.#start);
      return "anew";
    }
    const isPassed = owned === undefined || byAge(owned, this.#oldest ?? first ?? owned) < 0;
    if (isPassed || (before !== undefined && byAge(owned, before) === 0)) return "known";
    this.#begin(owned);
    return "anew";
  }

  /** @returns whether it closes a sync */
  #feed(event: PendingEvent): boolean {
    this.#oldest ??= placeOf(event);
    if (!this.#isSampled) this.#kept.push(event);
    this.#sinceSample++;
    const runs = this.#replay.next(event);
    this.#position = placeOf(event);
    if (!this.#isSampled) {
      for (const run of runs) this.#take(run);
      return runs.length > 0;
    }
    const [run] = runs;
    if (run === undefined) return false;
    const { reason, deadlineAtMs } = run;
    const { receivedAtMs } = event;
    const after = this.#startOfWindow(receivedAtMs, receivedAtMs - 1);
    this.#closed.push({ groups: [], range: { after, to: placeOf(event) }, reason, deadlineAtMs });
    this.#goOnPlainly(placeOf(event));
    return true;
  }

  /** What is closed becomes a sync, once that is certain. */
  #take(run: Closed): void {
    const { nowMs, graceMs = DEADLINE_GRACE_MS } = this.#facts;
    const { reason, deadlineAtMs = -Infinity } = run;
    const told = this.#runOf(run);
    if (reason === "deadline" && deadlineAtMs > nowMs - graceMs) {
      this.#nextDeadlineMs ??= deadlineAtMs;
      // Its first event may be of the same millisecond as what stands before it.
      this.#unsettledMs = Math.min(this.#unsettledMs, told.range.after.receivedAtMs - 1);
      return;
    }
    this.#closed.push({ ...told, reason, deadlineAtMs: run.deadlineAtMs });
    this.#closedEvents += told.groups.reduce((sum, { members }) => sum + members.length, 0);
  }

  /** @param run of one event at least */
  #runOf({ from, to }: Run): WindowRun {
    const last = this.#placeBefore(to) ?? endOf(-Infinity);
    if (this.#untold?.from === from) {
      return { groups: [], range: { after: this.#untold.after, to: last } };
    }
    const members = this.#kept.slice(from - this.#first, to - this.#first);
    return {
      groups: groupMembers(this.#rule, members),
      range: { after: this.#placeBefore(from) ?? justBefore(members[0]), to: last },
    };
  }

  /** What stands before a place that was counted; undefined if nothing that is known. */
  #placeBefore(place: number): Place | undefined {
    const previous = this.#kept[place - 1 - this.#first];
    return previous === undefined ? this.#before : placeOf(previous);
  }

  /** Lets go of what is open no more, or too much to be kept. */
  #forget(): void {
    if (this.#isSampled) return;
    const { openFrom, openLength } = this.#replay;
    const isUntold = this.#deadlineOf !== undefined && openLength > this.#most;
    if (isUntold && this.#untold?.from !== openFrom) {
      const after = this.#placeBefore(openFrom) ?? justBefore(this.#kept[openFrom - this.#first]);
      this.#untold = { from: openFrom, after };
    }
    const keptFrom = isUntold ? openFrom + openLength : openFrom;
    this.#before = this.#placeBefore(keptFrom);
    this.#kept = this.#kept.slice(keptFrom - this.#first);
    this.#first = keptFrom;
  }

  /** Behind it is what is in the window at that time, in no sync, and owned by nobody. */
  #startOfWindow(timeMs: number, resetsUntilMs: number): Place {
    const { observationPeriod } = this.#rule.trigger;
    const resetMs = this.#state?.resetsMs.findLast((ms) => ms <= resetsUntilMs) ?? -Infinity;
    const start = endOf(Math.max(addSeconds(timeMs, -observationPeriod), resetMs));
    return latest(latest(start, this.#closed.at(-1)?.range.to), this.#ownedTo);
  }

  get #eventKeys(): string[] {
    return this.#rule.endpoints.map(({ eventKey }) => eventKey);
  }

  #reportAhead({ id: eventId, receivedAtMs }: PendingEvent): void {
    // By age: all the others are further ahead.
    this.#deps.log.warn("pending.ahead", {
      ...windowFacts(this.#id),
      eventId,
      receivedAt: new Date(receivedAtMs).toISOString(),
    });
  }

  result(): ReplayedWindow {
    const { nowMs } = this.#facts;
    const { resetsMs = [], claims = [], version } = this.#state ?? {};
    const atMs = Math.max(nowMs, this.#position?.receivedAtMs ?? -Infinity);
    const { run, missing, deadlineAtMs, closed } = this.#replay.openAt(atMs);
    // What was not read may belong to it.
    if (!this.#more) for (const one of closed) this.#take(one);
    const closedMs = this.#closed.at(-1)?.range.to.receivedAtMs ?? -Infinity;
    const periodStartMs = addSeconds(nowMs, -this.#rule.trigger.observationPeriod);
    const settledMs = this.#more ? closedMs : Math.min(nowMs, Math.max(closedMs, periodStartMs));
    return {
      closed: this.#closed,
      open: this.#more ? undefined : this.#open(run, atMs),
      missing,
      deadlineAtMs: this.#nextDeadlineMs ?? (this.#more ? undefined : deadlineAtMs),
      more: this.#more,
      settledMs: Math.min(settledMs, this.#unsettledMs),
      lastResetMs: resetsMs.at(-1),
      claims,
      stateVersion: version,
    };
  }

  #open(run: Run, atMs: number): WindowRun | undefined {
    if (run.from === run.to) return undefined;
    if (!this.#isSampled) return this.#runOf(run);
    const last = this.#position ?? endOf(atMs);
    const end = this.#isUnread ? latest(endOf(this.#facts.nowMs), last) : last;
    return { groups: [], range: { after: this.#startOfWindow(atMs, atMs), to: end } };
  }
}

const justBefore = (event: PendingEvent | undefined): Place =>
  endOf((event?.receivedAtMs ?? -Infinity) - 1);
