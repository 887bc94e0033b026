import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";

import { FUNCTIONS_DIR } from "../../../tools/paths.ts";
import { serviceConfig } from "../../support/factories.ts";

/** Prints which of the libraries a process has loaded when it knows what endpoints ask of content. */
const PROGRAM = `
  import { registerHooks } from "node:module";
  const loaded = new Set();
  registerHooks({
    load(url, context, next) {
      const [, name] = /node_modules\\/(@bufbuild\\/cel|@bufbuild\\/re2|@cfworker\\/json-schema)\\//.exec(url) ?? [];
      if (name !== undefined) loaded.add(name);
      return next(url, context);
    },
  });
  await import("./src/index.ts");
  const { contentRules } = await import("./src/compose.ts");
  await contentRules();
  process.stderr.write("loaded:" + [...loaded].sort().join());
`;

function loadedBy(asked: object): string | undefined {
  const service = serviceConfig("svc", ["a", "b"]);
  const [first, ...others] = service.endpoints;
  const config = { ...service, endpoints: [{ ...first, ...asked }, ...others] };
  const { stderr } = spawnSync(process.execPath, ["--input-type=module", "--eval", PROGRAM], {
    cwd: FUNCTIONS_DIR,
    encoding: "utf8",
    env: { ...process.env, CONFIG: JSON.stringify(config), FUNCTION_TARGET: "event" },
  });
  return /loaded:(.*)$/.exec(stderr)?.[1] ?? stderr;
}

describe("what a configuration makes a function load", function () {
  this.timeout(30_000);

  it("is nothing for schemas and filters, where it has none", () => {
    assert.equal(loadedBy({}), "");
  });

  it("is what its schemas need, but nothing for filters", () => {
    assert.equal(loadedBy({ schema: {} }), "@bufbuild/re2,@cfworker/json-schema");
  });

  it("is what its filters need, but nothing for schemas", () => {
    assert.equal(loadedBy({ filter: "true" }), "@bufbuild/cel,@bufbuild/re2");
  });
});
