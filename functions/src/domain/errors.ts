/**
 * What can go wrong, as answers. Each code has one HTTP status and one verdict that the platform can
 * act on; the table is total, so a new code cannot be forgotten.
 */

const TABLE = {
  "malformed-path": { http: 400, title: "The path is not valid percent-encoded UTF-8" },
  "unreadable-body": { http: 400, title: "The request body could not be read" },
  "malformed-cloud-event": { http: 400, title: "Not a valid CloudEvent" },
  "unknown-path": { http: 404, title: "No endpoint in the path" },
  "unknown-service": { http: 404, title: "Unknown service" },
  "unknown-endpoint": { http: 404, title: "Unknown endpoint" },
  "method-not-allowed": { http: 405, title: "Method not allowed" },
  "event-too-large": { http: 413, title: "Event too large" },
  "unsupported-format": { http: 415, title: "A format of CloudEvents that is not read" },
  "invalid-content": { http: 422, title: "The content does not satisfy the endpoint's schema" },
  "invalid-configuration": { http: 500, title: "The service is not configured correctly" },
  internal: { http: 500, title: "Internal error" },
  contended: { http: 503, title: "Others are claiming the same events" },
  unavailable: { http: 503, title: "Temporarily unavailable" },
} as const;

export type ErrorCode = keyof typeof TABLE;

/** One thing that is wrong with a request, and where: in its JSON (RFC 6901), or in a header. */
export interface Failure {
  readonly pointer?: string;
  readonly header?: string;
  readonly message: string;
}

/** Most failures that an answer lists. */
export const MAX_FAILURES = 20;

/** An error whose `message` may be shown to the caller. The cause is only ever logged. */
export class EventSyncError extends Error {
  readonly code: ErrorCode;
  /** Methods for the `Allow` header of a 405. */
  readonly allow: readonly string[] | undefined;
  /** What is wrong with the request, where there is more to say than the message does; never logged. */
  readonly failures: readonly Failure[];

  constructor(
    code: ErrorCode,
    message: string,
    options: ErrorOptions & { allow?: readonly string[]; failures?: readonly Failure[] } = {},
  ) {
    super(message, options);
    this.name = "EventSyncError";
    this.code = code;
    this.allow = options.allow;
    this.failures = (options.failures ?? []).slice(0, MAX_FAILURES);
  }

  get httpStatus(): number {
    return TABLE[this.code].http;
  }

  get title(): string {
    return TABLE[this.code].title;
  }
}

/** Coerces anything thrown into an error that can be answered, without showing what it says. */
export function toEventSyncError(thrown: unknown): EventSyncError {
  if (thrown instanceof EventSyncError) return thrown;
  return new EventSyncError("internal", "The request failed; see the log of the function.", {
    cause: thrown,
  });
}
