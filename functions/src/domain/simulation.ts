import { Agenda } from "./agenda.ts";
import { missing, type Count, type Shortfall } from "./condition.ts";
import { DEADLINE_GRACE_MS } from "./deadline.ts";
import { groupMembers } from "./decide.ts";
import { byAge, type PendingEvent } from "./event.ts";
import { addSeconds } from "./rule.ts";
import { simulatedWindow, type SimulatedRule, type SimulatedWindow } from "./simulatedWindow.ts";
import { makeSync, type Completion, type Sync } from "./sync.ts";
import { windowName, type WindowId } from "./window.ts";

/**
 * Services on a virtual clock: events, resets and manual triggers with their times, and what comes of them.
 *
 * Entries come in the order of time. Those of one millisecond are put in the order that the store gives them:
 * first the events, by id, then the rest as it came; what a deadline closes at that time comes before all of
 * them. It keeps what is open, and nothing else, so it takes any number of entries.
 *
 * What it cannot know is how long everything takes: a check comes at the moment of its event, a deadline is
 * met on time. Where events are taken, that makes no difference to what is in a sync (`replay.ts`); where
 * they are kept, events that come while a check runs share the next one.
 */
export class Simulation {
  readonly #rules: ReadonlyMap<string, SimulatedRule>;
  readonly #tell: (happening: Happening) => void;
  readonly #windows = new Map<string, Simulated>();
  readonly #agenda = new Agenda<{ of: Simulated | undefined }>();
  /** Of the present moment. */
  #arrived: Arrival[] = [];
  #orders: Order[] = [];
  #nowMs = -Infinity;
  #syncs = 0;
  /** By service, what a manual trigger finds made already: the last deadline, and where events are kept all. */
  readonly #closedAtMs = new Map<string, number>();
  readonly #made = new Map<string, Map<string, Completion>>();

  /** @param tell what happens, in the order of time */
  constructor(rules: readonly SimulatedRule[], tell: (happening: Happening) => void) {
    this.#rules = new Map(rules.map((one) => [one.rule.serviceName, one]));
    this.#tell = tell;
  }

  /**
   * Takes the next entry; what comes of it is told once all of its moment are there.
   *
   * @throws RangeError if it is earlier than the one before
   */
  take(entry: Entry): void {
    const atMs = entry.what === "event" ? entry.event.receivedAtMs : entry.atMs;
    if (atMs < this.#nowMs) throw new RangeError("an entry is earlier than the one before it");
    if (atMs > this.#nowMs) this.passTo(atMs);
    if (entry.what === "event") this.#arrived.push(entry);
    else this.#orders.push(entry);
  }

  /** Lets time pass; `Infinity` until nothing is open any more. */
  passTo(toMs: number): void {
    this.#doNow();
    // What comes at that very time comes after the deadlines of it.
    for (let due = this.#agenda.take(toMs); due !== undefined; due = this.#agenda.take(toMs)) {
      const { of } = due.item;
      if (of !== undefined) this.#wake(of, due.atMs);
    }
    this.#nowMs = toMs;
  }

  /** What is open at the time up to which it has passed, the longest open first. */
  open(): OpenSimulated[] {
    this.#doNow();
    const all = [...this.#windows.values()].map((simulated) => {
      this.#tellLeft(simulated);
      const { facts, window, id } = simulated;
      const { there, open, deadlineAtMs } = window;
      return { id, facts, events: open.length > 0 ? there : [], deadlineAtMs };
    });
    const firstMs = ({ events }: OpenSimulated): number => events[0]?.receivedAtMs ?? Infinity;
    return all.filter(({ events }) => events.length > 0).sort((a, b) => firstMs(a) - firstMs(b));
  }

  #doNow(): void {
    if (this.#arrived.length > 1) this.#arrived.sort((a, b) => byAge(a.event, b.event));
    const [arrived, orders] = [this.#arrived, this.#orders];
    this.#arrived = [];
    this.#orders = [];
    for (const { window, event } of arrived) this.#arrive(window, event);
    for (const order of orders) {
      if (order.what === "reset") this.#reset(order);
      else this.#trigger(order);
    }
  }

  #arrive(id: WindowId, { id: eventId, eventKey, receivedAtMs }: Arrival["event"]): void {
    const name = windowName(id);
    const simulated = this.#windows.get(name) ?? this.#begin(id, name);
    const { facts, window } = simulated;
    const event = { id: eventId, eventKey, receivedAtMs, ...MARKER };
    const closings = window.arrive(event);
    for (const [index, { groups, reason, atMs, deadlineAtMs }] of closings.entries()) {
      const sync = this.#makeSync(simulated, groups, reason, atMs, deadlineAtMs);
      this.#fire(simulated, { sync, facts, ...(index === 0 && { by: event }) });
    }
    if (closings.length === 0) {
      this.#tell({ what: "arrived", atMs: receivedAtMs, id, facts, event, window });
    }
    this.#note(simulated);
  }

  #wake(simulated: Simulated, atMs: number): void {
    simulated.wake = undefined;
    const { closings, expired } = simulated.window.pass(atMs);
    for (const { groups, reason, atMs: closedAtMs, deadlineAtMs } of closings) {
      const sync = this.#makeSync(simulated, groups, reason, closedAtMs, deadlineAtMs);
      this.#closedAtMs.set(simulated.id.service, closedAtMs);
      this.#fire(simulated, { sync, facts: simulated.facts });
    }
    if (expired.length > 0) simulated.left = leftWith(simulated, expired);
    this.#note(simulated, atMs);
  }

