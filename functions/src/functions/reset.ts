import { onRequest } from "firebase-functions/https";
import { respond } from "../adapters/http/respond.ts";
import { cloudLog } from "../adapters/log.ts";
import { TIME_LIMIT_SECONDS } from "../app/timeLimits.ts";
import { engine, services } from "../compose.ts";
import { decodePath, requireMethod, routeService } from "../config/route.ts";

const options = { invoker: "private", timeoutSeconds: TIME_LIMIT_SECONDS.reset };

/** Everything received so far stops counting: `/reset`, `/reset/<service>`. */
export const reset = onRequest(options, (request, response) =>
  respond(response, cloudLog, async () => {
    const service = routeService(await services(), decodePath(request.url));
    requireMethod(request.method, ["GET", "POST"], "The reset");
    const { resetAtMs } = await (await engine()).reset(service);
    const resetAt = new Date(resetAtMs).toISOString();
    return { status: 200, body: { service: service.serviceName, resetAt } };
  }),
);
