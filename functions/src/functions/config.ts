import { onRequest } from "firebase-functions/https";
import { respond } from "../adapters/http/respond.ts";
import { cloudLog } from "../adapters/log.ts";
import { services } from "../compose.ts";
import { decodePath, requireMethod, routeService } from "../config/route.ts";
import { invokersOf } from "../invokers.ts";

/**
 * The effective configuration: `/config` as it was given (one service, or all of them), and
 * `/config/<service>`. Only keys that the schema knows are in it, and none of those holds a secret.
 */
export const config = onRequest(
  { invoker: invokersOf("config"), timeoutSeconds: 30, memory: "256MiB" },
  (request, response) =>
    respond(response, cloudLog, async () => {
      const all = await services();
      const path = decodePath(request.url);
      const service = routeService(all, path);
      requireMethod(request.method, ["GET", "HEAD"], "The configuration");
      return { status: 200, body: path === "" && all.length > 1 ? all : service };
    }),
);
