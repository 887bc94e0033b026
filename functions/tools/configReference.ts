/**
 * Writes the configuration reference into the README, from the schema:
 *
 *   node tools/configReference.ts [--check]
 *
 * With --check it changes nothing and fails if the README is not up to date.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { serviceSchema } from "../src/config/schema.ts";
import { REPOSITORY_ROOT } from "./paths.ts";

const README = join(REPOSITORY_ROOT, "README.md");
const BEGIN = "<!-- begin: configuration reference, made by tools/configReference.ts -->";
const END = "<!-- end: configuration reference -->";

interface Node {
  readonly type: string;
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
    const meaning = `${child.description ?? ""}${exampleOf(child)}`;
    const row = `| \`${path}\` | ${typeOf(child)} | ${standard} | ${meaning} |`;
    const inner = child.items ?? child;
    return [row, ...rows(inner, child.items === undefined ? `${path}.` : `${path}[].`)];
  });
}

/** A "|" would end the cell, also in code. */
function exampleOf({ examples }: Node): string {
  const [example] = examples ?? [];
  if (example === undefined) return "";
  return ` Example: \`${JSON.stringify(example).replaceAll("|", "\\|")}\``;
}

function typeOf({ type, items }: Node): string {
  return type === "array" && items !== undefined ? `list of ${items.type}` : type;
}

const table = [
  "| key | type | default | meaning |",
  "| --- | --- | --- | --- |",
  ...rows(serviceSchema, ""),
].join("\n");

const readme = readFileSync(README, "utf8");
const begin = readme.indexOf(BEGIN);
const end = readme.indexOf(END);
if (begin === -1 || end === -1) throw new Error("README.md has lost its reference markers");
const updated = `${readme.slice(0, begin + BEGIN.length)}\n\n${table}\n\n${readme.slice(end)}`;

if (updated !== readme && process.argv.includes("--check")) {
  process.stderr.write("README.md is not up to date: run npm run schema in functions/\n");
  process.exitCode = 1;
} else if (updated !== readme) {
  writeFileSync(README, updated);
}
