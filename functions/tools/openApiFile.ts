/**
 * Writes the description of all HTTP functions into a file that others generate clients from:
 *
 *   node tools/openApiFile.ts [--check]
 *
 * With --check it changes nothing and fails if the file is not up to date.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { openApiDocument } from "../src/openapi/document.ts";
import { REPOSITORY_ROOT } from "./paths.ts";

const NAME = "docs/openapi.json";
const FILE = join(REPOSITORY_ROOT, NAME);

const text = `${JSON.stringify(openApiDocument(), undefined, 2)}\n`;
const isCurrent = existsSync(FILE) && readFileSync(FILE, "utf8") === text;

if (!isCurrent && process.argv.includes("--check")) {
  process.stderr.write(`${NAME} is not up to date: run npm run schema in functions/\n`);
  process.exitCode = 1;
} else if (!isCurrent) {
  writeFileSync(FILE, text);
}
