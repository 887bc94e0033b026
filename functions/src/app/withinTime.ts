import pTimeout, { TimeoutError } from "p-timeout";

/**
 * The error is made when time is up, not before: nearly every limit is kept, and a stack costs more than the
 * timer.
 *
 * @param message what is told if it is not done in time
 * @throws TimeoutError then; the work goes on, and what comes of it is dropped
 */
export function withinTime<T>(work: Promise<T>, milliseconds: number, message: string): Promise<T> {
  return pTimeout(work, {
    milliseconds,
    fallback: () => {
      throw new TimeoutError(message);
    },
  });
}
