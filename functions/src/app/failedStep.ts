import { toEventSyncError } from "../domain/errors.ts";
import type { StepFacts } from "./logEvents.ts";
import type { Log } from "./ports.ts";

/**
 * Notes that a step of a sweep has thrown. What passes by itself is left to the next sweep; anything else
 * is an error, which somebody must see.
 *
 * @param report is added to
 */
export function noteFailedStep(
  log: Log,
  report: { errors: number; skipped: number },
  facts: Omit<StepFacts, "error">,
  thrown: unknown,
): void {
  const fields = { ...facts, error: String(thrown) };
  if (toEventSyncError(thrown).retry === "soon") {
    report.skipped++;
    log.warn("sweep.stepPostponed", fields);
  } else {
    report.errors++;
    log.error("sweep.stepFailed", fields);
  }
}
