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
    "authori[sz]ation|auth(entication|n|z)?$|bearer|jwt|oidcdata|dpop|wsse|appcheck|oauth\\d?$",
    "cookie|session|sessid|rememberme|token|[cx]srf|antiforgery|modhash|wpnonce|(?<!bread)crumb$",
    "secret|passw(or)?d|passphrase|passcode|pwd|credential|macaroon|paseto|assertion$|samlresponse",
    "otp$|(otp|mfa|2fa|factor|auth|verification|recovery)code|sharedaccesssignature",
    // "Key" says what it is for before, and what of it is meant after: an id or a hash opens nothing.
    "(api|access|auth|secret|private|master|subscription)keys?(?!id|name|version|md5|sha|hash|alg)",
    "key\\d?$",
    // Names that say nothing of what they hold.
    "identityheader|protectionbypass|honeycombteam|jfrogartapi|registryconfig|apicertname",
    "accesslicensenumber|apiintegrationcode|ovh(consumer|application)|grafanaid|mysapsso2|haaccess$",
    "telegraminitdata|appleimd|xacpt",
  ].join("|"),
);

/** The same of short words, which are a part of many others: only where one ends the name. */
const SHORT_CREDENTIAL = /(^|-)(pass|creds?|pin|sid|sas|2fa|mfa|rune|ticket)$/;

/** Words with such a part that mean something else: what is left of the name decides. */
const HARMLESS = new RegExp(
  [
    "^accesscontrolallowcredentials$|ratelimit|atlassiantoken$|tokenizer",
    "tokens?(type|count|limit|used|usage|remaining|expir(es|y|ed)?)|(prompt|completion|max|input|output|total|remaining)tokens",
    "(page|next|prev|previous|continuation|resume|sync|cursor|pagination|delta|skip)token$|^locktoken$",
    "cookies?(consent|policy|preferences?|accepted|enabled)|jwtalg$|secretary|passw(or)?dexpire[ds]",
    "session(expir(es|y|ed)?|timeout|duration|count|affinity)|sslsessionid$|^x?[cx]srf$",
    "(idempotency|cache|surrogate|partition|routing|message|dedup|deduplication|ordering|event|sort)key$",
    "(row|range|object|primary|public|group|correlation|issue|project|record|websocket)key$",
    "(s3|kafka|job)key$|(hot|mon|don|tur)key$",
  ].join("|"),
  "g",
);

/** Whether a header of this name is redacted, in any letter case. */
export function isCredential(name: string): boolean {
  const lowerCase = name.toLowerCase();
  const word = lowerCase.replaceAll(/[^a-z0-9]/g, "").replaceAll(HARMLESS, "-");
  return CREDENTIAL.test(word) || SHORT_CREDENTIAL.test(lowerCase.replaceAll(/[^a-z0-9]+/g, "-"));
}

/**
 * Which query parameters are redacted. `key` alone is an ordinary word in a query: it is one of them only where
 * it is named.
 */
export function secretNames(redact: readonly string[]): (name: string) => boolean {
  const named = new Set(redact.map(spelling));
  return (name) =>
    redact.length > 0 &&
    (named.has(spelling(name)) || (spelling(name) !== "key" && isCredential(name)));
}

/** `api_key`, `api-key`, `apiKey` and `APIKEY` are one name. */
function spelling(name: string): string {
  const letters = name.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, "");
  return letters === "" ? name : letters;
}
