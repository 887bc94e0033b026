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
 * One line for each step, what did not pass, and last, in the form that runners of CI know, the number of tests:
 *
 *     unit        passed     61 s  1028 passed
 *     1366 passed, 0 failed
 *
 * A step that did not pass although none of its tests failed counts as one that failed, so that the last line
 * alone tells whether all is well.
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
  const bad = counted.filter(({ outcome }) => outcome !== "passed");
  const passed = counted.reduce((sum, { passing }) => sum + passing, 0);
  const failed = bad.reduce((sum, { failing }) => sum + Math.max(failing, 1), 0);
  return [
    ...lines,
    ...(bad.length > 0 ? [`not passed: ${bad.map(({ name }) => name).join(", ")}`] : []),
    `${String(passed)} passed, ${String(failed)} failed`,
    "",
  ].join("\n");
}
