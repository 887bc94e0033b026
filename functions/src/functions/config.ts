import type { IncomingMessage } from "node:http";
import { onRequest } from "firebase-functions/https";
import type { Answer } from "../adapters/http/respond.ts";
import { TIME_LIMIT_SECONDS } from "../app/timeLimits.ts";
import { openApi, simulations } from "../compose.ts";
import type { ConfigRoute } from "../config/routeConfig.ts";
import { invokersOf } from "../invokers.ts";
import { handle } from "./http.ts";

/**
 * The effective configuration: `/config` as it was given (one service, or all of them), and
 * `/config/<service>`. Of each only what its public view has, and that holds no secret. And what another one
 * would be: whether it is correct (`/config/validate`), and what it would make of events
 * (`/config/<service>/simulate`). And how to call all functions: `/config/openapi.json`.
 */
export const config = onRequest(
  { invoker: invokersOf("config"), timeoutSeconds: TIME_LIMIT_SECONDS.config },
  handle("config", (route, request) => answer(route, request)),
);

async function answer(
  { service, operation }: ConfigRoute,
  request: IncomingMessage,
): Promise<Answer> {
  switch (operation.kind) {
    case "show":
      return { status: 200, body: operation.shown };
    case "describe":
      return { status: 200, body: await openApi() };
    case "validate":
      return { status: 200, body: await (await simulations()).validate(request) };
    case "simulate":
      return { status: 200, body: await (await simulations()).simulate(request, service) };
  }
}
