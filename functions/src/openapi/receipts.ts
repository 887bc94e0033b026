import { MAX_RECEIPTS } from "../domain/receipt.ts";
import { json, ofService, type FunctionDescription } from "./describe.ts";
import { eventID, list, object, oneOf, openObject, ref, text, told } from "./shapes.ts";

const subscription = told("The consumer, by its name in the configuration.", text);

const answer = { anyOf: [ref("NotedReceipt"), ref("NotedReceipts")] };

export const receipts: FunctionDescription = {
  summary: "Consumers say what they have received.",
  paths: ofService({
    post: {
      id: "sendReceipts",
      summary: "A receipt, or a list of them",
      body: json("A list is noted as a whole, or not at all.", {
        anyOf: [ref("Receipt"), list(ref("Receipt"), { minItems: 1, maxItems: MAX_RECEIPTS })],
      }),
      answers: {
        200: json("All were known already, or belong to no sync that is kept.", answer),
        202: json("At least one is new.", answer),
      },
      codes: [
        "no-receipts",
        "unknown-sync",
        "invalid-receipt",
        "unreadable-body",
        "event-too-large",
      ],
    },
  }),
  schemas: {
    Receipt: openObject({ eventID, subscription }),
    NotedReceipt: object({
      service: text,
      eventID,
      subscription,
      outcome: oneOf(["new", "repeated"]),
    }),
    NotedReceipts: object({
      service: text,
      receipts: told(
        "In the order in which they were given.",
        list(object({ eventID, subscription, outcome: oneOf(["new", "repeated", "unknown"]) })),
      ),
    }),
  },
};
