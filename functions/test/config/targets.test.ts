import assert from "node:assert/strict";
import { checkTargets, withTargets } from "../../src/config/targets.ts";
import type { GivenService } from "../../src/config/schema.ts";

type GivenTarget = NonNullable<GivenService["targets"]>[number];

const HOOK: GivenTarget = { name: "billing", kind: "http", url: "https://example.com/hook" };

function service(
  targets: readonly GivenTarget[],
  others: Partial<GivenService> = {},
): GivenService {
  const [a, b] = ["a", "b"].map((eventKey) => ({
    eventKey,
    acceptedHttpMethods: ["POST" as const],
    eventToSend: "ALL" as const,
    minNbOfOccurrence: 1,
    keepHeaders: [],
    redactQueryParams: [],
  }));
  assert.ok(a && b);
  return {
    serviceName: "svc",
    endpoints: [a, b],
    trigger: { type: "window", observationPeriod: 3600, keepEventAfterTrigger: false },
    retentionPeriod: 604_800,
    targets: [...targets],
    ...others,
  };
}

const problemsOf = (
  targets: readonly GivenTarget[],
  others: Partial<GivenService> = {},
): string[] =>
  checkTargets(service(targets, others), "").map(({ path, message }) => `${path}: ${message}`);

describe("the targets of a service", () => {
  it("have their defaults", () => {
    const { targets: all } = withTargets(
      service([HOOK, { name: "log", kind: "pull", reasons: ["complete"] }]),
    );
    assert.deepEqual(all, [
      {
        name: "billing",
        kind: "http",
        reasons: ["complete", "deadline", "manual"],
        url: "https://example.com/hook",
        method: "POST",
        headers: {},
        body: "message",
        timeoutSeconds: 10,
        allowPrivate: false,
        retry: { maxAttempts: 20, firstSeconds: 5, longestSeconds: 14_400 },
      },
      { name: "log", kind: "pull", reasons: ["complete"] },
    ]);
    assert.deepEqual(problemsOf([HOOK]), []);
  });

  it("publish answers below 400 where nothing else is asked for", () => {
    const topic = "projects/demo/topics/replies";
    const { targets: [target] = [] } = withTargets(service([{ ...HOOK, reply: { topic } }]));
    assert.deepEqual(target?.kind === "http" && target.reply, { topic, when: ["onSuccess"] });
  });

  const refused: readonly [string, readonly GivenTarget[], string, Partial<GivenService>?][] = [
    [
      "two have one name",
      [HOOK, HOOK],
      "targets[1].name: expected a unique name, got “billing” as at targets[0].name",
    ],
    [
      "a server has no URL",
      [{ name: "billing", kind: "http" }],
      "targets[0].url: is missing: expected a URL that begins with https://",
    ],
    [
      "a topic has no name",
      [{ name: "t", kind: "pubsub" }],
      "targets[0].topic: is missing: expected the full name of a topic",
    ],
    [
      "a log has a URL",
      [{ name: "log", kind: "pull", url: "https://example.com" }],
      "targets[0].url: expected nothing here: a target of the kind “pull” has no such field",
    ],
    [
      "a server has a topic",
      [{ ...HOOK, topic: "projects/demo/topics/t" }],
      "targets[0].topic: expected nothing here: a target of the kind “http” has no such field",
    ],
    [
      "calls are ordered by a key that there is not",
      [{ ...HOOK, ordered: "key" }],
      "targets[0].ordered: expected “all”, or a “correlation” in the service: its events have no key",
    ],
    [
      "the event is sent, and there are two",
      [{ ...HOOK, body: "event" }],
      "targets[0].body: expected “message” or “cloudevents”: “event” is for a service with one endpoint that needs one event, sends ALL, and does not keep events",
    ],
    [
      "the longest pause is shorter than the first",
      [{ ...HOOK, retry: { firstSeconds: 60, longestSeconds: 5 } }],
      "targets[0].retry.longestSeconds: expected at least firstSeconds (60), got 5",
    ],
    [
      "a URL has a variable that does not exist",
      [{ ...HOOK, url: "https://example.com/{order}" }],
      "targets[0].url: there are only the variables {key}, {eventID}, {service}",
    ],
    [
      "a variable would say who is called",
      [{ ...HOOK, url: "https://{key}.example.com/" }],
      "targets[0].url: expected a URL that begins with https:// and a host",
    ],
    [
      "an address is private",
      [{ ...HOOK, url: "https://169.254.169.254/" }],
      "targets[0].url: expected a public address, or “allowPrivate”; 169.254.169.254 is none",
    ],
    [
      "a URL is not of https",
      [{ ...HOOK, url: "http://example.com/" }],
      "targets[0].url: expected a URL that begins with https:// and a host, or also “allowPrivate”: with it http:// is possible",
    ],
    [
      "a header has a variable that does not exist",
      [{ ...HOOK, headers: { "X-Key": "{keys}" } }],
      "targets[0].headers.X-Key: there are only the variables {key}, {eventID}, {service}",
    ],
    [
      "a header is EventSync's own",
      [{ ...HOOK, headers: { Host: "example.com" } }],
      "targets[0].headers.Host: EventSync writes this header itself",
    ],
    [
      "a header is there twice",
      [{ ...HOOK, headers: { "X-Key": "a", "x-key": "b" } }],
      "targets[0].headers.x-key: expected one header of this name, in any letter case",
    ],
    [
      "a header and a token say who calls",
      [{ ...HOOK, headers: { Authorization: { secret: "a" } }, auth: { identityToken: {} } }],
      "targets[0].headers.Authorization: expected no such header: the identity token is in it",
    ],
  ];
  for (const [what, targets, message] of refused) {
    it(`are refused where ${what}`, () => {
      assert.deepEqual(problemsOf(targets), [message]);
    });
  }

  it("may be in a private network that is allowed", () => {
    const url = "http://127.0.0.1:8080/{key}?id={eventID}";
    assert.deepEqual(problemsOf([{ ...HOOK, url, allowPrivate: true }]), []);
  });

  it("may send the event itself where each is relayed", () => {
    const [endpoint] = service([]).endpoints;
    assert.ok(endpoint);
    const relay = { endpoints: [endpoint] };
    assert.deepEqual(problemsOf([{ ...HOOK, body: "event" }], relay), []);
    const two = { endpoints: [{ ...endpoint, minNbOfOccurrence: 2 }] };
    assert.equal(problemsOf([{ ...HOOK, body: "event" }], two).length, 1);
  });
});
