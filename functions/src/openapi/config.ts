import { SIMULATION_LIMITS } from "../adapters/simulate/askedSimulation.ts";
import { configurationSchemas } from "./configuration.ts";
import { byEach, json, type FunctionDescription } from "./describe.ts";
import { boolean, list, object, ref, text, time, told } from "./shapes.ts";
import { proposed, SIMULATION_CODES, simulationAnswer, simulationSchemas } from "./simulation.ts";

export const config: FunctionDescription = {
  summary: "The configuration, what another one would do, and this description.",
  paths: {
    "": byEach(["get", "head"], {
      id: "getConfiguration",
      summary: "The configuration as it was given: a service, or a list of them",
      answers: {
        200: json("What is shown of it.", {
          anyOf: [ref("PublicService"), list(ref("PublicService"))],
        }),
      },
      codes: [],
    }),
    "/{service}": byEach(["get", "head"], {
      id: "getService",
      summary: "The configuration of a service",
      answers: { 200: json("What is shown of it.", ref("PublicService")) },
      codes: [],
    }),
    "/openapi.json": byEach(["get", "head"], {
      id: "getDescription",
      summary: "This document",
      description: "A service of that name is shown among all others.",
      answers: {
        200: json("The document.", {
          type: "object",
          required: ["openapi", "info", "paths"],
          properties: { openapi: { const: "3.1.1" } },
        }),
      },
      codes: [],
    }),
    "/validate": {
      post: {
        id: "validateConfiguration",
        summary: "Whether a configuration would be accepted, and what its rules do",
        description: "A service of that name is shown by `GET` all the same.",
        body: json("A service, or a list of them, whatever is wrong with it.", {}),
        answers: {
          200: json(
            "What it comes to.",
            object(
              {
                valid: boolean,
                problems: list(object({ path: text, message: text })),
                ignored: told("Paths that nothing reads.", list(text)),
              },
              {
                services: told(
                  "Of one that is correct: in words.",
                  list(object({ serviceName: text, rule: list(text) })),
                ),
              },
            ),
          ),
        },
        codes: ["unreadable-body", "event-too-large"],
      },
    },
    "/{service}/simulate": {
      post: {
        id: "simulate",
        summary: "What a configuration would make of events; nothing is stored",
        body: {
          description: `Entries in any order, at most ${String(SIMULATION_LIMITS.entries)}.`,
          content: {
            "application/json": object(
              {
                events: list(ref("SimulationEntry"), { maxItems: SIMULATION_LIMITS.entries }),
              },
              {
                config: proposed,
                until: told("`end`: until nothing is left. Not set: the last entry.", {
                  anyOf: [time, { const: "end" }],
                }),
              },
            ),
            "application/x-ndjson": told("An entry in each line.", ref("SimulationEntry")),
          },
        },
        answers: { 200: simulationAnswer },
        codes: SIMULATION_CODES,
      },
    },
  },
  schemas: { ...configurationSchemas, ...simulationSchemas },
};
