/**
 * Compiles the configuration's schema into plain code, so that no instance loads and runs a schema
 * compiler when it starts (about a tenth of a cold start):
 *
 *   node tools/compileSchema.ts [--check]
 *
 * With --check it changes nothing and fails if the generated file is not up to date.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { Ajv } from "ajv";
import standalone from "ajv/dist/standalone/index.js";

import { serviceSchema } from "../src/config/schema.ts";
import { FUNCTIONS_DIR } from "./paths.ts";

const FILE = join(FUNCTIONS_DIR, "src/config/validateService.generated.ts");
const HEADER = `// Made by tools/compileSchema.ts from schema.ts. Do not edit: run npm run schema.
// @ts-nocheck
`;

const ajv = new Ajv({
  allErrors: true,
  useDefaults: true,
  verbose: true, // errors carry the part of the schema that says what was expected
  unicode: false, // lengths only matter as zero or more; counting code points needs ajv at run time
  logger: false, // says that unicode is deprecated
  code: { source: true, esm: true, lines: true },
});
ajv.addVocabulary(["expected"]);
const generated = HEADER + standalone.default(ajv, ajv.compile(serviceSchema));

if (process.argv.includes("--check")) {
  if (readFileSync(FILE, "utf8") !== generated) {
    process.stderr.write(`${FILE} is not up to date: run npm run schema in functions/\n`);
    process.exitCode = 1;
  }
} else {
  writeFileSync(FILE, generated);
}
