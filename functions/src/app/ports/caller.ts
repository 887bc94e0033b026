import type { CallResult } from "../../domain/attempt.ts";

/** One HTTP request. */
export interface Call {
  /** `https:`, or `http:`. */
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Absent: none is sent. */
  readonly body?: Uint8Array;
  /** For all of it, from the name's resolution to the last byte of the answer that is read. */
  readonly timeoutMs: number;
  /** Whether the address may be private: of this machine, of a network of one's own, of the platform. */
  readonly allowPrivate: boolean;
  /** Of an answer no more is read; then the connection is closed. */
  readonly maxAnswerBytes: number;
}

export interface Caller {
  /** Makes the call once, and follows no redirect. Whatever the other side does is a result. */
  call(call: Call): Promise<CallResult>;
}

export interface IdentityTokens {
  /**
   * An OpenID Connect token of the functions' service account.
   *
   * @param audience whom it is for
   * @throws Error if there is none to be had
   */
  (audience: string): Promise<string>;
}
