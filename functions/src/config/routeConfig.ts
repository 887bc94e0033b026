import { publicView, publicViews } from "./publicView.ts";
import { routeService, type Route, type Services } from "./route.ts";

/** What is asked of the configuration. */
export type ConfigOperation =
  | {
      readonly kind: "show";
      readonly shown: ReturnType<typeof publicView> | ReturnType<typeof publicViews>;
    }
  /** How to call all functions. */
  | { readonly kind: "describe" }
  /** Of a configuration that is proposed: whether it would be accepted. */
  | { readonly kind: "validate" }
  | { readonly kind: "simulate" };

export interface ConfigRoute extends Route {
  readonly operation: ConfigOperation;
}

const DESCRIPTION_PATH = "openapi.json";

/**
 * Finds what a path below `/config` means:
 *
 *     GET  <service>
 *     GET  openapi.json, also where a service has that name
 *     POST validate
 *     POST <service>/simulate
 *
 * @throws EventSyncError `unknown-service`
 */
export function routeConfig(services: Services, path: string): ConfigRoute {
  const methods = ["GET", "HEAD"];
  if (path === DESCRIPTION_PATH) {
    const operation = { kind: "describe" } as const;
    return { service: services[0], methods, what: "The description", operation };
  }
  const isNamed = services.some(({ serviceName }) => serviceName === path);
  if (path === "validate" && !isNamed) {
    const operation = { kind: "validate" } as const;
    return { service: services[0], methods: ["POST"], what: "A validation", operation };
  }
  // No name of a service holds a slash.
  const name = /^([^/]+)\/simulate$/.exec(path)?.[1];
  if (name !== undefined) {
    const operation = { kind: "simulate" } as const;
    return {
      service: routeService(services, name),
      methods: ["POST"],
      what: "A simulation",
      operation,
    };
  }
  const service = routeService(services, path);
  const all = path === "" && services.length > 1;
  const shown = all ? publicViews(services) : publicView(service);
  const operation = { kind: "show", shown } as const;
  return { service, methods, what: "The configuration", operation };
}
