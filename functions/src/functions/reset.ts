import { onRequest } from "firebase-functions/https";
import { TIME_LIMIT_SECONDS } from "../app/timeLimits.ts";
import { askedWindow } from "../adapters/http/askedWindow.ts";
import { engine } from "../compose.ts";
import { windowFacts } from "../domain/window.ts";
import { invokersOf } from "../invokers.ts";
import { handle } from "./http.ts";

/** What was received so far stops counting: `/reset`, `/reset/<service>`; of one key with `?key=`. */
export const reset = onRequest(
  { invoker: invokersOf("reset"), timeoutSeconds: TIME_LIMIT_SECONDS.reset },
  handle("reset", async ({ service }, request) => {
    const window = askedWindow(request, service);
    const { resetAtMs } = await (await engine()).reset(service, window);
    const resetAt = new Date(resetAtMs).toISOString();
    return { status: 200, body: { ...windowFacts(window), resetAt } };
  }),
);
