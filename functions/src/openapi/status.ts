import { LIMITS } from "../adapters/http/askedSyncs.ts";
import { WINDOW_ORDERS } from "../domain/windowOrder.ts";
import { TARGET_KINDS } from "../domain/target.ts";
import { json, ofService, type FunctionDescription, type Parameter } from "./describe.ts";
import { after, key, limit } from "./queries.ts";
import {
  boolean,
  count,
  integer,
  list,
  object,
  oneOf,
  orNull,
  ref,
  text,
  time,
  told,
  yes,
} from "./shapes.ts";

const order: Parameter = {
  description:
    "How windows are listed: the one with the oldest event first, or by their keys, which stands still while " +
    "others open and close.",
  schema: { ...oneOf(WINDOW_ORDERS), default: "age" },
};
const eventTimes = { firstEventAt: orNull(time), lastEventAt: orNull(time) };

export const status: FunctionDescription = {
  summary: "What a service waits for, and what has become of its last syncs.",
  paths: ofService({
    get: {
      id: "getStatus",
      summary: "The status of a service, with its open windows",
      query: { key, order, limit: limit(LIMITS.windows), after },
      answers: {
        200: json(
          "How it stands.",
          object({
            service: text,
            now: time,
            rule: told("In words, a sentence each.", list(text)),
            isKeyed: boolean,
            trigger: told("Whether its windows fire by themselves.", oneOf(["window", "manual"])),
            observationPeriodSeconds: integer(1),
            resetAt: told("The last reset of all keys.", orNull(time)),
            windows: list(ref("Window")),
            next: orNull(text),
            syncs: told("The last ones, newest first.", list(ref("Sync"))),
            undelivered: object({ count, oldestAt: orNull(time) }),
            undeliverable: object({ count }),
            targets: list(
              object(
                {
                  target: text,
                  kind: oneOf(TARGET_KINDS),
                  paused: boolean,
                  waiting: count,
                  undeliverable: count,
                },
                { since: time, reason: text },
              ),
            ),
          }),
        ),
      },
      codes: ["unknown-window", "invalid-key", "invalid-query", "event-too-large"],
    },
  }),
  schemas: {
    Window: object(
      {
        isOpen: told("Whether it has an event.", boolean),
        ...eventTimes,
        expiresAt: told(
          "When its oldest event leaves the period; null where a deadline closes it.",
          orNull(time),
        ),
        deadlineAt: orNull(time),
        endpoints: told(
          "In configured order.",
          list(
            object(
              {
                eventKey: text,
                have: count,
                need: told("0 where the condition asks for none.", count),
                satisfied: boolean,
                ...eventTimes,
              },
              { isAtLeast: told("There are more than were counted.", yes) },
            ),
          ),
        ),
        missing: told("What would complete it, in words; null if nothing.", orNull(text)),
        due: told("Syncs that a check would make of it now.", count),
      },
      {
        key: told("Its correlation key.", text),
        isClaiming: told("A sync of it is being claimed.", yes),
      },
    ),
  },
};
