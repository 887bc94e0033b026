import { EventSyncError } from "../domain/errors.ts";
import type { Target } from "../domain/target.ts";
import type { Route, Services } from "./route.ts";
import type { ServiceConfig } from "./schema.ts";

/** What is asked of the deliveries of a service. */
export type DeliveryOperation =
  | { readonly kind: "list" }
  | { readonly kind: "show"; readonly syncId: string; readonly target: string }
  | { readonly kind: "redrive"; readonly syncId: string; readonly target: Target }
  | { readonly kind: "redriveAll" }
  | { readonly kind: "showTarget" | "pause" | "resume" | "test"; readonly target: Target };

export interface DeliveriesRoute extends Route {
  readonly operation: DeliveryOperation;
}

/**
 * Finds what a path below `/deliveries` means:
 *
 *     GET  <service>
 *     POST <service>/redrive
 *     GET  <service>/<syncId>/<target>
 *     POST <service>/<syncId>/<target>/redrive
 *     GET  <service>/targets/<target>
 *     POST <service>/targets/<target>/pause, …/resume, …/test
 *
 * @throws EventSyncError `unknown-service`, `unknown-target`, `unknown-path`
 */
export function routeDeliveries(services: Services, path: string): DeliveriesRoute {
  const [name = "", ...rest] = path.split("/");
  const service =
    path === "" ? services[0] : services.find(({ serviceName }) => serviceName === name);
  if (service === undefined) {
    const quoted = JSON.stringify(name);
    throw new EventSyncError("unknown-service", `No service ${quoted} is configured.`);
  }
  const operation = operationOf(service, rest);
  if (operation === undefined) {
    const quoted = JSON.stringify(rest.join("/"));
    throw new EventSyncError("unknown-path", `${quoted} is nothing that deliveries have.`);
  }
  return { service, operation, ...METHODS[operation.kind] };
}

const METHODS = {
  list: { methods: ["GET"], what: "The list of deliveries" },
  show: { methods: ["GET"], what: "A delivery" },
  showTarget: { methods: ["GET"], what: "A target" },
  redrive: { methods: ["POST"], what: "A redrive" },
  redriveAll: { methods: ["POST"], what: "A redrive" },
  pause: { methods: ["POST"], what: "A pause" },
  resume: { methods: ["POST"], what: "A resumption" },
  test: { methods: ["POST"], what: "A test delivery" },
} as const satisfies Readonly<Record<DeliveryOperation["kind"], Omit<Route, "service">>>;

function operationOf(
  service: ServiceConfig,
  path: readonly string[],
): DeliveryOperation | undefined {
  const [first, second, third, ...others] = path;
  if (others.length > 0) return undefined;
  if (first === undefined) return { kind: "list" };
  if (second === undefined) return first === "redrive" ? { kind: "redriveAll" } : undefined;
  if (first === "targets") {
    const kind = TARGET_OPERATIONS.get(third);
    return kind && { kind, target: targetOf(service, second) };
  }
  // What was delivered to a target that is not configured any more can be read all the same.
  if (third === undefined) return { kind: "show", syncId: first, target: second };
  if (third !== "redrive") return undefined;
  return { kind: "redrive", syncId: first, target: targetOf(service, second) };
}

const TARGET_OPERATIONS = new Map<string | undefined, "showTarget" | "pause" | "resume" | "test">([
  [undefined, "showTarget"],
  ["pause", "pause"],
  ["resume", "resume"],
  ["test", "test"],
]);

/**
 * The target of that name.
 *
 * @throws EventSyncError `unknown-target`
 */
export function targetOf({ serviceName, targets = [] }: ServiceConfig, name: string): Target {
  const found = targets.find((target) => target.name === name);
  if (found !== undefined) return found;
  const service = JSON.stringify(serviceName);
  const names = targets.length === 0 ? "none" : targets.map((target) => target.name).join(", ");
  throw new EventSyncError(
    "unknown-target",
    `The service ${service} has no target ${JSON.stringify(name)}; it has ${names}.`,
  );
}
