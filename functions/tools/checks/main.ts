/** Runs every check, as far as possible beside each other: `scripts/test`. */
import { availableParallelism, constants } from "node:os";

import { FUNCTIONS_DIR } from "../paths.ts";
import { runSteps, type Step } from "./steps.ts";
import { summarize } from "./summary.ts";

const npm = (script: string): Step["command"] => ["npm", "run", "--silent", script];

/** First what others wait for, and what waits most itself: the rest fills the pauses. */
const STEPS: readonly Step[] = [
  { name: "build", command: npm("build") },
  { name: "format", command: npm("format:check") },
  { name: "explore", command: npm("test:explore"), isAlone: true },
  { name: "emulators", command: npm("test:emulators"), after: ["build"], isUrgent: true },
  { name: "killed", command: npm("test:killed"), after: ["build"] },
  { name: "unit", command: npm("test:unit"), after: ["build"] },
  { name: "rehearsal", command: npm("test:rehearsal"), after: ["build"] },
  { name: "lint", command: npm("lint") },
  { name: "types", command: npm("typecheck") },
];

/** One more than there are processors, as the emulators wait a lot; more than four get in each other's way. */
const ROOM = Math.min(availableParallelism() + 1, 4);

const interrupt = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => {
    interrupt.abort(signal);
  });
}

const results = await runSteps(STEPS, {
  room: ROOM,
  cwd: FUNCTIONS_DIR,
  signal: interrupt.signal,
  onStart: (name) => process.stdout.write(`-- ${name} …\n`),
  onEnd: ({ name, outcome, seconds, output }) => {
    process.stdout.write(`\n== ${name}: ${outcome}, ${seconds.toFixed(0)} s ==\n${output}`);
  },
});
process.stdout.write(`\n== summary ==\n${summarize(results)}`);
if (interrupt.signal.aborted) {
  process.exitCode = 128 + constants.signals[interrupt.signal.reason as NodeJS.Signals];
} else {
  process.exitCode = results.every(({ outcome }) => outcome === "passed") ? 0 : 1;
}
