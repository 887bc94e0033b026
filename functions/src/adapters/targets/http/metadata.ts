import type { Call, Caller } from "../../../app/ports/caller.ts";

/** The metadata server of an instance on Google Cloud, which vouches for its service account. */
export interface Metadata {
  /**
   * What the metadata server says.
   *
   * @param path behind `/computeMetadata/v1/`
   * @throws Error that says what went wrong, without what was said
   */
  (path: string): Promise<string>;
}

/** By the name that Google's own clients go by, too. */
const HOST = "metadata.google.internal";

/** It answers within milliseconds, where there is one. */
const TIMEOUT_MS = 5_000;
const MAX_BYTES = 64 * 1024;

/** @param host its name or address, and perhaps a port: the value of `GCE_METADATA_HOST`, if it is set */
export function makeMetadata(caller: Caller, host: string | undefined): Metadata {
  const origin = `http://${host === undefined || host === "" ? HOST : host}`;
  return (path) =>
    textOf(caller, "the metadata server", {
      url: `${origin}/computeMetadata/v1/${path}`,
      headers: { "metadata-flavor": "Google" },
    });
}

/**
 * The text that a server of Google's answers to a GET.
 *
 * @param name of the server, for errors
 * @throws Error without what it said
 */
export async function textOf(
  caller: Caller,
  name: string,
  call: Pick<Call, "url" | "headers">,
): Promise<string> {
  const result = await caller.call({
    ...call,
    method: "GET",
    timeoutMs: TIMEOUT_MS,
    allowPrivate: true,
    maxAnswerBytes: MAX_BYTES,
  });
  if ("error" in result) throw new Error(`${name}: ${result.error}: ${result.message}`);
  const { status, answer } = result;
  if (status !== 200 || answer.isTruncated) throw new Error(`${name} answered ${String(status)}`);
  return answer.body.toString();
}
