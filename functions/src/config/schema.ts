import type { FromSchema } from "json-schema-to-ts";
import type { Condition } from "../domain/condition.ts";
import { HTTP_METHODS, type HttpMethod } from "../domain/event.ts";
import {
  DEADLINE_ACTIONS,
  DEADLINE_EVENTS,
  EVENT_TO_SEND,
  TRIGGER_TYPES,
  type TriggerType,
} from "../domain/rule.ts";
import { DEFAULT_RETENTION_SECONDS } from "../domain/retention.ts";
import type { Target } from "../domain/target.ts";
import { targetSchema, topicProperties, topicSchema } from "./targetSchema.ts";

const DEFAULT_METHODS = [
  "GET",
  "POST",
  "PUT",
  "PATCH",
  "DELETE",
] as const satisfies readonly HttpMethod[];

/** When a sync message is generated, by the type of the trigger. */
const TRIGGERS: Readonly<Record<TriggerType, string>> = {
  window: "by itself, when the window is complete",
  none: "only by manual trigger",
};

/** Where an event has its correlation key. */
const keyPlace = {
  type: "object",
  expected:
    "an object with one of “header”, “queryParam”, “body”, “cloudEvent” and “pubSubAttribute”",
  additionalProperties: false,
  minProperties: 1,
  maxProperties: 1,
  properties: {
    header: {
      type: "string",
      minLength: 1,
      examples: ["X-Order-Id"],
      expected: "the name of a header",
      description:
        "A header, in any letter case, such as `X-Order-Id`. One that is redacted is refused.",
    },
    queryParam: {
      type: "string",
      minLength: 1,
      examples: ["order"],
      expected: "the name of a query parameter",
      description: "A query parameter, such as `order`. One that is redacted is refused.",
    },
    body: {
      type: "string",
      minLength: 1,
      examples: ["$.order.id"],
      expected: "a JSONPath that names one place, or a JSON Pointer",
      description:
        'A place in a JSON body: a JSONPath that names one place (`$.order.id`), or a JSON Pointer (`/order/id`). Its value is a text, a number, `true` or `false`; a number is the text that stands there, so `42` and `"42"` are one key. `null`, lists and objects are no key.',
    },
    cloudEvent: {
      type: "string",
      minLength: 1,
      examples: ["subject"],
      expected: "the name of a CloudEvent attribute",
      description: "An attribute or extension of a CloudEvent, such as `subject`.",
    },
    pubSubAttribute: {
      type: "string",
      minLength: 1,
      examples: ["orderId"],
      expected: "the name of a Pub/Sub attribute",
      description:
        "An attribute of the message that a Pub/Sub push subscription delivers (`message.attributes`), such as `orderId`.",
    },
  },
} as const;

/**
 * The configuration of one service: the single source of validation (ajv), of the TypeScript type
 * and of the reference in docs/CONFIGURATION.md. Keys are matched in any letter case and `null` counts as
 * absent (see `normalize.ts`), as in the original.
 *
 * `expected` is what an error message says was wanted; `description` goes into that reference.
 */
