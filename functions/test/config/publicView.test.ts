import assert from "node:assert/strict";

import { parseConfig } from "../../src/config/parse.ts";
import { publicView, publicViews } from "../../src/config/publicView.ts";
import { ROUTES } from "../../src/config/route.ts";
import type { ConfigRoute } from "../../src/config/routeConfig.ts";
import type { ServiceConfig } from "../../src/config/schema.ts";

/** With every field that there is. */
const FULL = {
  $schema: "./docs/configuration.schema.json",
  serviceName: "svc",
  endpoints: [
    {
      eventKey: "a",
      acceptedHttpMethods: ["POST"],
      eventToSend: "FIRST",
      minNbOfOccurrence: 2,
      keepHeaders: ["X-Token"],
      redactQueryParams: ["pin"],
    },
  ],
  correlation: { key: { header: "X-Id" }, withoutKey: "reject" },
  condition: { all: [{ endpoint: "a", min: 2 }] },
  trigger: { type: "window", observationPeriod: 60, keepEventAfterTrigger: true },
  targetPubSub: {
    topic: "projects/my-project/topics/my-topic",
    format: "cloudevents",
    orderingKey: "key",
  },
  receipts: { subscriptions: ["billing"] },
  retentionPeriod: 604_800,
  cors: { origins: ["https://example.com"] },
};

const parsed = () => parseConfig(JSON.stringify(FULL)).services;

/** As a later version may have it: secrets that this list has never heard of. */
function withSecrets(): ServiceConfig {
  const [service] = parsed();
  const secret = "hunter2";
  return {
    ...service,
    secret,
    endpoints: service.endpoints.map((endpoint) => ({ ...endpoint, verify: { secret } })),
    targetPubSub: { ...service.targetPubSub, credentials: [secret] },
  } as ServiceConfig;
}

describe("the public view of a configuration", () => {
  it("has every field of today", () => {
    assert.deepEqual(publicView(parsed()[0]), FULL);
  });

  it("leaves out schemas and filters: what they compare with may be a secret", () => {
    const asked = { schema: { const: "hunter2" }, filter: 'body.pin == "hunter2"' };
    const endpoints = FULL.endpoints.map((endpoint) => ({ ...endpoint, ...asked }));
    const { services } = parseConfig(JSON.stringify({ ...FULL, endpoints }));
    assert.deepEqual(publicView(services[0]), FULL);
  });

  it("leaves out what is not configured", () => {
    const { cors, ...rest } = parsed()[0];
    assert.ok(cors);
    assert.equal("cors" in publicView(rest), false);
  });

  it("has nothing that is not in its list, however deep", () => {
    assert.deepEqual(publicViews([withSecrets()]), [FULL]);
  });

  it("is what GET config answers, for one service and for all", () => {
    const secretive = withSecrets();
    const other = { ...secretive, serviceName: "other" };
    const shownOf = ({ operation }: ConfigRoute) =>
      operation.kind === "show" ? operation.shown : assert.fail();
    const shown = (path: string) => shownOf(ROUTES.config([secretive, other], path));
    assert.deepEqual(shown("svc"), FULL);
    assert.deepEqual(shown(""), [FULL, { ...FULL, serviceName: "other" }]);
    assert.deepEqual(shownOf(ROUTES.config([secretive], "")), FULL);
  });
});
