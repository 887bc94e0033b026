import {
  cheapest,
  holds,
  missing,
  needs,
  thresholdOf,
  type Condition,
  type Leaf,
  type Numbers,
  type Shortfall,
} from "./condition.ts";

/** How many events these endpoints have together, counting no further than `limit`. */
export interface Question {
  readonly eventKeys: readonly string[];
  readonly limit: number;
}

/**
 * Finds out with few counts whether a condition holds.
 *
 * It asks first for what can end the matter at once: the fewest endpoints whose want of events would show
 * that the condition does not hold (one of `all`, every one of `any`), and of several such sets the one
 * that was wanting last time. Those that had no event then, or are not known, go into one question: if they
 * still have none, that is all there is to know. If this does not end it, it asks for each that matters.
 * So an event that completes nothing costs one count as a rule.
 */
export class Inquiry {
  readonly #condition: Condition;
  readonly #needs: Numbers;
  readonly #lastShort: Numbers;
  readonly #fresh: ReadonlySet<string>;
  /** What each endpoint is known to have at least, and at most. */
  readonly #least = new Map<string, number>();
  readonly #most = new Map<string, number>();
  #hasAsked = false;

  /**
   * @param hints.fresh endpoints that have an event for certain
   * @param hints.lastShort what fell short last time, and how many events it had: it usually still does
   */
  constructor(
    condition: Condition,
    hints: { readonly fresh?: Iterable<string>; readonly lastShort?: Numbers } = {},
  ) {
    this.#condition = condition;
    this.#needs = needs(condition);
    this.#fresh = new Set(hints.fresh);
    this.#lastShort = hints.lastShort ?? new Map();
    for (const eventKey of this.#fresh) this.#least.set(eventKey, 1);
  }

  /** Whether the condition holds; undefined while that is not known. */
  get isComplete(): boolean | undefined {
    return this.#known(this.#condition);
  }

  /** What to ask now, side by side. Nothing once the answer is known. */
  nextToAsk(): readonly Question[] {
    if (this.isComplete !== undefined) return [];
    const isFirst = !this.#hasAsked;
    this.#hasAsked = true;
    if (!isFirst)
      return this.#unknown(this.#condition).map((eventKey) => this.#question([eventKey]));
    const unknown = this.#cut(this.#condition).leaves.filter(
      (leaf) => this.#known(leaf) === undefined,
    );
    const keys = distinct(unknown);
    const hadSome = (eventKey: string): boolean => (this.#lastShort.get(eventKey) ?? 0) > 0;
    const together = keys.filter((eventKey) => !hadSome(eventKey));
    const each = keys.filter(hadSome).map((eventKey) => this.#question([eventKey]));
    return together.length === 0 ? each : [this.#question(together), ...each];
  }

  learn({ eventKeys, limit }: Question, count: number): void {
    for (const eventKey of eventKeys) {
      // Of several together each has at most that many.
      if (count < limit) this.#most.set(eventKey, Math.min(count, this.#atMost(eventKey)));
      if (eventKeys.length === 1) this.#least.set(eventKey, count);
    }
  }

  /** What is missing, as far as is known. Counts of endpoints that were asked for together are at most so. */
  get missing(): Shortfall[] {
    return missing(this.#condition, this.#atMost);
  }

  /** What falls short and so shows that the condition does not hold, and how many events it has at most. */
  get short(): Numbers {
    const keys = this.isComplete === false ? distinct(this.#cut(this.#condition).leaves) : [];
    return new Map(keys.map((eventKey) => [eventKey, this.#atMost(eventKey)]));
  }

  readonly #atLeast = (eventKey: string): number => this.#least.get(eventKey) ?? 0;
  readonly #atMost = (eventKey: string): number => this.#most.get(eventKey) ?? Infinity;

  #known(condition: Condition): boolean | undefined {
    if (holds(condition, this.#atLeast)) return true;
    return holds(condition, this.#atMost) ? undefined : false;
  }

  #question(eventKeys: readonly string[]): Question {
    const limits = eventKeys.map((eventKey) => this.#needs.get(eventKey) ?? 0);
    return { eventKeys, limit: limits.reduce((a, b) => Math.max(a, b)) };
  }

  /** The endpoints on which an answer still depends. */
  #unknown(condition: Condition): string[] {
    if (this.#known(condition) !== undefined) return [];
    if ("endpoint" in condition) return [condition.endpoint];
    const members = thresholdOf(condition).of.flatMap((member) => this.#unknown(member));
    return Array.from(new Set(members));
  }

  /** The leaves whose want of events would show that a condition does not hold, the likeliest. */
  #cut(condition: Condition): Cut {
    if ("endpoint" in condition) return { leaves: [condition], cost: this.#costOf(condition) };
    const { n, of } = thresholdOf(condition);
    const cuts = of.map((member) => this.#cut(member));
    const chosen = cheapest(cuts, of.length - n + 1, ({ cost }) => cost);
    return {
      leaves: chosen.flatMap(({ leaves }) => leaves),
      cost: chosen.reduce((sum, { cost }) => sum + cost, 0),
    };
  }

  /** How unlikely it is that a leaf does not hold. */
  #costOf(leaf: Leaf): number {
    const known = this.#known(leaf);
    if (known !== undefined) return known ? Infinity : 0;
    if ((this.#lastShort.get(leaf.endpoint) ?? Infinity) < leaf.min) return COST.lastShort;
    return this.#fresh.has(leaf.endpoint) ? COST.fresh : COST.other;
  }
}

/** Any number that fell short last time rather than one that may not. */
const COST = { lastShort: 1, other: 1e6, fresh: 2e6 } as const;

interface Cut {
  readonly leaves: readonly Leaf[];
  readonly cost: number;
}

function distinct(leaves: readonly Leaf[]): string[] {
  return Array.from(new Set(leaves.map(({ endpoint }) => endpoint)));
}

/**
 * What must hold for an event of one of these endpoints to be among those that complete a window; no less
 * than that, where saying it exactly would take more. So `any` asks nothing of the members that have no
 * such event: what they complete, their own events find.
 *
 * @returns undefined if none of them can: the condition names none of the endpoints
 */
export function completedBy(
  condition: Condition,
  eventKeys: ReadonlySet<string>,
): Condition | undefined {
  if ("endpoint" in condition) return eventKeys.has(condition.endpoint) ? condition : undefined;
  const { n, of } = thresholdOf(condition);
  const members = of.map((member) => completedBy(member, eventKeys));
  const [first, ...others] = members.filter((member) => member !== undefined);
  if (first === undefined) return undefined;
  if (n === 1) return { any: [first, ...others] };
  if (others.length > 0) return condition;
  const besides = of.filter((_, index) => members[index] === undefined);
  return { all: [first, { atLeast: { n: n - 1, of: besides } }] };
}
