import assert from "node:assert/strict";

import { decodePath, type Services } from "../../src/config/route.ts";
import { routeDeliveries } from "../../src/config/routeDeliveries.ts";
import type { ErrorCode } from "../../src/domain/errors.ts";
import { serviceConfig } from "../support/factories.ts";
import { httpTarget } from "../support/targets.ts";

const web = httpTarget("web");
const services: Services = [
  { ...serviceConfig("My First", ["a"]), targets: [web] },
  serviceConfig("Other", ["a"]),
];
const routed = (url: string) => routeDeliveries(services, decodePath(url));

describe("what a path of deliveries means", () => {
  const paths: [url: string, method: string, operation: object][] = [
    ["/", "GET", { kind: "list" }],
    ["/My%20First?state=waiting", "GET", { kind: "list" }],
    ["/My%20First/redrive", "POST", { kind: "redriveAll" }],
    ["/My%20First/0a1b/web", "GET", { kind: "show", syncId: "0a1b", target: "web" }],
    ["/My%20First/0a1b/gone", "GET", { kind: "show", syncId: "0a1b", target: "gone" }],
    ["/My%20First/0a1b/web/redrive", "POST", { kind: "redrive", syncId: "0a1b", target: web }],
    ["/My%20First/targets/web", "GET", { kind: "showTarget", target: web }],
    ["/My%20First/targets/web/pause", "POST", { kind: "pause", target: web }],
    ["/My%20First/targets/web/resume", "POST", { kind: "resume", target: web }],
    ["/My%20First/targets/web/test", "POST", { kind: "test", target: web }],
  ];
  for (const [url, method, operation] of paths) {
    it(`${method} ${url}`, () => {
      const { service, methods, operation: found } = routed(url);
      assert.equal(service.serviceName, "My First");
      assert.deepEqual([methods, found], [[method], operation]);
    });
  }

  const refused: [url: string, code: ErrorCode][] = [
    ["/nobody", "unknown-service"],
    ["/nobody/redrive", "unknown-service"],
    ["/Other/targets/web/pause", "unknown-target"],
    ["/My%20First/0a1b/gone/redrive", "unknown-target"],
    ["/My%20First/0a1b", "unknown-path"],
    ["/My%20First/targets/web/stop", "unknown-path"],
    ["/My%20First/0a1b/web/again", "unknown-path"],
    ["/My%20First/0a1b/web/redrive/", "unknown-path"],
  ];
  for (const [url, code] of refused) {
    it(`${url} is refused: ${code}`, () => {
      assert.throws(() => routed(url), { code });
    });
  }
});
