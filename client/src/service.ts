import { EventSyncError } from "../../functions/src/domain/errors.ts";
import { defaultRetention, leastRetention } from "../../functions/src/domain/retention.ts";
import type { StoringRule } from "../../functions/src/domain/rule.ts";

/**
 * A service as it is written in the `CONFIG` of EventSync, spelt as documented there; what is not listed
 * here makes no difference. What is stored depends on it: it must be what is deployed.
 */
export interface Service {
  readonly serviceName: string;
  readonly endpoints: readonly ServiceEndpoint[];
  /** `observationPeriod`: seconds. */
  readonly trigger: { readonly observationPeriod: number };
  /** Where the service has one, every event needs a key. */
  readonly correlation?: object | null;
  /** Seconds. Not set: the default of the configuration. */
  readonly retentionPeriod?: number | null;
}

export interface ServiceEndpoint {
  readonly eventKey: string;
  /** Headers that may be stored although their names say that they hold a credential. */
  readonly keepHeaders?: readonly string[] | null;
  /** Refused where events are staged: they are not looked at here. */
  readonly schema?: object | null;
  readonly filter?: string | null;
}

/**
 * What storing an event of the service depends on.
 *
 * @throws EventSyncError `invalid-configuration`
 */
export function ruleOf(service: Service): StoringRule {
  // Whoever writes JavaScript may give anything.
  const { serviceName, endpoints, trigger, correlation, retentionPeriod } =
    service as Partial<Service>;
  if (typeof serviceName !== "string" || !isDocumentId(serviceName)) {
    throw invalid(`serviceName: expected the name of a service, got ${show(serviceName)}`);
  }
  if (!Array.isArray(endpoints)) {
    throw invalid(`endpoints: expected a list, got ${show(endpoints)}`);
  }
  const observationPeriod = trigger?.observationPeriod;
  if (!isSeconds(observationPeriod)) {
    const got = show(observationPeriod);
    throw invalid(`trigger.observationPeriod: expected a whole number of seconds, got ${got}`);
  }
  const kept = retentionPeriod ?? defaultRetention(observationPeriod);
  const least = leastRetention(observationPeriod);
  if (!isSeconds(kept) || kept < least) {
    throw invalid(`retentionPeriod: expected at least ${String(least)} seconds, got ${show(kept)}`);
  }
  return {
    serviceName,
    trigger: { observationPeriod },
    retentionPeriod: kept,
    correlation: correlation ?? undefined,
  };
}

/**
 * The endpoint that takes events with this key.
 *
 * @throws EventSyncError `unknown-endpoint`, or `invalid-configuration` if it has a schema or a filter
 */
export function endpointOf(service: Service, eventKey: string): ServiceEndpoint {
  const { serviceName, endpoints } = service;
  const endpoint = endpoints.find((candidate) => candidate.eventKey === eventKey);
  if (endpoint === undefined) {
    const message = `The service “${serviceName}” has no endpoint ${show(eventKey)}.`;
    throw new EventSyncError("unknown-endpoint", message);
  }
  for (const field of ["schema", "filter"] as const) {
    // Empty text and `null` are absent, as in the configuration.
    if ((endpoint[field] ?? "") === "") continue;
    throw invalid(
      `the endpoint “${eventKey}” has a ${field}, which is not applied to what is staged: leave it out here, and apply it yourself`,
    );
  }
  return endpoint;
}

function isSeconds(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 1;
}

/** Firestore's rules; whether there is such a service only EventSync knows. */
function isDocumentId(name: string): boolean {
  return name !== "" && name !== "." && name !== ".." && !/\/|^__.*__$/su.test(name);
}

function invalid(message: string): EventSyncError {
  return new EventSyncError("invalid-configuration", message);
}

function show(value: unknown): string {
  return value === undefined ? "nothing" : JSON.stringify(value);
}
