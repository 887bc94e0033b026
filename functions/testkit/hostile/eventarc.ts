/**
 * A stand-in for the platform that tells functions about new documents. The emulator suite tells them
 * one at a time, in order, once, and never again after a failure; production does none of that, and
 * neither does this.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { Timestamp, type Firestore } from "@google-cloud/firestore";

import { makePaths } from "../refs.ts";
import { waitFor } from "../waitFor.ts";
import type { Random } from "./random.ts";

/** A pending marker was created. */
export interface Created {
  readonly serviceName: string;
  readonly eventId: string;
  /** Where there is a correlation. */
  readonly key?: string;
  readonly eventKey: string;
  readonly receivedAtMs: number;
}

/** What makes it hostile. Times are in milliseconds. */
export interface DeliveryFaults {
  /** Least and most deliveries of one creation. */
  readonly copies: readonly [number, number];
  /** How late a delivery may come. */
  readonly lateMs: number;
}

export interface EventarcOptions {
  /** Delivers one creation. Rejects if it was not acknowledged; then it is delivered again. */
  readonly deliver: (created: Created) => Promise<void>;
  /** Most deliveries under way at a time. */
  readonly concurrency: number;
  readonly random: Random;
  /** Without them everything is delivered once, at once and in order. */
  readonly faults?: DeliveryFaults;
  /** Pauses before a delivery that failed is repeated: the first, doubling up to the longest. */
  readonly retryMs?: readonly [number, number];
}

interface Delivery {
  readonly created: Created;
  readonly attempt: number;
}

export class Eventarc {
  readonly #options: EventarcOptions;
  readonly #seen = new Set<string>();
  readonly #ready: Delivery[] = [];
  readonly #watched: { readonly db: Firestore; readonly serviceName: string }[] = [];
  readonly #stopping = new AbortController();
  #waiting = 0; // deliveries whose time has not come
  #inFlight = 0;
  #deliveries = 0;
  #failures = 0;

  constructor(options: EventarcOptions) {
    this.#options = options;
  }

  /** Creations seen, deliveries begun, and deliveries that were not acknowledged. */
  get figures(): { creations: number; deliveries: number; failures: number } {
    return {
      creations: this.#seen.size,
      deliveries: this.#deliveries,
      failures: this.#failures,
    };
  }

  /**
   * Delivers every event of a service, whether or not somebody offers it. Whoever stores events offers
   * them at once, as far as they know; `idle` finds the others (the answer was lost, the instance killed).
   *
   * They are found in the log of events. An event and its pending marker are created by one commit
   * under one id, but the log only grows: a marker that a claim deletes a moment later would be missed
   * by anything that looks for markers, and the platform misses none. Nor does anything listen: with a
   * listener the emulator runs the query again for each commit, and becomes thirty times slower.
   */
  watch(db: Firestore, serviceName: string): void {
    this.#watched.push({ db, serviceName });
  }

  /** Tells of a creation; one that is known already is left alone. */
  offer(created: Created): void {
    const { faults, random } = this.#options;
    const key = `${created.serviceName}/${created.eventId}`;
    if (this.#seen.has(key) || this.#stopping.signal.aborted) return;
    this.#seen.add(key);
    if (faults === undefined) {
      this.#enqueue({ created, attempt: 1 });
      return;
    }
    const copies = random.int(...faults.copies);
    for (let copy = 0; copy < copies; copy++) {
      this.#later(random.int(0, faults.lateMs), { created, attempt: 1 });
    }
  }

  /** Waits until everything that was created is delivered and acknowledged. */
  async idle(deadlineMs?: number): Promise<void> {
    await waitFor(
      "every creation to be acknowledged",
      async () => ((await this.#isIdle()) ? true : undefined),
      deadlineMs,
    );
  }

  /** Stops for good: what is not delivered by now never is. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#ready.length = 0;
    await waitFor("deliveries to end", () => (this.#inFlight === 0 ? true : undefined));
  }

  get #isBusy(): boolean {
    return this.#ready.length + this.#waiting + this.#inFlight > 0;
  }

  async #isIdle(): Promise<boolean> {
    if (this.#isBusy) return false;
    for (const { db, serviceName } of this.#watched) await this.#offerUnseen(db, serviceName);
    return !this.#isBusy;
  }

  async #offerUnseen(db: Firestore, serviceName: string): Promise<void> {
    const log = await makePaths(db)
      .events(serviceName)
      .select("key", "eventKey", "receivedAt")
      .get();
    for (const doc of log.docs) {
      const receivedAt: unknown = doc.get("receivedAt");
      this.offer({
        serviceName,
        eventId: doc.id,
        // Only where there is a correlation.
        key: String(doc.get("key") ?? ""),
        eventKey: String(doc.get("eventKey")),
        receivedAtMs: receivedAt instanceof Timestamp ? receivedAt.toMillis() : 0,
      });
    }
  }

  #later(delayMs: number, delivery: Delivery): void {
    this.#waiting++;
    const due = (): void => {
      this.#waiting--;
      if (!this.#stopping.signal.aborted) this.#enqueue(delivery);
    };
    sleep(delayMs, undefined, { signal: this.#stopping.signal }).then(due, due);
  }

  #enqueue(delivery: Delivery): void {
    this.#ready.push(delivery);
    while (this.#ready.length > 0 && this.#inFlight < this.#options.concurrency) {
      void this.#deliver(this.#next());
    }
  }

  /** The oldest, or, if order is not to be relied on, any. */
  #next(): Delivery {
    const { faults, random } = this.#options;
    const index = faults === undefined ? 0 : random.int(0, this.#ready.length - 1);
    const [delivery] = this.#ready.splice(index, 1);
    if (delivery === undefined) throw new Error("nothing to deliver");
    return delivery;
  }

  async #deliver({ created, attempt }: Delivery): Promise<void> {
    const { deliver, random, retryMs: [first, longest] = [20, 500] } = this.#options;
    this.#inFlight++;
    this.#deliveries++;
    try {
      await deliver(created);
    } catch {
      this.#failures++;
      const pause = Math.min(longest, first * 2 ** (attempt - 1));
      this.#later(Math.round(pause * (0.5 + random.next())), { created, attempt: attempt + 1 });
    } finally {
      this.#inFlight--;
    }
    if (this.#ready.length > 0 && !this.#stopping.signal.aborted) {
      void this.#deliver(this.#next());
    }
  }
}
