import { onRequest } from "firebase-functions/https";
import { respond, type Answer } from "../adapters/http/respond.ts";
import { cloudLog } from "../adapters/log.ts";
import { engine, services } from "../compose.ts";
import { decodePath, requireMethod, routeService } from "../config/route.ts";
import type { ServiceConfig } from "../config/schema.ts";
import { invokersOf } from "../invokers.ts";

export const TRIGGER_METHODS = ["GET", "POST"];

const OPTIONS = { invoker: invokersOf("trigger"), timeoutSeconds: 120 };

/** The manual trigger: `/trigger`, `/trigger/<service>`. */
export const trigger = onRequest(OPTIONS, (request, response) =>
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
