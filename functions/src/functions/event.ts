import { onRequest } from "firebase-functions/https";
import { allowOrigins } from "../adapters/http/crossOrigin.ts";
import { readEventRequest } from "../adapters/http/eventRequest.ts";
import { keepRequestsRaw, urlOf } from "../adapters/http/rawRequest.ts";
import { respond } from "../adapters/http/respond.ts";
import { cloudLog } from "../adapters/log.ts";
import { TIME_LIMIT_SECONDS } from "../app/timeLimits.ts";
import { engine, serves, services } from "../compose.ts";
import { decodePath, requireMethod, routeEvent } from "../config/route.ts";
import { answerTrigger, TRIGGER_METHODS } from "./trigger.ts";

if (serves("event")) keepRequestsRaw();

const options = { invoker: "private", timeoutSeconds: TIME_LIMIT_SECONDS.event };

/** Receives events: `/event/<eventKey>`, `/event/<service>/<eventKey>`. */
export const event = onRequest(options, (request, response) =>
  respond(response, cloudLog, async () => {
    const route = routeEvent(await services(), decodePath(urlOf(request)));
    if (route.kind === "trigger") {
      requireMethod(request.method, TRIGGER_METHODS, "The manual trigger");
      return answerTrigger(route.service);
    }
    const { service, endpoint } = route;
    const methods = endpoint.acceptedHttpMethods;
    if (await allowOrigins(request, response, service, methods)) return { status: 204 };
    requireMethod(request.method, methods, `The endpoint ${JSON.stringify(endpoint.eventKey)}`);

    const accepted = await readEventRequest(request, endpoint);
    const stored = await (await engine()).storeEvent(service, accepted);
    return {
      status: stored.duplicate ? 200 : 202,
      body: {
        eventId: stored.eventId,
        service: service.serviceName,
        eventKey: endpoint.eventKey,
        receivedAt: new Date(stored.receivedAtMs).toISOString(),
        ...(stored.duplicate && { duplicate: true }),
      },
    };
  }),
);
