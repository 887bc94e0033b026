import assert from "node:assert/strict";
import { Validator } from "@seriousme/openapi-schema-validator";

import { parseConfig } from "../../src/config/parse.ts";
import { publicViews } from "../../src/config/publicView.ts";
import { ROUTES, type Services } from "../../src/config/route.ts";
import { ERRORS } from "../../src/domain/errors.ts";
import { METHODS } from "../../src/openapi/describe.ts";
import { openApiDocument } from "../../src/openapi/document.ts";
import { pointerOf, Validators } from "../../testkit/openapi/validators.ts";
import { WIRED_SERVICES } from "../support/wiredServices.ts";
import { targetServices } from "../support/wiredTargets.ts";

const document = JSON.parse(JSON.stringify(openApiDocument())) as ReturnType<
  typeof openApiDocument
>;
const validators = new Validators();

interface Described {
  readonly operationId: string;
  readonly responses: Readonly<Record<string, object>>;
}

const operations = Object.entries(document.paths).flatMap(([path, item]) =>
  METHODS.flatMap((method) =>
    item[method] === undefined ? [] : [{ path, method, described: item[method] as Described }],
  ),
);

const SERVICE = {
  serviceName: "svc",
  endpoints: [
    { eventKey: "e", acceptedHttpMethods: METHODS.map((method) => method.toUpperCase()) },
    { eventKey: "trigger-too" },
  ],
  trigger: { type: "window", observationPeriod: 60 },
  targets: [{ name: "t", kind: "pull" }],
};
const { services } = parseConfig(JSON.stringify(SERVICE));

describe("the OpenAPI document", () => {
  it("is valid", async () => {
    const validator = new Validator();
    const { valid, errors } = await validator.validate(structuredClone(document));
    assert.ok(valid, JSON.stringify(errors));
    assert.equal(validator.version, "3.1");
  });

  it("has schemas that all can be used", () => {
    for (const name of Object.keys(document.components["schemas"]!)) {
      validators.at(pointerOf("components", "schemas", name));
    }
  });

  it("calls each operation by a name of its own", () => {
    const ids = operations.map(({ described }) => described.operationId);
    assert.deepEqual(
      ids.filter((id, index) => ids.indexOf(id) !== index),
      [],
    );
  });

  const filled = (path: string): string =>
    path.replace("{service}", "svc").replace("{eventKey}", "e").replace("{target}", "t");
  for (const path of Object.keys(document.paths)) {
    it(`has the methods that are routed at ${path}`, () => {
      const [, name = "", ...rest] = filled(path).split("/");
      const route = ROUTES[name as keyof typeof ROUTES] as (
        services: Services,
        path: string,
      ) => { readonly methods: readonly string[] };
      const described = operations.filter((one) => one.path === path);
      assert.deepEqual(
        described.map(({ method }) => method.toUpperCase()).sort(),
        [...route(services, rest.join("/")).methods].sort(),
      );
    });
  }

  it("says of every problem where it may come, but for those that are nobody's answer", () => {
    const described = new Set(
      operations.flatMap(({ described: { responses } }) =>
        Object.values(responses).flatMap((response) => {
          const { $ref = "" } = response as { readonly $ref?: string };
          return $ref.replace("#/components/responses/", "").split(".");
        }),
      ),
    );
    const missing = Object.keys(ERRORS).filter((code) => !described.has(code));
    // What the console's page is not asked for, a path that means nothing, and a check that the platform repeats.
    assert.deepEqual(missing, ["not-from-console", "unknown-path", "not-known-yet"]);
  });

  describe("on configurations", () => {
    const all = parseConfig(JSON.stringify([...WIRED_SERVICES, ...targetServices(8080)])).services;
    const isService = validators.at("/components/schemas/Service");
    const isShown = validators.at("/components/schemas/PublicService");

    it("takes what is taken, and no more", () => {
      for (const service of all) assert.ok(isService(service), JSON.stringify(isService.errors));
      assert.ok(!isService({ ...SERVICE, typo: 1 }));
      assert.ok(!isService({ ...SERVICE, condition: { any: [{ any: [1] }] } }));
    });

    it("takes what is shown, and nothing that is hidden", () => {
      for (const shown of publicViews(all)) {
        assert.ok(isShown(shown), JSON.stringify(isShown.errors));
      }
      const [shown] = publicViews(all);
      assert.ok(!isShown({ ...shown, targets: [{ name: "t", kind: "http", url: "https://x" }] }));
      assert.ok(!isShown({ ...shown, endpoints: [{ eventKey: "a", filter: "true" }] }));
    });
  });

  it("comes before a service of that name", () => {
    const [service] = services;
    const named = [{ ...service, serviceName: "openapi.json" }] as const;
    assert.equal(ROUTES.config(named, "openapi.json").operation.kind, "describe");
    assert.equal(ROUTES.config(named, "").operation.kind, "show");
  });
});
