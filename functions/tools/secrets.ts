/** The secrets of the targets, as far as the files of a deployment say something of them. */
import { SECRET_NAME } from "../src/adapters/secrets/secretMap.ts";
import { secretsOf, type Target } from "../src/domain/target.ts";
import type { Settings } from "./parameters.ts";
import { MUST_EXIST } from "./prerequisites.ts";

/** A variable like the parameters, of which nobody is asked for a value who needs none. */
export const SECRETS = "SECRETS";

export interface SecretsReview {
  readonly facts: readonly string[];
  readonly problems: readonly string[];
}

/**
 * What is wrong with the secrets, and what must exist: whether it does, and what is in it, is not looked at.
 *
 * @param serviceAccount of the functions, where it is known
 */
export function reviewSecrets(
  settings: Settings,
  targets: readonly Target[],
  serviceAccount: string | undefined,
): SecretsReview {
  const names = [...secretsOf(targets)].map((name) => JSON.stringify(name)).join(", ");
  const { value = "", file = "" } = settings[SECRETS] ?? {};
  const expected = "expected projects/<project>/secrets/<secret>, a secret in Secret Manager";
  const problem = (text: string): SecretsReview => ({ facts: [], problems: [text] });
  if (value === "") {
    if (names === "") return { facts: [], problems: [] };
    return problem(`SECRETS has no value, and targets need the secrets ${names}: ${expected}`);
  }
  if (value.trimStart().startsWith("{")) {
    return problem(
      `SECRETS in ${file} holds the secrets themselves, for everybody who may see the functions: ${expected}; the map itself is for functions/.env.local`,
    );
  }
  if (!SECRET_NAME.test(value)) {
    return problem(`SECRETS in ${file}: ${expected}; got ${JSON.stringify(value)}`);
  }
  if (names === "") return { facts: [], problems: [] };
  const account = serviceAccount === undefined ? "the functions' account" : serviceAccount;
  const fact = `secret ${value}, a JSON object with ${names}, and on it roles/secretmanager.secretAccessor for ${account}`;
  return { facts: [MUST_EXIST + fact], problems: [] };
}
