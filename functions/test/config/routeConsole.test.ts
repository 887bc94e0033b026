import assert from "node:assert/strict";

import { ROUTES, type Services } from "../../src/config/route.ts";
import { isChange } from "../../src/config/routeConsole.ts";
import { serviceConfig } from "../support/factories.ts";

const own = serviceConfig("orders", ["paid", "a/b"]);
const SERVICES: Services = [
  {
    ...own,
    endpoints: own.endpoints.map((one) => ({ ...one, acceptedHttpMethods: ["GET", "POST"] })),
  },
];

describe("the paths of the console", () => {
  const route = (path: string) => ROUTES.console(SERVICES, path);

  it("are the page, and the other functions below api/", () => {
    assert.equal(route("").kind, "page");
    const asked = route("api/deliveries/orders/redrive");
    assert.ok(asked.kind === "call");
    assert.equal(asked.call.name, "deliveries");
    assert.deepEqual(asked.call.route, ROUTES.deliveries(SERVICES, "orders/redrive"));
    assert.deepEqual(asked.methods, ["POST"]);
    assert.deepEqual(route("api/event/orders/a/b").methods, ["GET", "POST"]);
  });

  it("take a trigger and a reset as POST alone, by whatever path", () => {
    for (const path of ["api/trigger", "api/reset/orders", "api/event/trigger"]) {
      assert.deepEqual(route(path).methods, ["POST"], path);
    }
  });

  it("are nothing else", () => {
    for (const path of [
      "x",
      "api",
      "api/",
      "api/sweep",
      "api/console",
      "api/console/api/config",
      "/",
    ]) {
      assert.throws(() => route(path), { code: "unknown-path" }, path);
    }
    assert.throws(() => route("api/config/nobody"), { code: "unknown-service" });
  });

  it("say what may change something, and so has to come from the page", () => {
    const changes = (path: string, method: string): boolean => {
      const asked = route(path);
      assert.ok(asked.kind === "call");
      return isChange(asked.call, method);
    };
    assert.ok(!changes("api/config", "GET"));
    assert.ok(!changes("api/deliveries/orders", "GET"));
    assert.ok(changes("api/deliveries/orders/redrive", "POST"));
    // An endpoint may take its events by GET.
    assert.ok(changes("api/event/orders/paid", "GET"));
    assert.ok(changes("api/trigger/orders", "POST"));
  });
});
