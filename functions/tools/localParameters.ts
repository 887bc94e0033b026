/** What the functions of a local run are given. */
import { SECRET_NAME } from "../src/adapters/secrets/secretMap.ts";
import type { Services } from "../src/config/route.ts";
import { secretsOf } from "../src/domain/target.ts";
import { SECRETS } from "./secrets.ts";

/** The parameters that every local run has in common. The emulators use none of them but DATABASE. */
export const LOCAL_PARAMETERS = {
  LOCATION: "us-central1",
  SERVICE_ACCOUNT: "eventsync@demo-eventsync.iam.gserviceaccount.com",
  DATABASE: "(default)",
} as const;

/**
 * The variable `SECRETS` of a local run, where any target uses secrets.
 *
 * @param readVariables reads those of the dotenv files
 * @returns `missing`: which secrets of the configuration it does not have, where it holds them itself
 * @throws what that throws
 */
export function localSecrets(
  services: Services,
  readVariables: () => Readonly<Record<string, string>>,
): { readonly env: Readonly<Record<string, string>>; readonly missing: readonly string[] } {
  const names = [...secretsOf(services.flatMap(({ targets = [] }) => targets))];
  if (names.length === 0) return { env: {}, missing: [] };
  const value = readVariables()[SECRETS] ?? "";
  const isNamed = SECRET_NAME.test(value);
  const missing = isNamed ? [] : names.filter((name) => !Object.hasOwn(readMap(value), name));
  return { env: value === "" ? {} : { [SECRETS]: value }, missing };
}

function readMap(text: string): object {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}
