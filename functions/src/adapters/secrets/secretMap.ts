import type { Caller } from "../../app/ports/caller.ts";
import type { Secrets } from "../../app/ports/secrets.ts";
import { textOf, type Metadata } from "../targets/http/metadata.ts";

export interface SecretsOptions {
  /**
   * The value of `SECRETS`: the name of a secret in Secret Manager, `projects/<project>/secrets/<secret>`,
   * perhaps with `/versions/<version>`; or, for local runs, the map itself.
   */
  readonly source: string | undefined;
  readonly caller: Caller;
  readonly metadata: Metadata;
  readonly clock: () => number;
  /** Of Secret Manager, where a test has its own. */
  readonly origin?: string;
}

/** The name of a secret, and perhaps of a version of it. */
export const SECRET_NAME =
  /^projects\/[a-z0-9.:-]+\/secrets\/[A-Za-z0-9_-]{1,255}(?:\/versions\/[a-z0-9-]+)?$/;

/** After that it is read again: a new version needs no deployment. */
const KEPT_MS = 5 * 60 * 1000;

type SecretMap = ReadonlyMap<string, string>;

/**
 * The secrets of the targets: one secret of Secret Manager, which is a JSON object of names and values. It
 * is read when the first of them is asked for. Where it cannot be read again, what was read holds on.
 */
export function makeSecrets(options: SecretsOptions): Secrets {
  const { source = "", clock } = options;
  let kept: { readonly map: SecretMap; readonly untilMs: number } | undefined;
  let reading: Promise<SecretMap> | undefined;

  const read = async (): Promise<SecretMap> => {
    try {
      const map = readMap(await fetchText(options, source));
      kept = { map, untilMs: clock() + KEPT_MS };
      return map;
    } catch (error) {
      if (kept === undefined) throw error;
      // Not at once again, by each call.
      kept = { ...kept, untilMs: clock() + KEPT_MS / 10 };
      return kept.map;
    } finally {
      reading = undefined;
    }
  };

  return async (name) => {
    if (kept !== undefined && clock() < kept.untilMs) return kept.map.get(name);
    return (await (reading ??= read())).get(name);
  };
}

async function fetchText(
  { caller, metadata, origin = "https://secretmanager.googleapis.com" }: SecretsOptions,
  source: string,
): Promise<string> {
  if (source === "") throw new Error("SECRETS is not set");
  if (source.trimStart().startsWith("{")) return source;
  if (!SECRET_NAME.test(source)) {
    throw new Error("SECRETS is neither projects/<project>/secrets/<secret> nor a JSON object");
  }
  const version = source.includes("/versions/") ? source : `${source}/versions/latest`;
  const token = await metadata("instance/service-accounts/default/token");
  const { access_token: access } = parse(token, "the metadata server's token") as {
    readonly access_token?: unknown;
  };
  const answer = await textOf(caller, `Secret Manager, asked for ${version},`, {
    url: `${origin}/v1/${version}:access`,
    headers: { authorization: `Bearer ${String(access)}` },
  });
  const { payload } = parse(answer, "the answer of Secret Manager") as {
    readonly payload?: { readonly data?: unknown };
  };
  if (typeof payload?.data !== "string") throw new Error("Secret Manager answered no secret");
  return Buffer.from(payload.data, "base64").toString();
}

/** @throws Error that holds nothing of the text */
function readMap(text: string): SecretMap {
  const value = parse(text, "the secret that SECRETS names");
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  const entries = isObject ? Object.entries(value) : [];
  if (!isObject || !entries.every(([, one]) => typeof one === "string" && one !== "")) {
    throw new Error("the secret that SECRETS names is no JSON object of names and texts");
  }
  return new Map(entries as [string, string][]);
}

/** @throws Error, not that of JSON.parse, which quotes the text */
function parse(text: string, what: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new Error(`${what} is no JSON`);
  }
}
