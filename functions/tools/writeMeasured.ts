/**
 * Writes what a run of the benchmark has measured into docs/BENCHMARK.md:
 *
 *   scripts/bench --check --json bench.json
 *   node tools/writeMeasured.ts bench.json
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { withMeasured, type Measured } from "./bench/measuredTable.ts";
import { REPOSITORY_ROOT } from "./paths.ts";

const BENCHMARK = join(REPOSITORY_ROOT, "docs", "BENCHMARK.md");
const [report] = process.argv.slice(2);
if (report === undefined) {
  process.stderr.write("node tools/writeMeasured.ts <what scripts/bench --json has written>\n");
  process.exitCode = 2;
} else {
  const measured = JSON.parse(readFileSync(report, "utf8")) as Measured;
  writeFileSync(BENCHMARK, withMeasured(readFileSync(BENCHMARK, "utf8"), measured));
}
