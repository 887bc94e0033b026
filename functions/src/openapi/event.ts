import { MAX_BODY_BYTES } from "../adapters/http/eventRequest.ts";
import { MAX_BATCH_EVENTS } from "../domain/cloudEvent.ts";
import { IGNORED_REASONS } from "../domain/event.ts";
import {
  byEach,
  METHODS,
  type Content,
  type FunctionDescription,
  type Operation,
  type Paths,
} from "./describe.ts";
import { triggering } from "./trigger.ts";
import { list, object, oneOf, openObject, ref, text, time, told, yes } from "./shapes.ts";

const answer = { "application/json": { anyOf: [ref("StoredEvent"), ref("StoredEvents")] } };

const operation: Omit<Operation, "id"> = {
  summary: "An event of an endpoint",
  description:
    "The whole request is the event. A CloudEvent 1.0 is read in any of its modes; the events of a batch are " +
    "stored one by one. Which methods are events the endpoint says.",
  headers: {
    "Idempotency-Key": {
      description: "A name of the event: what comes again with it counts once.",
      schema: text,
    },
  },
  answers: {
    200: { description: "It was known already.", content: answer },
    202: { description: "It is stored.", content: answer },
  },
  codes: [
    "unknown-endpoint",
    "method-not-allowed",
    "unreadable-body",
    "event-too-large",
    "malformed-cloud-event",
    "unsupported-format",
    "invalid-content",
    "key-missing",
  ],
};

const body: Content = {
  description: `Anything, of at most ${String(MAX_BODY_BYTES)} bytes.`,
  content: {
    "*/*": {},
    "application/cloudevents+json": ref("CloudEvent"),
    "application/cloudevents-batch+json": list(ref("CloudEvent"), { maxItems: MAX_BATCH_EVENTS }),
  },
};

/** Whatever method, those of them that have a body with it. */
function byAll(id: string): Paths[string] {
  const bare = byEach(["post", ...METHODS.filter((method) => method !== "post")], {
    id,
    ...operation,
  });
  const withBody = { ...bare };
  for (const method of ["post", "put", "patch"] as const) {
    const one = bare[method];
    if (one !== undefined) withBody[method] = { ...one, body };
  }
  return withBody;
}

const facts = {
  key: told("Its correlation key.", text),
  ignored: told("Why it counts for nothing, where that is so.", oneOf(IGNORED_REASONS)),
  duplicate: told("Its source had sent it before; all else is as it was then.", yes),
};

export const event: FunctionDescription = {
  summary: "Receives events.",
  paths: {
    "/{eventKey}": byAll("sendEventToFirst"),
    "/{service}/{eventKey}": byAll("sendEvent"),
    "/trigger": triggering("triggerByEventOfFirst"),
    "/{service}/trigger": triggering("triggerByEvent"),
  },
  schemas: {
    StoredEvent: object({ eventId: text, service: text, eventKey: text, receivedAt: time }, facts),
    StoredEvents: object({
      service: text,
      eventKey: text,
      events: told(
        "In the order of the batch.",
        list(object({ eventId: text, receivedAt: time }, facts)),
      ),
    }),
    CloudEvent: openObject({
      specversion: { const: "1.0" },
      id: { type: "string", minLength: 1 },
      source: { type: "string", minLength: 1 },
      type: { type: "string", minLength: 1 },
    }),
  },
};
