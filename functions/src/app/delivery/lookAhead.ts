import type { Sync } from "../../domain/sync.ts";
import type { MessageEvent } from "../../domain/syncMessage.ts";
import { memoryOf } from "../messageBudget.ts";
import { eventsOf, planOf } from "../messagePlan.ts";
import type { FoundSync, StoredDelivery } from "../ports/deliveries.ts";
import type { SharedReads } from "./sharedReads.ts";

/** What a delivery is made of. */
export interface Prepared {
  readonly sync: FoundSync;
  /** The events of its message, if they have been read. */
  readonly events?: ReadonlyMap<string, MessageEvent>;
}

/** Deliveries that are prepared before their turn, at most. */
export const MOST_AHEAD = 32;

/** Bytes of memory of what is read at a time before its turn; what takes more is read when that comes. */
const AHEAD_BYTES = 200_000;

/**
 * Reads what the next deliveries of a lane are made of while others are sent: else each would wait for two
 * requests before its call. The more have arrived the further it looks, so that of a lane whose server fails
 * next to nothing is read in vain.
 */
export class LookAhead {
  readonly #reads: SharedReads;
  readonly #known: ReadonlyMap<string, Sync>;
  readonly #reading = new Map<StoredDelivery, { all: Promise<Prepared[]>; index: number }>();
  #turns = 0;

  /** @param known syncs that need not be read, by their ids */
  constructor(reads: SharedReads, known: ReadonlyMap<string, Sync> = new Map()) {
    this.#reads = reads;
    this.#known = known;
  }

  /**
   * What the delivery whose turn it is is made of.
   *
   * @param behind those that come after it, in their order
   */
  async turn(stored: StoredDelivery, behind: readonly StoredDelivery[]): Promise<Prepared> {
    const most = Math.min(MOST_AHEAD, 2 * this.#turns++);
    const next = behind.slice(0, most).filter((one) => !this.#reading.has(one));
    if (!this.#reading.has(stored)) this.#begin([stored, ...next]);
    // Not one by one, as each is sent.
    else if (next.length >= most / 2) this.#begin(next);
    const mine = this.#reading.get(stored);
    this.#reading.delete(stored);
    try {
      const prepared = (await mine?.all)?.[mine?.index ?? 0];
      if (prepared !== undefined) return prepared;
    } catch {
      // Perhaps of another one of them.
    }
    const [alone] = await this.#read([stored]);
    return alone ?? { sync: "gone" };
  }

  #begin(some: readonly StoredDelivery[]): void {
    const all = this.#read(some);
    // Whoever's turn comes is told.
    all.catch(() => undefined);
    some.forEach((one, index) => this.#reading.set(one, { all, index }));
  }

  async #read(some: readonly StoredDelivery[]): Promise<Prepared[]> {
    const deliveries = some.map(({ delivery }) => delivery);
    const unknown = deliveries.filter(({ syncId }) => !this.#known.has(syncId));
    const found = (await this.#reads.syncsOf(unknown)).values();
    const syncs = deliveries.map(
      ({ syncId }): FoundSync => this.#known.get(syncId) ?? found.next().value ?? "gone",
    );
    const plans = syncs.flatMap((sync) => (typeof sync === "string" ? [] : [planOf(sync)]));
    const [first] = deliveries;
    const bytes = plans.reduce((sum, plan) => sum + memoryOf(plan), 0);
    // Of large ones few lists of members are in memory, either.
    if (bytes > AHEAD_BYTES) this.#turns = 0;
    if (first === undefined || bytes > AHEAD_BYTES) return syncs.map((sync) => ({ sync }));
    const events = await this.#reads.events(first.serviceName, plans.flatMap(eventsOf));
    return syncs.map((sync) => ({ sync, events }));
  }
}
