import type { ErrorObject, ValidateFunction } from "ajv";
import { EventSyncError } from "../domain/errors.ts";
import { RETENTION_MARGIN_SECONDS } from "../domain/retention.ts";
import { join, normalize } from "./normalize.ts";
import type { Services } from "./route.ts";
import validateService from "./validateService.generated.ts";
import { serviceSchema, type EndpointConfig, type ServiceConfig } from "./schema.ts";

/** What the configuration came to. */
export interface ParsedConfig {
  readonly services: Services;
  /** Keys that nothing reads, by path: probably typing mistakes. */
  readonly ignored: readonly string[];
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

  constructor(problems: readonly Problem[]) {
    super("invalid-configuration", "The configuration of this deployment is refused; see its log.");
    this.name = "ConfigError";
    this.problems = problems;
  }

  /** Every problem on a line of its own. */
  get report(): string {
    const lines = this.problems.map(({ path, message }) =>
      path === "" ? `  - ${message}` : `  - ${path}: ${message}`,
    );
    return [`CONFIG has ${String(lines.length)} problem(s):`, ...lines].join("\n");
  }
}

/**
 * Parses the `CONFIG` parameter: one service, or a list of services.
 *
 * @throws ConfigError with all problems at once
 */
export function parseConfig(text: string): ParsedConfig {
  const raw = parseJson(text);
  const ignored: string[] = [];
  const isList = Array.isArray(raw);
  const items: readonly unknown[] = isList ? raw : [raw];
  const pathOf = (index: number): string => (isList ? `[${String(index)}]` : "");

  const candidates = items.map((item, index) =>
    normalize(item, serviceSchema, pathOf(index), (path) => ignored.push(path)),
  );
  const validate = validateService as ValidateFunction<ServiceConfig>;
  const services = new Map<number, ServiceConfig>();
  const problems: Problem[] = [];
  candidates.forEach((candidate, index) => {
    const path = pathOf(index);
    const asked = retentionAskedFor(candidate);
    if (validate(candidate)) {
      const service = { ...candidate, retentionPeriod: asked ?? defaultRetention(candidate) };
      services.set(index, service);
      problems.push(...checkService(service, path));
    } else {
      problems.push(...(validate.errors ?? []).map((error) => describe(error, path)));
      problems.push(...checkKeys(candidate, path));
    }
  });
  problems.push(...checkTogether(services));

  const [first, ...others] = services.values();
  if (first === undefined && problems.length === 0) {
    problems.push({ path: "", message: "expected a service, or a list of at least 1 service" });
  }
  if (first === undefined || problems.length > 0) throw new ConfigError(distinct(problems));
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
  try {
    return JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigError([{ path: "", message: `it is not valid JSON: ${reason}` }]);
  }
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
  return {
    path,
    message: `expected ${expected(error.parentSchema)}, got ${show(error.data)}`,
  };
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
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}

const DEFAULT_RETENTION = serviceSchema.properties.retentionPeriod.default;

function retentionAskedFor(candidate: unknown): number | undefined {
  return (candidate as Partial<ServiceConfig> | null | undefined)?.retentionPeriod;
}

function defaultRetention(service: ServiceConfig): number {
  return Math.max(DEFAULT_RETENTION, leastRetention(service));
}

function leastRetention({ trigger }: ServiceConfig): number {
  return trigger.observationPeriod + RETENTION_MARGIN_SECONDS;
}

const bytes = (text: string): number => Buffer.byteLength(text);
const MAX_NAME_BYTES = 1000;

/** The rules that a JSON Schema cannot say, for a service that satisfies it. */
function checkService(service: ServiceConfig, root: string): Problem[] {
  const problems = checkKeys(service, root);
  const { retentionPeriod, trigger } = service;
  const least = leastRetention(service);
  if (retentionPeriod < least) {
    problems.push({
      path: join(root, "retentionPeriod"),
      message: `expected at least ${String(least)} seconds, the observation period of ${String(trigger.observationPeriod)} and one day, got ${String(retentionPeriod)}`,
    });
  }
  return problems;
}

/** Names and keys, checked even where the rest of a service is refused: all problems at once. */
function checkKeys(candidate: unknown, root: string): Problem[] {
  const { serviceName, endpoints } = (candidate ?? {}) as {
    serviceName?: unknown;
    endpoints?: unknown;
  };
  const { properties } = serviceSchema;
  const problems: Problem[] = [];
  if (typeof serviceName === "string" && serviceName !== "" && !isServiceName(serviceName)) {
    problems.push({
      path: join(root, "serviceName"),
      message: `expected ${properties.serviceName.expected}, got ${show(serviceName)}`,
    });
  }
  const seen = new Map<string, string>();
  for (const [index, endpoint] of (Array.isArray(endpoints) ? endpoints : []).entries()) {
    const eventKey = (endpoint as Partial<EndpointConfig> | null)?.eventKey;
    if (typeof eventKey !== "string" || eventKey === "") continue;
    const path = join(root, `endpoints[${String(index)}].eventKey`);
    if (!isEventKey(eventKey)) {
      const wanted = properties.endpoints.items.properties.eventKey.expected;
      problems.push({ path, message: `expected ${wanted}, got ${show(eventKey)}` });
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

/** Firestore's rules for a document id; Pub/Sub allows 1024 bytes in an attribute. */
function isServiceName(name: string): boolean {
  return (
    !name.includes("/") &&
    name !== "." &&
    name !== ".." &&
    !/^__.*__$/.test(name) &&
    bytes(name) <= MAX_NAME_BYTES
  );
}

/** What can arrive as the path of a request: proxies clean up the rest, the framework eats two. */
function isEventKey(key: string): boolean {
  const segments = key.split("/");
  return (
    segments.every((segment) => segment !== "" && segment !== "." && segment !== "..") &&
    segments[0] !== "favicon.ico" &&
    segments[0] !== "robots.txt" &&
    bytes(key) <= MAX_NAME_BYTES
  );
}

/** Rules between services, by index: unique names, and no path that means two endpoints. */
function checkTogether(services: ReadonlyMap<number, ServiceConfig>): Problem[] {
  const problems: Problem[] = [];
  const seen = new Map<string, number>();
  const first = services.get(0);
  for (const [index, { serviceName, endpoints }] of services) {
    const earlier = seen.get(serviceName);
    if (earlier === undefined) seen.set(serviceName, index);
    else {
      problems.push({
        path: `[${String(index)}].serviceName`,
        message: `expected a unique name, got ${show(serviceName)} as at [${String(earlier)}].serviceName`,
      });
    }
    const paths = new Set(endpoints.map(({ eventKey }) => `${serviceName}/${eventKey}`));
    first?.endpoints.forEach(({ eventKey }, endpoint) => {
      if (!paths.has(eventKey)) return;
      problems.push({
        path: `[0].endpoints[${String(endpoint)}].eventKey`,
        message: `expected another key: /event/${eventKey} is also an endpoint of the service ${show(serviceName)}`,
      });
    });
  }
  return problems;
}
