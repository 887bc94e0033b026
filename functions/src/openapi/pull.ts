import { LOG_LIMIT, MAX_WAIT_SECONDS } from "../adapters/http/askedLog.ts";
import { SYNC_REASONS } from "../domain/sync.ts";
import { ofService, type FunctionDescription } from "./describe.ts";
import { from, limit, to } from "./queries.ts";
import { eventID, integer, list, object, oneOf, ref, text, told } from "./shapes.ts";

const offset = integer(0, Number.MAX_SAFE_INTEGER);

export const pull: FunctionDescription = {
  summary: "The log of a target that is pulled from.",
  paths: ofService({
    get: {
      id: "pull",
      summary: "The syncs behind an offset",
      description:
        "With `Accept: text/event-stream` as a stream, which ends after a while; who reads it goes on with " +
        "`Last-Event-ID`.",
      query: {
        target: { description: "Where the service has several such targets.", schema: text },
        after: { description: "The last offset that is known.", schema: { ...offset, default: 0 } },
        limit: limit(LOG_LIMIT),
        wait: {
          description: "Seconds to wait for something new.",
          schema: { ...integer(0, MAX_WAIT_SECONDS), default: 0 },
        },
        key: { description: "Only syncs of this correlation key.", schema: text },
        reason: { description: "Only syncs made for this reason.", schema: oneOf(SYNC_REASONS) },
        from,
        to,
      },
      headers: {
        "Last-Event-ID": { description: "Goes before `after`.", schema: offset },
      },
      answers: {
        200: {
          description: "What there is.",
          content: {
            "application/json": object({
              service: text,
              target: text,
              syncs: told("In the order of their offsets.", list(ref("LoggedSync"))),
              next: told("What to ask for next.", offset),
            }),
            "text/event-stream": {
              type: "string",
              description:
                "Server-sent events: each `data` is a sync as in `contentSchema`, and its `id` the offset; one " +
                "without data only moves the offset.",
              contentMediaType: "text/event-stream",
              contentSchema: ref("LoggedSync"),
            },
          },
        },
      },
      codes: ["unknown-target", "invalid-query", "event-too-large"],
    },
  }),
  schemas: {
    LoggedSync: object(
      { offset: integer(1), syncId: text, eventID },
      { message: told("Left out where the sync is not kept any more.", ref("SyncMessage")) },
    ),
  },
};
