import { onRequest } from "firebase-functions/https";
import { TIME_LIMIT_SECONDS } from "../app/timeLimits.ts";
import { readEventRequest } from "../adapters/http/eventRequest.ts";
import { engine } from "../compose.ts";
import { invokersOf } from "../invokers.ts";
import { handle } from "./http.ts";
import { answerTrigger } from "./trigger.ts";

/** Receives events: `/event/<eventKey>`, `/event/<service>/<eventKey>`. */
export const event = onRequest(
  { invoker: invokersOf("event"), timeoutSeconds: TIME_LIMIT_SECONDS.event },
  handle("event", async (route, request) => {
    const { service } = route;
    if (route.kind === "trigger") return answerTrigger(service, request);
    const { endpoint } = route;
    const accepted = await readEventRequest(request, service, endpoint);
    const stored = await (await engine()).storeEvent(service, accepted);
    return {
      status: stored.duplicate ? 200 : 202,
      body: {
        eventId: stored.eventId,
        service: service.serviceName,
        eventKey: endpoint.eventKey,
        ...(accepted.key !== undefined && { key: accepted.key }),
        ...(accepted.ignored !== undefined && { ignored: accepted.ignored.reason }),
        receivedAt: new Date(stored.receivedAtMs).toISOString(),
        ...(stored.duplicate && { duplicate: true }),
      },
    };
  }),
);
