import { LIMITS } from "../adapters/http/askedSyncs.ts";
import { DELIVERY_STATES } from "../domain/delivery.ts";
import { SYNC_DESTINATIONS, SYNC_REASONS } from "../domain/sync.ts";
import { SYNC_STATES } from "../domain/syncState.ts";
import { TARGET_KINDS } from "../domain/target.ts";
import { TRIGGER_TYPES } from "../domain/rule.ts";
import { UNREADABLE } from "./deliveries.ts";
import { command, json, ofService, type FunctionDescription } from "./describe.ts";
import { after, from, key, limit, to } from "./queries.ts";
import {
  boolean,
  count,
  eventID,
  integer,
  list,
  object,
  oneOf,
  orNull,
  ref,
  text,
  time,
  told,
} from "./shapes.ts";
import { proposed, replayAnswer, SIMULATION_CODES } from "./simulation.ts";

const sync = {
  syncId: text,
  eventID: told("Of its message; empty while it is being claimed.", text),
  reason: oneOf(SYNC_REASONS),
  complete: boolean,
  createdAt: time,
  numberOfEvents: count,
  state: oneOf(SYNC_STATES),
  destination: oneOf(SYNC_DESTINATIONS),
  attempt: told("The attempt to publish it that began last.", count),
  deliveries: list(
    object(
      {
        target: text,
        kind: oneOf(TARGET_KINDS),
        state: oneOf(DELIVERY_STATES),
        attempt: count,
      },
      { doneAt: time, status: integer(100, 999), error: text },
    ),
  ),
};
const more = {
  key: told("Its correlation key.", text),
  topic: text,
  messageId: text,
  publishedAt: time,
  discardedAt: time,
  error: told("Of the last attempt to publish it.", text),
  nextAttemptAt: time,
};
const eventTimes = { firstEventAt: orNull(time), lastEventAt: orNull(time) };

/** In the order of time. */
const HAPPENINGS = [
  "event",
  "claimed",
  "published",
  "discarded",
  "attempt",
  "delivered",
  "undeliverable",
] as const;

export const syncs: FunctionDescription = {
  summary: "The syncs of a service.",
  paths: {
    ...ofService({
      get: {
        id: "listSyncs",
        summary: "Syncs, newest first",
        query: {
          from,
          to,
          reason: { description: "Only those made for this reason.", schema: oneOf(SYNC_REASONS) },
          key,
          limit: limit(LIMITS.syncs),
          after,
        },
        answers: {
          200: json(
            "A page.",
            object({ service: text, syncs: list(ref("Sync")), next: orNull(text) }),
          ),
        },
        codes: ["invalid-key", "invalid-query", "event-too-large"],
      },
    }),
    "/{service}/replay": {
      post: {
        id: "replay",
        summary: "What a configuration would make of the events of some time; nothing is stored",
        body: json("The time.", object({ from: time, to: time }, { config: proposed })),
        answers: { 200: replayAnswer },
        codes: SIMULATION_CODES,
      },
    },
    "/{service}/{syncId}": {
      get: {
        id: "getSync",
        summary: "A sync with its events, page by page, and what happened to it",
        query: { limit: limit(LIMITS.members), after },
        answers: {
          200: json(
            "The sync.",
            object(
              {
                service: text,
                ...sync,
                triggerType: oneOf(TRIGGER_TYPES),
                missing: told("The least that would have completed it.", list(ref("Shortfall"))),
                firstEventAt: orNull(time),
                deadlineAt: orNull(time),
                endpoints: list(
                  object({
                    eventKey: text,
                    minNbOfOccurrence: count,
                    numberOfEvents: count,
                    ...eventTimes,
                  }),
                ),
                events: told(
                  "In order of receipt.",
                  list({ anyOf: [ref("Event"), ref("ForgottenEvent")] }),
                ),
                timeline: told("Of the events only those of the page.", list(ref("Moment"))),
                next: orNull(text),
              },
              more,
            ),
          ),
        },
        codes: ["unknown-sync", "invalid-query", "event-too-large"],
      },
    },
    "/{service}/{syncId}/resend": {
      post: {
        id: "resendSync",
        summary: "Publishes the message of a sync once more, with the attribute `resend`",
        body: command({}),
        answers: {
          200: json(
            "It is published.",
            object({ service: text, syncId: text, eventID, topic: text, messageId: text }),
          ),
        },
        codes: ["unknown-sync", "still-under-way", "wrong-state", ...UNREADABLE],
      },
    },
  },
  schemas: {
    Sync: object(sync, more),
    ForgottenEvent: told(
      "An event that is not kept any more.",
      object({ eventId: text, eventKey: text, size: count, kept: { const: false } }),
    ),
    Moment: object(
      { at: time, what: oneOf(HAPPENINGS) },
      {
        eventId: text,
        eventKey: text,
        topic: text,
        messageId: text,
        target: text,
        attempt: integer(1),
        durationMs: { type: "number", minimum: 0 },
        status: integer(100, 999),
        error: text,
        offset: integer(1),
      },
    ),
  },
};
