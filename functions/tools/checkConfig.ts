/**
 * Refuses a bad deployment before it is made; `firebase.json` runs it as a predeploy step.
 *
 *   node tools/checkConfig.ts [--project PROJECT]   all that would be deployed to the project
 *   node tools/checkConfig.ts FILE                  only the value of CONFIG, in a file of its own
 *
 * In a predeploy step the project is the one of the deployment. Ends with 1 if there is a problem.
 */
import { resolve } from "node:path";
import { parseArgs } from "node:util";

import { ignoredInWords } from "../src/config/ignoredKey.ts";
import { parseConfig } from "../src/config/parse.ts";
import { explain, readFile, resolveCheckedProject } from "./configFiles.ts";
import { checkContent } from "./content.ts";
import {
  printReview,
  readDeployment,
  reviewDeployment,
  rulesInWords,
  type Review,
} from "./deployment.ts";

const USAGE = `Usage: npm --prefix functions run check-config -- --project PROJECT
       npm --prefix functions run check-config -- FILE

FILE is named as seen from where you call.
`;

function reviewFile(file: string): Review {
  // npm runs a script beside its package.json, and says where it was called itself.
  const path = resolve(process.env["INIT_CWD"] ?? "", file);
  const { services, ignored } = parseConfig(readFile(path), checkContent);
  const names = services.map(({ serviceName }) => JSON.stringify(serviceName)).join(", ");
  return {
    facts: [`CONFIG in ${file} is correct: ${names}`, ...rulesInWords(services)],
    warnings: ignored.map(ignoredInWords),
    problems: [],
  };
}

function review(file: string | undefined, project: string | undefined): Review {
  if (file !== undefined) return reviewFile(file);
  const id = resolveCheckedProject(project);
  const found = reviewDeployment(readDeployment(id));
  return { ...found, facts: [`project ${id}`, ...found.facts] };
}

function main(): number {
  let file: string | undefined;
  let project: string | undefined;
  try {
    const { positionals, values } = parseArgs({
      allowPositionals: true,
      options: { project: { type: "string", short: "P" }, help: { type: "boolean", short: "h" } },
    });
    if (values.help === true) {
      process.stdout.write(USAGE);
      return 0;
    }
    ({ project } = values);
    const unexpected = positionals[project === undefined ? 1 : 0];
    if (unexpected !== undefined) throw new Error(`unexpected argument "${unexpected}"`);
    [file] = positionals;
  } catch (error) {
    process.stderr.write(`check-config: ${explain(error)}\n${USAGE}`);
    return 2;
  }
  try {
    return printReview("check-config", review(file, project));
  } catch (error) {
    process.stderr.write(`check-config: ${explain(error)}\n`);
    return 1;
  }
}

process.exitCode = main();
