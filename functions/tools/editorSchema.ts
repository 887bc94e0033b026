/**
 * Writes the schema of a configuration into a file that editors use, from its one source:
 *
 *   node tools/editorSchema.ts [--check]
 *
 * With --check it changes nothing and fails if the file is not up to date.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { serviceSchema } from "../src/config/schema.ts";
import { REPOSITORY_ROOT } from "./paths.ts";

const NAME = "docs/configuration.schema.json";
const FILE = join(REPOSITORY_ROOT, NAME);
const SERVICE = { $ref: "#/definitions/service" };

/** Without our own keyword, by which we say what was expected. */
function withoutExpected(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withoutExpected);
  if (typeof node !== "object" || node === null) return node;
  return Object.fromEntries(
    Object.entries(node)
      .filter(([name]) => name !== "expected")
      .map(([name, child]) => [name, withoutExpected(child)]),
  );
}

/** References in it are to the definitions of the whole. */
const { definitions, ...service } = withoutExpected(serviceSchema) as Readonly<
  Record<string, object>
>;

const schema = {
  $schema: "http://json-schema.org/draft-07/schema#",
  title: "Configuration of EventSync: a service, or a list of services",
  anyOf: [SERVICE, { type: "array", minItems: 1, items: SERVICE }],
  definitions: { service, ...definitions },
};
const text = `${JSON.stringify(schema, undefined, 2)}\n`;
const isCurrent = existsSync(FILE) && readFileSync(FILE, "utf8") === text;

if (!isCurrent && process.argv.includes("--check")) {
  process.stderr.write(`${NAME} is not up to date: run npm run schema in functions/\n`);
  process.exitCode = 1;
} else if (!isCurrent) {
  writeFileSync(FILE, text);
}
