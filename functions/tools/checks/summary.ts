/** What is told of the checks in the end, in lines that programs can read. */
import type { Result } from "./steps.ts";

/** How many tests a step ran, as mocha says; other steps have none. */
export function countTests(output: string): { readonly passing: number; readonly failing: number } {
  const sum = (word: string): number =>
    [...output.matchAll(new RegExp(`^ +(\\d+) ${word}\\b`, "gm"))].reduce(
      (total, [, count]) => total + Number(count),
      0,
    );
  return { passing: sum("passing"), failing: sum("failing") };
}

/**
 * One line for each step, what did not pass, and last the number of tests:
 *
 *     unit        passed     61 s  1028 passed
 *     1366 passing
 */
export function summarize(results: readonly Result[]): string {
  const counted = results.map((result) => ({ ...result, ...countTests(result.output) }));
  const lines = counted.map(({ name, outcome, seconds, passing, failing }) =>
    [
      name.padEnd(12),
      outcome.padEnd(9),
      `${seconds.toFixed(0).padStart(4)} s`,
      ...(passing > 0 ? [` ${String(passing)} passed`] : []),
      ...(failing > 0 ? [` ${String(failing)} failed`] : []),
    ].join(" "),
  );
  const bad = results.filter(({ outcome }) => outcome !== "passed").map(({ name }) => name);
  const total = (of: "passing" | "failing"): number =>
    counted.reduce((sum, result) => sum + result[of], 0);
  return [
    ...lines,
    ...(bad.length > 0 ? [`not passed: ${bad.join(", ")}`] : []),
    ...(total("failing") > 0 ? [`${String(total("failing"))} failing`] : []),
    `${String(total("passing"))} passing`,
    "",
  ].join("\n");
}
