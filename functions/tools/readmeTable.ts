/** Tables of the README that are made from the code, each between two comments. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { REPOSITORY_ROOT } from "./paths.ts";

const README = join(REPOSITORY_ROOT, "README.md");

/**
 * Writes a table into the README. With `--check` on the command line it changes nothing, and the process
 * fails if the README is not up to date.
 *
 * @param name of the table, as the comments around it have it
 * @throws Error if the README has lost these
 */
export function writeReadmeTable(name: string, tool: string, rows: readonly string[]): void {
  const begin = `<!-- begin: ${name}, made by tools/${tool} -->`;
  const readme = readFileSync(README, "utf8");
  const start = readme.indexOf(begin);
  const end = readme.indexOf(`<!-- end: ${name} -->`);
  if (start === -1 || end === -1) throw new Error(`README.md has lost the markers of: ${name}`);
  const before = readme.slice(0, start + begin.length);
  const updated = `${before}\n\n${rows.join("\n")}\n\n${readme.slice(end)}`;
  if (updated === readme) return;
  if (process.argv.includes("--check")) {
    process.stderr.write("README.md is not up to date: run npm run schema in functions/\n");
    process.exitCode = 1;
  } else {
    writeFileSync(README, updated);
  }
}
