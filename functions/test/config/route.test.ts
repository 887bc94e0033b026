import assert from "node:assert/strict";
import {
  decodePath,
  pullTargetOf,
  requireMethod,
  routeEvent,
  routeService,
} from "../../src/config/route.ts";
import type { Services } from "../../src/config/route.ts";
import type { ErrorCode } from "../../src/domain/errors.ts";
import { serviceConfig } from "../support/factories.ts";
import { pullTarget, topicTarget } from "../support/targets.ts";

const services: Services = [
  serviceConfig("My First", ["entry1", "orders/created", "sp ace%s", "é", "Other/mine"]),
  serviceConfig("Other", ["entry1", "deep/er/key", "trigger"]),
  serviceConfig("Plain", ["x"]),
];

const refuses = (code: ErrorCode) => (error: unknown) =>
  (error as { code?: unknown }).code === code;

describe("routeEvent", () => {
  const endpoints: [path: string, service: string, eventKey: string][] = [
    ["/entry1", "My First", "entry1"],
    ["/My%20First/entry1", "My First", "entry1"],
    ["/Other/entry1", "Other", "entry1"],
    ["/orders/created", "My First", "orders/created"],
    ["/orders%2Fcreated", "My First", "orders/created"],
    ["/My%20First/orders/created", "My First", "orders/created"],
    ["/Other/deep/er/key", "Other", "deep/er/key"],
    ["/sp%20ace%25s", "My First", "sp ace%s"],
    ["/%C3%A9", "My First", "é"],
    ["/entry1?service=Other", "My First", "entry1"],
    ["/Other/mine", "My First", "Other/mine"],
    ["/Other/trigger", "Other", "trigger"],
  ];
  for (const [url, serviceName, eventKey] of endpoints) {
    it(`${url} is the endpoint ${eventKey} of ${serviceName}`, () => {
      const route = routeEvent(services, decodePath(url));
      assert.equal(route.kind, "endpoint");
      assert.equal(route.service.serviceName, serviceName);
      assert.equal(route.endpoint.eventKey, eventKey);
    });
  }

  for (const [url, serviceName] of [
    ["/trigger", "My First"],
    ["/trigger?x=1", "My First"],
    ["/My%20First/trigger", "My First"],
    ["/Plain/trigger", "Plain"],
  ] as const) {
    it(`${url} is the manual trigger of ${serviceName}`, () => {
      const route = routeEvent(services, decodePath(url));
      assert.equal(route.kind, "trigger");
      assert.equal(route.service.serviceName, serviceName);
    });
  }

  it("/Other/trigger is an endpoint of the first service where that has one of that name", () => {
    const route = routeEvent(
      [serviceConfig("First", ["Other/trigger"]), serviceConfig("Other", ["x"])],
      "Other/trigger",
    );
    assert.equal(route.kind, "endpoint");
    assert.equal(route.service.serviceName, "First");
  });

  it("/trigger is an endpoint where the first service has one of that name", () => {
    const route = routeEvent([serviceConfig("S", ["trigger"])], "trigger");
    assert.equal(route.kind, "endpoint");
  });

  for (const [url, code] of [
    ["/", "unknown-path"],
    ["", "unknown-path"],
    ["/?x=1", "unknown-path"],
    ["/entry", "unknown-endpoint"],
    ["/ENTRY1", "unknown-endpoint"],
    ["/entry1/", "unknown-endpoint"],
    ["//entry1", "unknown-endpoint"],
    ["/entry1/sub", "unknown-endpoint"],
    ["/Nobody/entry1", "unknown-endpoint"],
    ["/Other", "unknown-endpoint"],
    ["/Other/", "unknown-endpoint"],
    ["/__proto__", "unknown-endpoint"],
    ["/100%25s", "unknown-endpoint"],
  ] as const) {
    it(`${url || "an empty path"} is refused as ${code}`, () => {
      assert.throws(() => routeEvent(services, decodePath(url)), refuses(code));
    });
  }
});

describe("a path without an endpoint", () => {
  for (const [path, message] of [
    ["entry", 'No endpoint "entry" is configured.'],
    ["nope/entry1", 'No endpoint "nope/entry1" is configured, and no service "nope".'],
    ["Other/nope", 'No endpoint "Other/nope" is configured.'],
    ["/entry1", 'No endpoint "/entry1" is configured.'],
    ["entry1/", 'No endpoint "entry1/" is configured.'],
  ] as const) {
    it(`${path} is refused with ${message}`, () => {
      assert.throws(() => routeEvent(services, path), { code: "unknown-endpoint", message });
    });
  }
});

describe("decodePath", () => {
  for (const url of ["/100%", "/%zz", "/%ff", "/%C3%28", "/entry1%"]) {
    it(`refuses ${url} as malformed`, () => {
      assert.throws(() => decodePath(url), refuses("malformed-path"));
    });
  }

  it("leaves the query alone, malformed or not", () => {
    assert.equal(decodePath("/a%20b?q=%"), "a b");
  });
});

describe("routeService", () => {
  for (const [path, serviceName] of [
    ["/", "My First"],
    ["/My%20First", "My First"],
    ["/Other", "Other"],
  ] as const) {
    it(`${path} means ${serviceName}`, () => {
      assert.equal(routeService(services, decodePath(path)).serviceName, serviceName);
    });
  }

  for (const path of ["/Nobody", "/other", "/Other/", "/Other/entry1"]) {
    it(`${path} is an unknown service`, () => {
      assert.throws(() => routeService(services, decodePath(path)), refuses("unknown-service"));
    });
  }
});

describe("requireMethod", () => {
  it("accepts what is listed", () => {
    requireMethod("PUT", ["POST", "PUT"], "It");
  });

  it("refuses the rest and says what is accepted", () => {
    assert.throws(
      () => {
        requireMethod("GET", ["POST", "PUT"], "The endpoint");
      },
      {
        code: "method-not-allowed",
        allow: ["POST", "PUT"],
        message: "The endpoint accepts POST, PUT.",
      },
    );
  });
});

describe("the target that is pulled from", () => {
  const service = (...names: string[]) => ({
    ...serviceConfig("svc", ["a"]),
    targets: [topicTarget("topic"), ...names.map(pullTarget)],
  });

  it("is the only one, or the one that is named", () => {
    assert.equal(pullTargetOf(service("log"), undefined).name, "log");
    assert.equal(pullTargetOf(service("log", "other"), "other").name, "other");
  });

  for (const [what, names, name] of [
    ["none", [], undefined],
    ["no such one", ["log"], "other"],
    ["a topic", ["log"], "topic"],
    ["not named, of several", ["log", "other"], undefined],
  ] as const) {
    it(`is refused: ${what}`, () => {
      assert.throws(() => pullTargetOf(service(...names), name), refuses("unknown-target"));
    });
  }
});
