import type { Metadata } from "../targets/http/metadata.ts";

/** So long before it expires a token is not used any more. */
const MARGIN_MS = 60_000;

/** The one receiver that knows the functions' service account; nobody else ever gets a token. */
const GOOGLE = "https://telemetry.googleapis.com";

/** Whether spans or metrics go to Google Cloud's own endpoint, rather than to a collector. */
export function isGoogles(url: string | undefined): boolean {
  return url !== undefined && URL.parse(url)?.origin === GOOGLE;
}

/**
 * The header by which Google Cloud knows the functions' service account. Never rejected, as an exporter wants
 * it: without a token the endpoint refuses what is sent, and that is reported.
 */
export function makeAuthorization(
  metadata: Metadata,
  clock: () => number,
): () => Promise<Record<string, string>> {
  let kept: { readonly token: string; readonly untilMs: number } | undefined;
  return async () => {
    try {
      if (kept === undefined || clock() >= kept.untilMs) {
        const answer = await metadata("instance/service-accounts/default/token");
        const { access_token: token, expires_in: seconds } = JSON.parse(answer) as {
          readonly access_token?: unknown;
          readonly expires_in?: unknown;
        };
        if (typeof token !== "string" || typeof seconds !== "number") return {};
        kept = { token, untilMs: clock() + seconds * 1000 - MARGIN_MS };
      }
      return { authorization: `Bearer ${kept.token}` };
    } catch {
      return {};
    }
  };
}
