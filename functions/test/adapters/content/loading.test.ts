import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";

import type { ServiceConfig } from "../../../src/config/schema.ts";
import { FUNCTIONS_DIR } from "../../../tools/paths.ts";
import { serviceConfig } from "../../support/factories.ts";

/** What only a configuration with a new field may load, or nothing that is deployed at all. */
const WATCHED = [
  "@bufbuild/cel",
  "@bufbuild/protobuf",
  "@bufbuild/re2",
  "@cfworker/json-schema",
  "ajv",
  "cloudevents",
  "json-p3",
  "temporal-polyfill",
];

/** Prints which packages a process has loaded that serves `event`, when it has all that it needs for one. */
const PROGRAM = `
  import { registerHooks } from "node:module";
  const loaded = new Set();
  registerHooks({
    load(url, context, next) {
      const [, name] = /.*node_modules\\/((?:@[^/]+\\/)?[^/]+)\\//.exec(url) ?? [];
      if (name !== undefined) loaded.add(name);
      return next(url, context);
    },
  });
  await import("./src/index.ts");
  const { contentRules, engine, services } = await import("./src/compose.ts");
  const { correlate } = await import("./src/config/correlation.ts");
  await contentRules();
  await engine();
  for (const service of await services()) {
    const request = { headers: [], queryParams: [], content: '{"id":"1"}' };
    for (const endpoint of service.endpoints) correlate(service, endpoint, request);
  }
  process.stderr.write("loaded:" + JSON.stringify([...loaded]));
`;

function loadedBy(asked: object, more: Partial<ServiceConfig> = {}): string[] {
  const service = serviceConfig("svc", ["a", "b"]);
  const [first, ...others] = service.endpoints;
  const config = { ...service, endpoints: [{ ...first, ...asked }, ...others], ...more };
  const { stderr } = spawnSync(process.execPath, ["--input-type=module", "--eval", PROGRAM], {
    cwd: FUNCTIONS_DIR,
    encoding: "utf8",
    env: {
      ...process.env,
      CONFIG: JSON.stringify(config),
      FUNCTION_TARGET: "event",
      GOOGLE_CLOUD_PROJECT: "demo-eventsync",
    },
  });
  const [, list] = /loaded:(.*)$/.exec(stderr) ?? [];
  assert.ok(list !== undefined, stderr);
  const loaded = JSON.parse(list) as string[];
  assert.ok(loaded.includes("@google-cloud/firestore"), "it sees what is loaded");
  return WATCHED.filter((name) => loaded.includes(name));
}

describe("what a configuration makes `event` load", function () {
  this.timeout(30_000);

  it("is nothing of the new fields' libraries where it has none of them", () => {
    assert.deepEqual(loadedBy({}), []);
  });

  it("is what its schemas need, but nothing for filters", () => {
    assert.deepEqual(loadedBy({ schema: {} }), ["@bufbuild/re2", "@cfworker/json-schema"]);
  });

  it("is what its filters need, but nothing for schemas", () => {
    assert.deepEqual(loadedBy({ filter: 'path == "a"' }), [
      "@bufbuild/cel",
      "@bufbuild/protobuf",
      "@bufbuild/re2",
    ]);
  });

  it("is what reads paths only where a key is in a body", () => {
    const correlated = (key: object): Partial<ServiceConfig> => ({
      correlation: { key, withoutKey: "ignore" },
    });
    assert.deepEqual(loadedBy({}, correlated({ header: "X-Id" })), []);
    assert.deepEqual(loadedBy({}, correlated({ body: "$.id" })), ["json-p3"]);
  });

  it("is nothing for a deadline, which others close", () => {
    const trigger = { ...serviceConfig("svc", ["a"]).trigger, observationPeriod: 90_000 };
    const deadline = { at: "06:00", timeZone: "Europe/Berlin", then: "publish" } as const;
    assert.deepEqual(loadedBy({}, { trigger, deadline }), []);
  });
});
