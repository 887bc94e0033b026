import { onRequest } from "firebase-functions/https";
import { askedEvents, nextOf } from "../adapters/http/askedSyncs.ts";
import { eventInFull, eventInList } from "../adapters/http/syncView.ts";
import { TIME_LIMIT_SECONDS } from "../app/timeLimits.ts";
import { storedEvents } from "../compose.ts";
import { EventSyncError } from "../domain/errors.ts";
import { invokersOf } from "../invokers.ts";
import { handle } from "./http.ts";

/** The events of a service: `/events`, `/events/<service>`, `/events/<service>/<eventId>`. */
export const events = onRequest(
  { invoker: invokersOf("events"), timeoutSeconds: TIME_LIMIT_SECONDS.events },
  handle("events", async ({ service: { serviceName, ...service }, eventId }, request) => {
    const stored = await storedEvents();
    if (eventId === undefined) {
      const asked = askedEvents(request, { serviceName, ...service });
      const page = await stored.list(serviceName, asked);
      const listed = page.events.map(eventInList);
      return {
        status: 200,
        body: { service: serviceName, events: listed, next: nextOf.event(page.next) },
      };
    }
    const event = (await stored.read(serviceName, [eventId])).get(eventId);
    if (event === undefined) {
      throw new EventSyncError(
        "unknown-event",
        `The service ${JSON.stringify(serviceName)} has no event ${JSON.stringify(eventId)}, or it is not kept any more.`,
      );
    }
    return { status: 200, body: { service: serviceName, ...eventInFull(event) } };
  }),
);
