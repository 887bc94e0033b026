/**
 * Writes the table of log messages into docs/OPERATIONS.md:
 *
 *   node tools/logReference.ts [--check]
 *
 * With --check it changes nothing and fails if the document is not up to date.
 */
import { LOG_EVENTS, type Severity } from "../src/app/logEvents.ts";
import { writeTable } from "./documentTable.ts";

interface Described {
  readonly severity: Severity;
  readonly meaning: string;
  readonly toDo?: string;
}

/** As Cloud Logging calls them. */
const SEVERITY: Readonly<Record<Severity, string>> = {
  info: "INFO",
  warn: "WARNING",
  error: "ERROR",
};

const rows = Object.entries<Described>(LOG_EVENTS).map(
  ([name, { severity, meaning, toDo = "" }]) =>
    `| \`${name}\` | ${SEVERITY[severity]} | ${meaning} | ${toDo}${toDo === "" ? "" : " "}|`,
);

writeTable("docs/OPERATIONS.md", "log messages", "logReference.ts", [
  "| message | severity | meaning | what to do |",
  "| --- | --- | --- | --- |",
  ...rows,
]);
