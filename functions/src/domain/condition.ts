import type { EndpointRule } from "./rule.ts";

/**
 * The one place that knows when a window is complete.
 *
 * A condition is a tree: its leaves ask for a number of events of an endpoint, everything else for a
 * number of its members (`all` for each, `any` for one). An endpoint that it does not name is optional.
 *
 * It is monotone, and has to stay so: one more event never makes a complete window incomplete. Replay
 * rests on that (`replay.ts`), and so does the probe (`inquiry.ts`). So there is no `not`: absence is
 * what deadlines are for.
 */
export type Condition =
  | Leaf
  | { readonly all: readonly Condition[] }
  | { readonly any: readonly Condition[] }
  | { readonly atLeast: Threshold };

export interface Leaf {
  readonly endpoint: string;
  /** At least 1. */
  readonly min: number;
}

export interface Threshold {
  /** From 1 to the number of members. */
  readonly n: number;
  readonly of: readonly Condition[];
}

export interface Shortfall {
  readonly eventKey: string;
  readonly have: number;
  readonly need: number;
}

/** How many events an endpoint has. */
export type Count = (eventKey: string) => number;

/** Numbers of events by endpoint. */
export type Numbers = ReadonlyMap<string, number>;

/** The condition of a rule that has none of its own: every endpoint has its events. */
export function everyEndpoint(endpoints: readonly EndpointRule[]): Condition {
  return {
    all: endpoints.map(({ eventKey, minNbOfOccurrence }) => ({
      endpoint: eventKey,
      min: minNbOfOccurrence,
    })),
  };
}

/** How many of its members a node asks for. */
export function thresholdOf(node: Exclude<Condition, Leaf>): Threshold {
  if ("all" in node) return { n: node.all.length, of: node.all };
  return "any" in node ? { n: 1, of: node.any } : node.atLeast;
}

export function holds(condition: Condition, count: Count): boolean {
  if ("endpoint" in condition) return count(condition.endpoint) >= condition.min;
  const { n, of } = thresholdOf(condition);
  let held = 0;
  for (const member of of) {
    if (held >= n) return true;
    if (holds(member, count)) held++;
  }
  return held >= n;
}

/** The most events that the condition asks of each endpoint that it names, in its order. */
export function needs(condition: Condition): Numbers {
  if ("endpoint" in condition) return new Map([[condition.endpoint, condition.min]]);
  return merge(thresholdOf(condition).of.map(needs));
}

/**
 * What a window still needs, in the order of the condition; nothing if it is complete. Where there is a
 * choice, it is what takes the fewest further events, each member seen by itself.
 */
export function missing(condition: Condition, count: Count): Shortfall[] {
  return Array.from(stillNeeded(condition, count), ([eventKey, need]) => ({
    eventKey,
    have: count(eventKey),
    need,
  }));
}

function stillNeeded(condition: Condition, count: Count): Numbers {
  if ("endpoint" in condition) {
    const { endpoint, min } = condition;
    return count(endpoint) >= min ? NONE : new Map([[endpoint, min]]);
  }
  const { n, of } = thresholdOf(condition);
  const options = of.map((member) => stillNeeded(member, count));
  return merge(cheapest(options, n, (needed) => total(needed) - total(needed, count)));
}

/**
 * How many events of each endpoint satisfy the condition by themselves, as few as may be: what the first
 * commit of a claim must hold, whatever becomes of the rest. Nothing if the window is not complete.
 */
export function required(condition: Condition, count: Count): Numbers {
  return requiredOf(condition, count) ?? NONE;
}

function requiredOf(condition: Condition, count: Count): Numbers | undefined {
  if ("endpoint" in condition) {
    const { endpoint, min } = condition;
    return count(endpoint) >= min ? new Map([[endpoint, min]]) : undefined;
  }
  const { n, of } = thresholdOf(condition);
  const options = of
    .map((member) => requiredOf(member, count))
    .filter((option) => option !== undefined);
  return options.length < n ? undefined : merge(cheapest(options, n, total));
}

