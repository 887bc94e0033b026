import { onRequest } from "firebase-functions/https";
import { TIME_LIMIT_SECONDS } from "../app/timeLimits.ts";
import { engine } from "../compose.ts";
import { invokersOf } from "../invokers.ts";
import { handle } from "./http.ts";

/** Everything received so far stops counting: `/reset`, `/reset/<service>`. */
export const reset = onRequest(
  { invoker: invokersOf("reset"), timeoutSeconds: TIME_LIMIT_SECONDS.reset },
  handle("reset", async ({ service }) => {
    const { resetAtMs } = await (await engine()).reset(service);
    const resetAt = new Date(resetAtMs).toISOString();
    return { status: 200, body: { service: service.serviceName, resetAt } };
  }),
);
