/**
 * Writes the configuration reference into the README, from the schema:
 *
 *   node tools/configReference.ts [--check]
 *
 * With --check it changes nothing and fails if the README is not up to date.
 */
import { serviceSchema } from "../src/config/schema.ts";
import { writeReadmeTable } from "./readmeTable.ts";

interface Node {
  readonly type: string;
  readonly description?: string;
  readonly default?: unknown;
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
    const row = `| \`${path}\` | ${typeOf(child)} | ${standard} | ${child.description ?? ""} |`;
    const inner = child.items ?? child;
    return [row, ...rows(inner, child.items === undefined ? `${path}.` : `${path}[].`)];
  });
}

function typeOf({ type, items }: Node): string {
  return type === "array" && items !== undefined ? `list of ${items.type}` : type;
}

writeReadmeTable("configuration reference", "configReference.ts", [
  "| key | type | default | meaning |",
  "| --- | --- | --- | --- |",
  ...rows(serviceSchema, ""),
]);
