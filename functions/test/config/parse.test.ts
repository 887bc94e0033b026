import assert from "node:assert/strict";
import { ignoredInWords } from "../../src/config/ignoredKey.ts";
import { ConfigError, parseConfig, type ParsedConfig } from "../../src/config/parse.ts";
import { matchGolden } from "../support/golden.ts";
import { checkContent } from "../../tools/content.ts";

/** The smallest configuration that is accepted, as its author would write it. */
const MINIMAL = {
  serviceName: "svc",
  trigger: { type: "window", observationPeriod: 3600 },
  endpoints: [{ eventKey: "entry1" }, { eventKey: "entry2" }],
  targetPubSub: { topic: "projects/demo-eventsync/topics/topic1" },
};

const TRIGGER = MINIMAL.trigger;

const REDACTED_PARAMS = [
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
];

function parse(config: unknown): ParsedConfig {
  return parseConfig(typeof config === "string" ? config : JSON.stringify(config));
}

/** The problems of a configuration that must be refused, as `path: message`. */
function problemsOf(config: unknown): string[] {
  try {
    parse(config);
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error));
    return error.problems.map(({ path, message }) => `${path}: ${message}`);
  }
  assert.fail("it was accepted");
}

const parseOne = (config: unknown) => parse(config).services[0];

/** `MINIMAL` with other properties, and the first endpoint with others. */
const withService = (overrides: object): object => ({ ...MINIMAL, ...overrides });
const withTrigger = (overrides: object): object =>
  withService({ trigger: { ...TRIGGER, ...overrides } });
const withEndpoint = (overrides: object): object =>
  withService({ endpoints: [{ eventKey: "entry1", ...overrides }, { eventKey: "entry2" }] });
const withTopic = (topic: unknown): object => withService({ targetPubSub: { topic } });

const NAME =
  "a non-empty string without “/” and control characters, not “.”, “..” or “__…__”, of at most 1000 bytes";
const KEY =
  "a non-empty string of at most 1000 bytes that a path can hold: no leading or trailing “/”, no empty, “.” or “..” segment";
const ORIGIN =
  "“*” or an origin as browsers send it, such as https://example.com: lower case, no path, no user, no wildcard";
const HEADER = "a header name: letters, digits and any of !#$%&'*+-.^_`|~";
const METHOD = "one of GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS, TRACE, CONNECT";
const SENT = "one of ALL, FIRST, LAST, BOUNDARIES";
const TYPE = "“window” (by itself, when the window is complete) or “none” (only by manual trigger)";
const PERIOD = "a whole number of seconds, at least 1";
const COUNT = "a whole number from 1 to 10000 (0 means the default)";
const TOPIC = "the full name of a topic, such as projects/my-project/topics/my-topic";
const RETENTION = "a whole number of seconds, at least the observation period plus one day (86400)";

