import {
  DELIVERIES_LIMIT,
  MOST_REASON_CHARACTERS,
  RATES,
} from "../adapters/http/askedDeliveries.ts";
import { DELIVERY_STATES, REMEMBERED_ATTEMPTS } from "../domain/delivery.ts";
import { SYNC_REASONS } from "../domain/sync.ts";
import { TARGET_KINDS } from "../domain/target.ts";
import { command, json, ofService, type FunctionDescription } from "./describe.ts";
import { after, from, limit, to } from "./queries.ts";
import {
  boolean,
  count,
  integer,
  list,
  mapOf,
  object,
  oneOf,
  orNull,
  ref,
  text,
  time,
  told,
} from "./shapes.ts";

const rate = told("Per second.", {
  ...integer(1, RATES.most),
  default: RATES.usual,
});

export const UNREADABLE = ["invalid-body", "unreadable-body", "event-too-large"] as const;

const id = { syncId: text, target: text };
const delivery = {
  ...id,
  kind: oneOf(TARGET_KINDS),
  state: oneOf(DELIVERY_STATES),
  reason: oneOf(SYNC_REASONS),
  eventID: told("Of its sync; empty while that is being claimed.", text),
  createdAt: time,
  attempt: told("The attempt that began last; 0 if there was none.", count),
};
const more = {
  key: told("The correlation key of its sync.", text),
  nextAttemptAt: time,
  lane: told("What goes out one after the other has one lane.", text),
  offset: told("In the log of a target that is pulled from.", integer(1)),
  doneAt: time,
};
const named = { service: text, target: text };
const pause = { since: time, reason: text };

export const deliveries: FunctionDescription = {
  summary: "What becomes of the syncs of targets, and what somebody does about it.",
  paths: {
    ...ofService({
      get: {
        id: "listDeliveries",
        summary: "Deliveries, newest first",
        query: {
          target: { description: "Only those to this target.", schema: text },
          state: {
            description: `Only those in this state, or in one of several with commas between them: ${DELIVERY_STATES.join(", ")}.`,
            schema: {
              type: "string",
              pattern: `^(${DELIVERY_STATES.join("|")})(,(${DELIVERY_STATES.join("|")}))*$`,
            },
          },
          from,
          to,
          limit: limit(DELIVERIES_LIMIT),
          after,
        },
        answers: {
          200: json(
            "A page.",
            object({
              service: text,
              deliveries: list(object(delivery, { ...more, lastAttempt: ref("Attempt") })),
              next: orNull(text),
            }),
          ),
        },
        codes: ["unknown-target", "invalid-query", "event-too-large"],
      },
    }),
    "/{service}/redrive": {
      post: {
        id: "redriveDeliveries",
        summary: "Has what is undeliverable tried again, oldest first",
        body: command({ target: text, from: time, to: time, rate }),
        answers: {
          200: json(
            "It is done.",
            object({
              service: text,
              redriven: count,
              left: told("Left to the same call.", count),
              until: told("When the last of them comes up.", time),
            }),
          ),
        },
        codes: ["unknown-target", ...UNREADABLE],
      },
    },
    "/{service}/{syncId}/{target}": {
      get: {
        id: "getDelivery",
        summary: "One delivery, with its last attempts",
        answers: {
          200: json(
            "The delivery.",
            object(
              {
                service: text,
                ...delivery,
                attempts: told(
                  "Oldest first.",
                  list(ref("Attempt"), { maxItems: REMEMBERED_ATTEMPTS }),
                ),
              },
              more,
            ),
          ),
        },
        codes: ["unknown-delivery"],
      },
    },
    "/{service}/{syncId}/{target}/redrive": {
      post: {
        id: "redriveDelivery",
        summary: "Has one that is undeliverable tried again",
        body: command({}),
        answers: {
          200: json("It is done.", object({ service: text, ...id, redriven: { const: 1 } })),
        },
        codes: ["unknown-delivery", "unknown-target", "wrong-state", ...UNREADABLE],
      },
    },
    "/{service}/targets/{target}": {
      get: {
        id: "getTarget",
        summary: "How it stands with a target",
        answers: {
          200: json(
            "The target.",
            object(
              {
                ...named,
                kind: oneOf(TARGET_KINDS),
                paused: boolean,
                waiting: count,
                undeliverable: count,
              },
              pause,
            ),
          ),
        },
        codes: ["unknown-target"],
      },
    },
    "/{service}/targets/{target}/pause": {
      post: {
        id: "pauseTarget",
        summary: "Lets what is for a target wait",
        body: command({ reason: { type: "string", maxLength: MOST_REASON_CHARACTERS } }),
        answers: {
          200: json(
            "It is paused, or was already: then as it was.",
            object({ ...named, paused: { const: true }, since: time }, { reason: text }),
          ),
        },
        codes: ["unknown-target", "wrong-state", ...UNREADABLE],
      },
    },
    "/{service}/targets/{target}/resume": {
      post: {
        id: "resumeTarget",
        summary: "Has a target take deliveries again",
        body: command({ rate }),
        answers: {
          200: json(
            "It is resumed.",
            object({
              ...named,
              brought: told(
                "Deliveries and lanes that come up sooner now; what is due by itself before that is not among them.",
                count,
              ),
              isWhole: told("If not, the others come up by themselves, within hours.", boolean),
              until: told("When the last of them comes up.", time),
            }),
          ),
        },
        codes: ["unknown-target", "wrong-state", ...UNREADABLE],
      },
    },
    "/{service}/targets/{target}/test": {
      post: {
        id: "testTarget",
        summary: "Sends a message of no sync, once; nothing is stored",
        body: command({}),
        answers: {
          200: json(
            "What came of it.",
            object({ ...named, isDelivered: boolean, eventID: text, attempt: ref("Attempt") }),
          ),
        },
        codes: ["unknown-target", "wrong-state", ...UNREADABLE],
      },
    },
  },
  schemas: {
    Attempt: object(
      { at: time, attempt: integer(1), durationMs: { type: "number", minimum: 0 } },
      {
        status: told("Of the answer.", integer(100, 999)),
        headers: told("Of the answer, where the attempt failed.", mapOf(text)),
        answer: told("The beginning of its body, where the attempt failed.", text),
        error: told("Why there was none, or why it was not enough.", text),
        messageId: told("Of what was published: the message itself, or the answer.", text),
      },
    ),
  },
};
