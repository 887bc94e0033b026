import { EventSyncError } from "../domain/errors.ts";
import type { Route, Services } from "./route.ts";
import type { ServiceConfig } from "./schema.ts";

/** What is asked of the syncs of a service. */
export type SyncOperation =
  | { readonly kind: "list" }
  /** A dry run of what was stored. */
  | { readonly kind: "replay" }
  | { readonly kind: "show" | "resend"; readonly syncId: string };

export interface SyncsRoute extends Route {
  readonly operation: SyncOperation;
}

/**
 * Finds what a path below `/syncs` means:
 *
 *     GET  <service>
 *     POST <service>/replay
 *     GET  <service>/<syncId>
 *     POST <service>/<syncId>/resend
 *
 * @throws EventSyncError `unknown-service`, `unknown-path`
 */
export function routeSyncs(services: Services, path: string): SyncsRoute {
  const { service, rest } = serviceIn(services, path);
  const [syncId, resend, ...others] = rest;
  if (syncId === undefined) {
    return { service, operation: { kind: "list" }, methods: ["GET"], what: "The list of syncs" };
  }
  // No sync has such an id.
  if (syncId === "replay" && resend === undefined) {
    return { service, operation: { kind: "replay" }, methods: ["POST"], what: "A replay" };
  }
  if (resend === undefined) {
    return { service, operation: { kind: "show", syncId }, methods: ["GET"], what: "A sync" };
  }
  if (resend !== "resend" || others.length > 0) throw unknownPath(rest, "syncs");
  return { service, operation: { kind: "resend", syncId }, methods: ["POST"], what: "A resend" };
}

export interface EventsRoute extends Route {
  /** Undefined: the list is asked for. */
  readonly eventId: string | undefined;
}

/**
 * Finds what a path below `/events` means: `<service>`, or `<service>/<eventId>`.
 *
 * @throws EventSyncError `unknown-service`, `unknown-path`
 */
export function routeEvents(services: Services, path: string): EventsRoute {
  const { service, rest } = serviceIn(services, path);
  const [eventId, ...others] = rest;
  if (others.length > 0) throw unknownPath(rest, "events");
  const what = eventId === undefined ? "The list of events" : "An event";
  return { service, eventId, methods: ["GET"], what };
}

/** The first segment is the service; an empty path means the first one. */
function serviceIn(
  services: Services,
  path: string,
): { readonly service: ServiceConfig; readonly rest: readonly string[] } {
  const [name = "", ...rest] = path.split("/");
  const service =
    path === "" ? services[0] : services.find(({ serviceName }) => serviceName === name);
  if (service !== undefined) return { service, rest };
  const quoted = JSON.stringify(name);
  throw new EventSyncError("unknown-service", `No service ${quoted} is configured.`);
}

function unknownPath(rest: readonly string[], what: string): EventSyncError {
  const quoted = JSON.stringify(rest.join("/"));
  return new EventSyncError("unknown-path", `${quoted} is nothing that ${what} have.`);
}
