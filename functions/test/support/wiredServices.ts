/** The configuration that the wired tests run on: one service per behaviour, each with its topic. */
export const PROJECT = "demo-eventsync";

type RawService = Readonly<Record<string, unknown>> & { readonly serviceName: string };

const topicOf = (name: string): string => `projects/${PROJECT}/topics/${name}`;

/** The sample of the seed, as it stands there. */
export const SEED_SERVICE: RawService = {
  serviceName: "My First Event Sync",
  trigger: { type: "window", observationPeriod: 3600, keepEventAfterTrigger: false },
  endpoints: [{ eventKey: "entry1" }, { eventKey: "entry2" }],
  targetPubSub: { topic: topicOf("seed-sample") },
};

function service(
  name: string,
  endpoints: readonly object[],
  trigger: object = {},
  more: object = {},
): RawService {
  return {
    serviceName: name,
    endpoints,
    trigger: { type: "window", observationPeriod: 3600, ...trigger },
    targetPubSub: { topic: topicOf(name) },
    ...more,
  };
}

const PAIR = [{ eventKey: "a" }, { eventKey: "b" }];

/** The first one is the one that the short URLs mean. */
export const WIRED_SERVICES: readonly RawService[] = [
  SEED_SERVICE,
  service("pair", PAIR),
  service("large", PAIR),
  service("binary", PAIR),
  service("repeats", PAIR),
  service("refused", [{ eventKey: "a", acceptedHttpMethods: ["post"] }, { eventKey: "b" }]),
  service("headers", [{ eventKey: "a", keepHeaders: ["x-api-key"] }, { eventKey: "b" }]),
  service("to-send", [
    { eventKey: "all", minNbOfOccurrence: 3 },
    { eventKey: "first", minNbOfOccurrence: 3, eventToSend: "FIRST" },
    { eventKey: "last", minNbOfOccurrence: 3, eventToSend: "LAST" },
    { eventKey: "boundaries", minNbOfOccurrence: 3, eventToSend: "BOUNDARIES" },
  ]),
  service("kept", PAIR, { keepEventAfterTrigger: true }),
  service("manual", PAIR, { type: "none" }),
  service("reset", PAIR),
  service("expiring", PAIR, { observationPeriod: 3 }),
  service("relay", [{ eventKey: "only" }]),
  service("rated", [{ eventKey: "only" }], {}, { receipts: { subscriptions: ["loud", "silent"] } }),
  service(
    "keyed",
    [
      { eventKey: "header" },
      { eventKey: "query", key: { queryParam: "order" } },
      { eventKey: "body", key: { body: "$.order.id" } },
      { eventKey: "pointer", key: { body: "/order/id" } },
      { eventKey: "cloudevent", key: { cloudEvent: "subject" } },
      { eventKey: "push", key: { pubSubAttribute: "orderId" } },
    ],
    {},
    { correlation: { key: { header: "X-Order-Id" } } },
  ),
  service("staged", PAIR, {}, { correlation: { key: { header: "X-Id" } } }),
  service("keyed-pair", PAIR, {}, { correlation: { key: { header: "X-Id" } } }),
  service(
    "keyed-ignoring",
    PAIR,
    {},
    { correlation: { key: { header: "X-Id" }, withoutKey: "ignore" } },
  ),
  service(
    "keyed-fixed",
    PAIR,
    {},
    {
      correlation: { key: { header: "X-Id" }, withoutKey: "fixed", fixedKey: "others" },
    },
  ),
  service(
    "condition",
    ["orders", "stock", "payments", "credit", "note"].map((eventKey) => ({ eventKey })),
    {},
    { condition: { all: ["orders", { atLeast: { n: 2, of: ["stock", "payments", "credit"] } }] } },
  ),
  service("deadline", PAIR, {}, { deadline: { seconds: 2 } }),
  service("session", PAIR, {}, { deadline: { seconds: 2, from: "last" } }),
  service(
    "deadline-dead",
    PAIR,
    {},
    {
      deadline: { seconds: 1, then: "deadLetter" },
      deadLetterPubSub: { topic: topicOf("deadline-dead-letters") },
    },
  ),
  service("deadline-discard", PAIR, {}, { deadline: { seconds: 1, then: "discard" } }),
  service("watched", [{ eventKey: "a", minNbOfOccurrence: 2 }, { eventKey: "b" }]),
  service("watched-keys", PAIR, {}, { correlation: { key: { header: "X-Id" } } }),
  service(
    "simulated",
    [
      { eventKey: "a" },
      { eventKey: "b", minNbOfOccurrence: 2, filter: "body.n > 0" },
      { eventKey: "note" },
    ],
    {},
    {
      correlation: { key: { header: "X-Id" } },
      condition: { all: ["a", "b"] },
      deadline: { seconds: 3 },
    },
  ),
  service("simulated-pair", PAIR, { observationPeriod: 10 }),
  service("methods", [
    { eventKey: "listed", acceptedHttpMethods: ["HEAD", "OPTIONS", "GET"] },
    { eventKey: "default" },
  ]),
  service(
    "cloud-events",
    PAIR,
    {},
    {
      targetPubSub: { topic: topicOf("cloud-events"), format: "cloudevents" },
    },
  ),
  service("batch", [{ eventKey: "a", minNbOfOccurrence: 3 }]),
  service("content", [
    {
      eventKey: "a",
      schema: {
        type: "object",
        required: ["status"],
        properties: { status: { type: "string", pattern: "^[a-z]+$" }, n: { type: "integer" } },
      },
      filter: 'body.status == "paid" && body.n > 0',
    },
    { eventKey: "b" },
  ]),
];
