import { onRequest } from "firebase-functions/https";
import { engine } from "../compose.ts";
import { handle } from "./http.ts";

/** Everything received so far stops counting: `/reset`, `/reset/<service>`. */
export const reset = onRequest(
  { invoker: "private", timeoutSeconds: 60 },
  handle("reset", async ({ service }) => {
    const { resetAtMs } = await (await engine()).reset(service);
    const resetAt = new Date(resetAtMs).toISOString();
    return { status: 200, body: { service: service.serviceName, resetAt } };
  }),
);
