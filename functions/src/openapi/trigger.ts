import { byEach, json, ofService, type FunctionDescription, type Paths } from "./describe.ts";
import { key } from "./queries.ts";
import { boolean, count, eventID, integer, object, ref, text, told } from "./shapes.ts";

const answer = {
  anyOf: [ref("TriggeredService"), ref("TriggeredWindow"), ref("TriggeredWindows")],
};

/** The manual trigger, which also has a place among the endpoints. */
export function triggering(id: string): Paths[string] {
  return byEach(["post", "get"], {
    id,
    summary: "The manual trigger",
    description:
      "What is open becomes a sync though it is not complete. In a service with a correlation: of one key, or " +
      "of all, at most 1,000 a call; while `more` is true, the same call goes on.",
    query: { key },
    answers: {
      200: json("Its message is published.", answer),
      202: json("It is made; its message is published as soon as that works.", answer),
    },
    codes: ["invalid-key", "event-too-large", "claiming", "contended"],
  });
}

const sync = {
  syncId: text,
  eventID,
  numberOfEvents: count,
  published: told("If not, it is tried again by itself.", boolean),
};

export const trigger: FunctionDescription = {
  summary: "Makes syncs of what is there.",
  paths: ofService(triggering("trigger")),
  schemas: {
    TriggeredService: object({ service: text, ...sync }),
    TriggeredWindow: object(
      { service: text, key: text, triggered: told("Whether anything was open.", integer(0, 1)) },
      sync,
    ),
    TriggeredWindows: object({
      service: text,
      triggered: told("Windows that were open.", count),
      unpublished: told("Those of them whose message is not published yet.", count),
      failed: told("Windows that could not be triggered.", count),
      more: told("Some are left to the same call.", boolean),
    }),
  },
};
