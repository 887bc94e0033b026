import type { CallResult, ReplyOutcome } from "./attempt.ts";
import { isCredential, REDACTED } from "./credentials.ts";

/**
 * What is kept of an attempt, for whoever wants to know why a delivery does not succeed. Nothing secret is
 * in it: an answer may well repeat what was sent.
 */
export interface AttemptRecord {
  readonly attempt: number;
  readonly atMs: number;
  readonly durationMs: number;
  /** Of the answer, if there was one. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** The beginning of its body, where the attempt failed. */
  readonly answer?: string;
  /** Why there was none, or why it was not enough. */
  readonly error?: string;
  /** Of what was published: the message itself, or the answer. */
  readonly messageId?: string;
}

/** Most bytes of an answer, and of all its headers, that are kept. */
export const MAX_RECORDED_BYTES = 2048;

/**
 * @param secrets what must not be in it: the values of headers, tokens
 */
export function recordOf(
  result: CallResult,
  replied: ReplyOutcome | undefined,
  facts: Pick<AttemptRecord, "attempt" | "atMs" | "durationMs"> & { readonly isDelivered: boolean },
  secrets: readonly string[],
): AttemptRecord {
  const { isDelivered, ...times } = facts;
  const clean = (text: string): string => scrubbed(text, secrets);
  const error = errorOf(result, replied);
  return {
    ...times,
    ...("status" in result && { status: result.status }),
    ...("status" in result &&
      !isDelivered && {
        headers: recordedHeaders(result.headers, clean),
        answer: recordedAnswer(result.answer.body, clean),
      }),
    ...(error !== undefined && { error: cut(clean(error)) }),
    ...(replied?.outcome === "published" && { messageId: replied.messageId }),
  };
}

/** Its kind first: that is what people count by. */
function errorOf(result: CallResult, replied: ReplyOutcome | undefined): string | undefined {
  if ("error" in result) return `${result.error}: ${result.message}`;
  return replied?.outcome === "failed" ? replied.message : undefined;
}

/** The longest first: one may be a part of another. */
function scrubbed(text: string, secrets: readonly string[]): string {
  const forms = new Set(secrets.flatMap(partsOf).flatMap(spellingsOf));
  forms.delete("");
  const sorted = [...forms].toSorted((a, b) => b.length - a.length);
  return sorted.reduce((rest, secret) => rest.replaceAll(secret, REDACTED), text);
}

/**
 * A server that refuses the value of an `Authorization` names what is behind the scheme, as a rule: `Invalid
 * key: …`; of `Basic` user and password, or the password.
 */
function partsOf(secret: string): string[] {
  const value = secret.trim();
  const [, scheme = "", credentials] = /^(\S+)\s+(.+)$/.exec(value) ?? [];
  if (credentials === undefined) return [value];
  if (scheme.toLowerCase() !== "basic") return [value, credentials];
  const pair = Buffer.from(credentials, "base64").toString();
  return [value, credentials, pair, pair.slice(pair.indexOf(":") + 1)];
}

/** As it is, and as JSON and a URL have it. */
function spellingsOf(text: string): string[] {
  return [text, JSON.stringify(text).slice(1, -1), encodeURIComponent(text.toWellFormed())];
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
