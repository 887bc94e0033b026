import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";

import { FUNCTIONS_DIR } from "../../../tools/paths.ts";
import { serviceConfig } from "../../support/factories.ts";

/** Prints which of the modules for targets a process has loaded, and whether that was all of Pub/Sub. */
const program = (use: string): string => `
  import { registerHooks } from "node:module";
  const loaded = new Set();
  registerHooks({
    load(url, context, next) {
      const [, name] = /(adapters\\/targets|adapters\\/secrets|@google-cloud\\/pubsub)\\//.exec(url) ?? [];
      if (name !== undefined) loaded.add(name);
      return next(url, context);
    },
  });
  await import("./src/index.ts");
  const compose = await import("./src/compose.ts");
  await compose.services();
  ${use}
  process.stderr.write("loaded:" + [...loaded].sort().join());
`;

function loadedBy(use: string): string | undefined {
  const config = serviceConfig("svc", ["a", "b"]);
  const { stderr } = spawnSync(process.execPath, ["--input-type=module", "--eval", program(use)], {
    cwd: FUNCTIONS_DIR,
    encoding: "utf8",
    env: { ...process.env, CONFIG: JSON.stringify(config), FUNCTION_TARGET: "checkWindow" },
  });
  return /loaded:(.*)$/.exec(stderr)?.[1] ?? stderr;
}

describe("what targets make a function load", function () {
  this.timeout(60_000);

  it("is nothing, where there are none", () => {
    assert.equal(loadedBy(""), "");
    assert.equal(loadedBy("await compose.engine();"), "");
  });

  it("is no library, where servers are called", () => {
    const use = "await compose.httpAttempts();";
    assert.equal(loadedBy(use), "adapters/secrets,adapters/targets");
  });
});
