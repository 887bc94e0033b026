import { byEach, json, ofService, type FunctionDescription } from "./describe.ts";
import { key } from "./queries.ts";
import { object, text, time, told } from "./shapes.ts";

export const reset: FunctionDescription = {
  summary: "Lets what was received so far count no more.",
  paths: ofService(
    byEach(["post", "get"], {
      id: "reset",
      summary: "The reset of a service, or of one key",
      query: { key },
      answers: {
        200: json(
          "It is done.",
          object(
            {
              service: text,
              resetAt: told("What was received up to then counts no more.", time),
            },
            { key: text },
          ),
        ),
      },
      codes: ["invalid-key", "event-too-large"],
    }),
  ),
};
