import assert from "node:assert/strict";

import { ConfigError, parseConfig } from "../../src/config/parse.ts";

const service = (receipts: unknown): string =>
  JSON.stringify({
    serviceName: "svc",
    endpoints: [{ eventKey: "a" }],
    trigger: { type: "window", observationPeriod: 60 },
    targetPubSub: { topic: "projects/demo-eventsync/topics/topic1" },
    receipts,
  });

function problemsOf(receipts: unknown): string[] {
  try {
    parseConfig(service(receipts));
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error));
    return error.problems.map(({ path, message }) => `${path}: ${message}`);
  }
  assert.fail("it was accepted");
}

const LIST = "a list of 1 to 20 names";
const NAME = "a name of at most 255 letters, digits and any of _.~+%-, which begins with a letter";
const NAMES = Array.from({ length: 20 }, (_, index) => `s${String(index)}`);

describe("the receipts of a service", () => {
  it("are expected of those whom it names", () => {
    for (const subscriptions of [["billing"], NAMES]) {
      const { services } = parseConfig(service({ subscriptions }));
      assert.deepEqual(services[0].receipts, { subscriptions });
    }
    assert.equal(parseConfig(service(undefined)).services[0].receipts, undefined);
  });

  const refused: Readonly<Record<string, readonly [unknown, ...string[]]>> = {
    "a list": [["a"], 'receipts: expected an object with “subscriptions”, got ["a"]'],
    "without names": [{}, `receipts.subscriptions: is missing: expected ${LIST}`],
    "none at all": [{ subscriptions: [] }, `receipts.subscriptions: expected ${LIST}, got []`],
    "a path": [
      { subscriptions: ["a", "p/b"] },
      `receipts.subscriptions[1]: expected ${NAME}, got "p/b"`,
    ],
    "a name twice": [
      { subscriptions: ["a", "b", "a"] },
      'receipts.subscriptions[2]: expected a unique name, got "a" as at receipts.subscriptions[0]',
    ],
  };
  for (const [name, [receipts, ...problems]] of Object.entries(refused)) {
    it(`are refused: ${name}`, () => {
      assert.deepEqual(problemsOf(receipts), problems);
    });
  }

  it("are refused: too many", () => {
    const [problem] = problemsOf({ subscriptions: [...NAMES, "one-more"] });
    assert.match(problem ?? "", new RegExp(`^receipts.subscriptions: expected ${LIST}, got `));
  });
});
