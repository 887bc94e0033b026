import assert from "node:assert/strict";

import { ConfigError, parseConfig } from "../../src/config/parse.ts";

const TOPIC = "projects/demo-eventsync/topics/topic1";
const DEAD = { topic: "projects/demo-eventsync/topics/dead" };

/** A service whose deadline is this, and the rest as it must be. */
const service = (deadline: object | undefined, more: object = {}): object => ({
  serviceName: "svc",
  endpoints: [{ eventKey: "a" }],
  trigger: { type: "window", observationPeriod: 90_000 },
  targetPubSub: { topic: TOPIC },
  ...(deadline !== undefined && { deadline }),
  ...more,
});

function problemsOf(config: object): string[] {
  try {
    parseConfig(JSON.stringify(config));
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error));
    return error.problems.map(({ path, message }) => `${path}: ${message}`);
  }
  assert.fail("it was accepted");
}

const trigger = (overrides: object): object => ({
  trigger: { type: "window", observationPeriod: 90_000, ...overrides },
});
const DAILY = { at: "06:00", timeZone: "Europe/Berlin" };

describe("the deadline of a service", () => {
  it("is read as it is written, and publishes unless it says otherwise", () => {
    const read = (...args: Parameters<typeof service>): unknown => {
      const [parsed] = parseConfig(JSON.stringify(service(...args))).services;
      return parsed.deadline;
    };
    assert.equal(read(undefined), undefined);
    assert.deepEqual(read({ seconds: 90_000 }), { seconds: 90_000, then: "publish" });
    assert.deepEqual(read({ SECONDS: 1, From: "last", THEN: "discard" }), {
      seconds: 1,
      from: "last",
      then: "discard",
    });
    assert.deepEqual(read(DAILY), { ...DAILY, then: "publish" });
    assert.deepEqual(read({ ...DAILY, then: "deadLetter" }, { deadLetterPubSub: DEAD }), {
      ...DAILY,
      then: "deadLetter",
    });
  });

  const refused: Record<string, readonly [object, ...string[]]> = {
    "one that is longer than the observation period": [
      service({ seconds: 90_001 }),
      "deadline.seconds: expected at most 90000, the observation period, got 90001",
    ],
    "a time of day with less than the longest day": [
      service(DAILY, trigger({ observationPeriod: 86_400 })),
      "trigger.observationPeriod: expected at least 90000 seconds with deadline.at: the longest day, on which summer time ends, got 86400",
    ],
    "a zone that does not exist": [
      service({ ...DAILY, timeZone: "Europe/Atlantis" }),
      'deadline.timeZone: expected the name of a time zone, such as Europe/Berlin or UTC, got "Europe/Atlantis"',
    ],
    "a time of day without a zone": [
      service({ at: "06:00" }),
      "deadline.timeZone: is missing: expected the name of a time zone, such as Europe/Berlin or UTC",
    ],
    "a time that is none": [
      service({ ...DAILY, at: "24:00" }),
      'deadline.at: expected a time of day, such as 06:00 or 23:59:30, got "24:00"',
    ],
    "seconds that are none": [
      service({ seconds: 0 }),
      "deadline.seconds: expected a whole number of seconds, at least 1, and at most the observation period, got 0",
    ],
    "neither seconds nor a time of day": [
      service({ then: "discard" }),
      "deadline: expected either “seconds”, or “at” with “timeZone”",
    ],
    "both seconds and a time of day": [
      service({ ...DAILY, seconds: 1 }),
      "deadline: expected either “seconds”, or “at” with “timeZone”",
    ],
    "a zone with seconds": [
      service({ seconds: 1, timeZone: "UTC" }),
      "deadline.timeZone: expected only with “at”",
    ],
    "an event to count from with a time of day": [
      service({ ...DAILY, from: "last" }),
      "deadline.from: expected only with “seconds”",
    ],
    "one where only a manual trigger closes windows": [
      service({ seconds: 1 }, trigger({ type: "none" })),
      "deadline: expected only where trigger.type is “window”: else nothing but a manual trigger closes a window",
    ],
    "one where events are kept": [
      service({ seconds: 1 }, trigger({ keepEventAfterTrigger: true })),
      "deadline: expected only where trigger.keepEventAfterTrigger is false: else windows are not closed, and events stay",
    ],
    "a dead letter without a topic": [
      service({ seconds: 1, then: "deadLetter" }),
      "deadLetterPubSub: is missing: expected an object with “topic”, since deadline.then is “deadLetter”",
    ],
    "a dead-letter topic that nothing uses": [
      service({ seconds: 1 }, { deadLetterPubSub: DEAD }),
      "deadLetterPubSub: expected only where deadline.then is “deadLetter”",
    ],
    "a dead-letter topic that is none": [
      service({ seconds: 1, then: "deadLetter" }, { deadLetterPubSub: { topic: "dead" } }),
      'deadLetterPubSub.topic: expected the full name of a topic, such as projects/my-project/topics/my-topic, got "dead"',
    ],
  };
  for (const [name, [config, ...problems]] of Object.entries(refused)) {
    it(`is refused, with its path and the reason: ${name}`, () => {
      assert.deepEqual(problemsOf(config), problems);
    });
  }
});
