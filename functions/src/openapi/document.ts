import { createRequire } from "node:module";
import type { Content, FunctionDescription, Operation, Parameter } from "./describe.ts";
import { FUNCTIONS } from "./functions.ts";
import { messageSchemas } from "./message.ts";
import { COMMON_CODES, problemAnswers, problemSchemas, type ProblemAnswer } from "./problems.ts";
import type { Schema } from "./shapes.ts";

const INFO = {
  title: "EventSync",
  description:
    "The HTTP functions of EventSync, a fan-in for Google Cloud.\n\n" +
    "Each function is a service of its own. At its own address (`https://<function>-….run.app`) a path begins " +
    "behind the name of the function.\n\n" +
    "What is not described here is refused: a path with 404, a method with 405 and `Allow`, both as a problem. " +
    "Where a service has `cors`, a preflight is answered with 204, and every answer has its headers. Who may " +
    "not call a function is answered by the platform, with 401 or 403.",
  license: { name: "Apache 2.0", identifier: "Apache-2.0" },
} as const;

const SERVERS = [
  {
    url: "https://{location}-{project}.cloudfunctions.net",
    variables: { location: { default: "us-central1" }, project: { default: "my-project" } },
  },
  {
    url: "http://127.0.0.1:5001/{project}/{location}",
    description: "The emulators.",
    variables: { location: { default: "us-central1" }, project: { default: "demo-eventsync" } },
  },
] as const;

/** An OpenAPI document, as far as others than its reader look into it. */
export interface OpenApiDocument {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly components: Readonly<Record<string, Readonly<Record<string, Schema>>>>;
  readonly [field: string]: unknown;
}

/** Beside what is built from the source, too. */
const { version } = createRequire(import.meta.url)("../../package.json") as {
  readonly version: string;
};

/** The OpenAPI 3.1 description of all HTTP functions. */
export function openApiDocument(): OpenApiDocument {
  const functions: readonly (readonly [string, FunctionDescription])[] = Object.entries(FUNCTIONS);
  const places = functions.flatMap(([name, { paths }]) =>
    Object.entries(paths).map(([path, methods]) => ({
      name,
      path,
      methods: Object.entries(methods),
    })),
  );
  const problems = places.flatMap(({ name, path, methods }) =>
    methods.flatMap(([, operation]) => problemsOf(name, path, operation)),
  );
  return {
    openapi: "3.1.1",
    info: { ...INFO, version },
    servers: SERVERS,
    // Each function may be private or open; an operation's own say of it would be a guess.
    security: [{ identityToken: [] }, {}],
    tags: functions.map(([name, { summary }]) => ({ name, description: summary })),
    paths: Object.fromEntries(
      places.map(({ name, path, methods }) => {
        const operations = methods.map(([method, one]) => [method, operationOf(name, path, one)]);
        return [`/${name}${path}`, { ...namesIn(path), ...Object.fromEntries(operations) }];
      }),
    ),
    components: {
      schemas: {
        ...problemSchemas,
        ...messageSchemas,
        ...Object.fromEntries(
          functions.flatMap(([, { schemas = {} }]) => Object.entries<Schema>(schemas)),
        ),
      },
      parameters: Object.fromEntries(
        Object.entries(NAMES).map(([name, description]) => [
          name,
          {
            name,
            in: "path",
            required: true,
            description,
            schema: { type: "string", minLength: 1 },
          },
        ]),
      ),
      responses: Object.fromEntries(problems.map(({ name, response }) => [name, response])),
      securitySchemes: {
        identityToken: {
          type: "http",
          scheme: "bearer",
          bearerFormat: "JWT",
          description: "A Google-signed identity token whose audience is the function.",
        },
      },
    },
  };
}

const NAMES: Readonly<Record<string, string>> = {
  service: "The name of a service.",
  eventKey: "The key of an endpoint, which may hold slashes.",
  target: "The name of a target.",
  syncId: "The id of a sync.",
  eventId: "The id of an event.",
};

function namesIn(path: string): object {
  const names = Array.from(path.matchAll(/\{(\w+)\}/g), ([, name = ""]) => name);
  if (names.length === 0) return {};
  return { parameters: names.map((name) => ({ $ref: `#/components/parameters/${name}` })) };
}

function operationOf(tag: string, path: string, operation: Operation): object {
  const { id, summary, description, query, headers, body, answers } = operation;
  const parameters = [...parametersOf("query", query), ...parametersOf("header", headers)];
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(description !== undefined && { description }),
    ...(parameters.length > 0 && { parameters }),
    ...(body !== undefined && { requestBody: withMedia(body) }),
    responses: {
      ...Object.fromEntries(
        Object.entries(answers).map(([status, answer]) => [status, withMedia(answer)]),
      ),
      ...Object.fromEntries(
        problemsOf(tag, path, operation).map(({ status, name: problem }) => [
          status,
          { $ref: `#/components/responses/${problem}` },
        ]),
      ),
    },
  };
}

function problemsOf(name: string, path: string, { codes }: Operation): readonly ProblemAnswer[] {
  // The path of an event names an endpoint, whatever is wrong with it.
  const unknown = name === "event" ? "unknown-endpoint" : "unknown-service";
  const isNamed = path.startsWith("/{service}");
  return problemAnswers([...COMMON_CODES, ...(isNamed ? ([unknown] as const) : []), ...codes]);
}

function parametersOf(
  place: "query" | "header",
  parameters: Readonly<Record<string, Parameter>> = {},
): object[] {
  return Object.entries(parameters).map(([name, parameter]) => ({
    name,
    in: place,
    ...parameter,
  }));
}

function withMedia({ description, content }: Content): object {
  if (content === undefined) return { description };
  const media = Object.entries(content).map(([type, schema]) => [type, { schema }] as const);
  return { description, content: Object.fromEntries(media) };
}
