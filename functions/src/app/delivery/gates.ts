import { E_TIMEOUT, Semaphore, withTimeout, type SemaphoreInterface } from "async-mutex";
import { BoundedMap } from "../boundedMap.ts";
import { MessageBudget } from "../messageBudget.ts";

/** Attempts at one target at a time, by an instance, if their messages are small. */
const CONCURRENCY = 32;

/** Bytes that each of these may hold; one that holds more counts as several. */
const SLOT_BYTES = 300_000;

/** Targets whose gate an instance remembers: more than a configuration has. */
const REMEMBERED = 2_000;

/** What is to go through. */
interface Size {
  readonly bytes: number;
  readonly events: number;
}

/**
 * Bounds what an instance delivers at a time: each target by itself, so that a slow one holds up no other,
 * and all together by the memory that their messages take.
 */
export class Gates {
  readonly #gates = new BoundedMap<string, Semaphore>(REMEMBERED);
  readonly #budget = new MessageBudget();

  /**
   * Runs the work once there is room for it.
   *
   * @param patienceMs how long to wait for room
   * @returns undefined if there was none in time: the work has not begun
   */
  async run<T>(
    name: string,
    size: Size,
    patienceMs: number,
    work: () => Promise<T>,
  ): Promise<T | undefined> {
    if (patienceMs <= 0) return undefined;
    const weight = Math.min(CONCURRENCY, Math.max(1, Math.ceil(size.bytes / SLOT_BYTES)));
    const release = await acquire(withTimeout(this.#gate(name), patienceMs), weight);
    if (release === undefined) return undefined;
    try {
      return await this.#budget.run(size, patienceMs, work);
    } finally {
      release();
    }
  }

  #gate(name: string): Semaphore {
    const known = this.#gates.get(name);
    if (known !== undefined) return known;
    const gate = new Semaphore(CONCURRENCY);
    this.#gates.set(name, gate);
    return gate;
  }
}

async function acquire(
  gate: SemaphoreInterface,
  weight: number,
): Promise<(() => void) | undefined> {
  try {
    const [, release] = await gate.acquire(weight);
    return release;
  } catch (error) {
    if (error === E_TIMEOUT) return undefined;
    throw error;
  }
}
