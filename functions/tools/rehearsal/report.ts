/** What a deployment to a new project would do, in plain words. */
import type { Archive } from "./archive.ts";
import type { DatabaseSummary } from "./databaseSummary.ts";
import type { FunctionSummary, Grant, JobSummary, Summary } from "./summary.ts";

export interface Report extends Summary {
  /** Why the deployment would not go through, or the rehearsal proves nothing; empty if it would. */
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
  /** Accounts and topics that a deployment takes for granted. */
  readonly mustExist: readonly string[];
  readonly archive?: { readonly bytes: number; readonly files: readonly string[] };
  /** Questions of `firebase deploy` that `scripts/deploy` answers with yes. */
  readonly answered: readonly string[];
}

/** What the deployment said of itself. */
export type Remarks = Pick<Report, "problems" | "warnings" | "mustExist">;

export function makeReport(
  summary: Summary,
  archive: Archive | undefined,
  remarks: Remarks,
): Report {
  return {
    ...summary,
    ...remarks,
    ...(archive !== undefined && {
      archive: { bytes: archive.bytes, files: Object.keys(archive.files).sort() },
    }),
    answered: answeredQuestions(summary),
  };
}

function answeredQuestions({ functions, cleanedUp }: Summary): string[] {
  const names = (wanted: (each: FunctionSummary) => boolean): string =>
    functions
      .filter(wanted)
      .map(({ name }) => name)
      .join(", ");
  const retried = names(
    ({ change, trigger }) => change === "created" && trigger?.isRetried === true,
  );
  const deleted = names(({ change }) => change === "deleted");
  return [
    ...(retried === "" ? [] : [`May ${retried} be retried on failure? It must be.`]),
    ...(deleted === "" ? [] : [`May ${deleted} be deleted? The sources do not have it any more.`]),
    ...(cleanedUp.length === 0
      ? []
      : ["After how many days may images of builds be removed? One."]),
  ];
}

export function renderReport(report: Report): string {
  const { projectId, problems, apisEnabled, databases, functions, jobs, queues } = report;
  const sections = [
    section("APIs enabled, where they are not yet", apisEnabled),
    ...databases.map(renderDatabase),
    section("Functions", functions.flatMap(renderFunction)),
    section("Scheduler", jobs.map(renderJob)),
    section(
      "Task queues",
      queues.map(({ name }) => name),
    ),
    section("Roles granted", report.granted.map(renderGrant)),
    section("Archive", renderArchive(report.archive)),
    section("Asked by firebase deploy, and answered by scripts/deploy", report.answered),
    section("Must exist already, and was not looked at", report.mustExist),
    section("Warnings", report.warnings),
  ];
  const verdict =
    problems.length === 0
      ? `The deployment to ${projectId} would go through.`
      : `The deployment to ${projectId} would NOT go through:\n${indent(problems)}`;
  const text = [
    "Rehearsed against a stand-in of Google's APIs, with an empty project. The real one was not looked\n" +
      "at: what is in it already is not in this report, and nothing has changed there.\n",
    ...sections.filter((text) => text !== ""),
    `${verdict}\n`,
  ].join("\n");
  return text.replaceAll(report.projectNumber, "PROJECT_NUMBER");
}

function section(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? "" : `${title}\n${indent(lines)}\n`;
}

function indent(lines: readonly string[]): string {
  return lines.map((line) => `  ${line}`).join("\n");
}

function renderDatabase(database: DatabaseSummary): string {
  const { id, createdIn, rules, indexesAdded, fieldsChanged, expiry } = database;
  const groups = [...new Set(fieldsChanged.map((field) => field.split(".")[0] ?? ""))];
  return section(`Firestore, database ${id}`, [
    ...(createdIn === undefined ? [] : [`CREATED in ${createdIn}, if there is none of that name`]),
    ...(rules === "unchanged" ? [] : ["security rules: REPLACED, for the whole database"]),
    ...indexesAdded.map((index) => `index of ${index}`),
    ...(fieldsChanged.length === 0
      ? []
      : [
          `${String(fieldsChanged.length)} fields get other indexes than they have by default, in EVERY collection called`,
          `  ${groups.join(", ")}`,
        ]),
    ...(expiry.length === 0 ? [] : [`documents EXPIRE by ${expiry.join(", ")}`]),
  ]);
}

function renderFunction(each: FunctionSummary): string[] {
  const { name, region, memory, cpu, concurrency, maxInstances, timeoutSeconds, trigger } = each;
  return [
    `${name} in ${region}, as ${each.serviceAccount}`,
    `  ${memory}, ${cpu} CPU, ${String(concurrency)} requests at once, at most ${String(maxInstances)} instance(s), ${String(timeoutSeconds)} s`,
    ...(trigger === undefined
      ? []
      : [
          `  runs on ${trigger.type} of ${trigger.filters["document"] ?? ""} in ${trigger.filters["database"] ?? ""} (${trigger.region})${trigger.isRetried ? ", retried" : ""}`,
        ]),
    `  may be called by: ${each.invokers.join(", ") || "nobody"}`,
  ];
}

function renderJob({ name, schedule, timeZone, uri, identity }: JobSummary): string {
  return `${name}: ${schedule} (${timeZone}), calls ${uri} as ${identity}`;
}

function renderGrant({ resource, role, member }: Grant): string {
  return `${role} on ${resource} to ${member}`;
}

function renderArchive(archive: Report["archive"]): string[] {
  if (archive === undefined) return [];
  const { bytes, files } = archive;
  const others = files.filter((file) => !file.startsWith("lib/"));
  return [
    `${String(Math.ceil(bytes / 1024))} KiB, ${String(files.length)} files: lib/ (${String(files.length - others.length)}), ${others.join(", ")}`,
  ];
}
