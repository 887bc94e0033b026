/**
 * Runs the checks, as far as possible beside each other:
 *
 *   node tools/checks/main.ts [--quick]
 *
 * With --quick those that show most in little time: while somebody works, not before something is done.
 */
import { availableParallelism, constants } from "node:os";
import { parseArgs } from "node:util";

import { FUNCTIONS_DIR } from "../paths.ts";
import { runSteps, type Step } from "./steps.ts";
import { summarize } from "./summary.ts";

const npm = (script: string): Step["command"] => ["npm", "run", "--silent", script];

interface Check extends Step {
  /** What is run instead of it to be quick; undefined: nothing. */
  readonly quick: Step["command"] | undefined;
}

function check(name: string, script: string, more: Partial<Check> = {}): Check {
  return { name, command: npm(script), quick: npm(script), ...more };
}

/** First what others wait for, and what waits most itself: the rest fills the pauses. */
const CHECKS: readonly Check[] = [
  check("build", "build"),
  check("format", "format:check"),
  check("explore", "test:explore", {
    isAlone: true,
    quick: ["env", "EXPLORE_SCHEDULES=20000", ...npm("test:explore")],
  }),
  // A page asks again and again while it waits: beside others it starves, and they do.
  check("browser", "test:browser", { after: ["build"], isAlone: true }),
  check("emulators", "test:emulators", {
    after: ["build"],
    isUrgent: true,
    quick: [...npm("test:emulators"), "--", "test/{contract,wired}/**/*.test.ts"],
  }),
  check("killed", "test:killed", { after: ["build"], quick: undefined }),
  check("unit", "test:unit", { after: ["build"] }),
  check("rehearsal", "test:rehearsal", { after: ["build"], quick: undefined }),
  check("lint", "lint"),
  check("types", "typecheck"),
];

const { quick: isQuick } = parseArgs({ options: { quick: { type: "boolean" } } }).values;
const steps = isQuick
  ? CHECKS.flatMap(({ quick: command, ...step }) => (command ? [{ ...step, command }] : []))
  : CHECKS;

/** One more than there are processors, as the emulators wait a lot; more than four get in each other's way. */
const ROOM = Math.min(availableParallelism() + 1, 4);

const interrupt = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => {
    interrupt.abort(signal);
  });
}

const results = await runSteps(steps, {
  room: ROOM,
  cwd: FUNCTIONS_DIR,
  signal: interrupt.signal,
  onStart: (name) => process.stdout.write(`-- ${name} …\n`),
  onEnd: ({ name, outcome, seconds, output }) => {
    process.stdout.write(`\n== ${name}: ${outcome}, ${seconds.toFixed(0)} s ==\n${output}`);
  },
});
if (isQuick)
  process.stdout.write("\nOnly the quick checks: scripts/test without --quick runs all.\n");
process.stdout.write(`\n== summary ==\n${summarize(results)}`);
if (interrupt.signal.aborted) {
  process.exitCode = 128 + constants.signals[interrupt.signal.reason as NodeJS.Signals];
} else {
  process.exitCode = results.every(({ outcome }) => outcome === "passed") ? 0 : 1;
}
