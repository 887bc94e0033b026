/**
 * Runs events with their times through the rules of a configuration, on a virtual clock:
 *
 *   node tools/simulate/main.ts --config FILE [--until TIME] [--json] [--verbose] [--expect FILE] EVENTS
 *
 * `scripts/simulate` does it for a person. Ends with 1 if what fires is not what is expected, and with 2 if the
 * configuration, a line or the command line is wrong.
 */
import { parseArgs } from "node:util";

import { parseTime } from "../../src/adapters/http/timeIn.ts";
import { explain, readFile } from "../configFiles.ts";
import { Expectation, readExpected } from "./expectation.ts";
import { readLines } from "./readLines.ts";
import { simulateLines } from "./simulateLines.ts";

interface Asked {
  readonly config: string;
  readonly events: string;
  /** Epoch milliseconds, `Infinity` for as long as anything is open. Undefined: to the last entry. */
  readonly untilMs: number | undefined;
  readonly expect: string | undefined;
  readonly isJson: boolean;
  readonly isVerbose: boolean;
}

/** @throws Error that says what is wrong with the command line */
function readArgs(): Asked {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      config: { type: "string" },
      until: { type: "string" },
      expect: { type: "string" },
      json: { type: "boolean", default: false },
      verbose: { type: "boolean", default: false },
    },
  });
  const [events, ...others] = positionals;
  const { config, until, expect, json: isJson, verbose: isVerbose } = values;
  if (config === undefined) throw new Error("--config is missing");
  if (events === undefined) throw new Error("EVENTS is missing");
  if (others.length > 0) throw new Error(`unexpected argument "${others.join(" ")}"`);
  return { config, events, untilMs: untilOf(until), expect, isJson, isVerbose };
}

function untilOf(until: string | undefined): number | undefined {
  const ms = until === "end" ? Infinity : parseTime(until ?? "");
  if (until === undefined || ms !== undefined) return ms;
  throw new Error(`--until needs a time such as 2026-01-01T00:00:00Z, or end, not "${until}"`);
}

async function main(): Promise<number> {
  const asked = readArgs();
  const { expect, isJson } = asked;
  const expected = expect === undefined ? undefined : expectedIn(expect);
  const print = (lines: readonly string[]): void => {
    process.stdout.write(lines.map((line) => `${line}\n`).join(""));
  };
  let expectation: Expectation | undefined;
  await simulateLines(readFile(asked.config), readLines(asked.events), {
    ...asked,
    print,
    warn: (message) => process.stderr.write(`simulate: warning: ${message}\n`),
    begin: (service) => {
      expectation = expected && new Expectation(expected, service);
    },
    meet: (sync) => expectation?.meet(sync),
  });
  if (expectation === undefined) return 0;
  const { wrong, count } = expectation.end();
  if (wrong.length === 0) {
    const syncs = `${count.toLocaleString("en")} sync${count === 1 ? "" : "s"}`;
    if (!isJson) print([`as expected: ${syncs}`]);
    return 0;
  }
  process.stderr.write(`simulate: not as expected in ${String(wrong.length)} place(s):\n`);
  for (const line of wrong) process.stderr.write(`  - ${line}\n`);
  return 1;
}

function expectedIn(file: string): ReturnType<typeof readExpected> {
  const text = readFile(file);
  try {
    return readExpected(text);
  } catch (error) {
    throw new Error(`${file}: ${explain(error)}`, { cause: error });
  }
}

// Whoever reads the output may have read enough.
process.stdout.on("error", () => process.exit(0));

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`simulate: ${explain(error)}\n`);
  process.exitCode = 2;
}
