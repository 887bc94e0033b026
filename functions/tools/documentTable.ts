/** Tables of the documents that are made from the code, each between two comments. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { REPOSITORY_ROOT } from "./paths.ts";

/**
 * Writes a table into a document. With `--check` on the command line it changes nothing, and the process
 * fails if the document is not up to date.
 *
 * @param document its path from the root of the repository
 * @param name of the table, as the comments around it have it
 * @throws Error if the document has lost these
 */
export function writeTable(
  document: string,
  name: string,
  tool: string,
  rows: readonly string[],
): void {
  const path = join(REPOSITORY_ROOT, document);
  const begin = `<!-- begin: ${name}, made by tools/${tool} -->`;
  const text = readFileSync(path, "utf8");
  const start = text.indexOf(begin);
  const end = text.indexOf(`<!-- end: ${name} -->`);
  if (start === -1 || end === -1) throw new Error(`${document} has lost the markers of: ${name}`);
  const before = text.slice(0, start + begin.length);
  const updated = `${before}\n\n${rows.join("\n")}\n\n${text.slice(end)}`;
  if (updated === text) return;
  if (process.argv.includes("--check")) {
    process.stderr.write(`${document} is not up to date: run npm run schema in functions/\n`);
    process.exitCode = 1;
  } else {
    writeFileSync(path, updated);
  }
}