describe("parseConfig", () => {
  it("fills in every default", () => {
    const defaults = {
      acceptedHttpMethods: ["GET", "POST", "PUT", "PATCH", "DELETE"],
      eventToSend: "ALL",
      minNbOfOccurrence: 1,
      keepHeaders: [],
      redactQueryParams: REDACTED_PARAMS,
    };
    assert.deepEqual(parse(MINIMAL), {
      services: [
        {
          serviceName: "svc",
          endpoints: [
            { eventKey: "entry1", ...defaults },
            { eventKey: "entry2", ...defaults },
          ],
          trigger: { type: "window", observationPeriod: 3600, keepEventAfterTrigger: false },
          targetPubSub: { topic: "projects/demo-eventsync/topics/topic1" },
          condition: {
            all: [
              { endpoint: "entry1", min: 1 },
              { endpoint: "entry2", min: 1 },
            ],
          },
          retentionPeriod: 604_800,
        },
      ],
      ignored: [],
    });
  });

  it("keeps everything that is set", () => {
    const everything = {
      $schema: "./docs/configuration.schema.json",
      serviceName: "é à",
      endpoints: [
        {
          eventKey: "a/b c%",
          acceptedHttpMethods: ["OPTIONS", "CONNECT"],
          eventToSend: "BOUNDARIES",
          minNbOfOccurrence: 10_000,
          keepHeaders: ["Authorization"],
          redactQueryParams: ["key"],
          schema: { Type: "not ours to read", required: null },
          filter: "body.Status == 'paid'",
        },
      ],
      trigger: { type: "none", observationPeriod: 1, keepEventAfterTrigger: true },
      targetPubSub: {
        topic: "projects/example.com:my-project/topics/Topic.1_~%+-",
        format: "cloudevents",
        orderingKey: "none",
      },
      condition: { any: [{ endpoint: "a/b c%", min: 2 }] },
      retentionPeriod: 86_401,
      cors: { origins: ["*", "https://example.com", "http://localhost:8080"] },
    };
    assert.deepEqual(parse(everything), { services: [everything], ignored: [] });
  });

  it("writes keys in one order, whatever the order given", () => {
    const reversed = Object.fromEntries(Object.entries(MINIMAL).toReversed());
    assert.equal(JSON.stringify(parse(reversed)), JSON.stringify(parse(MINIMAL)));
  });

  describe("reads as leniently as the original", () => {
    it("keys in any letter case", () => {
      const shouted = {
        SERVICENAME: "svc",
        Trigger: { TYPE: "window", ObservationPeriod: 3600, KeepEventAfterTrigger: true },
        endPoints: [
          {
            EventKey: "entry1",
            AcceptedHttpMethods: ["post"],
            EVENTTOSEND: "LAST",
            MinNbOfOccurrence: 3,
          },
        ],
        targetpubsub: { Topic: "projects/demo-eventsync/topics/topic1" },
      };
      const service = parseOne(shouted);
      assert.equal(service.serviceName, "svc");
      assert.equal(service.trigger.keepEventAfterTrigger, true);
      assert.deepEqual(service.endpoints, [
        {
          eventKey: "entry1",
          acceptedHttpMethods: ["POST"],
          eventToSend: "LAST",
          minNbOfOccurrence: 3,
          keepHeaders: [],
          redactQueryParams: REDACTED_PARAMS,
        },
      ]);
    });

    it("an empty list of parameters to redact means none", () => {
      const [endpoint] = parseOne(withEndpoint({ redactQueryParams: [] })).endpoints;
      assert.deepEqual(endpoint?.redactQueryParams, []);
    });

    it("the last of equal keys wins, in any letter case", () => {
      const text = JSON.stringify(MINIMAL);
      const twice = `${text.slice(0, -1)},"serviceName":"second","SERVICEname":"third"}`;
      assert.equal(parseOne(twice).serviceName, "third");
    });

    const sameAsDefault: [string, object][] = [
      ["minNbOfOccurrence 0", withEndpoint({ minNbOfOccurrence: 0 })],
      ['eventToSend ""', withEndpoint({ eventToSend: "" })],
      ["an empty list of methods", withEndpoint({ acceptedHttpMethods: [] })],
      ["null for a choice", withEndpoint({ eventToSend: null })],
      ["null for a list", withEndpoint({ acceptedHttpMethods: null, keepHeaders: null })],
      ["null for the parameters to redact", withEndpoint({ redactQueryParams: null })],
      ["null for a number", withEndpoint({ minNbOfOccurrence: null })],
      ["null for a flag", withTrigger({ keepEventAfterTrigger: null })],
      ["null for what is optional", withService({ cors: null, retentionPeriod: null })],
    ];
    for (const [title, config] of sameAsDefault) {
      it(`${title} means the default`, () => {
        assert.deepEqual(parse(config), parse(MINIMAL));
      });
    }

    for (const [given, stored] of [
      [
        ["post", "Get"],
        ["POST", "GET"],
      ],
      [
        ["connect", "trace", "HEAD", "options"],
        ["CONNECT", "TRACE", "HEAD", "OPTIONS"],
      ],
    ]) {
      it(`methods ${JSON.stringify(given)} become upper case`, () => {
        const [endpoint] = parseOne(withEndpoint({ acceptedHttpMethods: given })).endpoints;
        assert.deepEqual(endpoint?.acceptedHttpMethods, stored);
      });
    }

    it("unknown keys are ignored, but said, each with its path", () => {
      const config = {
        ...MINIMAL,
        extra: 1,
        trigger: { ...TRIGGER, Period: 5 },
        endpoints: [{ eventKey: "entry1" }, { eventKey: "entry2", minNbOfOccurence: 3 }],
      };
      const { services, ignored } = parse(config);
      assert.deepEqual(services, parse(MINIMAL).services);
      assert.deepEqual(ignored, [
        { path: "extra" },
        { path: "endpoints[1].minNbOfOccurence", nearest: "minNbOfOccurrence" },
        { path: "trigger.Period" },
      ]);
    });

    it("an unknown key names the known one that it may stand for, if that is not there itself", () => {
      const said = (more: object): string[] =>
        parse({ ...MINIMAL, ...more }).ignored.map(ignoredInWords);
      const key = { header: "X-Id" };
      assert.deepEqual(said({ corelation: { key } }), [
        "nothing reads the key corelation: did you mean “correlation”?",
      ]);
      assert.deepEqual(said({ corelation: { key }, correlation: { key } }), [
        "nothing reads the key corelation",
      ]);
      assert.deepEqual(
        said({
          correlation: { key, wihtoutKey: "ignore" },
          targts: [],
          ["TRIGER".repeat(1000)]: 1,
        }),
        [
          "nothing reads the key targts: did you mean “targets”?",
          `nothing reads the key ${"TRIGER".repeat(1000)}`,
          "nothing reads the key correlation.wihtoutKey: did you mean “withoutKey”?",
        ],
      );
    });

    it("names that mean something to JavaScript are unknown keys like others", () => {
      const text = `{"__proto__":{"serviceName":"x"},"constructor":1,${JSON.stringify(MINIMAL).slice(1)}`;
      const { services, ignored } = parse(text);
      assert.deepEqual(services, parse(MINIMAL).services);
      assert.deepEqual(ignored.map(({ path }) => path).toSorted(), ["__proto__", "constructor"]);
    });
  });

  describe("retentionPeriod", () => {
    const DAY = 86_400;
    for (const [observationPeriod, expected] of [
      [3600, 7 * DAY],
      [6 * DAY, 7 * DAY],
      [6 * DAY + 1, 7 * DAY + 1],
      [30 * DAY, 31 * DAY],
    ] as const) {
      it(`for a period of ${String(observationPeriod)} s is ${String(expected)} s unless set`, () => {
        assert.equal(parseOne(withTrigger({ observationPeriod })).retentionPeriod, expected);
      });
    }

    it("may be as short as the observation period and a day, no shorter", () => {
      const least = 3600 + 86_400;
      assert.equal(parseOne(withService({ retentionPeriod: least })).retentionPeriod, least);
      assert.deepEqual(problemsOf(withService({ retentionPeriod: least - 1 })), [
        "retentionPeriod: expected at least 90000 seconds, the observation period of 3600 and one day, got 89999",
      ]);
    });
  });

  describe("of the events that all endpoints require together", () => {
    const requiring = (name: string, ...minimums: number[]): object =>
      withService({
        serviceName: name,
        endpoints: minimums.map((minNbOfOccurrence, index) => ({
          eventKey: `entry${String(index)}`,
          minNbOfOccurrence,
        })),
      });

    it("accepts as many as one commit takes", () => {
      assert.equal(parseOne(requiring("svc", 5000, 3000, 2000)).endpoints.length, 3);
    });

    it("refuses more, which could never fire", () => {
      assert.deepEqual(problemsOf(requiring("svc", 5000, 3000, 2001)), [
        "endpoints: expected minNbOfOccurrence to add up to at most 10000, got 10001",
      ]);
      assert.deepEqual(problemsOf([requiring("svc", 1), requiring("other", 10_000, 10_000)]), [
        "[1].endpoints: expected minNbOfOccurrence to add up to at most 10000, got 20000",
      ]);
    });

    it("refuses fewer where long names fill the commit", () => {
      const name = "é".repeat(500);
      assert.equal(parseOne(requiring(name, 1000, 1000)).endpoints.length, 2);
      assert.deepEqual(problemsOf(requiring(name, 2000, 2000)), [
        "endpoints: expected required events that fit into one commit of 8388608 bytes, got 10064000 bytes: lower minNbOfOccurrence or shorten the names",
      ]);
    });
  });

  it("accepts keys that only resemble what Cloud Run keeps for itself", () => {
    const keys = ["_ah", "_ahx/y", "x/_ah/y", "eventlog/x", "eventlogs", "Eventlog"];
    const { endpoints } = parseOne(
      withService({ endpoints: keys.map((eventKey) => ({ eventKey })) }),
    );
    assert.equal(endpoints.length, keys.length);
  });

  it("accepts every character that a header name may have", () => {
    const keepHeaders = ["!#$%&'*+-.^_`|~09azAZ"];
    assert.deepEqual(
      parseOne(withEndpoint({ keepHeaders })).endpoints[0]?.keepHeaders,
      keepHeaders,
    );
  });

  it("accepts an observation period that overflows the original", () => {
    const service = parseOne(withTrigger({ observationPeriod: 10_000_000_000 }));
    assert.equal(service.trigger.observationPeriod, 10_000_000_000);
  });

  describe("of several services", () => {
    it("keeps their order", () => {
      const { services } = parse([MINIMAL, withService({ serviceName: "other" })]);
      assert.deepEqual(
        services.map(({ serviceName }) => serviceName),
        ["svc", "other"],
      );
    });

    it("gives the path of what it ignores", () => {
      const other = withService({
        serviceName: "other",
        targetPubSub: { ...MINIMAL.targetPubSub, x: 1 },
      });
      assert.deepEqual(parse([MINIMAL, other]).ignored, [{ path: "[1].targetPubSub.x" }]);
    });

    const cases: [string, unknown, string[]][] = [
      ["an empty list", [], [": expected a service, or a list of at least 1 service"]],
      [
        "no objects",
        [5, null],
        ["[0]: expected an object, got 5", "[1]: expected an object, got null"],
      ],
      [
        "equal names",
        [MINIMAL, MINIMAL],
        ['[1].serviceName: expected a unique name, got "svc" as at [0].serviceName'],
      ],
      [
        "equal names after one that is refused, by their own indexes",
        [5, MINIMAL, MINIMAL],
        [
          "[0]: expected an object, got 5",
          '[2].serviceName: expected a unique name, got "svc" as at [1].serviceName',
        ],
      ],
      [
        "a path that means two endpoints",
        [
          withService({ endpoints: [{ eventKey: "other/entry1" }] }),
          withService({ serviceName: "other" }),
        ],
        [
          '[0].endpoints[0].eventKey: expected another key: /event/other/entry1 is also an endpoint of the service "other"',
        ],
      ],
      [
        "an endpoint that hides a manual trigger",
        [
          withService({ endpoints: [{ eventKey: "other/trigger" }, { eventKey: "svc/trigger" }] }),
          withService({ serviceName: "other" }),
        ],
        [
          '[0].endpoints[1].eventKey: expected another key: /event/svc/trigger is the manual trigger of the service "svc"',
          '[0].endpoints[0].eventKey: expected another key: /event/other/trigger is the manual trigger of the service "other"',
        ],
      ],
      [
        "problems in each",
        [withService({ serviceName: "" }), withTrigger({ type: "windows" })],
        [
          `[0].serviceName: expected ${NAME}, got ""`,
          `[1].trigger.type: expected ${TYPE}, got "windows"`,
        ],
      ],
    ];
    for (const [title, config, problems] of cases) {
      it(`refuses ${title}`, () => {
        assert.deepEqual(problemsOf(config), problems);
      });
    }
  });

  describe("refuses", () => {
    const cases: [string, unknown, string[]][] = [
      ["nothing", "", [": it is empty: expected a service as JSON"]],
      ["blanks", " \n", [": it is empty: expected a service as JSON"]],
      ["a number", "5", [": expected an object, or a list of objects, got 5"]],
      ["a string", '"svc"', [': expected an object, or a list of objects, got "svc"']],
      ["null", "null", [": expected an object, or a list of objects, got null"]],
      ...(
        [
          ["1e400", "Infinity: too large for a number"],
          ["-1e400", "-Infinity: too large for a number"],
          ["-0", "-0"],
        ] as const
      ).map(([written, shown]): [string, unknown, string[]] => [
        `the period ${written}, told as what it is`,
        JSON.stringify(MINIMAL).replace("3600", written),
        [`trigger.observationPeriod: expected ${PERIOD}, got ${shown}`],
      ]),
      ...["eventlog", "_ah/x", "_ah/x/y"].map((eventKey): [string, unknown, string[]] => [
        `the key ${eventKey}, which Cloud Run keeps for itself`,
        withEndpoint({ eventKey }),
        [
          `endpoints[0].eventKey: expected another key: Cloud Run keeps “/eventlog”, and paths that begin with “/_ah/”, for itself, got "${eventKey}"`,
        ],
      ]),
      ...["eventlog", "_ah"].map((serviceName): [string, unknown, string[]] => [
        `the service ${serviceName}, whose paths Cloud Run keeps for itself`,
        withService({ serviceName }),
        [
          `serviceName: expected another name: Cloud Run keeps “/eventlog”, and paths that begin with “/_ah/”, for itself, got "${serviceName}"`,
        ],
      ]),
      ...["", "X Y", "X:", "X\n", "Ü", "(x)"].map((name): [string, unknown, string[]] => [
        `the header ${JSON.stringify(name)}, which is no token`,
        withEndpoint({ keepHeaders: ["Authorization", name] }),
        [`endpoints[0].keepHeaders[1]: expected ${HEADER}, got ${JSON.stringify(name)}`],
      ]),
      [
        "a path that means two endpoints of one service, by its path in no list",
        withService({ endpoints: [{ eventKey: "entry1" }, { eventKey: "svc/entry1" }] }),
        [
          'endpoints[1].eventKey: expected another key: /event/svc/entry1 is also an endpoint of the service "svc"',
        ],
      ],
      [
        "an empty object, naming all that is missing",
        {},
        [
          `serviceName: is missing: expected ${NAME}`,
          "endpoints: is missing: expected a list of at least 1 endpoint",
          "trigger: is missing: expected an object with “type” and “observationPeriod”",
          "targetPubSub: is missing: expected an object with “topic”, unless there are “targets”",
        ],
      ],
      ["no name", withService({ serviceName: "" }), [`serviceName: expected ${NAME}, got ""`]],
      [
        "a name that is null",
        withService({ serviceName: null }),
        [`serviceName: is missing: expected ${NAME}`],
      ],
      [
        "a name that is a number",
        withService({ serviceName: 5 }),
        [`serviceName: expected ${NAME}, got 5`],
      ],
      ...[
        "a/b",
        "/",
        ".",
        "..",
        "__x__",
        "____",
        "__a\nb__",
        "a\nb",
        "a\u0085",
        "\ud800",
        "a\udfffb",
      ].map((name): [string, unknown, string[]] => [
        `the name ${JSON.stringify(name)}, which cannot work`,
        withService({ serviceName: name }),
        [`serviceName: expected ${NAME}, got ${JSON.stringify(name)}`],
      ]),
      [
        "a name of 1001 bytes",
        withService({ serviceName: "é".repeat(500) + "x" }),
        [`serviceName: expected ${NAME}, got "${"é".repeat(76)}…`],
      ],
      [
        "no trigger",
        withService({ trigger: null }),
        ["trigger: is missing: expected an object with “type” and “observationPeriod”"],
      ],
      [
        "an empty trigger",
        withService({ trigger: {} }),
        [
          `trigger.type: is missing: expected ${TYPE}`,
          `trigger.observationPeriod: is missing: expected ${PERIOD}`,
        ],
      ],
      ...["Window", "NONE", "windows", ""].map((type): [string, unknown, string[]] => [
        `the trigger type "${type}"`,
        withTrigger({ type }),
        [`trigger.type: expected ${TYPE}, got "${type}"`],
      ]),
      [
        "a trigger type that is a number, once",
        withTrigger({ type: 5 }),
        [`trigger.type: expected ${TYPE}, got 5`],
      ],
      ...[0, -1, 1.5, "60", true].map((period): [string, unknown, string[]] => [
        `the observation period ${JSON.stringify(period)}`,
        withTrigger({ observationPeriod: period }),
        [`trigger.observationPeriod: expected ${PERIOD}, got ${JSON.stringify(period)}`],
      ]),
      ...["yes", 1, "true"].map((keep): [string, unknown, string[]] => [
        `keepEventAfterTrigger ${JSON.stringify(keep)}`,
        withTrigger({ keepEventAfterTrigger: keep }),
        [`trigger.keepEventAfterTrigger: expected true or false, got ${JSON.stringify(keep)}`],
      ]),
      [
        "no endpoints",
        withService({ endpoints: null }),
        ["endpoints: is missing: expected a list of at least 1 endpoint"],
      ],
      [
        "an empty list of endpoints",
        withService({ endpoints: [] }),
        ["endpoints: expected a list of at least 1 endpoint, got []"],
      ],
      [
        "endpoints that are no list",
        withService({ endpoints: {} }),
        ["endpoints: expected a list of at least 1 endpoint, got {}"],
      ],
      [
        "null among the endpoints, where the original crashed",
        withService({ endpoints: [{ eventKey: "entry1" }, null] }),
        ["endpoints[1]: expected an object with “eventKey”, got null"],
      ],
      [
        "an endpoint without a key",
        withService({ endpoints: [{ eventKey: "entry1" }, {}] }),
        [`endpoints[1].eventKey: is missing: expected ${KEY}`],
      ],
      ...["", "/a", "a/", "a//b", ".", "a/../b", "\ud800", "a/\udc00b", "x".repeat(1001)].map(
        (eventKey): [string, unknown, string[]] => [
          `the event key "${eventKey.slice(0, 20)}", which can never arrive`,
          withEndpoint({ eventKey }),
          [`endpoints[0].eventKey: expected ${KEY}, got ${shown(eventKey)}`],
        ],
      ),
      [
        "a key that is a number",
        withEndpoint({ eventKey: 1 }),
        [`endpoints[0].eventKey: expected ${KEY}, got 1`],
      ],
      [
        "equal keys, each repetition",
        withService({ endpoints: ["a", "b", "a", "a"].map((eventKey) => ({ eventKey })) }),
        [
          'endpoints[2].eventKey: expected a unique key, got "a" as at endpoints[0].eventKey',
          'endpoints[3].eventKey: expected a unique key, got "a" as at endpoints[0].eventKey',
        ],
      ],
      [
        "unknown methods, each of them",
        withEndpoint({ acceptedHttpMethods: ["POST", "brew", "", 5] }),
        [
          `endpoints[0].acceptedHttpMethods[1]: expected ${METHOD}, got "brew"`,
          `endpoints[0].acceptedHttpMethods[2]: expected ${METHOD}, got ""`,
          `endpoints[0].acceptedHttpMethods[3]: expected ${METHOD}, got 5`,
        ],
      ],
      [
        "methods that are no list",
        withEndpoint({ acceptedHttpMethods: "POST" }),
        ['endpoints[0].acceptedHttpMethods: expected a list of HTTP methods, got "POST"'],
      ],
      ...["all", "First", "NONE"].map((eventToSend): [string, unknown, string[]] => [
        `eventToSend "${eventToSend}"`,
        withEndpoint({ eventToSend }),
        [`endpoints[0].eventToSend: expected ${SENT}, got "${eventToSend}"`],
      ]),
      ...[-1, 1.5, "2", 10_001].map((count): [string, unknown, string[]] => [
        `minNbOfOccurrence ${JSON.stringify(count)}`,
        withEndpoint({ minNbOfOccurrence: count }),
        [`endpoints[0].minNbOfOccurrence: expected ${COUNT}, got ${JSON.stringify(count)}`],
      ]),
      [
        "keepHeaders that are no names",
        withEndpoint({ keepHeaders: ["Cookie", "", 5] }),
        [
          `endpoints[0].keepHeaders[1]: expected ${HEADER}, got ""`,
          `endpoints[0].keepHeaders[2]: expected ${HEADER}, got 5`,
        ],
      ],
      [
        "redactQueryParams that are no names",
        withEndpoint({ redactQueryParams: ["key", "", 5] }),
        [
          'endpoints[0].redactQueryParams[1]: expected the name of a query parameter, got ""',
          "endpoints[0].redactQueryParams[2]: expected the name of a query parameter, got 5",
        ],
      ],
      [
        "no target",
        withService({ targetPubSub: null }),
        ["targetPubSub: is missing: expected an object with “topic”, unless there are “targets”"],
      ],
      [
        "a target without a topic",
        withService({ targetPubSub: {} }),
        [`targetPubSub.topic: is missing: expected ${TOPIC}`],
      ],
      ...[
        "",
        "topic1",
        "topics/topic1",
        "a/b/c/d",
        "///",
        "projects/demo-eventsync/topics/",
        "projects//topics/topic1",
        "projects/demo-eventsync/topics/topic1/x",
        "projects/demo-eventsync/subscriptions/topic1",
        "projects/Demo/topics/topic1",
        "projects/Demo/topics/t1",
        "/projects/demo-eventsync/topics/topic1",
      ].map((topic): [string, unknown, string[]] => [
        `the topic ${JSON.stringify(topic)}`,
        withTopic(topic),
        [`targetPubSub.topic: expected ${TOPIC}, got ${JSON.stringify(topic)}`],
      ]),
      ...["t1", "a".repeat(256), "1st", "google", "a b c", "topic1\n"].map(
        (name): [string, unknown, string[]] => [
          `the topic called ${JSON.stringify(name)}`,
          withTopic(`projects/demo-eventsync/topics/${name}`),
          [
            `targetPubSub.topic: expected a topic whose name has 3 to 255 letters, digits and any of -_.~+%, begins with a letter, and not with goog, got ${shown(name)}`,
          ],
        ],
      ),
      [
        "the placeholders of the original's sample, with an example to go by",
        withTopic("projects/<ProjectID>/topics/<Topic>"),
        [
          'targetPubSub.topic: expected the full name of a topic, such as projects/my-project/topics/my-topic, got "projects/<ProjectID>/topics/<Topic>"',
        ],
      ],
      ...[0, -1, 1.5, "7d"].map((retention): [string, unknown, string[]] => [
        `retentionPeriod ${JSON.stringify(retention)}`,
        withService({ retentionPeriod: retention }),
        [`retentionPeriod: expected ${RETENTION}, got ${JSON.stringify(retention)}`],
      ]),
      [
        "cors without origins",
        withService({ cors: {} }),
        ["cors.origins: is missing: expected a list of at least 1 origin"],
      ],
      [
        "an empty list of origins",
        withService({ cors: { origins: [] } }),
        ["cors.origins: expected a list of at least 1 origin, got []"],
      ],
      ...[
        "example.com",
        "https://example.com/",
        "https://a b",
        "ftp://x",
        "",
        "null",
        "https://*",
        "https://*.example.com",
        "https://user:pw@example.com",
        "https://example.com?x",
        "https://example.com#x",
        "https://Example.com",
        "HTTPS://example.com",
        "https://example.com:443",
        "https://exämple.com",
        "https://",
      ].map((origin): [string, unknown, string[]] => [
        `the origin "${origin}"`,
        withService({ cors: { origins: [origin] } }),
        [`cors.origins[0]: expected ${ORIGIN}, got "${origin}"`],
      ]),
      [
        "what is wrong in different parts, all at once",
        {
          ...MINIMAL,
          serviceName: "a/b",
          trigger: { type: "both", observationPeriod: 0 },
          endpoints: [{ eventKey: "a", eventToSend: "some" }, { eventKey: "a" }],
          targetPubSub: { topic: "t" },
        },
        [
          `endpoints[0].eventToSend: expected ${SENT}, got "some"`,
          `trigger.type: expected ${TYPE}, got "both"`,
          `trigger.observationPeriod: expected ${PERIOD}, got 0`,
          `targetPubSub.topic: expected ${TOPIC}, got "t"`,
          `serviceName: expected ${NAME}, got "a/b"`,
          'endpoints[1].eventKey: expected a unique key, got "a" as at endpoints[0].eventKey',
        ],
      ],
    ];
    for (const [title, config, problems] of cases) {
      it(title, () => {
        assert.deepEqual(problemsOf(config), problems);
      });
    }

    it("lists and objects deeper than any configuration has", () => {
      const problem = ": expected no more than 32 lists and objects inside one another";
      for (const depth of [33, 10_000, 100_000]) {
        assert.deepEqual(problemsOf("[".repeat(depth) + "]".repeat(depth)), [problem]);
        const deep = `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`;
        assert.deepEqual(problemsOf(deep), [problem]);
      }
      const key = JSON.stringify(MINIMAL).replace("{", `{"x": ${"[".repeat(31)}${"]".repeat(31)},`);
      assert.deepEqual(parse(key).ignored, [{ path: "x" }]);
    });

    it("what an apostrophe in a .env file cut off, and says how to write it", () => {
      const [problem] = problemsOf('{"serviceName": "it');
      assert.match(problem ?? "", /Unterminated string.*ends early.*“'”.*write it as \\u0027$/);
      assert.match(problemsOf('{"a": [1,')[0] ?? "", /\\u0027$/);
      assert.doesNotMatch(problemsOf("{x}")[0] ?? "", /u0027/);
    });

    it("what is not JSON, and says where", () => {
      const [problem] = problemsOf('{"serviceName": "svc",}');
      assert.match(problem ?? "", /^: it is not valid JSON: .*position 22/);
    });
  });

  it("says what is wrong with schemas and filters together with all else, each with its path", () => {
    const wrong = {
      ...MINIMAL,
      endpoints: [
        { eventKey: "entry1", schema: { properties: { a: { type: "int" } } } },
        { eventKey: "entry2", minNbOfOccurrence: -1, filter: "bdy == 1" },
      ],
    };
    assert.throws(
      () => parseConfig(JSON.stringify([wrong]), checkContent),
      (error) => {
        assert.ok(error instanceof ConfigError);
        const paths = error.problems.map(({ path }) => path);
        assert.deepEqual(paths, [
          "[0].endpoints[1].minNbOfOccurrence",
          "[0].endpoints[0].schema.properties.a.type",
          "[0].endpoints[1].filter",
        ]);
        return true;
      },
    );
  });

  it("refuses a name that is too long as the source of a CloudEvent", () => {
    const serviceName = "é".repeat(170);
    const format = (name: string) => ({
      ...MINIMAL,
      serviceName,
      targetPubSub: { ...MINIMAL.targetPubSub, format: name },
    });
    assert.equal(parse(format("message")).services.length, 1);
    assert.throws(() => parse(format("cloudevents")), ConfigError);
  });

  it("reports a very wrong configuration as the golden file has it", () => {
    const wrong = [
      {
        serviceName: "a/b",
        endpoints: [
          null,
          { eventKey: "ok", acceptedHttpMethods: ["post", "brew"], minNbOfOccurrence: -1 },
          { eventKey: "/ok", eventToSend: "all" },
          { eventKey: "ok", keepHeaders: "Authorization" },
          { eventKey: "asks", schema: [], filter: true },
          {},
        ],
        trigger: { type: "Window", observationPeriod: "60", keepEventAfterTrigger: 1 },
        targetPubSub: { topic: "projects/<ProjectID>/topics/<Topic>" },
        retentionPeriod: 0,
        cors: { origins: ["https://example.com/app"] },
      },
      { ...MINIMAL, retentionPeriod: 60 },
      { ...MINIMAL, targetPubSub: { format: "CloudEvents", orderingKey: "eventKey" } },
      MINIMAL,
      "svc",
    ];
    assert.throws(
      () => parse(wrong),
      (error) => {
        assert.ok(error instanceof ConfigError);
        matchGolden("config-errors.txt", `${error.report}\n`);
        return true;
      },
    );
  });

  it("names what nothing reads beside what is missing: it may be that, misspelt", () => {
    const misspelt = { ...MINIMAL, correlation: { key: { heder: "X-Id" } }, deadline: { secs: 5 } };
    assert.throws(
      () => parse(misspelt),
      (error) => {
        assert.ok(error instanceof ConfigError);
        assert.deepEqual(error.report.split("\n").slice(-2), [
          "  (nothing reads the key correlation.key.heder: did you mean “header”?)",
          "  (nothing reads the key deadline.secs)",
        ]);
        return true;
      },
    );
  });

  it("says nothing about the configuration to a caller", () => {
    assert.throws(() => parse({ ...MINIMAL, serviceName: "se/cret" }), {
      code: "invalid-configuration",
      httpStatus: 500,
      message: "The configuration of this deployment is refused; see its log.",
    });
  });
});

describe("a configuration with targets is refused, with path and reason,", () => {
  const HOOK = { name: "shop", kind: "http", url: "https://shop.example/" };
  for (const [title, target, problem] of [
    [
      "without a URL",
      { ...HOOK, url: undefined },
      "targets[0].url: is missing: expected a URL that begins with https://",
    ],
    [
      "at a private address",
      { ...HOOK, url: "https://[::ffff:169.254.169.254]/" },
      "targets[0].url: expected a public address, or “allowPrivate”; ::ffff:a9fe:a9fe is none",
    ],
    [
      "with a variable that does not exist",
      { ...HOOK, url: "https://shop.example/{order}" },
      "targets[0].url: there are only the variables {key}, {eventID}, {service}",
    ],
    [
      "with a secret that can have no such name",
      { ...HOOK, signature: { secret: "no such name" } },
      'targets[0].signature.secret: expected the name of a secret: letters, digits, “-” and “_”, got "no such name"',
    ],
    [
      "of a kind that there is not",
      { ...HOOK, kind: "ftp" },
      'targets[0].kind: expected one of pubsub, http, pull, got "ftp"',
    ],
  ] as const) {
    it(title, () => {
      assert.deepEqual(problemsOf(withService({ targets: [target] })), [problem]);
    });
  }

  it("unless they are correct", () => {
    const { services } = parseConfig(JSON.stringify(withService({ targets: [HOOK] })));
    assert.deepEqual(
      services[0].targets?.map(({ name, kind }) => [name, kind]),
      [["shop", "http"]],
    );
  });
});

/** As messages show a value: JSON, of 80 characters at most. */
function shown(value: string): string {
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}
