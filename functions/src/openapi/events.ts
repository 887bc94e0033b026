import { LIMITS } from "../adapters/http/askedSyncs.ts";
import { IGNORED_REASONS } from "../domain/event.ts";
import { json, ofService, type FunctionDescription } from "./describe.ts";
import { byName, content, contentFacts } from "./message.ts";
import { after, from, limit, to } from "./queries.ts";
import { count, list, object, oneOf, orNull, text, time, told } from "./shapes.ts";

const event = {
  eventId: text,
  eventKey: text,
  receivedAt: time,
  size: told("Bytes in a message.", count),
};
const more = {
  key: told("Its correlation key.", text),
  ignored: told(
    "Why it counts for nothing, where that is so.",
    object({ reason: oneOf(IGNORED_REASONS) }, { detail: text }),
  ),
};
const whole = { ...event, httpMethod: text, headers: byName, queryParams: byName, content };

export const events: FunctionDescription = {
  summary: "The events of a service.",
  paths: {
    ...ofService({
      get: {
        id: "listEvents",
        summary: "Events, newest first",
        query: {
          eventKey: { description: "Only those of this endpoint.", schema: text },
          from,
          to,
          limit: limit(LIMITS.events),
          after,
        },
        answers: {
          200: json(
            "A page.",
            object({ service: text, events: list(object(event, more)), next: orNull(text) }),
          ),
        },
        codes: ["invalid-query", "event-too-large"],
      },
    }),
    "/{service}/{eventId}": {
      get: {
        id: "getEvent",
        summary: "A whole event; credentials are not stored",
        answers: {
          200: json(
            "The event.",
            object({ service: text, ...whole }, { ...more, ...contentFacts }),
          ),
        },
        codes: ["unknown-event"],
      },
    },
  },
  schemas: { Event: object(whole, { ...more, ...contentFacts }) },
};
