/**
 * Golden files: what other people's programs read, byte for byte, small enough to be reviewed by eye.
 */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";

const UPDATE = "UPDATE_GOLDEN=1 npm run test:unit";

/**
 * Compares a text with a file of `test/golden`. `UPDATE_GOLDEN=1` writes the file instead; read the
 * diff before you commit it.
 */
export function matchGolden(name: string, actual: string): void {
  const file = new URL(`../golden/${name}`, import.meta.url);
  // A golden file that blesses these blesses a bug.
  assert.doesNotMatch(actual, /\bundefined\b|\bNaN\b|\[object /, name);
  if (process.env["UPDATE_GOLDEN"] === "1") writeFileSync(file, actual);
  const hint = `test/golden/${name} differs; if that is intended: ${UPDATE}`;
  if (actual === readFileSync(file, "utf8")) return;
  assert.equal(actual, readFileSync(file, "utf8"), hint);
}
