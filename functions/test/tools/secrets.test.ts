import assert from "node:assert/strict";

import type { HttpTarget } from "../../src/domain/target.ts";
import { reviewSecrets, type SecretsReview } from "../../tools/secrets.ts";

const PLAIN: HttpTarget = {
  name: "shop",
  kind: "http",
  reasons: ["complete"],
  url: "https://shop.example/",
  method: "POST",
  headers: {},
  body: "message",
  timeoutSeconds: 10,
  allowPrivate: false,
  retry: { maxAttempts: 20, firstSeconds: 5, longestSeconds: 14_400 },
};
const SIGNED: HttpTarget = {
  ...PLAIN,
  headers: { "X-Api-Key": { secret: "key" } },
  signature: { secret: "hook", previousSecret: "old" },
};

function review(value: string | undefined, target: HttpTarget): SecretsReview {
  const settings = value === undefined ? {} : { SECRETS: { value, file: "functions/.env.p" } };
  return reviewSecrets(settings, [target], "a@p.iam.gserviceaccount.com");
}

describe("the review of the secrets", () => {
  it("says nothing where no target needs one", () => {
    for (const value of [undefined, "", "projects/p/secrets/s"]) {
      assert.deepEqual(review(value, PLAIN), { facts: [], problems: [] });
    }
  });

  it("names what must exist, and what is not looked at", () => {
    const { facts, problems } = review("projects/p/secrets/s", SIGNED);
    assert.deepEqual(problems, []);
    assert.deepEqual(facts, [
      'must exist, and is not looked at: secret projects/p/secrets/s, a JSON object with "key", "hook", "old", and on it roles/secretmanager.secretAccessor for a@p.iam.gserviceaccount.com',
    ]);
  });

  const refused: readonly [string | undefined, RegExp][] = [
    [undefined, /^SECRETS has no value, and targets need the secrets "key", "hook", "old"/],
    ["", /^SECRETS has no value/],
    ['{"key":"s3cret"}', /^SECRETS in functions\/\.env\.p holds the secrets themselves/],
    ["my-secret", /^SECRETS in functions\/\.env\.p: expected projects\/.*; got "my-secret"$/],
    ["projects/p/secrets/s/versions/", /; got "projects\/p\/secrets\/s\/versions\/"$/],
  ];
  for (const [value, expected] of refused) {
    it(`refuses ${value === "" ? "an empty value" : String(value)}`, () => {
      const { problems } = review(value, SIGNED);
      assert.equal(problems.length, 1);
      assert.match(problems[0] ?? "", expected);
      assert.doesNotMatch(problems[0] ?? "", /s3cret/);
    });
  }
});