export const serviceSchema = {
  type: "object",
  expected: "an object",
  additionalProperties: false,
  required: ["serviceName", "endpoints", "trigger"],
  properties: {
    $schema: {
      type: "string",
      expected: "text",
      description:
        "Where an editor finds the schema of a configuration: `docs/configuration.schema.json`. EventSync itself does not read it.",
      examples: ["./docs/configuration.schema.json"],
    },
    serviceName: {
      type: "string",
      minLength: 1,
      expected:
        "a non-empty string without “/” and control characters, not “.”, “..” or “__…__”, of at most 1000 bytes",
      description:
        "Name of the service: in messages and attributes, and the id of its Firestore document. Unique in the configuration.",
      examples: ["orders"],
    },
    endpoints: {
      type: "array",
      minItems: 1,
      expected: "a list of at least 1 endpoint",
      description:
        "The events that must come together. A service with one endpoint relays each event that satisfies it.",
      examples: [[{ eventKey: "order" }, { eventKey: "payment" }]],
      items: {
        type: "object",
        expected: "an object with “eventKey”",
        additionalProperties: false,
        required: ["eventKey"],
        properties: {
          eventKey: {
            type: "string",
            minLength: 1,
            expected:
              "a non-empty string of at most 1000 bytes that a path can hold: no leading or trailing “/”, no empty, “.” or “..” segment",
            description: "Path of the endpoint: `/event/<eventKey>`. Unique in the service.",
            examples: ["payment"],
          },
          acceptedHttpMethods: {
            type: "array",
            expected: "a list of HTTP methods",
            description:
              "HTTP methods that are events, in any letter case. HEAD, OPTIONS and TRACE are events only where they are listed. CONNECT can never arrive, nor TRACE on Cloud Run, whose front end refuses it; both are accepted here. Empty means the default.",
            default: DEFAULT_METHODS,
            examples: [["POST"]],
            items: {
              type: "string",
              enum: HTTP_METHODS,
              expected: `one of ${HTTP_METHODS.join(", ")}`,
            },
          },
          eventToSend: {
            type: "string",
            enum: EVENT_TO_SEND,
            expected: `one of ${EVENT_TO_SEND.join(", ")}`,
            description:
              "Which events of this endpoint the message holds: all, the oldest, the newest, or both. Counts and dates always cover all. Empty means the default.",
            default: "ALL",
            examples: ["LAST"],
          },
          minNbOfOccurrence: {
            type: "integer",
            minimum: 1,
            maximum: 10000,
            expected: "a whole number from 1 to 10000 (0 means the default)",
            description:
              "How many events of this endpoint the window needs, unless `condition` says otherwise. 0 means the default. At most 10,000 over all endpoints that are needed together; fewer if names are very long.",
            default: 1,
            examples: [3],
          },
          keepHeaders: {
            type: "array",
            expected: "a list of header names",
            description:
              "Headers that are stored and published as they are although they usually hold credentials, such as `Authorization`, in any letter case. All others of that kind are redacted.",
            default: [],
            examples: [["Authorization"]],
            items: {
              type: "string",
              // A token, RFC 9110, 5.6.2.
              pattern: "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$",
              expected: "a header name: letters, digits and any of !#$%&'*+-.^_`|~",
            },
          },
          redactQueryParams: {
            type: "array",
            expected: "a list of names of query parameters",
            description:
              "Query parameters whose values are redacted, besides those whose name says that they hold a credential, as for headers (`key` alone does not): in any letter case, compared by letters and digits. A list of your own replaces the default; an empty one redacts none.",
            default: [
              "access_token",
              "api_key",
              "auth_token",
              "client_secret",
              "id_token",
              "jwt",
              "password",
              "refresh_token",
              "secret",
              "token",
            ],
            items: { type: "string", minLength: 1, expected: "the name of a query parameter" },
            examples: [["api_key", "session"]],
          },
          schema: {
            type: "object",
            expected: "a JSON Schema",
            description:
              "JSON Schema (2020-12; with `$schema` also 2019-09 or draft-07) for the body, of a CloudEvent for its data. What does not satisfy it is answered with 422 and is not stored. See [Schemas and filters](#schemas-and-filters).",
            examples: [
              {
                type: "object",
                required: ["orderId"],
                properties: { orderId: { type: "string", pattern: "^[A-Z]{2}[0-9]+$" } },
              },
            ],
          },
          filter: {
            type: "string",
            minLength: 1,
            expected: "an expression in CEL that is true or false",
            description:
              "Expression in [CEL](https://cel.dev) over `method`, `path`, `headers`, `query`, `body` and `attributes`. An event for which it is not true is stored, marked as `ignored`, and does not count. See [Schemas and filters](#schemas-and-filters).",
            examples: ['body.status == "paid" && body.amount > 100.0'],
          },
          key: {
            ...keyPlace,
            examples: [{ queryParam: "order" }],
            description:
              "Where events of this endpoint have their key, if elsewhere than `correlation.key` says. With the same fields as that.",
          },
        },
      },
    },
    correlation: {
      type: "object",
      examples: [{ key: { header: "X-Order-Id" } }],
      expected: "an object with “key”",
      additionalProperties: false,
      description:
        "Joins events by a key: each key has its own window, and events of different keys never meet in a sync. A key is a text of at most 1,000 bytes in UTF-8.",
      properties: {
        key: {
          ...keyPlace,
          examples: [{ body: "$.order.id" }],
          description:
            "Where an event has its key: one of these. Required unless every endpoint has a `key` of its own.",
        },
        withoutKey: {
          type: "string",
          enum: ["reject", "ignore", "fixed"],
          expected: "one of “reject”, “ignore” and “fixed”",
          description:
            "What becomes of an event without a usable key. `reject`: 422, which says where it was looked for. `ignore`: it is stored, marked as ignored with the reason, and does not count. `fixed`: it has the key `fixedKey`.",
          default: "reject",
          examples: ["ignore"],
        },
        fixedKey: {
          type: "string",
          expected: "a text of 1 to 1000 bytes in UTF-8",
          examples: ["others"],
          description: "The key of events that have none, where `withoutKey` is `fixed`.",
        },
      },
    },
    trigger: {
      type: "object",
      expected: "an object with “type” and “observationPeriod”",
      additionalProperties: false,
      required: ["type", "observationPeriod"],
      description: "When a sync message is generated.",
      examples: [{ type: "window", observationPeriod: 3600 }],
      properties: {
        type: {
          type: "string",
          enum: TRIGGER_TYPES,
          expected: TRIGGER_TYPES.map((type) => `“${type}” (${TRIGGERS[type]})`).join(" or "),
          description: TRIGGER_TYPES.map((type) => `\`${type}\`: ${TRIGGERS[type]}.`).join(" "),
          examples: ["window"],
        },
        observationPeriod: {
          type: "integer",
          minimum: 1,
          expected: "a whole number of seconds, at least 1",
          description: "Seconds in the past, from now, in which events count.",
          examples: [3600],
        },
        keepEventAfterTrigger: {
          type: "boolean",
          expected: "true or false",
          description:
            "`false`: an event is in exactly one sync. `true`: events keep counting until they leave the window, and each new event that completes it makes another sync.",
          default: false,
          examples: [true],
        },
      },
    },
    condition: {
      $ref: "#/definitions/condition",
      description:
        'What completes the window. An endpoint by its key (it needs its `minNbOfOccurrence`), or as `{"endpoint": …, "min": …}`; `all`, `any` or `atLeast` over a list of conditions, at most 8 deep inside one another and 1000 together. An endpoint that it does not name is optional: its events join the sync if they are there. Not set: every endpoint. With `"type": "none"` it only decides what a message calls complete.',
      examples: [{ all: ["orders", { atLeast: { n: 2, of: ["stock", "payments", "credit"] } }] }],
    },
    targetPubSub: {
      type: "object",
      expected: "an object with “topic”",
      additionalProperties: false,
      required: ["topic"],
      description: "The topic that the sync message goes to. Either this, or `targets`, or both.",
      examples: [{ topic: "projects/my-project/topics/my-topic" }],
      properties: topicProperties,
    },
    targets: {
      type: "array",
      minItems: 1,
      maxItems: 20,
      expected: "a list of 1 to 20 targets",
      description:
        "Where syncs go besides, or instead: other topics, servers that are called, a log to pull from. Each has a delivery of its own for each sync, which is tried again until it succeeds. See [docs/TARGETS.md](TARGETS.md).",
      examples: [[{ name: "billing", kind: "http", url: "https://example.com/hook" }]],
      items: targetSchema,
    },
    deadline: {
      type: "object",
      expected: "an object with “seconds”, or with “at” and “timeZone”",
      additionalProperties: false,
      description:
        "When a window is closed although it is not complete: so long after its first or its last event, or each day at a time; at the latest when its first event leaves the observation period, so that nothing expires silently. An event that comes exactly at the deadline belongs to the next window. Only for `type` `window` without `keepEventAfterTrigger`.",
      examples: [{ seconds: 900, then: "deadLetter" }],
      properties: {
        seconds: {
          type: "integer",
          minimum: 1,
          expected: "a whole number of seconds, at least 1, and at most the observation period",
          description:
            "So many seconds after the event that `from` names. At most the observation period. Either this, or `at`.",
          examples: [900],
        },
        from: {
          type: "string",
          enum: DEADLINE_EVENTS,
          expected: "“first” or “last”",
          description:
            "`first`, which is the default: after the first event of the window. `last`: after its last one, so that a gap ends a session.",
          examples: ["last"],
        },
        at: {
          type: "string",
          pattern: "^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$",
          expected: "a time of day, such as 06:00 or 23:59:30",
          description:
            "Each day at this time, by the clocks of `timeZone`, such as `06:00`. Where they are put forward over it, it comes as much later; where they are put back over it, the first time counts. The observation period must be at least 90000 seconds, the longest day.",
          examples: ["06:00"],
        },
        timeZone: {
          type: "string",
          minLength: 1,
          expected: "the name of a time zone, such as Europe/Berlin or UTC",
          description: "The time zone of `at`, by its IANA name, such as `Europe/Berlin`.",
          examples: ["Europe/Berlin"],
        },
        then: {
          type: "string",
          enum: DEADLINE_ACTIONS,
          expected: "one of publish, discard, deadLetter",
          description:
            "What becomes of the window. `publish`: a sync message with what is there. `deadLetter`: the same, to the topic of `deadLetterPubSub`. `discard`: no message; the sync's document, in the state `discarded`, says what it held.",
          default: "publish",
          examples: ["deadLetter"],
        },
      },
    },
    deadLetterPubSub: {
      type: "object",
      expected: "an object with “topic”",
      additionalProperties: false,
      required: ["topic"],
      description:
        "Where the windows go whose deadline says `deadLetter`. Like the target, it is the topic of the configuration at the time of publication: what waits follows a change, and without one goes where it was to go.",
      examples: [{ topic: "projects/my-project/topics/my-dead-letters" }],
      properties: { topic: topicSchema },
    },
    receipts: {
      type: "object",
      expected: "an object with “subscriptions”",
      additionalProperties: false,
      required: ["subscriptions"],
      description:
        "Who is expected to receive each sync, and says so with a receipt: `/rates` then tells what part of that has come. Syncs without events, and those that go to a dead-letter topic or nowhere, are not counted; nor are syncs that were made before this was configured.",
      examples: [{ subscriptions: ["billing", "shipping"] }],
      properties: {
        subscriptions: {
          type: "array",
          minItems: 1,
          maxItems: 20,
          expected: "a list of 1 to 20 names",
          description:
            "The names by which consumers report, such as the ids of their Pub/Sub subscriptions. Each is expected to receive every sync.",
          examples: [["billing", "shipping"]],
          items: {
            type: "string",
            pattern: "^[A-Za-z][A-Za-z0-9_.~+%-]{0,254}$",
            expected:
              "a name of at most 255 letters, digits and any of _.~+%-, which begins with a letter",
          },
        },
      },
    },
    retentionPeriod: {
      type: "integer",
      minimum: 1,
      expected: "a whole number of seconds, at least the observation period plus one day (86400)",
      description:
        "Seconds after receipt for which events and syncs stay readable in Firestore (TTL); longer while their sync is not published. At least the observation period plus one day (86400), so that no event expires before its message is out. Where it is not set and the observation period is longer than six days, the default is that minimum.",
      default: DEFAULT_RETENTION_SECONDS,
      examples: [1209600],
    },
    cors: {
      type: "object",
      expected: "an object with “origins”",
      additionalProperties: false,
      required: ["origins"],
      description:
        "Lets browsers call the functions. Without it no CORS header is sent. A preflight is answered, and is never an event.",
      examples: [{ origins: ["https://example.com"] }],
      properties: {
        origins: {
          type: "array",
          minItems: 1,
          expected: "a list of at least 1 origin",
          description: "Origins that may call, such as `https://example.com`, or `*` for any.",
          examples: [["https://example.com"]],
          items: {
            type: "string",
            expected:
              "“*” or an origin as browsers send it, such as https://example.com: lower case, no path, no user, no wildcard",
          },
        },
      },
    },
  },
  definitions: {
    condition: {
      type: ["string", "object"],
      minLength: 1,
      additionalProperties: false,
      // One way to say it, and no other beside it.
      oneOf: [
        { type: "string" },
        { type: "object", required: ["endpoint"] },
        { type: "object", required: ["all"] },
        { type: "object", required: ["any"] },
        { type: "object", required: ["atLeast"] },
      ],
      expected:
        "the key of an endpoint, or an object with “all”, “any”, “atLeast”, or “endpoint” and perhaps “min”",
      properties: {
        all: { $ref: "#/definitions/conditions" },
        any: { $ref: "#/definitions/conditions" },
        atLeast: {
          type: "object",
          additionalProperties: false,
          required: ["n", "of"],
          expected: "an object with “n” and “of”",
          properties: {
            n: { type: "integer", minimum: 1, expected: "a whole number, at least 1" },
            of: { $ref: "#/definitions/conditions" },
          },
        },
        endpoint: { type: "string", minLength: 1, expected: "the key of an endpoint" },
        min: {
          type: "integer",
          minimum: 1,
          maximum: 10000,
          expected: "a whole number from 1 to 10000",
        },
      },
      dependencies: { min: ["endpoint"] },
    },
    conditions: {
      type: "array",
      minItems: 1,
      maxItems: 1000,
      expected: "a list of 1 to 1000 conditions",
      items: { $ref: "#/definitions/condition" },
    },
  },
} as const;

/** A condition as configured. By hand: a type that recurses cannot be derived from the schema. */
export type ConditionConfig =
  | string
  | { readonly endpoint: string; readonly min?: number }
  | { readonly all: readonly ConditionConfig[] }
  | { readonly any: readonly ConditionConfig[] }
  | { readonly atLeast: { readonly n: number; readonly of: readonly ConditionConfig[] } };

type Properties = typeof serviceSchema.properties;
/** A service as it is given, defaults filled in. */
export type GivenService = FromSchema<
  Omit<typeof serviceSchema, "properties" | "definitions"> & {
    readonly properties: Omit<Properties, "condition">;
  }
> & { readonly condition?: ConditionConfig };

/** A service as configured: each endpoint of its condition with a number, its targets with their defaults. */
export type ServiceConfig = Omit<GivenService, "targets"> & {
  readonly condition: Condition;
  readonly targets?: readonly Target[];
};
export type EndpointConfig = ServiceConfig["endpoints"][number];