/** Never less than what `required` comes to, whatever the counts. @param costOf what one event costs */
export function worstCase(condition: Condition, costOf: (eventKey: string) => number): number {
  if ("endpoint" in condition) return condition.min * costOf(condition.endpoint);
  const { n, of } = thresholdOf(condition);
  const dearest = of
    .map((member) => worstCase(member, costOf))
    .toSorted((a, b) => b - a)
    .slice(0, n);
  const sum = dearest.reduce((a, b) => a + b, 0);
  // An endpoint that several members name is needed once.
  const once = Array.from(needs(condition), ([eventKey, need]) => need * costOf(eventKey));
  return Math.min(
    sum,
    once.reduce((a, b) => a + b, 0),
  );
}

const NONE: Numbers = new Map();

/** @param atMost counts no more of an endpoint than this */
function total(numbers: Numbers, atMost: Count = () => Infinity): number {
  let sum = 0;
  for (const [eventKey, number] of numbers) sum += Math.min(number, atMost(eventKey));
  return sum;
}

/** Of each endpoint the largest number. */
function merge(all: readonly Numbers[]): Numbers {
  const merged = new Map<string, number>();
  for (const numbers of all) {
    for (const [eventKey, number] of numbers) {
      merged.set(eventKey, Math.max(number, merged.get(eventKey) ?? 0));
    }
  }
  return merged;
}

/** The `n` options that cost least, in their order; of equals the first. */
export function cheapest<T>(
  options: readonly T[],
  n: number,
  costOf: (option: T) => number,
): readonly T[] {
  if (n >= options.length) return options;
  return options
    .map((option, index) => ({ option, index, cost: costOf(option) }))
    .toSorted((a, b) => (a.cost < b.cost ? -1 : a.cost > b.cost ? 1 : 0)) // costs may be infinite
    .slice(0, n)
    .toSorted((a, b) => a.index - b.index)
    .map(({ option }) => option);
}

/** How many members of a node hold. */
interface Tally {
  readonly parent: Tally | undefined;
  readonly n: number;
  held: number;
}

/**
 * The same condition, told one event at a time. An event that changes no leaf is constant work; one that
 * does is work for the nodes above that change with it, however many others there are and however many
 * events the window holds.
 */
export class Completeness {
  /** Above the condition itself, so that there is one if that is a leaf. */
  readonly #root: Tally = { parent: undefined, n: 1, held: 0 };
  /** By endpoint, and the number of events with which they begin to hold: what the leaves are members of. */
  readonly #leaves = new Map<string, Map<number, Tally[]>>();
  readonly #have = new Map<string, number>();
  readonly #touched = new Set<Tally>();

  constructor(condition: Condition) {
    this.#plant(condition, this.#root);
  }

  get isComplete(): boolean {
    return this.#root.held === 1;
  }

  add(eventKey: string): void {
    const have = this.count(eventKey) + 1;
    this.#have.set(eventKey, have);
    for (const tally of this.#changedAt(eventKey, have)) this.#raise(tally);
  }

  remove(eventKey: string): void {
    const have = this.count(eventKey);
    this.#have.set(eventKey, have - 1);
    for (const tally of this.#changedAt(eventKey, have)) this.#lower(tally);
  }

  /** Work for what was added since the last time, not for the whole tree. */
  clear(): void {
    this.#have.clear();
    for (const tally of this.#touched) tally.held = 0;
    this.#touched.clear();
  }

  readonly count: Count = (eventKey) => this.#have.get(eventKey) ?? 0;

  #plant(condition: Condition, parent: Tally): void {
    if ("endpoint" in condition) {
      const { endpoint, min } = condition;
      const byNumber = this.#leaves.get(endpoint) ?? new Map<number, Tally[]>();
      this.#leaves.set(endpoint, byNumber.set(min, [...(byNumber.get(min) ?? []), parent]));
      return;
    }
    const { n, of } = thresholdOf(condition);
    const tally = { parent, n, held: 0 };
    for (const member of of) this.#plant(member, tally);
  }

  #changedAt(eventKey: string, have: number): readonly Tally[] {
    return this.#leaves.get(eventKey)?.get(have) ?? [];
  }

  #raise(tally: Tally): void {
    this.#touched.add(tally);
    tally.held++;
    if (tally.held === tally.n && tally.parent !== undefined) this.#raise(tally.parent);
  }

  #lower(tally: Tally): void {
    if (tally.held === tally.n && tally.parent !== undefined) this.#lower(tally.parent);
    tally.held--;
  }
}
