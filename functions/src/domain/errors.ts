/**
 * What can go wrong, as answers. Each code has one HTTP status and one verdict that the platform can
 * act on; the table is total, so a new code cannot be forgotten.
 */

/**
 * Whether the same thing can succeed another time. `never`: it is reported and acknowledged. `soon`: what
 * is in the way passes by itself. `later`: only once somebody has repaired or deployed something, or that
 * is not known; it must not be given up, and somebody must see it.
 */
export type Retry = "never" | "soon" | "later";

export const ERRORS = {
  "malformed-path": {
    http: 400,
    retry: "never",
    title: "The path is not valid percent-encoded UTF-8",
  },
  "invalid-key": { http: 400, retry: "never", title: "Not a correlation key" },
  "unreadable-body": { http: 400, retry: "never", title: "The request body could not be read" },
  "malformed-cloud-event": { http: 400, retry: "never", title: "Not a valid CloudEvent" },
  "invalid-query": { http: 400, retry: "never", title: "Query parameters that are not understood" },
  "invalid-body": { http: 400, retry: "never", title: "A request body that is not understood" },
  "invalid-receipt": { http: 400, retry: "never", title: "Not a receipt" },
  "not-from-console": { http: 403, retry: "never", title: "Not from the console's page" },
  "unknown-path": { http: 404, retry: "never", title: "No endpoint in the path" },
  "unknown-service": { http: 404, retry: "never", title: "Unknown service" },
  "unknown-endpoint": { http: 404, retry: "never", title: "Unknown endpoint" },
  "unknown-event": { http: 404, retry: "never", title: "Unknown event" },
  "unknown-sync": { http: 404, retry: "never", title: "Unknown sync" },
  "unknown-delivery": { http: 404, retry: "never", title: "Unknown delivery" },
  "unknown-target": { http: 404, retry: "never", title: "Unknown target" },
  "unknown-window": { http: 404, retry: "never", title: "Nothing is open there" },
  "no-receipts": { http: 404, retry: "never", title: "No receipts are expected" },
  "method-not-allowed": { http: 405, retry: "never", title: "Method not allowed" },
  "still-under-way": { http: 409, retry: "never", title: "Still under way" },
  "wrong-state": { http: 409, retry: "never", title: "Not possible in this state" },
  "event-too-large": { http: 413, retry: "never", title: "Event too large" },
  "simulation-too-large": {
    http: 413,
    retry: "never",
    title: "More than one call simulates",
  },
  "key-missing": { http: 422, retry: "never", title: "No correlation key" },
  "unsupported-format": { http: 415, retry: "never", title: "A format that is not read" },
  "refused-configuration": {
    http: 422,
    retry: "never",
    title: "The proposed configuration is refused",
  },
  "invalid-content": { http: 422, retry: "never", title: "The schema is not satisfied" },
  "invalid-configuration": {
    http: 500,
    retry: "later",
    title: "The service is not configured correctly",
  },
  internal: { http: 500, retry: "later", title: "Internal error" },
  claiming: { http: 503, retry: "soon", title: "The sync is still being claimed" },
  contended: { http: 503, retry: "soon", title: "Others are claiming the same events" },
  "newer-document": { http: 503, retry: "later", title: "A newer version is at work on it" },
  "not-known-yet": { http: 503, retry: "soon", title: "Not known to this instance yet" },
  unavailable: { http: 503, retry: "soon", title: "Temporarily unavailable" },
} as const satisfies Readonly<
  Record<string, { readonly http: number; readonly retry: Retry; readonly title: string }>
>;

/** How long to wait before what passes by itself has passed. */
const SOON_SECONDS = 5;

export type ErrorCode = keyof typeof ERRORS;

/** What a problem says of which code it is. */
export function problemType(code: ErrorCode): string {
  return `urn:eventsync:problem:${code}`;
}

/**
 * One thing that is wrong with a request, and where: in its JSON (RFC 6901), in a header, or in a
 * configuration, such as `endpoints[1].eventKey`.
 */
export interface Failure {
  readonly pointer?: string;
  readonly header?: string;
  readonly path?: string;
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
    return ERRORS[this.code].http;
  }

  get retry(): Retry {
    return ERRORS[this.code].retry;
  }

  /** When a caller may try again; undefined where nobody can say. */
  get retryAfterSeconds(): number | undefined {
    return this.retry === "soon" ? SOON_SECONDS : undefined;
  }

  get title(): string {
    return ERRORS[this.code].title;
  }
}

/** Whether to give up what has thrown this: true only of our own errors that say so. */
export function isFinal(thrown: unknown): boolean {
  return toEventSyncError(thrown).retry === "never";
}

/** Coerces anything thrown into an error that can be answered, without showing what it says. */
export function toEventSyncError(thrown: unknown): EventSyncError {
  if (thrown instanceof EventSyncError) return thrown;
  return new EventSyncError("internal", "The request failed; see the log of the function.", {
    cause: thrown,
  });
}
