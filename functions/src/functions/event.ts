import { onRequest } from "firebase-functions/https";
import type { StoredEvent } from "../app/storeEvent.ts";
import { TIME_LIMIT_SECONDS } from "../app/timeLimits.ts";
import { readEventRequest } from "../adapters/http/eventRequest.ts";
import { contentRules, engine } from "../compose.ts";
import { correlate, correlateBatch } from "../config/correlation.ts";
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
    const { isBatch, events } = await readEventRequest(request, endpoint);
    const rules = await contentRules();
    const judged = rules?.judge(endpoint, events) ?? events.map((one) => one.request);
    const keyed = isBatch
      ? correlateBatch(service, endpoint, judged)
      : judged.map((one) => correlate(service, endpoint, one));
    const accepted = judged.map((one, index) => ({ ...one, ...keyed[index] }));
    const stored = await (await engine()).storeEvents(service, accepted);
    const names = { service: service.serviceName, eventKey: endpoint.eventKey };
    const isNew = stored.length === 0 || stored.some(({ duplicate }) => !duplicate);
    const each = stored.map((one, index) => {
      const key = accepted[index]?.key;
      return describe(one, { ...(isBatch ? {} : names), ...(key !== undefined && { key }) });
    });
    return {
      status: isNew ? 202 : 200,
      body: isBatch ? { ...names, events: each } : { ...each[0] },
    };
  }),
);

function describe(stored: StoredEvent, names: object): Readonly<Record<string, unknown>> {
  return {
    eventId: stored.eventId,
    ...names,
    receivedAt: new Date(stored.receivedAtMs).toISOString(),
    ...(stored.ignored !== undefined && { ignored: stored.ignored }),
    ...(stored.duplicate && { duplicate: true }),
  };
}
