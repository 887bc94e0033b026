import type { CallError, CallResult, ReplyOutcome } from "./attempt.ts";
import { isCredential, REDACTED } from "./credentials.ts";

/**
 * What is kept of an attempt, for whoever wants to know why a delivery does not succeed. Nothing secret is
 * in it: an answer may well repeat what was sent.
 */
export interface AttemptRecord {
  readonly atMs: number;
  /** How long it took. */
  readonly ms: number;
  /** Either of the two. */
  readonly status?: number;
  readonly error?: CallError;
  /** Why there was no answer, or why it was not published. */
  readonly message?: string;
  /** Of the answer, by lower-case name. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The beginning of the answer; where it is no text, how much it was. */
  readonly answer?: string;
  /** The id of the message that its answer became. */
  readonly replyId?: string;
}

/** Most bytes of an answer, and of all its headers, that are kept. */
export const MAX_RECORDED_BYTES = 2048;

/**
 * @param secrets what must not be in it: the values of headers, tokens
 */
export function recordOf(
  result: CallResult,
  replied: ReplyOutcome | undefined,
  times: Pick<AttemptRecord, "atMs" | "ms">,
  secrets: readonly string[],
): AttemptRecord {
  const clean = (text: string): string => scrubbed(text, secrets);
  const message = "error" in result ? result.message : failureOf(replied);
  return {
    ...times,
    ...("error" in result
      ? { error: result.error }
      : {
          status: result.status,
          headers: recordedHeaders(result.headers, clean),
          answer: recordedAnswer(result.answer.body, clean),
        }),
    ...(message !== undefined && { message: cut(clean(message)) }),
    ...(replied?.outcome === "published" && { replyId: replied.messageId }),
  };
}

function failureOf(replied: ReplyOutcome | undefined): string | undefined {
  return replied?.outcome === "failed" ? replied.message : undefined;
}

/** The longest first: one may be a part of another. */
function scrubbed(text: string, secrets: readonly string[]): string {
  const sorted = secrets.filter((one) => one !== "").toSorted((a, b) => b.length - a.length);
  return sorted.reduce((rest, secret) => rest.replaceAll(secret, REDACTED), text);
}

function recordedHeaders(
  headers: Readonly<Record<string, string>>,
  clean: (text: string) => string,
): Record<string, string> {
  const recorded: [string, string][] = [];
  let bytes = 0;
  for (const [name, value] of Object.entries(headers)) {
    const shown = isCredential(name) ? REDACTED : clean(value);
    bytes += name.length + Buffer.byteLength(shown);
    if (bytes > MAX_RECORDED_BYTES) break;
    recorded.push([name, shown]);
  }
  return Object.fromEntries(recorded);
}

function recordedAnswer(body: Buffer, clean: (text: string) => string): string {
  const text = body.toString();
  // What is cut in a character ends with one replacement character.
  const isText = !text.slice(0, -1).includes("\ufffd") && !text.includes("\0");
  return isText ? cut(clean(text)) : `(${String(body.length)} bytes that are no text)`;
}

/** At most so many bytes, whole characters. */
function cut(text: string): string {
  if (Buffer.byteLength(text) <= MAX_RECORDED_BYTES) return text;
  return Buffer.from(text)
    .subarray(0, MAX_RECORDED_BYTES)
    .toString()
    .replace(/\ufffd+$/, "");
}
