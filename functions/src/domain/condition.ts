import type { EndpointRule } from "./rule.ts";

/**
 * The one place that knows when a window is complete: every endpoint has at least `minNbOfOccurrence`
 * of its events. It is monotone, and has to stay so: one more event never makes a complete window
 * incomplete. Replay rests on that (`replay.ts`).
 */

export interface Shortfall {
  readonly eventKey: string;
  readonly have: number;
  readonly need: number;
}

/** How many events an endpoint has. */
export type Count = (eventKey: string) => number;

/** What a window still needs, in configured order; nothing if it is complete. */
export function missing(endpoints: readonly EndpointRule[], count: Count): Shortfall[] {
  return endpoints
    .map(({ eventKey, minNbOfOccurrence }) => ({
      eventKey,
      have: count(eventKey),
      need: minNbOfOccurrence,
    }))
    .filter(({ have, need }) => have < need);
}

/** How many events of each endpoint matter: with more of them nothing becomes more complete. */
export function needs(endpoints: readonly EndpointRule[]): ReadonlyMap<string, number> {
  return new Map(endpoints.map((e) => [e.eventKey, e.minNbOfOccurrence]));
}

/**
 * The same condition, told one event at a time: constant work for each, however many endpoints there
 * are and however many events they have.
 */
export class Completeness {
  readonly #need: ReadonlyMap<string, number>;
  readonly #have = new Map<string, number>();
  #short: number;

  constructor(endpoints: readonly EndpointRule[]) {
    this.#need = needs(endpoints);
    this.#short = this.#need.size;
  }

  get isComplete(): boolean {
    return this.#short === 0;
  }

  add(eventKey: string): void {
    const have = this.count(eventKey) + 1;
    this.#have.set(eventKey, have);
    if (have === this.#need.get(eventKey)) this.#short--;
  }

  remove(eventKey: string): void {
    const have = this.count(eventKey);
    this.#have.set(eventKey, have - 1);
    if (have === this.#need.get(eventKey)) this.#short++;
  }

  clear(): void {
    this.#have.clear();
    this.#short = this.#need.size;
  }

  readonly count: Count = (eventKey) => this.#have.get(eventKey) ?? 0;
}
