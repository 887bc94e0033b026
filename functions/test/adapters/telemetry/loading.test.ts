import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";

import { FUNCTIONS_DIR } from "../../../tools/paths.ts";
import { serviceConfig } from "../../support/factories.ts";

/** Prints what of OpenTelemetry, and of ours for it, a process has loaded that has answered a request. */
const PROGRAM = `
  import { registerHooks } from "node:module";
  const loaded = new Set();
  registerHooks({
    load(url, context, next) {
      const [, name] = /(@opentelemetry\\/[^/]+|adapters\\/telemetry)\\//.exec(url) ?? [];
      // The API is loaded by others in any case: by firebase-functions itself.
      if (name !== undefined && name !== "@opentelemetry/api") loaded.add(name);
      return next(url, context);
    },
  });
  await import("./src/index.ts");
  const { observed, services } = await import("./src/compose.ts");
  const answered = await observed({ name: "config", trigger: "http" }, async () => {
    await services();
    return { status: 200 };
  });
  process.stderr.write("loaded:" + JSON.stringify({ answered, loaded: [...loaded].sort() }));
  process.exit(); // instead of trying to send for some more seconds
`;

function loadedWith(env: Readonly<Record<string, string>>): readonly string[] {
  const { stderr } = spawnSync(process.execPath, ["--input-type=module", "--eval", PROGRAM], {
    cwd: FUNCTIONS_DIR,
    encoding: "utf8",
    env: {
      ...process.env,
      CONFIG: JSON.stringify(serviceConfig("svc", ["a"])),
      FUNCTION_TARGET: "config",
      ...env,
    },
  });
  const [, text] = /loaded:(.*)$/.exec(stderr) ?? [];
  assert.ok(text !== undefined, stderr);
  const { answered, loaded } = JSON.parse(text) as { answered: object; loaded: string[] };
  assert.deepEqual(answered, { status: 200 });
  return loaded;
}

describe("what OpenTelemetry makes a function load", function () {
  this.timeout(60_000);
  const endpoint = "http://127.0.0.1:9";

  it("is nothing at all where no endpoint is configured", () => {
    assert.deepEqual(loadedWith({}), []);
    assert.deepEqual(loadedWith({ OTEL_EXPORTER_OTLP_ENDPOINT: " " }), []);
  });

  it("is nothing where it is switched off", () => {
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_SDK_DISABLED: "true" };
    assert.deepEqual(loadedWith(env), []);
  });

  for (const signal of ["", "TRACES_", "METRICS_"]) {
    it(`is the SDK where OTEL_EXPORTER_OTLP_${signal}ENDPOINT is set`, () => {
      const loaded = loadedWith({ [`OTEL_EXPORTER_OTLP_${signal}ENDPOINT`]: endpoint });
      for (const name of ["adapters/telemetry", "@opentelemetry/sdk-trace"]) {
        assert.ok(loaded.includes(name), loaded.join());
      }
    });
  }

  it("fails nothing where it cannot be started", () => {
    loadedWith({ OTEL_EXPORTER_OTLP_ENDPOINT: "no URL" });
    loadedWith({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_METRIC_EXPORT_INTERVAL: "-5" });
  });
});
