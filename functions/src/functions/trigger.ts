import { onRequest } from "firebase-functions/https";
import { TIME_LIMIT_SECONDS } from "../app/timeLimits.ts";
import type { Answer } from "../adapters/http/respond.ts";
import { engine } from "../compose.ts";
import type { ServiceConfig } from "../config/schema.ts";
import { windowOf } from "../domain/window.ts";
import { invokersOf } from "../invokers.ts";
import { handle } from "./http.ts";

/** The manual trigger: `/trigger`, `/trigger/<service>`. */
export const trigger = onRequest(
  { invoker: invokersOf("trigger"), timeoutSeconds: TIME_LIMIT_SECONDS.trigger },
  handle("trigger", ({ service }) => answerTrigger(service)),
);

/** 200 if the message is published; 202 if the sync is made and the sweep goes on trying. */
export async function answerTrigger(service: ServiceConfig): Promise<Answer> {
  const sync = await (await engine()).triggerSync(service, windowOf(service));
  return { status: sync.published ? 200 : 202, body: { service: service.serviceName, ...sync } };
}
