import {
  attemptHttp,
  type AttemptDeps,
  type Attempted,
} from "../../../app/delivery/attemptHttp.ts";
import type { Delivered } from "../../../app/delivery/buildCall.ts";
import type { Secrets } from "../../../app/ports/secrets.ts";
import type { HttpTarget } from "../../../domain/target.ts";
import type { CallTarget } from "../../../app/delivery/parts.ts";
import type { Caller } from "../../../app/ports/caller.ts";
import { makeSecrets } from "../../secrets/secretMap.ts";
import { makeCaller } from "./caller.ts";
import { makeIdentityTokens } from "./identityTokens.ts";
import { makeMetadata } from "./metadata.ts";

export interface HttpAttemptsOptions extends Pick<
  AttemptDeps,
  "publishReply" | "clock" | "random"
> {
  /** The value of `SECRETS`, see `makeSecrets`. */
  readonly secrets: string | undefined;
  /** The value of `GCE_METADATA_HOST`. */
  readonly metadataHost: string | undefined;
  /** Who is told of attempts and of the calls in them, if anybody is. */
  readonly observer?:
    | {
        readonly caller: (caller: Caller) => Caller;
        readonly callTarget: (callTarget: CallTarget) => CallTarget;
      }
    | undefined;
}

export interface HttpAttempts {
  /** Attempts to deliver a sync, see `attemptHttp`. */
  readonly attempt: (
    target: HttpTarget,
    delivered: Delivered,
    attempt: number,
  ) => Promise<Attempted>;
  readonly secrets: Secrets;
}

/** All that it takes to call servers. */
export function makeHttpAttempts({
  secrets: source,
  metadataHost,
  observer,
  ...rest
}: HttpAttemptsOptions): HttpAttempts {
  const caller = makeCaller();
  const metadata = makeMetadata(caller, metadataHost);
  const secrets = makeSecrets({ source, caller, metadata, clock: rest.clock });
  const identityTokens = makeIdentityTokens(metadata, rest.clock);
  // Only calls of targets: metadata and secrets are nobody else's business.
  const called = observer?.caller(caller) ?? caller;
  const deps: AttemptDeps = { ...rest, caller: called, secrets, identityTokens };
  const attempt: CallTarget = (...given) => attemptHttp(deps, ...given);
  return { secrets, attempt: observer?.callTarget(attempt) ?? attempt };
}

/**
 * Which of the secrets that the configuration names are not there.
 *
 * @returns what is to be said, if anything is
 */
export async function secretsProblem(
  secrets: Secrets,
  names: Iterable<string>,
): Promise<{ readonly missing: readonly string[]; readonly error?: string } | undefined> {
  const missing: string[] = [];
  try {
    for (const name of names) if ((await secrets(name)) === undefined) missing.push(name);
  } catch (error) {
    return { missing: [...names], error: error instanceof Error ? error.message : String(error) };
  }
  return missing.length === 0 ? undefined : { missing };
}
