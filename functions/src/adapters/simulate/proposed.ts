import { correlationInWords } from "../../config/correlation.ts";
import type { IgnoredKey } from "../../config/ignoredKey.ts";
import { ConfigError, parseConfig, type ParsedConfig, type Problem } from "../../config/parse.ts";
import type { Services } from "../../config/route.ts";
import { EventSyncError } from "../../domain/errors.ts";
import { ruleInWords } from "../../domain/words.ts";
import { compileSchema } from "../content/bodySchema.ts";
import { contentCheck, ContentRules } from "../content/contentRules.ts";
import { compileFilter } from "../content/filter.ts";

/** What a configuration that somebody proposes comes to. */
export interface Validation {
  readonly valid: boolean;
  readonly problems: readonly Problem[];
  /** Paths that nothing reads: probably typing mistakes. */
  readonly ignored: readonly string[];
  /** Of one that is correct: what its rules do, in sentences. */
  readonly services?: readonly { readonly serviceName: string; readonly rule: readonly string[] }[];
}

/** Problems that somebody may read; of what is no configuration at all there may be one for each few bytes. */
const MOST_LISTED = 1000;

const checkContent = contentCheck({ compileSchema, compileFilter });

/** @param text the value of `CONFIG` */
export function validate(text: string): Validation {
  try {
    const { services, ignored } = parseConfig(text, checkContent);
    const described = services.map((service) => ({
      serviceName: service.serviceName,
      rule: [...ruleInWords(service), ...correlationInWords(service)],
    }));
    return { valid: true, problems: [], ignored: pathsOf(ignored), services: described };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const { problems, ignored } = error;
    return {
      valid: false,
      problems: problems.slice(0, MOST_LISTED),
      ignored: pathsOf(ignored.slice(0, MOST_LISTED)),
    };
  }
}

const pathsOf = (keys: readonly IgnoredKey[]): string[] => keys.map(({ path }) => path);

/**
 * The services of a configuration that is proposed, which must have the one that is asked about.
 *
 * @throws EventSyncError `refused-configuration`, with its problems as `validate` has them
 */
export function proposedServices(text: string, serviceName: string): Services {
  let parsed: ParsedConfig;
  try {
    parsed = parseConfig(text, checkContent);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const { problems } = error;
    const count = String(problems.length);
    throw new EventSyncError(
      "refused-configuration",
      `The proposed configuration has ${count} problem(s); nothing is simulated.`,
      { failures: problems },
    );
  }
  const { services } = parsed;
  if (services.some((one) => one.serviceName === serviceName)) return services;
  const name = JSON.stringify(serviceName);
  throw new EventSyncError(
    "refused-configuration",
    `The proposed configuration has no service ${name}; nothing is simulated.`,
  );
}

/** What its endpoints ask of content. */
export function contentRulesOf(services: Services): ContentRules {
  return new ContentRules(services, { compileSchema, compileFilter });
}
