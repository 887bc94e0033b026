/**
 * What can go wrong, as answers. Each code has one HTTP status and one verdict that the platform can
 * act on; the table is total, so a new code cannot be forgotten.
 */

const TABLE = {
  "malformed-path": { http: 400, title: "The path is not valid percent-encoded UTF-8" },
  "unreadable-body": { http: 400, title: "The request body could not be read" },
  "unknown-path": { http: 404, title: "No endpoint in the path" },
  "unknown-service": { http: 404, title: "Unknown service" },
  "unknown-endpoint": { http: 404, title: "Unknown endpoint" },
  "method-not-allowed": { http: 405, title: "Method not allowed" },
  "event-too-large": { http: 413, title: "Event too large" },
  "invalid-configuration": { http: 500, title: "The service is not configured correctly" },
  internal: { http: 500, title: "Internal error" },
  claiming: { http: 503, title: "The sync is still being claimed" },
  contended: { http: 503, title: "Others are claiming the same events" },
  unavailable: { http: 503, title: "Temporarily unavailable" },
} as const;

export type ErrorCode = keyof typeof TABLE;

/** An error whose `message` may be shown to the caller. The cause is only ever logged. */
export class EventSyncError extends Error {
  readonly code: ErrorCode;
  /** Methods for the `Allow` header of a 405. */
  readonly allow: readonly string[] | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    options: ErrorOptions & { allow?: readonly string[] } = {},
  ) {
    super(message, options);
    this.name = "EventSyncError";
    this.code = code;
    this.allow = options.allow;
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
