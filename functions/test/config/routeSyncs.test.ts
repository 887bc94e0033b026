import assert from "node:assert/strict";

import { decodePath, type Services } from "../../src/config/route.ts";
import { routeEvents, routeSyncs } from "../../src/config/routeSyncs.ts";
import type { ErrorCode } from "../../src/domain/errors.ts";
import { serviceConfig } from "../support/factories.ts";

const services: Services = [serviceConfig("My First", ["a"]), serviceConfig("Other", ["a"])];

describe("what a path of syncs, and of events, means", () => {
  const syncs: [url: string, method: string, operation: object][] = [
    ["/", "GET", { kind: "list" }],
    ["/My%20First?reason=manual", "GET", { kind: "list" }],
    ["/My%20First/0a1b", "GET", { kind: "show", syncId: "0a1b" }],
    ["/My%20First/0a1b/resend", "POST", { kind: "resend", syncId: "0a1b" }],
  ];
  for (const [url, method, operation] of syncs) {
    it(`${method} ${url}`, () => {
      const { service, methods, operation: found } = routeSyncs(services, decodePath(url));
      assert.deepEqual([service.serviceName, methods, found], ["My First", [method], operation]);
    });
  }

  it("names an event, or none", () => {
    assert.equal(routeEvents(services, "").eventId, undefined);
    const { service, eventId } = routeEvents(services, "Other/0a1b");
    assert.deepEqual([service.serviceName, eventId], ["Other", "0a1b"]);
  });

  const refused: [
    route: (services: Services, path: string) => object,
    path: string,
    code: ErrorCode,
  ][] = [
    [routeSyncs, "nobody", "unknown-service"],
    [routeSyncs, "Other/0a1b/again", "unknown-path"],
    [routeSyncs, "Other/0a1b/resend/now", "unknown-path"],
    [routeEvents, "nobody/0a1b", "unknown-service"],
    [routeEvents, "Other/0a1b/resend", "unknown-path"],
  ];
  for (const [route, path, code] of refused) {
    it(`${path} is refused: ${code}`, () => {
      assert.throws(() => route(services, path), { code });
    });
  }
});
