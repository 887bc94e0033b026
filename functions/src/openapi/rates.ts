import { RATES_DEFAULT } from "../adapters/http/askedRates.ts";
import { RATE_LIMITS } from "../domain/rates.ts";
import { json, ofService, type FunctionDescription } from "./describe.ts";
import { count, integer, list, mapOf, object, orNull, ref, text, time, told } from "./shapes.ts";

const counts = {
  syncs: count,
  expected: told("How many receipts there would be if all had come.", count),
  received: count,
  completionPercent: told(
    "Rounded down; null where nothing is expected.",
    orNull({ type: "number", minimum: 0, maximum: 100 }),
  ),
  receivedBy: told("By subscription.", mapOf(count)),
  targets: told("By target.", mapOf(object({ syncs: count, delivered: count }))),
};

export const rates: FunctionDescription = {
  summary: "What part of the syncs has been published and received.",
  paths: ofService({
    get: {
      id: "getRates",
      summary: "The rates of the last while, window by window",
      query: {
        window: {
          description: `Seconds of a window. At most ${String(RATE_LIMITS.windows)} windows are answered.`,
          schema: {
            ...integer(1, RATE_LIMITS.windowSeconds),
            default: RATES_DEFAULT.windowSeconds,
          },
        },
        last: {
          description: `Seconds in all: at least a window, at most the retention period. ${String(RATES_DEFAULT.windows)} windows where it is not set.`,
          schema: integer(1),
        },
      },
      answers: {
        200: json(
          "The rates.",
          object({
            service: text,
            windowSeconds: integer(1),
            lastSeconds: integer(1),
            subscriptions: list(text),
            windows: told(
              "Oldest first; the last is the one that now is in.",
              list(ref("RateWindow"), { maxItems: RATE_LIMITS.windows }),
            ),
            total: ref("Rate"),
          }),
        ),
      },
      codes: ["no-receipts", "invalid-query", "event-too-large"],
    },
  }),
  schemas: {
    Rate: object(counts),
    RateWindow: object({ from: time, to: told("Where the next one begins.", time), ...counts }),
  },
};
