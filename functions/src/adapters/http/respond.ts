import { pipeline } from "node:stream/promises";
import type { Response } from "express";
import type { Log } from "../../app/ports.ts";
import { EventSyncError, problemType, toEventSyncError } from "../../domain/errors.ts";

/** gRPC codes with which Firestore says “try again”: DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, ABORTED, UNAVAILABLE. */
const TRANSIENT = new Set<unknown>([4, 8, 10, 14]);

/** A commit whose answer did not come in time may be applied all the same. */
export const UNKNOWN_OUTCOME =
  "The event store did not answer in time: what was asked for may or may not have been done. " +
  "Send it again; only an event with an Idempotency-Key, the same each time, cannot count twice.";

/** A handler that returns what is to be answered, or throws. */
export interface Answer {
  readonly status: number;
  readonly body?: Readonly<Record<string, unknown>> | readonly unknown[];
  /** Instead of a body. */
  readonly stream?: AnswerStream;
  /** Instead of a body. */
  readonly file?: { readonly type: string; readonly bytes: Buffer };
  /** Besides those that say what the body is. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Text that is sent as it comes, no faster than it is read. */
export interface AnswerStream {
  readonly type: string;
  readonly chunks: AsyncIterable<string> | Iterable<string>;
  /** Then it is cut off, should nobody read it. Epoch milliseconds. */
  readonly cutAtMs: number;
  /** Called when it is out, or was broken off. */
  readonly close: () => unknown;
}

/** An answer that is ready to be sent. */
export interface Ready {
  readonly status: number;
  readonly send: () => void | Promise<void>;
}

/** Runs what makes an answer ready, and does what is to be done before it is sent. */
export type Around = (work: () => Promise<Ready>) => Promise<Ready>;

/**
 * Answers a request with what `handle` returns, or with a problem (RFC 9457) for what it throws. What
 * an unexpected error says goes to the log only.
 */
export async function respond(
  response: Response,
  log: Log,
  handle: () => Promise<Answer>,
  around: Around = (work) => work(),
): Promise<void> {
  await (await around(() => prepare(response, log, handle))).send();
}

async function prepare(
  response: Response,
  log: Log,
  handle: () => Promise<Answer>,
): Promise<Ready> {
  try {
    const { status, body, stream, file, headers = {} } = await handle();
    response.set(headers);
    if (stream !== undefined) return { status, send: () => send(response, log, status, stream) };
    if (file !== undefined) return readyBytes(response, status, file.type, file.bytes);
    if (body !== undefined) return ready(response, status, "application/json", body);
    return {
      status,
      send() {
        response.status(status).end();
      },
    };
  } catch (thrown) {
    const error = toProblem(thrown);
    if (error.httpStatus >= 500) {
      log.error("request.failed", { code: error.code, error: describe(error.cause ?? error) });
    } else {
      log.info("request.refused", { code: error.code, detail: error.message });
    }
    if (error.allow !== undefined) response.set("Allow", error.allow.join(", "));
    const { retryAfterSeconds } = error;
    if (retryAfterSeconds !== undefined) response.set("Retry-After", String(retryAfterSeconds));
    return ready(response, error.httpStatus, "application/problem+json", {
      type: problemType(error.code),
      title: error.title,
      status: error.httpStatus,
      detail: error.message,
      ...(error.failures.length > 0 && { failures: error.failures }),
    });
  }
}

/** Not `response.json`: it adds an ETag, and makes a 304 of what was done where `If-None-Match` fits. */
function ready(response: Response, status: number, type: string, body: unknown): Ready {
  const bytes = Buffer.from(JSON.stringify(body));
  return readyBytes(response, status, `${type}; charset=utf-8`, bytes);
}

function readyBytes(response: Response, status: number, type: string, bytes: Buffer): Ready {
  return {
    status,
    send() {
      response
        .status(status)
        .set("Content-Type", type)
        .set("Content-Length", String(bytes.length))
        .end(bytes);
    },
  };
}

/** What goes wrong once it has begun can only break it off: its reader asks again. */
async function send(
  response: Response,
  log: Log,
  status: number,
  { type, chunks, cutAtMs, close }: AnswerStream,
): Promise<void> {
  response
    .status(status)
    .set("Content-Type", `${type}; charset=utf-8`)
    .set("Cache-Control", "no-store");
  const signal = AbortSignal.timeout(Math.max(0, cutAtMs - Date.now()));
  try {
    // Not a `Readable` of them, which takes one more than it has room for: what was taken is out.
    await pipeline(chunks, response, { signal });
  } catch (error) {
    // Its reader has gone, or does not read.
    if (isGone(error) || signal.aborted) return;
    log.error("request.failed", { code: toProblem(error).code, error: describe(error) });
  } finally {
    await close();
  }
}

const GONE = new Set<unknown>(["ERR_STREAM_PREMATURE_CLOSE", "ECONNRESET", "EPIPE"]);

function isGone(error: unknown): boolean {
  return GONE.has((error as { readonly code?: unknown } | null)?.code);
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
