import { onRequest } from "firebase-functions/https";
import { respond, type Answer } from "../adapters/http/respond.ts";
import { cloudLog } from "../adapters/log.ts";
import { TIME_LIMIT_SECONDS } from "../app/timeLimits.ts";
import { engine, services } from "../compose.ts";
import { decodePath, requireMethod, routeService } from "../config/route.ts";
import type { ServiceConfig } from "../config/schema.ts";

export const TRIGGER_METHODS = ["GET", "POST"];

const options = { invoker: "private", timeoutSeconds: TIME_LIMIT_SECONDS.trigger };

/** The manual trigger: `/trigger`, `/trigger/<service>`. */
export const trigger = onRequest(options, (request, response) =>
  respond(response, cloudLog, async () => {
    const service = routeService(await services(), decodePath(request.url));
    requireMethod(request.method, TRIGGER_METHODS, "The manual trigger");
    return answerTrigger(service);
  }),
);

/** 200 if the message is published; 202 if the sync is made and the sweep goes on trying. */
export async function answerTrigger(service: ServiceConfig): Promise<Answer> {
  const sync = await (await engine()).triggerSync(service);
  return { status: sync.published ? 200 : 202, body: { service: service.serviceName, ...sync } };
}
