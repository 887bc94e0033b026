import { httpFunction, type HttpFunction } from "../adapters/http/httpFunction.ts";
import { TIME_LIMIT_SECONDS } from "../app/timeLimits.ts";
import { log, observed, serves, services } from "../compose.ts";
import { ROUTES } from "../config/route.ts";

type Routes = typeof ROUTES;
type RouteOf<Name extends keyof Routes> = ReturnType<Routes[Name]>;

/** The handler of the function of that name in the table of routes. */
export function handle<Name extends keyof Routes>(
  name: Name,
  answer: HttpFunction<RouteOf<Name>>["answer"],
): ReturnType<typeof httpFunction> {
  return httpFunction<RouteOf<Name>>({
    isServed: serves(name),
    timeLimitSeconds: TIME_LIMIT_SECONDS[name],
    log,
    services,
    // The table has this very type; TypeScript cannot see it through the name.
    route: ROUTES[name] as HttpFunction<RouteOf<Name>>["route"],
    answer,
    around: ({ method, headers: { traceparent } }, work) =>
      observed({ name, trigger: "http", method, traceparent }, work),
  });
}
