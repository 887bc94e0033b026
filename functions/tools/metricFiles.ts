/**
 * Writes the log-based metrics into files that gcloud reads, one each:
 *
 *   node tools/metricFiles.ts [--check]
 *
 * With --check it changes nothing and fails if a file is not up to date, or should not be there.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { LOG_METRICS } from "./logMetrics.ts";
import { REPOSITORY_ROOT } from "./paths.ts";

const DIRECTORY = join(REPOSITORY_ROOT, "docs", "metrics");
const HEADER = "# Made by functions/tools/logMetrics.ts. Do not edit: run npm run schema.\n";

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

mkdirSync(DIRECTORY, { recursive: true });
const wanted = new Map(
  LOG_METRICS.map(({ name, ...metric }) => [`${name}.yaml`, HEADER + yaml(metric)]),
);
const there = new Map(
  readdirSync(DIRECTORY).map((file) => [file, readFileSync(join(DIRECTORY, file), "utf8")]),
);
const changed = [...new Set([...wanted.keys(), ...there.keys()])].filter(
  (file) => wanted.get(file) !== there.get(file),
);
if (changed.length > 0 && process.argv.includes("--check")) {
  process.stderr.write(
    `docs/metrics is not up to date (${changed.join(", ")}): run npm run schema in functions/\n`,
  );
  process.exitCode = 1;
} else {
  for (const file of changed) {
    const text = wanted.get(file);
    if (text === undefined) rmSync(join(DIRECTORY, file));
    else writeFileSync(join(DIRECTORY, file), text);
  }
}
