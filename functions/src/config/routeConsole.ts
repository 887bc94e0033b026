import { EventSyncError } from "../domain/errors.ts";
import type { Route, Services } from "./route.ts";

/** The functions that the console's page asks, through the console's own path. */
export const CONSOLE_FUNCTIONS = [
  "config",
  "deliveries",
  "event",
  "events",
  "reset",
  "status",
  "syncs",
  "trigger",
] as const;
export type ConsoleFunction = (typeof CONSOLE_FUNCTIONS)[number];

/** What a path below `/console` means: the page, or a call of another function, which has the rest of the path. */
export type ConsoleRoute = Route &
  ({ readonly kind: "page" } | { readonly kind: "call"; readonly call: ConsoleCall });

export interface ConsoleCall {
  readonly name: ConsoleFunction;
  /** What the path means to that function. */
  readonly route: Route;
}

/** These change something, by whatever method. */
const CHANGING: ReadonlySet<ConsoleFunction> = new Set(["event", "reset", "trigger"]);

/**
 * Finds what a path below `/console` means: nothing is the page, `api/<function>/…` that function.
 *
 * @param routeOf what the rest of the path means to a function
 * @throws EventSyncError `unknown-path`, and what `routeOf` throws
 */
export function routeConsole(
  [service]: Services,
  path: string,
  routeOf: (name: ConsoleFunction, path: string) => Route,
): ConsoleRoute {
  if (path === "") return { kind: "page", service, methods: ["GET", "HEAD"], what: "The console" };
  const [api, first, ...rest] = path.split("/");
  const name = CONSOLE_FUNCTIONS.find((one) => one === first);
  if (api !== "api" || name === undefined) {
    const quoted = JSON.stringify(path);
    throw new EventSyncError("unknown-path", `${quoted} is nothing that the console has.`);
  }
  const route = routeOf(name, rest.join("/"));
  return { ...route, kind: "call", call: { name, route }, methods: methodsOf(name, route) };
}

/** A trigger or a reset is no GET here: following a link must not change anything. An event is what its source says. */
function methodsOf(name: ConsoleFunction, route: Route): readonly string[] {
  if (!CHANGING.has(name)) return route.methods;
  const isEvent = "kind" in route && route.kind === "endpoint";
  return isEvent ? route.methods : ["POST"];
}

/** Whether a call may change something: then it has to come from the page itself. */
export function isChange({ name }: ConsoleCall, method: string): boolean {
  return CHANGING.has(name) || (method !== "GET" && method !== "HEAD");
}
