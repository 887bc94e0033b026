import type { Response } from "express";
import type { Log } from "../../app/ports.ts";
import { EventSyncError, toEventSyncError } from "../../domain/errors.ts";

/** gRPC codes with which Firestore says “try again”: DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, ABORTED, UNAVAILABLE. */
const TRANSIENT = new Set<unknown>([4, 8, 10, 14]);
const RETRY_AFTER_SECONDS = 5;

/** A commit whose answer did not come in time may be applied all the same. */
const UNKNOWN_OUTCOME =
  "The event store did not answer: what was asked for may or may not have been done. Send it again; " +
  "only an event with an Idempotency-Key, the same each time, cannot count twice.";

/** A handler that returns what is to be answered, or throws. */
export interface Answer {
  readonly status: number;
  readonly body?: Readonly<Record<string, unknown>> | readonly unknown[];
}

/**
 * Answers a request with what `handle` returns, or with a problem (RFC 9457) for what it throws. What
 * an unexpected error says goes to the log only.
 */
export async function respond(
  response: Response,
  log: Log,
  handle: () => Promise<Answer>,
): Promise<void> {
  try {
    const { status, body } = await handle();
    response.status(status);
    if (body === undefined) response.end();
    else response.json(body);
  } catch (thrown) {
    const error = toProblem(thrown);
    if (error.httpStatus >= 500) {
      log.error("request.failed", { code: error.code, error: describe(error.cause ?? error) });
    } else {
      log.info("request.refused", { code: error.code, detail: error.message });
    }
    if (error.allow !== undefined) response.set("Allow", error.allow.join(", "));
    if (error.httpStatus === 503) response.set("Retry-After", String(RETRY_AFTER_SECONDS));
    response
      .status(error.httpStatus)
      .type("application/problem+json")
      .send(
        JSON.stringify({
          type: `urn:eventsync:problem:${error.code}`,
          title: error.title,
          status: error.httpStatus,
          detail: error.message,
        }),
      );
  }
}

function toProblem(thrown: unknown): EventSyncError {
  if (TRANSIENT.has((thrown as { readonly code?: unknown } | null)?.code)) {
    return new EventSyncError("unavailable", UNKNOWN_OUTCOME, { cause: thrown });
  }
  return toEventSyncError(thrown);
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
