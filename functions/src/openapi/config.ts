import { configurationSchemas } from "./configuration.ts";
import { byEach, json, type FunctionDescription } from "./describe.ts";
import { list, ref } from "./shapes.ts";

export const config: FunctionDescription = {
  summary: "The configuration, and this description.",
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
  },
  schemas: configurationSchemas,
};
