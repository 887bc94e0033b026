import type { RetryRule } from "./target.ts";

/**
 * What follows from one attempt to deliver a sync over HTTP. The call and, where it is asked for, the
 * publication of the answer are over; nothing here knows how they were made.
 */

/** What was heard of the server. */
export type CallResult = CallAnswer | CallFailure;

export interface CallAnswer {
  readonly status: number;
  /** By lower-case name; those that came several times joined by commas. */
  readonly headers: Readonly<Record<string, string>>;
  /** How long the server asks to be left alone. */
  readonly retryAfterMs?: number;
  readonly answer: Answer;
}

export interface Answer {
  readonly contentType?: string;
  /** As much as the call was to read. */
  readonly body: Buffer;
  /** There was more. */
  readonly isTruncated: boolean;
}

export interface CallFailure {
  readonly error: CallError;
  /** For people; without the URL's query, and without secrets. */
  readonly message: string;
}

/**
 * Why there is no answer. `timeout`, `connection` (also a name that has no address) and `tls`: the server
 * was not reached, or did not answer. `refused-address`: it may not be called. `unsendable`: there is no
 * such call, now or later. `not-ready`: a secret or a token is not to be had; the server was not called.
 */
export const CALL_ERRORS = [
  "timeout",
  "connection",
  "tls",
  "refused-address",
  "unsendable",
  "not-ready",
] as const;
export type CallError = (typeof CALL_ERRORS)[number];

/** What became of the publication of an answer; where none was asked for, there is no outcome. */
export type ReplyOutcome =
  | { readonly outcome: "published"; readonly messageId: string }
  | { readonly outcome: "failed"; readonly message: string };

export type Verdict =
  | { readonly next: "delivered" }
  | {
      readonly next: "again";
      readonly atMs: number;
      /** The server asks for no calls any more: 410. */
      readonly pausesTarget?: true;
      /** The server was not called: the number of the attempt stays the same. */
      readonly isUncounted?: true;
    }
  | { readonly next: "undeliverable" };

/** Most that a `Retry-After` is heeded: nobody waits for longer because of one answer. */
export const MAX_RETRY_AFTER_MS = 24 * 60 * 60 * 1000;

/** How long until it is tried again whether a secret or a token is there. */
const NOT_READY_MS = 5 * 60 * 1000;

/** 410 Gone: of a webhook, that it is not wanted any more (Standard Webhooks). */
const GONE = 410;

/**
 * What comes next.
 *
 * A published answer ends the delivery, whatever its status: only those are published that the target asks
 * for. Otherwise 2xx does, if nothing was to be published.
 *
 * @param replied undefined if nothing was to be published
 * @param attempt the number of this attempt, from 1
 * @param random from 0 to 1
 */
export function verdict(
  result: CallResult,
  replied: ReplyOutcome | undefined,
  attempt: number,
  retry: RetryRule,
  nowMs: number,
  random: number,
): Verdict {
  if (replied?.outcome === "published") return { next: "delivered" };
  if ("error" in result) {
    if (result.error === "unsendable") return { next: "undeliverable" };
    if (result.error === "not-ready") {
      return { next: "again", atMs: nowMs + spread(NOT_READY_MS, random), isUncounted: true };
    }
  } else if (replied === undefined) {
    if (isSuccess(result.status)) return { next: "delivered" };
    if (result.status === GONE) {
      // It stays, however many attempts there were: whoever resumes the target wants it.
      return {
        next: "again",
        atMs: nextMs(result, attempt, retry, nowMs, random),
        pausesTarget: true,
      };
    }
  }
  if (attempt >= retry.maxAttempts) return { next: "undeliverable" };
  return { next: "again", atMs: nextMs(result, attempt, retry, nowMs, random) };
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

/** Never before the server wants it, and spread even then: all that waited for it would come at once. */
function nextMs(
  result: CallResult,
  attempt: number,
  { firstSeconds, longestSeconds }: RetryRule,
  nowMs: number,
  random: number,
): number {
  const pauseMs = 1000 * Math.min(longestSeconds, firstSeconds * 2 ** (attempt - 1));
  const asked = "error" in result ? 0 : Math.min(MAX_RETRY_AFTER_MS, result.retryAfterMs ?? 0);
  return Math.ceil(nowMs + Math.max(asked, pauseMs / 2) + (random * pauseMs) / 2);
}

/** Between half of it and all. */
function spread(pauseMs: number, random: number): number {
  return Math.ceil((pauseMs * (1 + random)) / 2);
}

/**
 * What a `Retry-After` says: a number of seconds, or a date (RFC 9110, section 10.2.3).
 *
 * @returns undefined if it says neither
 */
export function retryAfterMs(value: string | undefined, nowMs: number): number | undefined {
  const text = value?.trim() ?? "";
  if (/^\d+$/.test(text)) return 1000 * Number(text);
  // Date.parse reads much that is no date of HTTP, such as "-1", and knows the oldest of its three forms, which
  // names no zone, as one of this machine's own.
  const isDate = /^[A-Z][a-z]+,? .*\d{2}:\d{2}:\d{2}/.test(text);
  const atMs = isDate ? Date.parse(text.endsWith("GMT") ? text : `${text} GMT`) : NaN;
  return Number.isNaN(atMs) ? undefined : Math.max(0, atMs - nowMs);
}
