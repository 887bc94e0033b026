import { EVENT_TO_SEND, TRIGGER_TYPES } from "../domain/rule.ts";
import { SYNC_REASONS } from "../domain/sync.ts";
import {
  boolean,
  count,
  eventID,
  list,
  mapOf,
  object,
  oneOf,
  ref,
  text,
  time,
  told,
  yes,
} from "./shapes.ts";

/** Values by header or parameter. */
export const byName = mapOf(list(text));

export const content = told("Its body; of a CloudEvent its data.", text);
export const contentFacts = {
  attributes: told("Of a CloudEvent.", mapOf(text)),
  contentEncoding: told("Where the body is no text in UTF-8.", oneOf(["base64"])),
};

/** The message of a sync, as consumers get it. */
export const messageSchemas = {
  SyncMessage: object(
    {
      eventID,
      date: told("When the sync was made.", time),
      serviceName: text,
      triggerType: oneOf(TRIGGER_TYPES),
      events: told("By the key of their endpoint.", mapOf(ref("EventList"))),
      completion: object(
        {
          reason: oneOf(SYNC_REASONS),
          complete: boolean,
          missing: told("The least that would have completed it.", list(ref("Shortfall"))),
        },
        { firstEventAt: time, deadlineAt: time },
      ),
    },
    {
      key: told("The correlation key.", text),
      truncated: told(
        "Where the message could not hold every event.",
        object({
          numberOfEvents: told("Events that are counted and not in the message.", count),
          sync: told("Firestore path of the sync.", text),
          events: told("Firestore path of the collection that holds the events.", text),
        }),
      ),
      test: told("There is no such sync: somebody tries out a target.", yes),
    },
  ),
  EventList: object(
    { numberOfEvents: count, minNbOfOccurrence: count, eventToSend: oneOf(EVENT_TO_SEND) },
    {
      FirstEventDate: time,
      firstEventDate: time,
      lastEventDate: time,
      truncated: told("Events that were to be sent and are not in `events`.", count),
      events: told("Oldest first.", list(ref("MessageEvent"))),
    },
  ),
  MessageEvent: object(
    { datetime: told("When it was received.", time), eventKey: text, content, httpMethod: text },
    { headers: byName, queryParams: byName, ...contentFacts },
  ),
  Shortfall: object({ eventKey: text, have: count, need: count }),
};
