import type { ErrorObject, ValidateFunction } from "ajv";
import { EventSyncError } from "../domain/errors.ts";
import { MAX_ATTRIBUTE_BYTES, sourceOf } from "../domain/publication.ts";
import { defaultRetention, leastRetention } from "../domain/retention.ts";
import { MAX_REQUIRED, requiredAtMost } from "../domain/rule.ts";
import { checkDeadline } from "./checkDeadline.ts";
import { checkReceipts } from "./checkReceipts.ts";
import { readCondition } from "./condition.ts";
import { checkCorrelation } from "./correlation.ts";
import { ignoredInWords, type IgnoredKey } from "./ignoredKey.ts";
import { join, normalize } from "./normalize.ts";
import type { Services } from "./route.ts";
import { checkTargets, withTargets } from "./targets.ts";
import { EXPECTED_TOPIC_NAME, topicNameIn, topicSchema } from "./targetSchema.ts";
import validateService from "./validateService.generated.ts";
import {
  serviceSchema,
  type EndpointConfig,
  type GivenService,
  type ServiceConfig,
} from "./schema.ts";

/** What is wrong with what an endpoint asks of content, and where below it, such as `filter`. */
export type CheckContent = (endpoint: Pick<EndpointConfig, "schema" | "filter">) => Problem[];

/** What the configuration came to. */
export interface ParsedConfig {
  readonly services: Services;
  readonly ignored: readonly IgnoredKey[];
}

/** One thing that is wrong with a configuration. */
export interface Problem {
  /** Where, such as `endpoints[1].eventKey`, or empty for the whole. */
  readonly path: string;
  readonly message: string;
}

/** A configuration that cannot be used, with everything that is wrong with it. */
export class ConfigError extends EventSyncError {
  readonly problems: readonly Problem[];
  /** What is missing may stand there under a wrong name. */
  readonly ignored: readonly IgnoredKey[];

  constructor(problems: readonly Problem[], ignored: readonly IgnoredKey[] = []) {
    super("invalid-configuration", "The configuration of this deployment is refused; see its log.");
    this.name = "ConfigError";
    this.problems = problems;
    this.ignored = ignored;
  }

  /** Every problem on a line of its own, and behind them what nothing reads. */
  get report(): string {
    const lines = this.problems.map(({ path, message }) =>
      path === "" ? `  - ${message}` : `  - ${path}: ${message}`,
    );
    const ignored = this.ignored.map((key) => `  (${ignoredInWords(key)})`);
    return [`CONFIG has ${String(lines.length)} problem(s):`, ...lines, ...ignored].join("\n");
  }
}

/**
 * Parses the `CONFIG` parameter: one service, or a list of services.
 *
 * @param checkContent checks schemas and filters; it needs libraries that are loaded only where there are any
 * @throws ConfigError with all problems at once
 */
export function parseConfig(text: string, checkContent: CheckContent = () => []): ParsedConfig {
  const raw = parseJson(text);
  const ignored: IgnoredKey[] = [];
  const isList = Array.isArray(raw);
  const items: readonly unknown[] = isList ? raw : [raw];
  const pathOf = (index: number): string => (isList ? `[${String(index)}]` : "");

  const candidates = items.map((item, index) =>
    normalize(item, serviceSchema, pathOf(index), (key) => ignored.push(key)),
  );
  const validate = validateService as ValidateFunction<GivenService>;
  const services = new Map<number, ServiceConfig>();
  const problems: Problem[] = [];
  candidates.forEach((candidate, index) => {
    const path = pathOf(index);
    const asked = retentionAskedFor(candidate);
    if (!isList && (typeof raw !== "object" || raw === null)) {
      problems.push({
        path,
        message: `expected an object, or a list of objects, got ${show(raw)}`,
      });
    } else if (validate(candidate)) {
      const { condition, problems: wrong } = readCondition(candidate, path);
      const retentionPeriod = asked ?? defaultRetention(candidate.trigger.observationPeriod);
      const service = { ...withTargets(candidate), condition, retentionPeriod };
      services.set(index, service);
      problems.push(...wrong, ...checkService(candidate, service, path));
      if (wrong.length === 0) {
        problems.push(...checkRequired(service, path, candidate.condition !== undefined));
      }
    } else {
      problems.push(...(validate.errors ?? []).filter(isWhole).map((e) => describe(e, path)));
      problems.push(...checkKeys(candidate, path));
    }
    problems.push(...checkContents(candidate, path, checkContent));
  });
  problems.push(...checkTogether(services, pathOf));

  const [first, ...others] = services.values();
  if (first === undefined && problems.length === 0) {
    problems.push({ path: "", message: "expected a service, or a list of at least 1 service" });
  }
  if (first === undefined || problems.length > 0) {
    throw new ConfigError(distinct(problems), ignored);
  }
  return { services: [first, ...others], ignored };
}

