import assert from "node:assert/strict";

import { parseConfig } from "../../src/config/parse.ts";
import { localSecrets } from "../../tools/localParameters.ts";

function services(targets: readonly object[]) {
  const config = {
    serviceName: "orders",
    trigger: { type: "window", observationPeriod: 60 },
    endpoints: [{ eventKey: "a" }],
    targets,
  };
  return parseConfig(JSON.stringify(config)).services;
}

const HOOK = { name: "shop", kind: "http", url: "https://shop.example" };
const SIGNED = { ...HOOK, signature: { secret: "new", previousSecret: "old" } };
const reads = (value?: string) => (): Record<string, string> =>
  value === undefined ? {} : { SECRETS: value, OTHER: "x" };

describe("the secrets of a local run", () => {
  it("are not even looked for where nothing needs them", () => {
    const never = (): never => assert.fail("the files were read");
    assert.deepEqual(localSecrets(services([HOOK]), never), { env: {}, missing: [] });
  });

  it("are given to the functions as they stand in the files, and what is missing is named", () => {
    const asked = services([SIGNED]);
    const both = '{"new": "s3cret", "old": "0ld"}';
    assert.deepEqual(localSecrets(asked, reads(both)), { env: { SECRETS: both }, missing: [] });
    const one = '{"new": "s3cret"}';
    assert.deepEqual(localSecrets(asked, reads(one)), { env: { SECRETS: one }, missing: ["old"] });
    assert.deepEqual(localSecrets(asked, reads()), { env: {}, missing: ["new", "old"] });
    for (const broken of ["{", "[]", "null"]) {
      assert.deepEqual(localSecrets(asked, reads(broken)).missing, ["new", "old"]);
    }
  });

  it("may be those of Secret Manager, which nobody can look into", () => {
    const SECRETS = "projects/p/secrets/s";
    assert.deepEqual(localSecrets(services([SIGNED]), reads(SECRETS)), {
      env: { SECRETS },
      missing: [],
    });
  });
});
