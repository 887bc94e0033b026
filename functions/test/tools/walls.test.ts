import assert from "node:assert/strict";
import { ESLint, type Linter } from "eslint";
import tseslint from "typescript-eslint";

import { FUNCTIONS_DIR } from "../../tools/paths.ts";

/** Without the rules that ask for types, which take seconds and say nothing about imports. */
const eslint = new ESLint({
  cwd: FUNCTIONS_DIR,
  overrideConfig: tseslint.configs.disableTypeChecked as Linter.Config,
});

const WALLS = [
  "no-restricted-imports",
  "@typescript-eslint/no-restricted-imports",
  "no-restricted-syntax",
];

/** Whether a file of that path may hold this line. */
async function isAllowed(filePath: string, code: string): Promise<boolean> {
  const [result] = await eslint.lintText(`${code}\n`, { filePath });
  const errors = result?.messages ?? [];
  assert.deepEqual(
    errors.filter(({ fatal }) => fatal === true),
    [],
  );
  return !errors.some(({ ruleId }) => ruleId !== null && WALLS.includes(ruleId));
}

const IMPORTS: readonly [path: string, allowed: readonly string[], refused: readonly string[]][] = [
  [
    "src/domain/rule.ts",
    ["./event.ts"],
    [
      "../app/ports.ts",
      "p-map",
      "@google-cloud/firestore",
      "@opentelemetry/api",
      "node:fs",
      "node:https",
    ],
  ],
  [
    "src/app/relay.ts",
    ["./ports.ts", "../domain/rule.ts", "p-map", "p-retry", "p-timeout", "async-mutex"],
    [
      "@google-cloud/firestore",
      "@google-cloud/pubsub",
      "@opentelemetry/api",
      "firebase-functions/logger",
      "node:fs",
      "../adapters/log.ts",
      "../adapters/firestore/outbox.ts",
      "../config/schema.ts",
      "../compose.ts",
      "./../compose.ts",
    ],
  ],
  [
    "src/app/delivery/attemptHttp.ts",
    ["./buildCall.ts", "../ports.ts", "../ports/caller.ts", "../../domain/attempt.ts", "p-map"],
    ["../../adapters/log.ts", "../../compose.ts", "../../config/schema.ts", "node:https"],
  ],
  [
    "src/config/parse.ts",
    ["./route.ts", "../domain/errors.ts", "node:module"],
    [
      "ajv",
      "json-schema-to-ts",
      "json-p3",
      "node:fs",
      "../app/ports.ts",
      "../params.ts",
      "firebase-functions/params",
    ],
  ],
  [
    "src/adapters/log.ts",
    ["firebase-functions/logger", "../app/ports.ts", "./firestore/paths.ts"],
    ["../compose.ts", "../params.ts", "../functions/event.ts", "../globalOptions.ts"],
  ],
  [
    "src/adapters/firestore/outbox.ts",
    ["@google-cloud/firestore", "../../app/ports.ts", "../../domain/sync.ts", "../spareDomains.ts"],
    ["../../compose.ts", "../../params.ts", "../../functions/event.ts", "../../index.ts"],
  ],
  [
    "src/adapters/targets/http/caller.ts",
    ["node:https", "./guardedLookup.ts", "../../log.ts", "../../../app/ports/caller.ts"],
    ["../../../compose.ts", "../../../params.ts", "../../../functions/event.ts"],
  ],
  [
    "console/api.ts",
    ["./route.ts", "./parts.tsx", "preact", "preact/hooks"],
    ["../src/config/schema.ts", "preact/compat", "node:fs", "../tools/paths.ts"],
  ],
  [
    "testkit/hostile/world.ts",
    ["../inbox.ts", "./random.ts", "../../src/app/ports.ts", "@google-cloud/firestore", "p-map"],
    ["../../tools/paths.ts", "../../test/support/factories.ts", "./../../test/support/store.ts"],
  ],
  [
    "tools/torture.ts",
    ["../testkit/hostile/world.ts", "../src/config/parse.ts", "./paths.ts"],
    ["../test/support/factories.ts", "./../test/support/store.ts"],
  ],
  ["test/hostile/model.test.ts", ["../../testkit/inbox.ts", "../../tools/paths.ts"], []],
];

describe("the walls between the layers", function () {
  this.timeout(30_000);
  for (const [path, allowed, refused] of IMPORTS) {
    it(`stand around ${path}`, async () => {
      for (const name of allowed) {
        assert.ok(await isAllowed(path, `import * as x from "${name}";`), `${name} is refused`);
      }
      for (const name of refused) {
        assert.ok(!(await isAllowed(path, `import * as x from "${name}";`)), `${name} passes`);
        assert.ok(!(await isAllowed(path, `export * from "${name}";`)), `${name} passes again`);
        assert.ok(!(await isAllowed(path, `await import("${name}");`)), `${name} passes later`);
      }
    });
  }

  it("let the configuration name the types of what is not installed where it runs", async () => {
    for (const name of ["ajv", "json-schema-to-ts"]) {
      assert.ok(await isAllowed("src/config/parse.ts", `import type { X } from "${name}";`), name);
    }
  });
});
