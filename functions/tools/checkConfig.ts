/**
 * Refuses a bad configuration before it is deployed; `firebase.json` runs it as a predeploy step.
 *
 *   node tools/checkConfig.ts [FILE]
 *
 * Without FILE it checks the CONFIG of the project's dotenv files.
 */
import { readFileSync } from "node:fs";

import { parseConfig } from "../src/config/parse.ts";
import { currentProject, explain, readEnvFiles } from "./configFiles.ts";

function readConfig(): { readonly text: string; readonly from: string } {
  const file = process.argv[2];
  if (file !== undefined) return { text: readFileSync(file, "utf8"), from: file };
  const project = currentProject();
  const from = `functions/.env or functions/.env.${project}`;
  return { text: readEnvFiles(project, false)["CONFIG"] ?? "", from };
}

try {
  const { text, from } = readConfig();
  const { services, ignored } = parseConfig(text);
  for (const key of ignored) process.stderr.write(`check-config: nothing reads the key ${key}\n`);
  const names = services.map(({ serviceName }) => JSON.stringify(serviceName)).join(", ");
  process.stdout.write(`check-config: CONFIG in ${from} is correct: ${names}\n`);
} catch (error) {
  process.stderr.write(`check-config: ${explain(error)}\n`);
  process.exitCode = 1;
}
