/**
 * Writes the log-based metrics and the alert policies into files that gcloud reads, one each, and the tables
 * of both into docs/OPERATIONS.md:
 *
 *   node tools/metricFiles.ts [--check]
 *
 * With --check it changes nothing and fails if a file is not up to date, or should not be there.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { MEASURES } from "../src/adapters/telemetry/measures.ts";
import { ALERTS, policyOf, thresholdOf } from "./alertPolicies.ts";
import { writeTable } from "./documentTable.ts";
import { LOG_METRICS } from "./logMetrics.ts";
import { REPOSITORY_ROOT } from "./paths.ts";

const HEADER =
  "# Made from functions/src/adapters/telemetry/measures.ts. Do not edit: run npm run schema.\n";

/** As YAML, in which every text of JSON is one, too. */
function yaml(value: object, indent = ""): string {
  return Object.entries(value)
    .map(([key, entry]: [string, unknown]) => {
      if (Array.isArray(entry)) {
        const items = entry.map(
          (item: object) => `${indent}  - ${yaml(item, `${indent}    `).trimStart()}`,
        );
        return `${indent}${key}:\n${items.join("")}`;
      }
      return typeof entry === "object" && entry !== null
        ? `${indent}${key}:\n${yaml(entry, `${indent}  `)}`
        : `${indent}${key}: ${JSON.stringify(entry)}\n`;
    })
    .join("");
}

/** Makes a directory hold these files, and no others. */
function writeFiles(name: string, wanted: ReadonlyMap<string, string>): void {
  const directory = join(REPOSITORY_ROOT, "docs", name);
  mkdirSync(directory, { recursive: true });
  const there = new Map(
    readdirSync(directory).map((file) => [file, readFileSync(join(directory, file), "utf8")]),
  );
  const changed = [...new Set([...wanted.keys(), ...there.keys()])].filter(
    (file) => wanted.get(file) !== there.get(file),
  );
  if (changed.length > 0 && process.argv.includes("--check")) {
    process.stderr.write(
      `docs/${name} is not up to date (${changed.join(", ")}): run npm run schema in functions/\n`,
    );
    process.exitCode = 1;
    return;
  }
  for (const file of changed) {
    const text = wanted.get(file);
    if (text === undefined) rmSync(join(directory, file));
    else writeFileSync(join(directory, file), text);
  }
}

writeFiles(
  "metrics",
  new Map(LOG_METRICS.map(({ name, ...metric }) => [`${name}.yaml`, HEADER + yaml(metric)])),
);
writeFiles(
  "alerts",
  new Map(
    ALERTS.map((alert) => [`${alert.name}.json`, `${JSON.stringify(policyOf(alert), null, 2)}\n`]),
  ),
);

writeTable("docs/OPERATIONS.md", "metrics", "metricFiles.ts", [
  "| metric | what it says | told apart by |",
  "| --- | --- | --- |",
  ...MEASURES.map(
    ({ name, description, labels }) =>
      `| \`${name}\` | ${description} | ${labels.map((label) => `\`${label}\``).join(", ")}${labels.length > 0 ? " " : ""}|`,
  ),
]);
writeTable("docs/OPERATIONS.md", "alerts", "metricFiles.ts", [
  "| alert | severity | it rings on | why | what to do |",
  "| --- | --- | --- | --- | --- |",
  ...ALERTS.map((alert) => {
    const { name, severity, why, toDo } = alert;
    return `| [\`${name}\`](alerts/${name}.json) | ${severity} | ${thresholdOf(alert)} | ${why} | ${toDo} |`;
  }),
]);
