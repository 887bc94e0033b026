import type { Rule } from "./rule.ts";

/**
 * What is checked, claimed and closed as one: the pending events of one service with one correlation
 * key, inside the observation period. A service without correlation has one window, with the empty key.
 */
export interface WindowId {
  readonly service: string;
  readonly key: string;
}

/** The window of a service without correlation. */
export function windowOf({ serviceName }: Pick<Rule, "serviceName">): WindowId {
  return { service: serviceName, key: "" };
}

/** What a log line says of a window; its key only where there is one. */
export function windowFacts({ service, key }: WindowId): {
  readonly service: string;
  readonly key?: string;
} {
  return key === "" ? { service } : { service, key };
}

/** One text for each window, for maps. The name of a service holds no line feed that a key could continue. */
export function windowName({ service, key }: WindowId): string {
  return JSON.stringify([service, key]);
}
