import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { Ajv } from "ajv";

import { parseConfig } from "../../src/config/parse.ts";
import { serviceSchema } from "../../src/config/schema.ts";
import { checkContent } from "../../tools/content.ts";
import { REPOSITORY_ROOT } from "../../tools/paths.ts";
import { WIRED_SERVICES } from "../support/wiredServices.ts";
import { targetServices } from "../support/wiredTargets.ts";

interface Node {
  readonly examples?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Node>>;
  readonly items?: Node;
}

/** Every field, with its path: what the reference has a row for. */
function fieldsOf(node: Node, prefix = ""): [path: string, field: Node][] {
  return Object.entries(node.properties ?? {}).flatMap(([name, child]) => {
    const inner = child.items ?? child;
    const place = `${prefix}${name}`;
    const below = fieldsOf(inner, child.items === undefined ? `${place}.` : `${place}[].`);
    return [[place, child] as [string, Node], ...below];
  });
}

const MINIMAL = {
  serviceName: "svc",
  endpoints: [{ eventKey: "orders" }, { eventKey: "stock" }, { eventKey: "payments" }],
  trigger: { type: "window", observationPeriod: 60 },
  targetPubSub: { topic: "projects/my-project/topics/my-topic" },
};

/** The configuration with a value at a path such as `endpoints[].filter`. */
function withValue(place: string, value: unknown): unknown {
  const service = structuredClone(MINIMAL) as Record<string, unknown>;
  if (place.startsWith("targets[]"))
    service["targets"] = [
      {
        name: "one",
        kind: "pull",
        signature: { secret: "s" },
        reply: { topic: MINIMAL.targetPubSub.topic },
      },
    ];
  const steps = place.split(/\[\]\.|\./);
  let target = service;
  for (const step of steps.slice(0, -1)) {
    target[step] ??= {};
    const next = target[step] as Record<string, unknown> | Record<string, unknown>[];
    target = Array.isArray(next) ? next[0]! : next;
  }
  target[steps.at(-1)!] = value;
  return service;
}

const editorSchema = JSON.parse(
  readFileSync(path.join(REPOSITORY_ROOT, "docs/configuration.schema.json"), "utf8"),
) as object;
const isValid = new Ajv({ strictTypes: false }).compile(editorSchema);

describe("the schema of a configuration", () => {
  for (const [place, { examples = [] }] of fieldsOf(serviceSchema as unknown as Node)) {
    it(`has an example of ${place}, which is right`, () => {
      assert.ok(examples.length > 0, "add one to src/config/schema.ts");
      for (const example of examples) {
        const config = withValue(place, example);
        assert.ok(isValid(config), JSON.stringify(isValid.errors));
      }
    });
  }

  it("has examples of schemas and filters that can be used", () => {
    const { schema, filter } = serviceSchema.properties.endpoints.items.properties;
    for (const [asked] of [[{ schema: schema.examples[0] }], [{ filter: filter.examples[0] }]]) {
      assert.deepEqual(checkContent(asked!), []);
    }
  });

  it("as editors have it takes what is taken, one service or a list, and no more", () => {
    const { services } = parseConfig(JSON.stringify([...WIRED_SERVICES, ...targetServices(8080)]));
    for (const service of services) assert.ok(isValid(service), JSON.stringify(isValid.errors));
    assert.ok(isValid(services));
    assert.ok(isValid({ $schema: "x", ...MINIMAL }));
    assert.ok(!isValid({ ...MINIMAL, typo: 1 }));
    assert.ok(!isValid([]));
    assert.deepEqual(parseConfig(JSON.stringify({ $schema: "x", ...MINIMAL })).ignored, []);
  });
});