/** A value of the wrong type also fails the schema's other keywords: that is one problem. */
function distinct(problems: readonly Problem[]): Problem[] {
  return [...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values()];
}

function parseJson(text: string): unknown {
  if (text.trim() === "") {
    throw new ConfigError([{ path: "", message: "it is empty: expected a service as JSON" }]);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const hint = /unterminated|unexpected end/i.test(reason) ? ENDS_EARLY : "";
    throw new ConfigError([{ path: "", message: `it is not valid JSON: ${reason}${hint}` }]);
  }
  if (depthOf(value, MAX_DEPTH) > MAX_DEPTH) {
    const message = `expected no more than ${String(MAX_DEPTH)} lists and objects inside one another`;
    throw new ConfigError([{ path: "", message }]);
  }
  return value;
}

const ENDS_EARLY =
  ". It ends early: in a .env file a “'” ends a value that stands between two of them; write it as \\u0027";

/** A correct configuration has five; what recurses over a value must not meet ten thousand. */
const MAX_DEPTH = 32;

/** How deep a value nests, counting no further than one more than `limit`. */
function depthOf(value: unknown, limit: number): number {
  if (typeof value !== "object" || value === null) return 0;
  if (limit === 0) return 1;
  const depths = Object.values(value).map((child) => depthOf(child, limit - 1));
  return 1 + depths.reduce((deepest, depth) => Math.max(deepest, depth), 0);
}

/** Where a value has several forms, why it has none of them says no more than that it has none. */
function isWhole({ schemaPath }: ErrorObject): boolean {
  return !schemaPath.includes("/oneOf/");
}

function describe(error: ErrorObject, root: string): Problem {
  const path = toPath(error.instancePath, root);
  if (error.keyword === "required") {
    const name = (error.params as { missingProperty: string }).missingProperty;
    const properties = (error.parentSchema as SchemaWithProperties).properties;
    return {
      path: join(path, name),
      message: `is missing: expected ${expected(properties[name])}`,
    };
  }
  const wanted = expected(error.parentSchema);
  const isTopic = wanted === topicSchema.expected && typeof error.data === "string";
  const name = isTopic ? topicNameIn(error.data as string) : undefined;
  const message =
    name === undefined
      ? `expected ${wanted}, got ${show(error.data)}`
      : `expected ${EXPECTED_TOPIC_NAME}, got ${show(name)}`;
  return { path, message };
}

interface SchemaWithProperties {
  readonly properties: Readonly<Record<string, unknown>>;
}

function expected(schema: unknown): string {
  return (schema as { readonly expected: string }).expected;
}

/** `/endpoints/1/eventKey` → `endpoints[1].eventKey`. */
function toPath(pointer: string, root: string): string {
  return pointer
    .split("/")
    .slice(1)
    .reduce((path, key) => (/^\d+$/.test(key) ? `${path}[${key}]` : join(path, key)), root);
}

function show(value: unknown): string {
  const text = typeof value === "number" ? showNumber(value) : JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}

/** As it was read: as JSON, what is too large would be null, and -0 be 0. */
function showNumber(value: number): string {
  if (!Number.isFinite(value)) return `${String(value)}: too large for a number`;
  return Object.is(value, -0) ? "-0" : String(value);
}

function retentionAskedFor(candidate: unknown): number | undefined {
  return (candidate as Partial<GivenService> | null | undefined)?.retentionPeriod;
}

const bytes = (text: string): number => Buffer.byteLength(text);
const MAX_NAME_BYTES = 1000;

