import { MESSAGE_FORMATS, ORDERING_KEYS } from "../domain/rule.ts";
import { SYNC_REASONS } from "../domain/sync.ts";
import { CALL_BODIES, CALL_METHODS, ORDERS, REPLY_WHEN, TARGET_KINDS } from "../domain/target.ts";

/** Project ids may be domain-scoped. */
const TOPIC_PARENT = "projects/([a-z0-9.-]+:)?[a-z][a-z0-9-]*[a-z0-9]/topics/";

export const topicSchema = {
  type: "string",
  // Topic ids by Pub/Sub's resource name rules.
  pattern: `^${TOPIC_PARENT}(?!goog)[A-Za-z][A-Za-z0-9_.~+%-]{2,254}$`,
  expected: "the full name of a topic, such as projects/my-project/topics/my-topic",
  description:
    "Fully qualified Pub/Sub topic, `projects/<ProjectID>/topics/<TopicName>`. It must exist.",
  examples: ["projects/my-project/topics/my-topic"],
} as const;

/** What is to be expected of a topic's own name. */
export const EXPECTED_TOPIC_NAME =
  "a topic whose name has 3 to 255 letters, digits and any of -_.~+%, begins with a letter, and not with goog";

/** @returns the topic's own name, if the rest of its full name is right */
export function topicNameIn(fullName: string): string | undefined {
  return new RegExp(`^${TOPIC_PARENT}([^/]+)$`).exec(fullName)?.at(-1);
}

/** How messages go out to a topic. */
export const topicProperties = {
  topic: topicSchema,
  format: {
    type: "string",
    enum: MESSAGE_FORMATS,
    expected: `one of ${MESSAGE_FORMATS.join(", ")}`,
    description:
      "`message` (where it is not set): the message alone. `cloudevents`: the same data as a CloudEvent 1.0 in binary mode, with its attributes as `ce-…` attributes of the Pub/Sub message.",
    examples: ["cloudevents"],
  },
  orderingKey: {
    type: "string",
    enum: ORDERING_KEYS,
    expected: `one of ${ORDERING_KEYS.join(", ")}`,
    description:
      "`key`: the correlation key is the ordering key of the Pub/Sub message, which needs a `correlation`; `none` where it is not set.",
    examples: ["key"],
  },
} as const;

const secretName = {
  type: "string",
  pattern: "^[A-Za-z0-9_-]{1,100}$",
  expected: "the name of a secret: letters, digits, “-” and “_”",
} as const;

/**
 * One target. Which fields a target of each kind has, and which it must have, `targets.ts` checks: so
 * errors name the field, and not the alternatives of a schema.
 */