  #reset({ atMs, window: id }: Order): void {
    const dropped = this.#meant(id).flatMap((simulated) => {
      const gone = simulated.window.reset(atMs);
      this.#note(simulated);
      return gone;
    });
    this.#tell({ what: "reset", atMs, id, dropped });
  }

  #trigger({ atMs, window: id }: Order): void {
    const facts = this.#rules.get(id.service);
    if (facts === undefined) return;
    let made = 0;
    // What a deadline has just closed is what it finds, and nobody after it.
    const hasClosed = (this.#closedAtMs.get(id.service) ?? -Infinity) > atMs - DEADLINE_GRACE_MS;
    this.#closedAtMs.delete(id.service);
    // Who asks for all windows gets those with an event that is in no sync, also where events are kept.
    const isOne = id.key !== "" || facts.rule.correlation === undefined;
    for (const simulated of this.#meant(id)) {
      if (!isOne && simulated.window.open.length === 0) continue;
      for (const { groups, reason } of simulated.window.trigger(atMs)) {
        made++;
        const sync = this.#makeSync(simulated, groups, reason, atMs, undefined);
        this.#fire(simulated, { sync, facts });
      }
      this.#note(simulated);
    }
    if (made > 0) return;
    // Without keys, something is sent even if it is nothing.
    if (hasClosed || facts.rule.correlation !== undefined) {
      this.#tell({ what: "nothing", atMs, id });
      return;
    }
    const sync = this.#makeSync({ id, facts }, groupMembers(facts.rule, []), "manual", atMs);
    this.#tell({ what: "fired", atMs, facts, ...this.#known(facts, sync) });
  }

  /** The window of that name, or where it has no key all of the service, the longest open first. */
  #meant(id: WindowId): Simulated[] {
    const isKeyed = this.#rules.get(id.service)?.rule.correlation !== undefined;
    if (id.key !== "" || !isKeyed) {
      const one = this.#windows.get(windowName(id));
      return one === undefined ? [] : [one];
    }
    const firstMs = ({ window }: Simulated): number => window.open[0]?.receivedAtMs ?? Infinity;
    return [...this.#windows.values()]
      .filter((one) => one.id.service === id.service)
      .map((one) => ({ one, atMs: firstMs(one) }))
      .sort((a, b) => a.atMs - b.atMs)
      .map(({ one }) => one);
  }

  #begin(id: WindowId, name: string): Simulated {
    const facts = this.#rules.get(id.service);
    if (facts === undefined) throw new RangeError(`there is no service ${id.service}`);
    const begun = {
      id,
      name,
      facts,
      window: simulatedWindow(facts),
      left: undefined,
      wake: undefined,
    };
    this.#windows.set(name, begun);
    return begun;
  }

  /** When to look at it again; one in which nothing is has no need to be there. */
  #note(simulated: Simulated, wokenAtMs = -Infinity): void {
    const { name, window } = simulated;
    if (window.isEmpty) {
      this.#tellLeft(simulated);
      this.#windows.delete(name);
      if (simulated.wake !== undefined) simulated.wake.of = undefined;
      return;
    }
    const { wakeAtMs } = window;
    // One that is noted comes no later: what is there now came after what was there then.
    if (wakeAtMs === undefined || simulated.wake !== undefined) return;
    // At the end of all times nothing leaves.
    if (wakeAtMs <= wokenAtMs) return;
    simulated.wake = { of: simulated };
    this.#agenda.note(wakeAtMs, simulated.wake);
  }

  #fire(simulated: Simulated, { sync, facts, by }: Omit<Fired, "what" | "atMs">): void {
    // What has left before it belongs to what was before it.
    this.#tellLeft(simulated);
    const atMs = sync.createdAtMs;
    this.#tell({ what: "fired", atMs, facts, ...(by && { by }), ...this.#known(facts, sync) });
  }

  #tellLeft(simulated: Simulated): void {
    const { id, facts, left } = simulated;
    if (left === undefined) return;
    simulated.left = undefined;
    this.#tell({ what: "expired", id, facts, ...left });
  }

  #makeSync(
    { id, facts }: Pick<Simulated, "id" | "facts">,
    ...[groups, reason, atMs, deadlineAtMs]: [
      Parameters<typeof makeSync>[2],
      Parameters<typeof makeSync>[3],
      number,
      number?,
    ]
  ): Sync {
    const syncId = String(++this.#syncs);
    return makeSync(syncId, facts.rule, groups, reason, atMs, id.key, deadlineAtMs);
  }

  /** Where events are kept a set is one sync, whoever asks for it: its message goes out once more, as it was. */
  #known({ rule }: SimulatedRule, sync: Sync): Pick<Fired, "sync" | "isAgain"> {
    if (!rule.trigger.keepEventAfterTrigger) return { sync };
    const made = this.#made.get(rule.serviceName) ?? new Map<string, Completion>();
    this.#made.set(rule.serviceName, made);
    const completion = made.get(sync.eventID);
    if (completion !== undefined) return { sync: { ...sync, completion }, isAgain: true };
    made.set(sync.eventID, sync.completion);
    const [oldest] = made.keys();
    if (made.size > REMEMBERED && oldest !== undefined) made.delete(oldest);
    return { sync };
  }
}