/** The rules that a JSON Schema cannot say, for a service that satisfies it. */
function checkService(candidate: GivenService, service: ServiceConfig, root: string): Problem[] {
  const problems = checkKeys(service, root);
  const { retentionPeriod, trigger } = service;
  const least = leastRetention(trigger.observationPeriod);
  if (retentionPeriod < least) {
    problems.push({
      path: join(root, "retentionPeriod"),
      message: `expected at least ${String(least)} seconds, the observation period of ${String(trigger.observationPeriod)} and one day, got ${String(retentionPeriod)}`,
    });
  }
  return [
    ...problems,
    ...checkCorrelation(service, root),
    ...checkTarget(service, root),
    ...checkDeadline(service, root),
    ...checkReceipts(service, root),
    ...checkTargets(candidate, root),
  ];
}

/** A CloudEvent names its service in an attribute, escaped. */
function checkTarget(
  { serviceName, targetPubSub, targets = [] }: ServiceConfig,
  root: string,
): Problem[] {
  const isCloudEvent = [targetPubSub, ...targets].some(
    (target) =>
      target !== undefined &&
      (("format" in target && target.format === "cloudevents") ||
        ("body" in target && target.body === "cloudevents")),
  );
  if (!isCloudEvent || !isServiceName(serviceName)) return [];
  const needed = bytes(sourceOf(serviceName));
  if (needed <= MAX_ATTRIBUTE_BYTES) return [];
  const message = `expected a name whose source as a CloudEvent has at most ${String(MAX_ATTRIBUTE_BYTES)} bytes, got ${String(needed)}`;
  return [{ path: join(root, "serviceName"), message }];
}

/** One commit takes what a rule requires: a service that asks for more could never fire. */
function checkRequired(service: ServiceConfig, root: string, isGiven: boolean): Problem[] {
  const path = join(root, isGiven ? "condition" : "endpoints");
  const { events, bytes: room } = MAX_REQUIRED;
  const needed = requiredAtMost(service);
  if (needed.events > events) {
    const what = isGiven ? "the events that it needs" : "minNbOfOccurrence";
    const message = `expected ${what} to add up to at most ${String(events)}, got ${String(needed.events)}`;
    return [{ path, message }];
  }
  if (needed.bytes <= room) return [];
  const message = `expected required events that fit into one commit of ${String(room)} bytes, got ${String(needed.bytes)} bytes: lower ${isGiven ? "the numbers" : "minNbOfOccurrence"} or shorten the names`;
  return [{ path, message }];
}

/** Names, keys and origins, checked even where the rest of a service is refused: all problems at once. */
function checkKeys(candidate: unknown, root: string): Problem[] {
  const { serviceName, targetPubSub, targets, endpoints, cors } = (candidate ?? {}) as {
    serviceName?: unknown;
    targetPubSub?: unknown;
    targets?: unknown;
    endpoints?: unknown;
    cors?: unknown;
  };
  const { properties } = serviceSchema;
  const problems: Problem[] = [];
  if (isObject(candidate) && targetPubSub === undefined && targets === undefined) {
    const { expected: wanted } = properties.targetPubSub;
    const message = `is missing: expected ${wanted}, unless there are “targets”`;
    problems.push({ path: join(root, "targetPubSub"), message });
  }
  if (typeof serviceName === "string" && serviceName !== "" && !isServiceName(serviceName)) {
    problems.push({
      path: join(root, "serviceName"),
      message: `expected ${properties.serviceName.expected}, got ${show(serviceName)}`,
    });
  }
  if (serviceName === "_ah" || serviceName === "eventlog") {
    const message = `expected another name: ${RESERVED_REASON}, got ${show(serviceName)}`;
    problems.push({ path: join(root, "serviceName"), message });
  }
  const origins = (cors as { origins?: unknown } | null | undefined)?.origins;
  for (const [index, origin] of (Array.isArray(origins) ? origins : []).entries()) {
    if (typeof origin !== "string" || isOrigin(origin)) continue;
    const wanted = properties.cors.properties.origins.items.expected;
    const path = join(root, `cors.origins[${String(index)}]`);
    problems.push({ path, message: `expected ${wanted}, got ${show(origin)}` });
  }
  const seen = new Map<string, string>();
  for (const [index, endpoint] of (Array.isArray(endpoints) ? endpoints : []).entries()) {
    const eventKey = (endpoint as Partial<EndpointConfig> | null)?.eventKey;
    if (typeof eventKey !== "string" || eventKey === "") continue;
    const path = join(root, `endpoints[${String(index)}].eventKey`);
    if (!isEventKey(eventKey)) {
      const wanted = properties.endpoints.items.properties.eventKey.expected;
      problems.push({ path, message: `expected ${wanted}, got ${show(eventKey)}` });
    } else if (RESERVED_KEY.test(eventKey)) {
      const message = `expected another key: ${RESERVED_REASON}, got ${show(eventKey)}`;
      problems.push({ path, message });
    }
    const earlier = seen.get(eventKey);
    if (earlier === undefined) seen.set(eventKey, path);
    else {
      problems.push({
        path,
        message: `expected a unique key, got ${show(eventKey)} as at ${earlier}`,
      });
    }
  }
  return problems;
}

