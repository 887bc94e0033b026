import type { Request } from "express";
import { httpFunction, type HttpFunction } from "../adapters/http/httpFunction.ts";
import type { Answer } from "../adapters/http/respond.ts";
import { TIME_LIMIT_SECONDS } from "../app/timeLimits.ts";
import { log, observed, serves, services } from "../compose.ts";
import { ROUTES, type Route } from "../config/route.ts";

type Routes = typeof ROUTES;
type RouteOf<Name extends keyof Routes> = ReturnType<Routes[Name]>;

type AnswerRoute = (route: Route, request: Request) => Promise<Answer>;

/** What each function answers: the console asks for it in its own process. */
const answers = new Map<keyof Routes, AnswerRoute>();

/**
 * The handler of the function of that name in the table of routes.
 *
 * @param options.isForOwnPage that no other origin is let in, whatever a service says
 */
export function handle<Name extends keyof Routes>(
  name: Name,
  answer: HttpFunction<RouteOf<Name>>["answer"],
  options: Pick<HttpFunction<RouteOf<Name>>, "isForOwnPage"> = {},
): ReturnType<typeof httpFunction> {
  // The route is of the same name, and so of this function; TypeScript cannot see it through the map.
  answers.set(name, answer as AnswerRoute);
  return httpFunction<RouteOf<Name>>({
    isServed: serves(name),
    timeLimitSeconds: TIME_LIMIT_SECONDS[name],
    log,
    services,
    // The table has this very type; TypeScript cannot see it through the name.
    route: ROUTES[name] as HttpFunction<RouteOf<Name>>["route"],
    answer,
    ...options,
    around: ({ method, headers: { traceparent } }, work) =>
      observed({ name, trigger: "http", method, traceparent }, work),
  });
}

/** What the function of that name answers to a request, whose method the route has accepted. */
export async function answerOf(
  name: keyof Routes,
  route: Route,
  request: Request,
): Promise<Answer> {
  const answer = answers.get(name);
  if (answer === undefined) throw new Error(`The function ${name} is not loaded.`);
  return answer(route, request);
}
