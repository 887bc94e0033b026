import {
  findKey,
  keyProblem,
  MAX_KEY_BYTES,
  nameOf,
  type FoundKey,
  type KeyPlace,
  type KeySource,
} from "../domain/correlation.ts";
import { isCredential, secretNames } from "../domain/credentials.ts";
import { EventSyncError, type Failure } from "../domain/errors.ts";
import type { Event } from "../domain/event.ts";
import { stepsOf } from "./bodyPath.ts";
import { join } from "./normalize.ts";
import type { Problem } from "./parse.ts";
import type { EndpointConfig, ServiceConfig } from "./schema.ts";

/** A place as it is configured: one of these. */
type ConfiguredPlace = NonNullable<EndpointConfig["key"]>;

/** What an event counts as: with its key, or not at all; neither where the service has no correlation. */
type Keyed = Pick<Event, "key" | "ignored">;

/** @throws EventSyncError `key-missing` if an event without a key is to be rejected */
export function correlate(
  service: ServiceConfig,
  endpoint: EndpointConfig,
  request: KeySource & Pick<Event, "ignored">,
): Keyed {
  const keyed = keyedOf(service, endpoint, request);
  if (!("absent" in keyed)) return keyed;
  throw new EventSyncError("key-missing", `${NO_KEY}: ${keyed.absent}.`);
}

/**
 * The same for the events of a batch, of which each says what is wrong with it.
 *
 * @throws EventSyncError `key-missing` if any of them is to be rejected
 */
export function correlateBatch(
  service: ServiceConfig,
  endpoint: EndpointConfig,
  requests: readonly Parameters<typeof correlate>[2][],
): Keyed[] {
  const failures: Failure[] = [];
  const all = requests.map((request, index): Keyed => {
    const keyed = keyedOf(service, endpoint, request);
    if (!("absent" in keyed)) return keyed;
    failures.push({ pointer: `/${String(index)}`, message: `${NO_KEY}: ${keyed.absent}` });
    return {};
  });
  if (failures.length === 0) return all;
  const count = `${String(failures.length)} of ${String(all.length)}`;
  const message = `Events of the batch without a correlation key: ${count}; none is stored.`;
  throw new EventSyncError("key-missing", message, { failures });
}

const NO_KEY = "No correlation key";

function keyedOf(
  { correlation }: ServiceConfig,
  endpoint: EndpointConfig,
  request: KeySource & Pick<Event, "ignored">,
): Keyed | { readonly absent: string } {
  // What does not count needs no key.
  if (correlation === undefined || request.ignored !== undefined) return {};
  const found = findKeyOf(correlation, endpoint, request);
  if ("key" in found) return found;
  switch (correlation.withoutKey) {
    case "reject":
      return found;
    case "ignore":
      return { ignored: { reason: "no-key", detail: `${NO_KEY}: ${found.absent}.` } };
    case "fixed":
      return { key: correlation.fixedKey ?? "" };
  }
}

function findKeyOf(
  correlation: NonNullable<ServiceConfig["correlation"]>,
  endpoint: EndpointConfig,
  request: KeySource,
): FoundKey {
  const configured = endpoint.key ?? correlation.key;
  if (configured === undefined) throw new TypeError("an endpoint without a place for its key");
  return findKey(compiled(configured), request);
}

/** Of each object of the configuration. */
const places = new WeakMap<ConfiguredPlace, KeyPlace>();

function compiled(configured: ConfiguredPlace): KeyPlace {
  const known = places.get(configured) ?? placeOf(configured);
  places.set(configured, known);
  return known;
}

/** @throws SyntaxError if the path of a body is none */
function placeOf({
  header,
  queryParam,
  body,
  cloudEvent,
  pubSubAttribute,
}: ConfiguredPlace): KeyPlace {
  if (header !== undefined) return { kind: "header", name: header };
  if (queryParam !== undefined) return { kind: "queryParam", name: queryParam };
  if (cloudEvent !== undefined) return { kind: "cloudEvent", name: cloudEvent };
  if (pubSubAttribute !== undefined) return { kind: "pubSubAttribute", name: pubSubAttribute };
  const path = body ?? "";
  return { kind: "body", path, steps: stepsOf(path) };
}

/**
 * What a correlation does, in sentences for a person; nothing without one.
 *
 *     joins events by the header “X-Order-Id” (“orders”) and “$.order.id” in the JSON body (“payments”)
 *     without a key: rejected
 */
export function correlationInWords({ correlation, endpoints }: ServiceConfig): string[] {
  if (correlation === undefined) return [];
  const byPlace = Map.groupBy(endpoints, ({ key = correlation.key }) =>
    key === undefined ? "nothing" : nameOf(compiled(key)),
  );
  const places = Array.from(byPlace, ([place, those]) =>
    byPlace.size === 1
      ? place
      : `${place} (${those.map(({ eventKey }) => `“${eventKey}”`).join(", ")})`,
  );
  const otherwise = {
    reject: "rejected",
    ignore: "ignored",
    fixed: `joined under “${correlation.fixedKey ?? ""}”`,
  }[correlation.withoutKey];
  return [`joins events by ${places.join(" and ")}`, `without a key: ${otherwise}`];
}

