import { E_TIMEOUT, Semaphore, withTimeout } from "async-mutex";

/**
 * Bytes of messages that a process builds and publishes at a time. Each takes several times its size on
 * the way from Firestore to Pub/Sub, and an instance has 512 MiB for everything.
 */
const BUDGET_BYTES = 20_000_000;

/** An event takes this much besides its content: as a document, a snapshot, an object. */
const EVENT_BYTES = 2_000;

/** What the semaphore counts in: it goes through every number below its value. */
const UNIT_BYTES = 100_000;

/** What a message takes. */
interface Size {
  readonly bytes: number;
  readonly events: number;
}

/** Bytes of memory of what a message is made of. */
export function memoryOf({ bytes, events }: Size): number {
  return bytes + events * EVENT_BYTES;
}

/** Keeps the messages that are built at the same time within the memory of the process. */
export class MessageBudget {
  readonly #units = new Semaphore(BUDGET_BYTES / UNIT_BYTES);

  /**
   * Runs the work on a message once there is room for it; in order of the calls.
   *
   * @param patienceMs how long to wait for room
   * @returns undefined if there was none in time: the work has not begun
   */
  async run<T>(message: Size, patienceMs: number, work: () => Promise<T>): Promise<T | undefined> {
    const release = await this.reserve(message, patienceMs);
    if (release === undefined) return undefined;
    try {
      return await work();
    } finally {
      release();
    }
  }

  /**
   * Makes room for what outlasts the work on it. Whoever has some asks for no more: two of them would wait for
   * each other.
   *
   * @param patienceMs how long to wait for room
   * @returns gives it back, once, however often it is called; undefined if there was none in time
   */
  async reserve(message: Size, patienceMs: number): Promise<(() => void) | undefined> {
    if (patienceMs <= 0) return undefined;
    const bytes = Math.min(BUDGET_BYTES, memoryOf(message));
    const weight = Math.max(1, Math.floor(bytes / UNIT_BYTES));
    try {
      const [, release] = await withTimeout(this.#units, patienceMs).acquire(weight);
      return release;
    } catch (error) {
      if (error === E_TIMEOUT) return undefined;
      throw error;
    }
  }
}
