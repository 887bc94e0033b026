/**
 * Runs a command with emulators around it:
 *
 *   node tools/suite.ts --only firestore,pubsub -- mocha …
 *
 * Options: --only (firestore, pubsub, functions), --project, --functions-dir, --user-env NAME=VALUE
 * (repeatable; the functions' environment), --verbose (show what firebase-tools prints).
 */
import { parseArgs } from "node:util";

import { runSuite } from "./emulatorSuite.ts";
import type { SuiteOptions } from "./emulatorSuite.ts";
import { EMULATORS } from "./staging.ts";
import type { Emulator } from "./staging.ts";

const USAGE =
  "Usage: node tools/suite.ts --only firestore,pubsub,functions [--project ID] " +
  "[--functions-dir DIR] [--user-env NAME=VALUE]… [--verbose] -- command args…";

function readOptions(): SuiteOptions {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      only: { type: "string", default: EMULATORS.join(",") },
      project: { type: "string" },
      "functions-dir": { type: "string" },
      "user-env": { type: "string", multiple: true, default: [] },
      verbose: { type: "boolean", default: false },
    },
  });
  const [file, ...args] = positionals;
  if (file === undefined) throw new Error(USAGE);
  return {
    only: values.only.split(",").map(asEmulator),
    command: [file, ...args],
    userEnv: Object.fromEntries(values["user-env"].map(asVariable)),
    verbose: values.verbose,
    ...(values.project !== undefined && { projectId: values.project }),
    ...(values["functions-dir"] !== undefined && { functionsDir: values["functions-dir"] }),
  };
}

function asEmulator(name: string): Emulator {
  const emulator = EMULATORS.find((known) => known === name);
  if (emulator === undefined) throw new Error(`There is no emulator ${name}.\n${USAGE}`);
  return emulator;
}

function asVariable(assignment: string): [string, string] {
  const equals = assignment.indexOf("=");
  if (equals < 1) throw new Error(`Not NAME=VALUE: ${assignment}\n${USAGE}`);
  return [assignment.slice(0, equals), assignment.slice(equals + 1)];
}

try {
  process.exitCode = await runSuite(readOptions());
} catch (error) {
  process.stderr.write(`suite: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
