/**
 * Writes what runs of the benchmark have measured into docs/BENCHMARK.md:
 *
 *   scripts/bench --check --json bench.json
 *   node tools/writeMeasured.ts bench.json
 *
 * Of several runs, each of other sections, it writes all; where two measured the same, what the last one says.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { withMeasured, type Measured } from "./bench/measuredTable.ts";
import { REPOSITORY_ROOT } from "./paths.ts";

const BENCHMARK = join(REPOSITORY_ROOT, "docs", "BENCHMARK.md");
const runs = process.argv
  .slice(2)
  .map((report) => JSON.parse(readFileSync(report, "utf8")) as Measured);
const [first] = runs;
if (first === undefined) {
  process.stderr.write("node tools/writeMeasured.ts <what scripts/bench --json has written> …\n");
  process.exitCode = 2;
} else {
  const bars = new Map(runs.flatMap((run) => run.bars).map((bar) => [bar.name, bar]));
  const measured = { ...first, bars: [...bars.values()] };
  writeFileSync(BENCHMARK, withMeasured(readFileSync(BENCHMARK, "utf8"), measured));
}