export const targetSchema = {
  type: "object",
  expected: "an object with “name” and “kind”",
  additionalProperties: false,
  required: ["name", "kind"],
  properties: {
    name: {
      type: "string",
      pattern: "^[a-z][a-z0-9-]{0,39}$",
      expected: "a name of at most 40 small letters, digits and “-”, beginning with a letter",
      description:
        "Name of the target, unique in the service. Deliveries belong to it: a target with another name is another target.",
      examples: ["billing"],
    },
    kind: {
      type: "string",
      enum: TARGET_KINDS,
      expected: `one of ${TARGET_KINDS.join(", ")}`,
      description:
        "`pubsub`: a topic. `http`: a server that is called. `pull`: a log that consumers read by offset.",
      examples: ["http"],
    },
    reasons: {
      type: "array",
      minItems: 1,
      uniqueItems: true,
      expected: `a list of ${SYNC_REASONS.join(", ")}, each once`,
      description: "Only syncs made for one of these reasons go there. Not set: all.",
      examples: [["complete", "manual"]],
      items: {
        type: "string",
        enum: SYNC_REASONS,
        expected: `one of ${SYNC_REASONS.join(", ")}`,
      },
    },
    ...topicProperties,
    url: {
      type: "string",
      minLength: 1,
      expected: "a URL that begins with https://",
      description:
        "`http`: where to call. It may hold `{key}`, `{eventID}` and `{service}`, which are percent-encoded. `http://` only with `allowPrivate`.",
      examples: ["https://example.com/hooks/{service}"],
    },
    method: {
      type: "string",
      enum: CALL_METHODS,
      expected: `one of ${CALL_METHODS.join(", ")}`,
      description: "`http`: the method. `POST` where it is not set.",
      examples: ["PUT"],
    },
    headers: {
      type: "object",
      expected: "an object of header values",
      description:
        "`http`: headers by name. A value is a text, which may hold the same variables as `url`, or names a secret.",
      examples: [{ "X-Order": "{key}", Authorization: { secret: "billing-token" } }],
      additionalProperties: {
        type: ["string", "object"],
        additionalProperties: false,
        required: ["secret"],
        expected: "a text, or an object with “secret”",
        properties: { secret: secretName },
      },
    },
    body: {
      type: "string",
      enum: CALL_BODIES,
      expected: `one of ${CALL_BODIES.join(", ")}`,
      description:
        "`http`: what is sent. `message` (where it is not set): the sync message as JSON. `cloudevents`: the same as a CloudEvent 1.0 in binary mode. `event`: the event itself, byte for byte, with its content type; only for a service with one endpoint that relays each event.",
      examples: ["event"],
    },
    auth: {
      type: "object",
      expected: "an object with “identityToken”",
      additionalProperties: false,
      required: ["identityToken"],
      description: "`http`: how the call says who it is.",
      examples: [{ identityToken: {} }],
      properties: {
        identityToken: {
          type: "object",
          expected: "an object, perhaps with “audience”",
          additionalProperties: false,
          description:
            "An identity token of the functions' service account, for Cloud Run, Cloud Functions and what stands behind Identity-Aware Proxy.",
          examples: [{ audience: "https://billing-abc.a.run.app" }],
          properties: {
            audience: {
              type: "string",
              minLength: 1,
              expected: "text",
              description: "Whom the token is for. Not set: the origin of `url`.",
              examples: ["https://billing-abc.a.run.app"],
            },
          },
        },
      },
    },
    signature: {
      type: "object",
      expected: "an object with “secret”",
      additionalProperties: false,
      required: ["secret"],
      description:
        "`http`: signs each call by [Standard Webhooks](https://www.standardwebhooks.com).",
      examples: [{ secret: "billing-2026", previousSecret: "billing-2025" }],
      properties: {
        secret: {
          ...secretName,
          description: "Name of the secret to sign with.",
          examples: ["billing-2026"],
        },
        previousSecret: {
          ...secretName,
          description: "While a secret is rotated: the one before, which signs as well.",
          examples: ["billing-2025"],
        },
      },
    },
    timeoutSeconds: {
      type: "integer",
      minimum: 1,
      maximum: 30,
      expected: "a whole number of seconds from 1 to 30",
      description: "`http`: how long a call may take, its answer included. 10 where it is not set.",
      examples: [20],
    },
    allowPrivate: {
      type: "boolean",
      expected: "true or false",
      description:
        "`http`: whether the server's address may be private, link-local or of this machine, and its URL begin with `http://`. `false` where it is not set.",
      examples: [true],
    },
    retry: {
      type: "object",
      expected: "an object",
      additionalProperties: false,
      description: "`http`: how often, and when, a call is repeated that has not succeeded.",
      examples: [{ maxAttempts: 5, firstSeconds: 1 }],
      properties: {
        maxAttempts: {
          type: "integer",
          minimum: 1,
          maximum: 100,
          expected: "a whole number from 1 to 100",
          description:
            "After so many attempts a delivery is undeliverable. 20 where it is not set.",
          examples: [5],
        },
        firstSeconds: {
          type: "integer",
          minimum: 1,
          maximum: 3600,
          expected: "a whole number of seconds from 1 to 3600",
          description:
            "The pause after the first attempt, which doubles with each. 5 where it is not set.",
          examples: [1],
        },
        longestSeconds: {
          type: "integer",
          minimum: 1,
          maximum: 86400,
          expected: "a whole number of seconds from 1 to 86400",
          description: "No pause is longer. 14400 where it is not set.",
          examples: [600],
        },
      },
    },
    ordered: {
      type: "string",
      enum: ORDERS,
      expected: `one of ${ORDERS.join(", ")}`,
      description:
        "`http`: one call after the other, in the order of the syncs: of `all`, or of those of the same correlation `key`. Not set: in any order, many at a time.",
      examples: ["key"],
    },
    reply: {
      type: "object",
      expected: "an object with “topic”",
      additionalProperties: false,
      required: ["topic"],
      description:
        "`http`: publishes the answer. The delivery is done only when the call and the publication have both succeeded.",
      examples: [{ topic: "projects/my-project/topics/my-replies", when: ["onSuccess"] }],
      properties: {
        topic: topicSchema,
        when: {
          type: "array",
          minItems: 1,
          uniqueItems: true,
          expected: `a list of ${REPLY_WHEN.join(", ")}, each once`,
          description:
            "Which answers are published: those with a status below 400 (`onSuccess`), or the others (`onError`). `onSuccess` where it is not set.",
          examples: [["onSuccess", "onError"]],
          items: {
            type: "string",
            enum: REPLY_WHEN,
            expected: `one of ${REPLY_WHEN.join(", ")}`,
          },
        },
      },
    },
    deadLetter: {
      type: "object",
      expected: "an object with “topic”",
      additionalProperties: false,
      required: ["topic"],
      description: "`http`: where syncs go that could not be delivered.",
      examples: [{ topic: "projects/my-project/topics/my-undeliverable" }],
      properties: { topic: topicSchema },
    },
  },
} as const;
