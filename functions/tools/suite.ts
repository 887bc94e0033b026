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

/** The command line is wrong. */
class UsageError extends Error {}

/** @throws UsageError */
function readOptions(): SuiteOptions {
  const { values, positionals } = parse();
  const [file, ...args] = positionals;
  if (file === undefined) throw new UsageError("There is no command.");
  return {
    only: values.only.split(",").map(asEmulator),
    report: (line) => process.stderr.write(`${line}\n`),
    command: [file, ...args],
    userEnv: Object.fromEntries(values["user-env"].map(asVariable)),
    verbose: values.verbose,
    ...(values.project !== undefined && { projectId: values.project }),
    ...(values["functions-dir"] !== undefined && { functionsDir: values["functions-dir"] }),
  };
}

function parse() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        only: { type: "string", default: EMULATORS.join(",") },
        project: { type: "string" },
        "functions-dir": { type: "string" },
        "user-env": { type: "string", multiple: true, default: [] },
        verbose: { type: "boolean", default: false },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function asEmulator(name: string): Emulator {
  const emulator = EMULATORS.find((known) => known === name);
  if (emulator === undefined) throw new UsageError(`There is no emulator ${name}.`);
  return emulator;
}

function asVariable(assignment: string): [string, string] {
  const equals = assignment.indexOf("=");
  if (equals < 1) throw new UsageError(`Not NAME=VALUE: ${assignment}`);
  return [assignment.slice(0, equals), assignment.slice(equals + 1)];
}

try {
  process.exitCode = await runSuite(readOptions());
} catch (error) {
  const isUsage = error instanceof UsageError;
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`suite: ${message}\n${isUsage ? `${USAGE}\n` : ""}`);
  process.exitCode = isUsage ? 2 : 1;
}
