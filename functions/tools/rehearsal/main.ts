/**
 * Rehearses `scripts/deploy` for a person, with their own configuration, and says what it would do. Ends
 * with 0 if the deployment would go through, with 1 if not, with 2 for wrong options.
 */
import { writeFileSync } from "node:fs";
import { constants } from "node:os";
import { parseArgs } from "node:util";

import { explain, resolveProject } from "../configFiles.ts";
import { emptyProject } from "./fakeProject.ts";
import { Rehearsal, remarksOf } from "./rehearsal.ts";
import { makeReport, renderReport } from "./report.ts";

const USAGE = `Usage: scripts/rehearse --project PROJECT [--json FILE]

  --project PROJECT  whose configuration is rehearsed: its id, or an alias of .firebaserc
  --json FILE        writes the report there, too, as JSON

Runs scripts/deploy on a copy of this repository, against a stand-in of Google's APIs on this machine:
no account, no network, nothing is changed. Ends with 1 if the deployment would not go through.
`;

interface Options {
  readonly project: string;
  readonly json: string | undefined;
}

async function main(): Promise<number> {
  let options: Options | "help";
  try {
    options = parse();
  } catch (error) {
    process.stderr.write(`rehearse: ${explain(error)}\n${USAGE}`);
    return 2;
  }
  if (options === "help") {
    process.stdout.write(USAGE);
    return 0;
  }
  try {
    return await rehearse(options);
  } catch (error) {
    process.stderr.write(`rehearse: ${explain(error)}\n`);
    return 1;
  }
}

/** @throws Error for options that it does not know */
function parse(): Options | "help" {
  const { values } = parseArgs({
    options: {
      project: { type: "string", short: "P" },
      json: { type: "string" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help === true) return "help";
  return { project: resolveProject(values.project), json: values.json };
}

async function rehearse({ project, json }: Options): Promise<number> {
  process.stderr.write("rehearse: building, and deploying to nowhere; some ten seconds …\n");
  const rehearsal = await Rehearsal.open(emptyProject(project));
  let interruptedBy: NodeJS.Signals | undefined;
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      interruptedBy = signal;
      void rehearsal.interrupt();
    });
  }
  try {
    const rehearsed = await rehearsal.deploy();
    if (interruptedBy !== undefined) return 128 + constants.signals[interruptedBy];
    const report = makeReport(rehearsed.summary, rehearsed.archive, remarksOf(rehearsed));
    if (json !== undefined) writeFileSync(json, `${JSON.stringify(report, null, 2)}\n`);
    process.stdout.write(`\n${renderReport(report)}`);
    return report.problems.length === 0 ? 0 : 1;
  } finally {
    await rehearsal.close();
  }
}

process.exitCode = await main();
