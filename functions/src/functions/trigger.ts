import type { IncomingMessage } from "node:http";
import { onRequest } from "firebase-functions/https";
import { TIME_LIMIT_SECONDS } from "../app/timeLimits.ts";
import { askedWindow } from "../adapters/http/askedWindow.ts";
import type { Answer } from "../adapters/http/respond.ts";
import { engine } from "../compose.ts";
import type { ServiceConfig } from "../config/schema.ts";
import { windowFacts } from "../domain/window.ts";
import { invokersOf } from "../invokers.ts";
import { handle } from "./http.ts";

/** The manual trigger: `/trigger`, `/trigger/<service>`; of one key with `?key=`. */
export const trigger = onRequest(
  { invoker: invokersOf("trigger"), timeoutSeconds: TIME_LIMIT_SECONDS.trigger },
  handle("trigger", ({ service }, request) => answerTrigger(service, request)),
);

/** 200 if what was made is published; 202 if the sweep goes on trying. */
export async function answerTrigger(
  service: ServiceConfig,
  request: IncomingMessage,
): Promise<Answer> {
  const window = askedWindow(request, service);
  const uses = await engine();
  if (service.correlation === undefined) {
    const sync = await uses.triggerSync(service, window);
    return { status: statusOf(sync.published), body: { ...windowFacts(window), ...sync } };
  }
  if (window.key === "") {
    const made = await uses.triggerAll(service);
    return { status: statusOf(made.unpublished === 0), body: { ...windowFacts(window), ...made } };
  }
  const sync = await uses.triggerOpen(service, window);
  const triggered = sync === undefined ? 0 : 1;
  return {
    status: statusOf(sync?.published !== false),
    body: { ...windowFacts(window), triggered, ...sync },
  };
}

const statusOf = (isPublished: boolean): number => (isPublished ? 200 : 202);