/** Also where the rest of a service is refused. */
function checkContents(candidate: unknown, root: string, check: CheckContent): Problem[] {
  const { endpoints } = (candidate ?? {}) as { readonly endpoints?: unknown };
  return (Array.isArray(endpoints) ? endpoints : []).flatMap((endpoint: unknown, index) => {
    const { schema, filter } = (endpoint ?? {}) as Readonly<Record<string, unknown>>;
    const problems = check({
      ...(isObject(schema) && { schema }),
      ...(typeof filter === "string" && filter !== "" && { filter }),
    });
    const place = `endpoints[${String(index)}]`;
    return problems.map(({ path, message }) => ({ path: join(root, `${place}.${path}`), message }));
  });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Firestore's rules for a document id; Pub/Sub allows 1024 bytes in an attribute; and Eventarc names a
 * document in a header, which has no control characters.
 */
function isServiceName(name: string): boolean {
  return (
    name.isWellFormed() &&
    !/[/\p{Cc}]/u.test(name) &&
    name !== "." &&
    name !== ".." &&
    !/^__.*__$/su.test(name) &&
    bytes(name) <= MAX_NAME_BYTES
  );
}

/** A function's URL ends where its own paths begin, so an event's key is the path that Cloud Run sees. */
const RESERVED_KEY = /^(?:_ah\/|eventlog$)/;
const RESERVED_REASON =
  "Cloud Run keeps “/eventlog”, and paths that begin with “/_ah/”, for itself";

/** What can arrive as the path of a request: proxies clean up the rest. */
function isEventKey(key: string): boolean {
  const segments = key.split("/");
  return (
    key.isWellFormed() &&
    segments.every((segment) => segment !== "" && segment !== "." && segment !== "..") &&
    bytes(key) <= MAX_NAME_BYTES
  );
}

/** Browsers send an origin as the URL Standard writes it; CORS compares it as text, and knows no pattern. */
function isOrigin(origin: string): boolean {
  if (origin === "*") return true;
  const url = URL.parse(origin);
  return (
    url !== null && /^https?:$/.test(url.protocol) && url.origin === origin && !/\*/.test(origin)
  );
}

/** Rules between services, by index: unique names, and no path that means two things. */
function checkTogether(
  services: ReadonlyMap<number, ServiceConfig>,
  pathOf: (index: number) => string,
): Problem[] {
  const problems: Problem[] = [];
  const seen = new Map<string, number>();
  const first = services.get(0);
  for (const [index, { serviceName, endpoints }] of services) {
    const earlier = seen.get(serviceName);
    if (earlier === undefined) seen.set(serviceName, index);
    else {
      problems.push({
        path: join(pathOf(index), "serviceName"),
        message: `expected a unique name, got ${show(serviceName)} as at ${join(pathOf(earlier), "serviceName")}`,
      });
    }
    const paths = new Set(endpoints.map(({ eventKey }) => `${serviceName}/${eventKey}`));
    first?.endpoints.forEach(({ eventKey }, endpoint) => {
      const isEndpoint = paths.has(eventKey);
      if (!isEndpoint && eventKey !== `${serviceName}/trigger`) return;
      const what = isEndpoint ? "also an endpoint" : "the manual trigger";
      problems.push({
        path: join(pathOf(0), `endpoints[${String(endpoint)}].eventKey`),
        message: `expected another key: /event/${eventKey} is ${what} of the service ${show(serviceName)}`,
      });
    });
  }
  return problems;
}
