/** Waiting for conditions, never for a time. */

/** How long a condition may take; slower machines set EVENTSYNC_TEST_DEADLINE_MS. */
export const DEADLINE_MS = Number(process.env["EVENTSYNC_TEST_DEADLINE_MS"] ?? "30000");

/**
 * Asks until there is an answer.
 *
 * @param probe returns undefined while the condition does not hold
 * @throws Error naming what was waited for, once the deadline has passed
 */
export async function waitFor<T>(
  what: string,
  probe: () => Promise<T | undefined> | T | undefined,
  deadlineMs = DEADLINE_MS,
): Promise<T> {
  const until = performance.now() + deadlineMs;
  for (;;) {
    const answer = await probe();
    if (answer !== undefined) return answer;
    if (performance.now() > until) {
      throw new Error(`${what}: not within ${String(deadlineMs)} ms`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
