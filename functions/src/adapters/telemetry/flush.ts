import pTimeout from "p-timeout";

export interface FlushOptions {
  /** Sends what there is to send; rejected if that failed. */
  readonly flush: () => Promise<void>;
  /** How long whoever waits may wait. */
  readonly limitMs: number;
  /** How long nobody waits after it failed, or took longer. */
  readonly restMs: number;
  readonly clock: () => number;
  readonly onFailed: (error: string) => void;
}

/**
 * An instance has no CPU between its answers, so what it has to tell must be sent before the last of those
 * that are under way: the others need not wait, since the processor runs as long as one of them does. A
 * receiver that cannot be reached holds up one of them for the limit, then nobody for a while.
 *
 * @returns runs work, and sends before it ends; whatever becomes of that, the work's result stands
 */
export function makeFlushing({ flush, limitMs, restMs, clock, onFailed }: FlushOptions) {
  let underWay = 0;
  let restUntilMs = -Infinity;
  const send = async (): Promise<void> => {
    if (clock() < restUntilMs) return;
    try {
      const message = `not sent within ${String(limitMs)} ms`;
      await pTimeout(flush(), { milliseconds: limitMs, message });
    } catch (error) {
      // Of those that failed together, one says so.
      if (clock() < restUntilMs) return;
      restUntilMs = clock() + restMs;
      onFailed(error instanceof Error ? error.message : String(error));
    }
  };
  return async <T>(work: () => Promise<T>): Promise<T> => {
    underWay++;
    try {
      return await work();
    } finally {
      underWay--;
      if (underWay === 0) await send();
    }
  };
}
