import { onRequest } from "firebase-functions/https";
import { askedLog } from "../adapters/http/askedLog.ts";
import { textIn } from "../adapters/http/textIn.ts";
import { TIME_LIMIT_SECONDS } from "../app/timeLimits.ts";
import { log } from "../compose.ts";
import { pullTargetOf } from "../config/route.ts";
import { invokersOf } from "../invokers.ts";
import { handle } from "./http.ts";

/** The syncs of a pull target, by their offsets: `/pull`, `/pull/<service>`; `?target=` where there are several. */
export const pull = onRequest(
  { invoker: invokersOf("pull"), timeoutSeconds: TIME_LIMIT_SECONDS.pull },
  handle("pull", async ({ service }, request) => {
    const { name } = pullTargetOf(service, textIn(request, "target"));
    const asked = askedLog(request);
    const id = { service: service.serviceName, target: name };
    const { syncs, next } = await (await log()).read(id, asked);
    return { status: 200, body: { ...id, syncs, next } };
  }),
);
