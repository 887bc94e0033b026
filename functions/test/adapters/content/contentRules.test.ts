import assert from "node:assert/strict";
import { compileSchema } from "../../../src/adapters/content/bodySchema.ts";
import { ContentRules } from "../../../src/adapters/content/contentRules.ts";
import { compileFilter } from "../../../src/adapters/content/filter.ts";
import type { AcceptedRequest } from "../../../src/app/storeEvent.ts";
import { ConfigError } from "../../../src/config/parse.ts";
import type { EndpointConfig } from "../../../src/config/schema.ts";
import { EventSyncError } from "../../../src/domain/errors.ts";
import { accepted, serviceConfig } from "../../support/factories.ts";

const COMPILERS = { compileSchema, compileFilter };

function rulesOf(asked: Pick<EndpointConfig, "schema" | "filter">) {
  const service = serviceConfig("svc", ["a", "b"]);
  const endpoint: EndpointConfig = { ...service.endpoints[0]!, ...asked };
  const other = service.endpoints[1]!;
  const rules = new ContentRules([{ ...service, endpoints: [endpoint, other] }], COMPILERS);
  return { rules, endpoint, other };
}

function judge(asked: Pick<EndpointConfig, "schema" | "filter">, ...requests: AcceptedRequest[]) {
  const { rules, endpoint } = rulesOf(asked);
  const isBatch = requests.length > 1;
  const events = requests.map((request, index) => ({
    request,
    place: isBatch ? `/${String(index)}/data` : "",
  }));
  return rules.judge(endpoint, events);
}

const json = (value: unknown): AcceptedRequest => accepted({ content: JSON.stringify(value) });
const SCHEMA = { properties: { n: { type: "integer" } } };

describe("ContentRules", () => {
  it("leaves alone what matches, and every event of an endpoint that asks for nothing", () => {
    const { rules, other } = rulesOf({ schema: SCHEMA, filter: "body.n > 1" });
    const request = json({ n: 2 });
    assert.deepEqual(judge({ schema: SCHEMA, filter: "body.n > 1" }, request), [request]);
    assert.deepEqual(rules.judge(other, [{ request, place: "" }]), [request]);
  });

  it("marks what does not match, and what the filter cannot say, with the reason", () => {
    const [no, failed] = judge({ filter: "body.n > 1" }, json({ n: 1 }), json({}));
    assert.deepEqual(no?.ignored, { reason: "filter" });
    assert.deepEqual(failed?.ignored, {
      reason: "filter-failed",
      detail: "field not found: n",
    });
  });

  it("keeps the reason for which an event is ignored already", () => {
    const request = { ...json({ n: 1 }), ignored: { reason: "no key" } };
    assert.deepEqual(judge({ filter: "body.n > 1" }, request), [request]);
  });

  it("refuses all events of a batch for one, with the place of each failure", () => {
    assert.throws(
      () => judge({ schema: SCHEMA }, json({ n: 1 }), json({ n: "secret" }), accepted()),
      (error) => {
        assert.ok(error instanceof EventSyncError);
        assert.equal(error.code, "invalid-content");
        assert.deepEqual(
          error.failures.map(({ pointer }) => pointer),
          ["/1/data/n", "/2/data"],
        );
        assert.doesNotMatch(error.message, /secret|\/n/); // this is logged
        return true;
      },
    );
  });

  it("refuses a configuration with everything that is wrong", () => {
    assert.throws(
      () => rulesOf({ schema: { type: "x" }, filter: "x" }),
      (error) =>
        error instanceof ConfigError &&
        error.problems.map(({ path }) => path).join() ===
          "endpoints[0].schema.type,endpoints[0].filter",
    );
  });
});
