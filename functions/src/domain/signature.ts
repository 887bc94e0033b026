import { createHmac } from "node:crypto";

/**
 * Signatures of outgoing calls, as Standard Webhooks 1.0 has them: an HMAC with SHA-256 over id, time and
 * body, so that a receiver knows who sent the call and that nobody plays back an old one.
 */

/** What is signed. */
export interface Signable {
  /** The same for each attempt of one delivery. Without a dot: it ends the id in what is signed. */
  readonly id: string;
  /** When the call is made: receivers refuse what is more than five minutes off. */
  readonly timeMs: number;
  readonly body: Uint8Array;
}

const ENCODED = "whsec_";
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/**
 * The key that a secret stands for: the bytes behind `whsec_` in Base64, or else the text itself.
 *
 * @returns undefined if it is empty, or behind `whsec_` there is no Base64
 */
export function signingKey(secret: string): Uint8Array | undefined {
  if (!secret.startsWith(ENCODED)) return secret === "" ? undefined : Buffer.from(secret);
  const encoded = secret.slice(ENCODED.length);
  return encoded === "" || !BASE64.test(encoded) ? undefined : Buffer.from(encoded, "base64");
}

/**
 * The headers of a signed call: one signature per key, so that a receiver that knows only one of two
 * verifies it while a secret is being replaced.
 */
export function signatureHeaders(
  { id, timeMs, body }: Signable,
  keys: readonly Uint8Array[],
): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(timeMs / 1000));
  const signatures = keys.map((key) => {
    const hmac = createHmac("sha256", key).update(`${id}.${timestamp}.`).update(body);
    return `v1,${hmac.digest("base64")}`;
  });
  return {
    "webhook-id": id,
    "webhook-timestamp": timestamp,
    "webhook-signature": signatures.join(" "),
  };
}
