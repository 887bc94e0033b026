/** What a redacted value is replaced by. */
export const REDACTED = "[redacted]";

/**
 * Which headers hold credentials: what lets whoever reads it act as somebody else. Names are compared
 * by their letters and digits alone, since the same word is written `Api-Key`, `ApiKey` and `api_key`.
 * In doubt a header is one: what is redacted by mistake is in `keepHeaders` the next day, what is
 * published by mistake stays published.
 *
 * The signature of a webhook is none (`X-Hub-Signature-256`, `Stripe-Signature`, `Webhook-Signature` …):
 * it proves who wrote this one body and opens nothing, and consumers need it to verify what they get. A
 * secret that a webhook repeats in each call (`X-Gitlab-Token`) is one.
 */
const CREDENTIAL = new RegExp(
  [
    "authorization|auth(entication)?$|bearer|jwt|oidcdata|dpop|wsse|appcheck",
    "cookie|session|token|csrf|xsrf",
    "secret|passw(or)?d|passphrase|passcode|pwd|credential|otp$|mfacode|2facode",
    // "Key" says what it is for before, and what of it is meant after: an id or a hash opens nothing.
    "(api|access|auth|secret|private|master|subscription)keys?(?!id|name|version|md5|sha|hash|alg)",
    "key\\d?$",
    // Names that say nothing of what they hold.
    "identityheader|protectionbypass|honeycombteam",
  ].join("|"),
);

/** Names with such a word that hold something else. */
const HARMLESS = new RegExp(
  [
    "^accesscontrol|ratelimit|atlassiantoken$|tokenizer|tokens?(type|count|limit|used|usage|expir)",
    "(page|next|prev|previous|continuation|resume|sync|cursor|pagination)token$",
    "cookies?(consent|policy|preferences?|accepted|enabled)",
    "session(expir|timeout|duration|count)|^x?[cx]srf$",
    "(idempotency|cache|surrogate|partition|routing|message|dedup|deduplication|ordering|event|sort)key$",
    "(row|range|object|primary|public|group|correlation|issue|project|record|websocket)key$",
  ].join("|"),
);

/** Whether a header of this name is redacted, in any letter case. */
export function isCredential(name: string): boolean {
  const word = name.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
  return CREDENTIAL.test(word) && !HARMLESS.test(word);
}