/** Sets of kept events that are known to be syncs. */
const REMEMBERED = 10_000;

/** Of a marker that nobody stored. */
const MARKER = { size: 0, exported: false, version: undefined } as const;

interface Simulated {
  readonly id: WindowId;
  readonly name: string;
  readonly facts: SimulatedRule;
  readonly window: SimulatedWindow;
  /** What has expired and is not told yet: a word on each event would say too much. */
  left: Left | undefined;
  wake: { of: Simulated | undefined } | undefined;
}

/** Something that happens at a time. */
export type Entry = Arrival | Order;

/** An event that counts. */
export interface Arrival {
  readonly what: "event";
  readonly window: WindowId;
  readonly event: Pick<PendingEvent, "id" | "eventKey" | "receivedAtMs">;
}

/** Of a window, or where a service has keys and it names none, of all of them. */
export interface Order {
  readonly what: "reset" | "trigger";
  readonly window: WindowId;
  /** Epoch milliseconds. */
  readonly atMs: number;
}

/** What comes of entries. */
export type Happening = Fired | Arrived | Expired | Reset | Nothing;

/** A sync; `createdAtMs` is when its window closed. */
export interface Fired {
  readonly what: "fired";
  readonly atMs: number;
  readonly sync: Sync;
  readonly facts: SimulatedRule;
  /** The event that completed it; of several syncs at once, which keep what one commit holds, the first has it. */
  readonly by?: PendingEvent;
  /** It is a sync already, whose message goes out once more. */
  readonly isAgain?: true;
}

/** An event after which nothing was closed. */
export interface Arrived {
  readonly what: "arrived";
  readonly atMs: number;
  readonly id: WindowId;
  readonly facts: SimulatedRule;
  readonly event: PendingEvent;
  /** As it is then. */
  readonly window: SimulatedWindow;
}

/** Events that have left their window since something was closed there, and are in no sync. */
export interface Expired extends Left {
  readonly what: "expired";
  readonly id: WindowId;
  readonly facts: SimulatedRule;
}

interface Left {
  /** When the last of them left. */
  readonly atMs: number;
  readonly counts: ReadonlyMap<string, number>;
  /** When the first and the last of them were received. */
  readonly firstMs: number;
  readonly lastMs: number;
  /** What the window lacked when the first of them left. */
  readonly missing: readonly Shortfall[];
}

function leftWith({ facts, window, left }: Simulated, expired: readonly PendingEvent[]): Left {
  const counts = new Map(left?.counts);
  const lastMs = expired.at(-1)?.receivedAtMs ?? NaN;
  const { condition, trigger } = facts.rule;
  const before = left === undefined ? countBy([...expired, ...window.open]) : undefined;
  for (const { eventKey } of expired) counts.set(eventKey, (counts.get(eventKey) ?? 0) + 1);
  return {
    atMs: addSeconds(lastMs, trigger.observationPeriod),
    counts,
    firstMs: left?.firstMs ?? expired[0]?.receivedAtMs ?? NaN,
    lastMs,
    missing: before === undefined ? (left?.missing ?? []) : missing(condition, before),
  };
}

/** How many of them each endpoint has. */
export function countBy(events: readonly Pick<PendingEvent, "eventKey">[]): Count {
  const counts = new Map<string, number>();
  for (const { eventKey } of events) counts.set(eventKey, (counts.get(eventKey) ?? 0) + 1);
  return (eventKey) => counts.get(eventKey) ?? 0;
}

export interface Reset {
  readonly what: "reset";
  readonly atMs: number;
  readonly id: WindowId;
  readonly dropped: readonly PendingEvent[];
}

/** A manual trigger that found nothing. */
export interface Nothing {
  readonly what: "nothing";
  readonly atMs: number;
  readonly id: WindowId;
}

export interface OpenSimulated {
  readonly id: WindowId;
  readonly facts: SimulatedRule;
  /** All that are there, oldest first. */
  readonly events: readonly PendingEvent[];
  readonly deadlineAtMs: number | undefined;
}