/** The rules that the schema cannot say, for a service that satisfies it. */
export function checkCorrelation(service: ServiceConfig, root: string): Problem[] {
  const { correlation, endpoints } = service;
  const at = (index: number): string => join(root, `endpoints[${String(index)}].key`);
  if (correlation === undefined) {
    const problems = endpoints.flatMap(({ key }, index) =>
      key === undefined ? [] : [{ path: at(index), message: NO_CORRELATION }],
    );
    return service.targetPubSub?.orderingKey === "key"
      ? [...problems, { path: join(root, "targetPubSub.orderingKey"), message: NOTHING_TO_ORDER }]
      : problems;
  }
  const path = join(root, "correlation");
  const problems = checkFixedKey(correlation, path);
  const inherits = endpoints.filter(({ key }) => key === undefined);
  if (correlation.key !== undefined) {
    problems.push(...checkPlace(correlation.key, inherits, join(path, "key")));
  }
  endpoints.forEach((endpoint, index) => {
    if (endpoint.key !== undefined) {
      problems.push(...checkPlace(endpoint.key, [endpoint], at(index)));
    } else if (correlation.key === undefined) {
      problems.push({ path: at(index), message: NO_PLACE });
    }
  });
  return problems;
}

const NO_CORRELATION =
  "expected “correlation” in the service, without which no events are joined by a key";
const NOTHING_TO_ORDER =
  'expected “none”, or “correlation” in the service, without which there is no key to order by, got "key"';
const NO_PLACE = "is missing: expected where the key is, here or in “correlation.key”";

function checkFixedKey(
  { withoutKey, fixedKey }: NonNullable<ServiceConfig["correlation"]>,
  root: string,
): Problem[] {
  const path = join(root, "fixedKey");
  if (withoutKey !== "fixed") {
    const message = "expected no fixed key unless “withoutKey” is “fixed”";
    return fixedKey === undefined ? [] : [{ path, message }];
  }
  if (fixedKey === undefined) {
    return [{ path, message: "is missing: expected the key of events that have none" }];
  }
  const problem = keyProblem(fixedKey);
  if (problem === undefined) return [];
  const message = `expected a text of 1 to ${String(MAX_KEY_BYTES)} bytes in UTF-8; it ${problem}`;
  return [{ path, message }];
}

/** HTTP's own: RFC 9110, section 5.6.2. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** Describe the connection, and are not stored. */
const NOT_STORED = new Set(["host", "transfer-encoding", "trailer"]);

/** @param endpoints those whose events have their key there */
function checkPlace(
  place: ConfiguredPlace,
  endpoints: readonly EndpointConfig[],
  root: string,
): Problem[] {
  const { header, queryParam, body, cloudEvent } = place;
  const problem = (name: keyof ConfiguredPlace, message: string): Problem[] => [
    { path: join(root, name), message },
  ];
  const isRedacted = (name: string): boolean =>
    isCredential(name) &&
    endpoints.some(
      ({ keepHeaders }) => !keepHeaders.some((kept) => kept.toLowerCase() === name.toLowerCase()),
    );
  if (header !== undefined) {
    if (!TOKEN.test(header)) return problem("header", "expected the name of a header");
    if (NOT_STORED.has(header.toLowerCase())) {
      return problem("header", "expected a header of the event; this one is about its connection");
    }
    if (isRedacted(header))
      return problem("header", `expected a header that is not redacted, ${KEPT}`);
  }
  if (cloudEvent !== undefined) {
    if (!/^[a-z0-9]+$/.test(cloudEvent) || cloudEvent === "data") {
      return problem("cloudEvent", "expected an attribute's name: lower-case letters and digits");
    }
    if (isRedacted(`ce-${cloudEvent}`)) {
      return problem("cloudEvent", `expected an attribute whose header is not redacted, ${KEPT}`);
    }
  }
  if (
    queryParam !== undefined &&
    endpoints.some(({ redactQueryParams }) => secretNames(redactQueryParams)(queryParam))
  ) {
    const message = "expected a query parameter that is not redacted (“redactQueryParams”)";
    return problem("queryParam", message);
  }
  if (body !== undefined) {
    try {
      stepsOf(body);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return problem(
        "body",
        `expected a JSONPath that names one place, such as $.order.id, or a JSON Pointer, such as /order/id: ${reason}`,
      );
    }
  }
  return [];
}

const KEPT = "since a key is stored and published (“keepHeaders” undoes that)";
