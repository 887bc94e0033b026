import type { IdentityTokens } from "../../../app/ports/caller.ts";
import type { Metadata } from "./metadata.ts";

/** So long before it expires a token is not used any more: the call takes its time, clocks differ. */
const MARGIN_MS = 60_000;

interface Token {
  readonly text: string;
  readonly expiresAtMs: number;
}

/** Identity tokens of the metadata server, one per audience, each kept until shortly before it expires. */
export function makeIdentityTokens(metadata: Metadata, clock: () => number): IdentityTokens {
  const tokens = new Map<string, Promise<Token>>();

  const fetchToken = (audience: string): Promise<Token> => {
    const query = new URLSearchParams({ audience, format: "full" });
    const fetched = metadata(`instance/service-accounts/default/identity?${query.toString()}`).then(
      readToken,
    );
    tokens.set(audience, fetched);
    // A failure is not kept.
    fetched.catch(() => {
      if (tokens.get(audience) === fetched) tokens.delete(audience);
    });
    return fetched;
  };

  return async (audience) => {
    // Concurrent calls share one request: the promise is kept, not the token.
    const asked = tokens.get(audience) ?? fetchToken(audience);
    const token = await asked;
    if (clock() < token.expiresAtMs - MARGIN_MS) return token.text;
    const next = tokens.get(audience);
    return (await (next === undefined || next === asked ? fetchToken(audience) : next)).text;
  };
}

function readToken(answer: string): Token {
  const text = answer.trim();
  const [, payload = ""] = text.split(".");
  try {
    const { exp } = JSON.parse(Buffer.from(payload, "base64url").toString()) as { exp?: unknown };
    if (typeof exp === "number") return { text, expiresAtMs: exp * 1000 };
  } catch {
    // Said below, without the text.
  }
  throw new Error("the metadata server answered something that is no identity token");
}
