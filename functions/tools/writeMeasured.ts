/**
 * Writes what a run of the benchmark has measured into the README:
 *
 *   scripts/bench --check --json bench.json
 *   node tools/writeMeasured.ts bench.json
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { withMeasured, type Measured } from "./bench/measuredTable.ts";
import { REPOSITORY_ROOT } from "./paths.ts";

const README = join(REPOSITORY_ROOT, "README.md");
const [report] = process.argv.slice(2);
if (report === undefined) {
  process.stderr.write("node tools/writeMeasured.ts <what scripts/bench --json has written>\n");
  process.exitCode = 2;
} else {
  const measured = JSON.parse(readFileSync(report, "utf8")) as Measured;
  writeFileSync(README, withMeasured(readFileSync(README, "utf8"), measured));
}
