/**
 * Writes the configuration reference into docs/CONFIGURATION.md, from the schema:
 *
 *   node tools/configReference.ts [--check]
 *
 * With --check it changes nothing and fails if that is not up to date.
 */
import { serviceSchema } from "../src/config/schema.ts";
import { writeTable } from "./documentTable.ts";

const DEFINITIONS: Readonly<Record<string, Node>> = serviceSchema.definitions;

interface Node {
  readonly type?: string | readonly string[];
  readonly $ref?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Node>>;
  readonly items?: Node;
}

function rows(node: Node, prefix: string): string[] {
  return Object.entries(node.properties ?? {}).flatMap(([name, child]) => {
    const path = `${prefix}${name}`;
    const isRequired = node.required?.includes(name) === true;
    const standard = isRequired
      ? "required"
      : child.default === undefined
        ? "–"
        : `\`${JSON.stringify(child.default)}\``;
    const row = `| \`${path}\` | ${typeOf(child)} | ${standard} | ${meaningOf(child)} |`;
    const inner = child.items ?? child;
    return [row, ...rows(inner, child.items === undefined ? `${path}.` : `${path}[].`)];
  });
}

function meaningOf({ description = "", examples = [] }: Node): string {
  const values = examples.map((example) => `\`${JSON.stringify(example)}\``);
  return values.length === 0 ? description : `${description} Example: ${values.join(", ")}`;
}

function typeOf({ type = "any", items, $ref }: Node): string {
  if ($ref !== undefined) return typeOf(DEFINITIONS[$ref.replace("#/definitions/", "")] ?? {});
  if (typeof type !== "string") return type.join(" or ");
  return type === "array" && items !== undefined ? `list of ${typeOf(items)}` : type;
}

writeTable("docs/CONFIGURATION.md", "configuration reference", "configReference.ts", [
  "| key | type | default | meaning |",
  "| --- | --- | --- | --- |",
  ...rows(serviceSchema, ""),
]);
