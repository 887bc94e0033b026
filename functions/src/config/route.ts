import { EventSyncError } from "../domain/errors.ts";
import { routeConfig } from "./routeConfig.ts";
import { routeConsole } from "./routeConsole.ts";
import { routeDeliveries } from "./routeDeliveries.ts";
import { routeEvents, routeSyncs } from "./routeSyncs.ts";
import type { EndpointConfig, ServiceConfig } from "./schema.ts";

/** At least one; the first is the one that the short URLs mean. */
export type Services = readonly [ServiceConfig, ...ServiceConfig[]];

/** What a path means: whose it is, and with which methods. */
export interface Route {
  readonly service: ServiceConfig;
  readonly methods: readonly string[];
  /** What a refusal of a method calls it. */
  readonly what: string;
}

export interface EndpointRoute extends Route {
  readonly kind: "endpoint";
  readonly endpoint: EndpointConfig;
}

export interface TriggerRoute extends Route {
  readonly kind: "trigger";
}

const OWN_ROUTES = {
  event: routeEvent,
  trigger: (services: Services, path: string) => triggerOf(routeService(services, path)),
  reset: (services: Services, path: string) => ({
    service: routeService(services, path),
    methods: ["GET", "POST"],
    what: "The reset",
  }),
  receipts: (services: Services, path: string) => ({
    service: routeService(services, path),
    methods: ["POST"],
    what: "A receipt",
  }),
  rates: (services: Services, path: string) => ({
    service: routeService(services, path),
    methods: ["GET"],
    what: "The rates",
  }),
  pull: (services: Services, path: string) => ({
    service: routeService(services, path),
    methods: ["GET"],
    what: "The log",
  }),
  deliveries: routeDeliveries,
  status: (services: Services, path: string) => ({
    service: routeService(services, path),
    methods: ["GET"],
    what: "The status",
  }),
  syncs: routeSyncs,
  events: routeEvents,
  config: routeConfig,
} as const satisfies Readonly<Record<string, (services: Services, path: string) => Route>>;

/** Every HTTP function, and what the path below its name means. Each throws EventSyncError. */
export const ROUTES = {
  ...OWN_ROUTES,
  console: (services: Services, path: string) =>
    routeConsole(services, path, (name, rest) => OWN_ROUTES[name](services, rest)),
} as const;

/**
 * Decodes the path of a request, without its leading slash and its query.
 *
 * @throws EventSyncError `malformed-path`
 */
export function decodePath(url: string): string {
  const [path = ""] = url.split("?", 1);
  try {
    return decodeURIComponent(path.replace(/^\//, ""));
  } catch (cause) {
    throw new EventSyncError("malformed-path", "The path has a “%” that is not an escape.", {
      cause,
    });
  }
}

/**
 * Finds what `/event/<eventKey>` or `/event/<service>/<eventKey>` means. The short form belongs to the
 * first service and wins; keys may hold slashes. `trigger` is the manual trigger, as the original's
 * documents have it, unless an endpoint has that name.
 *
 * @throws EventSyncError `unknown-path`, `unknown-endpoint`
 */
export function routeEvent(services: Services, path: string): EndpointRoute | TriggerRoute {
  if (path === "") {
    throw new EventSyncError("unknown-path", "Name an endpoint: /event/<eventKey>.");
  }
  return (
    routeWithin(services[0], path) ??
    routeInOther(services, path) ??
    fail(
      "unknown-endpoint",
      `No endpoint ${JSON.stringify(path)} is configured${noService(services, path)}.`,
    )
  );
}

/** What else may be wrong with a path that has the form of the longer one. */
function noService(services: Services, path: string): string {
  const name = /^([^/]+)\/[^/]/.exec(path)?.[1];
  const isNone = name !== undefined && services.every(({ serviceName }) => serviceName !== name);
  return isNone ? `, and no service ${JSON.stringify(name)}` : "";
}

function routeInOther(services: Services, path: string): EndpointRoute | TriggerRoute | undefined {
  const slash = path.indexOf("/");
  if (slash === -1) return undefined;
  const service = services.find(({ serviceName }) => serviceName === path.slice(0, slash));
  return service && routeWithin(service, path.slice(slash + 1));
}

function routeWithin(
  service: ServiceConfig,
  key: string,
): EndpointRoute | TriggerRoute | undefined {
  const endpoint = service.endpoints.find(({ eventKey }) => eventKey === key);
  if (endpoint === undefined) return key === "trigger" ? triggerOf(service) : undefined;
  const what = `The endpoint ${JSON.stringify(key)}`;
  return { kind: "endpoint", service, endpoint, methods: endpoint.acceptedHttpMethods, what };
}

function triggerOf(service: ServiceConfig): TriggerRoute {
  return { kind: "trigger", service, methods: ["GET", "POST"], what: "The manual trigger" };
}

/**
 * Finds the service that `/trigger`, `/trigger/<service>` and the like mean.
 *
 * @throws EventSyncError `unknown-service`
 */
export function routeService(services: Services, path: string): ServiceConfig {
  if (path === "") return services[0];
  return (
    services.find(({ serviceName }) => serviceName === path) ??
    fail("unknown-service", `No service ${JSON.stringify(path)} is configured.`)
  );
}

/**
 * Who is expected to receive the syncs of a service.
 *
 * @throws EventSyncError `no-receipts`
 */
export function expectedOf({ serviceName, receipts }: ServiceConfig): {
  readonly subscriptions: readonly string[];
} {
  if (receipts !== undefined) return receipts;
  const name = JSON.stringify(serviceName);
  throw new EventSyncError(
    "no-receipts",
    `The service ${name} has no “receipts” in its configuration, and so no rates.`,
  );
}

/**
 * The target of a service that is pulled from: the one of that name, or the only one.
 *
 * @throws EventSyncError `unknown-target`
 */
export function pullTargetOf(
  { serviceName, targets = [] }: ServiceConfig,
  name: string | undefined,
): { readonly name: string } {
  const pulled = targets.filter(({ kind }) => kind === "pull");
  const [only, ...others] = name === undefined ? pulled : pulled.filter((one) => one.name === name);
  if (only !== undefined && others.length === 0) return only;
  const names = pulled.map((one) => one.name).join(", ");
  const which = names === "" ? "none that is pulled from" : `these that are pulled from: ${names}`;
  throw new EventSyncError(
    "unknown-target",
    `Of its targets the service ${JSON.stringify(serviceName)} has ${which}.`,
  );
}

/**
 * @returns the method, as one of those that are accepted
 * @throws EventSyncError `method-not-allowed`
 */
export function requireMethod<Method extends string>(
  method: string,
  accepted: readonly Method[],
  what: string,
): Method {
  const found = accepted.find((one) => one === method);
  if (found !== undefined) return found;
  const allow = [...new Set(accepted)];
  throw new EventSyncError("method-not-allowed", `${what} accepts ${allow.join(", ")}.`, { allow });
}

function fail(code: "unknown-endpoint" | "unknown-service", message: string): never {
  throw new EventSyncError(code, message);
}
