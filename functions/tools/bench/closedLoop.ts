/** A load of so many requests in flight: each answer makes room for the next. */

export interface LoadResult {
  readonly count: number;
  readonly seconds: number;
  readonly perSecond: number;
  /** Milliseconds of each request. */
  readonly latencies: readonly number[];
}

/**
 * Keeps `inFlight` pieces of work running until the time is up or the count is reached, and waits for
 * those that have begun.
 */
export async function closedLoop(
  inFlight: number,
  limit: { readonly ms?: number; readonly count?: number },
  work: (index: number) => Promise<unknown>,
): Promise<LoadResult> {
  const latencies: number[] = [];
  const { ms = Infinity, count = Infinity } = limit;
  let begun = 0;
  const startedAt = performance.now();
  const lane = async (): Promise<void> => {
    while (begun < count && performance.now() - startedAt < ms) {
      const index = begun++;
      const sentAt = performance.now();
      await work(index);
      latencies.push(performance.now() - sentAt);
    }
  };
  await Promise.all(Array.from({ length: Math.min(inFlight, count) }, lane));
  const seconds = (performance.now() - startedAt) / 1000;
  return {
    count: latencies.length,
    seconds,
    perSecond: latencies.length / seconds,
    latencies,
  };
}
