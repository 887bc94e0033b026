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

/** Keeps the messages that are built at the same time within the memory of the process. */
export class MessageBudget {
  readonly #units = new Semaphore(BUDGET_BYTES / UNIT_BYTES);

  /**
   * Runs the work on a message once there is room for it; in order of the calls.
   *
   * @param patienceMs how long to wait for room
   * @returns undefined if there was none in time: the work has not begun
   */
  async run<T>(
    message: { readonly bytes: number; readonly events: number },
    patienceMs: number,
    work: () => Promise<T>,
  ): Promise<T | undefined> {
    if (patienceMs <= 0) return undefined;
    const bytes = Math.min(BUDGET_BYTES, message.bytes + message.events * EVENT_BYTES);
    const weight = Math.max(1, Math.floor(bytes / UNIT_BYTES));
    let release: () => void;
    try {
      [, release] = await withTimeout(this.#units, patienceMs).acquire(weight);
    } catch (error) {
      if (error === E_TIMEOUT) return undefined;
      throw error;
    }
    try {
      return await work();
    } finally {
      release();
    }
  }
}
