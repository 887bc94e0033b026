/**
 * Deploys, and shows that what was deployed runs. It asks nothing, so that it does the same in a terminal
 * and without one:
 *
 *   1. checks the configuration, and refuses what cannot work;
 *   2. deploys rules and indexes, without --force: indexes that it does not know stay;
 *   3. deploys the functions, with --force: they are retried on failure (as they must be), images of builds
 *      are removed after a day, and so are functions that are gone from the codebase;
 *   4. lets the account of the trigger and of alarms call the functions that they call;
 *   5. starts the sweep, and waits until one has finished without an error.
 */
import { spawnSync } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";

import { explain, resolveProject } from "./configFiles.ts";
import { printReview, readDeployment, reviewDeployment } from "./deployment.ts";
import { findOnPath, REPOSITORY_ROOT } from "./paths.ts";

const USAGE = `Usage: scripts/deploy --project PROJECT [--dry-run] [--no-gcloud] [-- OPTION …]

  --project PROJECT  the project, by its id or an alias of .firebaserc
  --dry-run          builds and checks, but changes no functions, rules or indexes
  --no-gcloud        leaves out what needs the Google Cloud CLI, and prints it instead
  OPTION             anything else for firebase deploy, such as --debug or --message TEXT; not --project,
                     --only or --force, which it sets itself, nor --config

It asks nothing. docs/DEPLOYMENT.md says what it answers in your place.
`;

interface Options {
  readonly project: string;
  readonly dryRun: boolean;
  readonly useGcloud: boolean;
  /** For `firebase deploy`. */
  readonly others: readonly string[];
}

/** The sweep runs once a minute, and fails until its indexes are built and new grants hold everywhere. */
const SWEEP_SECONDS = Number(process.env["EVENTSYNC_SWEEP_SECONDS"] ?? "900");
const POLL_MS = 5000;

/** @throws Error that names the first step that failed */
async function deploy({ project, dryRun, useGcloud, others }: Options): Promise<number> {
  if (useGcloud && !dryRun && findOnPath("gcloud") === undefined) {
    throw new Error("gcloud is not on PATH: install the Google Cloud CLI, or say --no-gcloud");
  }
  const deployment = readDeployment(project);
  const isRefused = printReview("deploy", reviewDeployment(deployment)) !== 0;
  if (isRefused) return 1;

  const common = ["deploy", "--project", project, "--non-interactive", ...others];
  if (dryRun) common.push("--dry-run");
  // The first that asks for credentials.
  run("firebase", [...common, "--only", "firestore"], SIGN_IN);
  // Named by their codebase, functions are deployed even if neither code nor variables have changed:
  // grants are then as declared, whatever was done to them by hand.
  run("firebase", [...common, "--only", "functions:eventsync", "--force"]);
  if (dryRun) return 0;

  const valueOf = (name: string): string => deployment.settings[name]?.value ?? "";
  const location = valueOf("LOCATION");
  const account = valueOf("SERVICE_ACCOUNT");
  const grants = ["checkwindow", "alarm"].map((service) => [
    ...["run", "services", "add-iam-policy-binding", service, "--project", project],
    ...["--region", location, "--member", `serviceAccount:${account}`],
    ...["--role", "roles/run.invoker", "--format", "none"],
  ]);
  const job = [`firebase-schedule-sweep-${location}`, "--project", project, "--location", location];
  if (!useGcloud) {
    const lines = [...grants, ["scheduler", "jobs", "run", ...job]].map((each) => each.join(" "));
    print(`deploy: left out:\n  gcloud ${lines.join("\n  gcloud ")}`);
    return 0;
  }
  // firebase-tools grants neither identity anything, and a redeployment leaves these grants alone.
  for (const grant of grants) run("gcloud", grant);
  await proveSweep(project, job);
  return 0;
}

/**
 * The sweep's own word: a run that finished without an error was called with an identity that may call it,
 * and found its indexes.
 *
 * @throws Error if there is none in time
 */
async function proveSweep(project: string, job: readonly string[]): Promise<void> {
  const startedAt = new Date().toISOString();
  run("gcloud", ["scheduler", "jobs", "run", ...job]);
  const filter = `resource.labels.service_name="sweep" AND jsonPayload.message="sweep.finished" AND jsonPayload.errors=0 AND timestamp>="${startedAt}"`;
  const look = ["logging", "read", filter, "--project", project, "--limit", "1"];
  print("\ndeploy: waiting for a sweep without errors; new indexes take a few minutes …");
  const deadline = Date.now() + SWEEP_SECONDS * 1000;
  while (capture("gcloud", [...look, "--format", "value(timestamp)"]).trim() === "") {
    if (Date.now() >= deadline) {
      throw new Error(
        "everything is deployed, but no sweep has finished without errors: see the log of sweep, and docs/DEPLOYMENT.md",
      );
    }
    await delay(POLL_MS);
  }
  print("deploy: the sweep runs. EventSync is deployed.");
}

/** firebase-tools speak of a command that nobody has: it is on PATH only in here. */
const SIGN_IN =
  "\nIf it could not authenticate: functions/node_modules/.bin/firebase login signs in; in CI, GOOGLE_APPLICATION_CREDENTIALS names a file with credentials.";

/** @param advice for when it fails */
function run(command: string, args: readonly string[], advice = ""): void {
  print(`\ndeploy: ${command} ${args.join(" ")}`);
  // Its output is not read: in a terminal it is to look as firebase-tools mean it.
  const { status, error } = spawnSync(command, args, { cwd: REPOSITORY_ROOT, stdio: "inherit" });
  if (status !== 0) throw new Error(`${failure(command, args, error)}${advice}`);
}

function capture(command: string, args: readonly string[]): string {
  const { status, error, stdout } = spawnSync(command, args, {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (status !== 0) throw new Error(failure(command, args, error));
  return stdout;
}

function failure(command: string, args: readonly string[], error: Error | undefined): string {
  const reason = error === undefined ? "its output is above" : error.message;
  return `${command} ${args.join(" ")} failed: ${reason}`;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Of firebase deploy, which takes the last of several; -f is another name of --force, -c of --config. */
const OWN_OPTIONS: readonly (readonly [RegExp, why: string])[] = [
  [/^(?:--(?:project|only|force)(?:=|$)|-[Pf])/, "this script sets it"],
  [/^(?:--config(?:=|$)|-c)/, "it is firebase.json, which was checked, that is deployed"],
  [/^--dry-run(?:=|$)/, "say it before --, or what follows would not be dry"],
];

/** @throws Error for options that it does not know, or sets itself */
function parse(): Options | "help" {
  const { values, positionals, tokens } = parseArgs({
    allowPositionals: true,
    tokens: true,
    options: {
      project: { type: "string", short: "P" },
      "dry-run": { type: "boolean", default: false },
      "no-gcloud": { type: "boolean", default: false },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help === true) return "help";
  const [first] = tokens.filter(
    ({ kind }) => kind === "positional" || kind === "option-terminator",
  );
  if (first?.kind === "positional") {
    throw new Error(`unexpected argument "${first.value}": what is for firebase deploy follows --`);
  }
  for (const option of positionals) {
    const own = OWN_OPTIONS.find(([pattern]) => pattern.test(option));
    if (own !== undefined) throw new Error(`${option} is not for firebase deploy: ${own[1]}`);
  }
  return {
    project: resolveProject(values.project),
    dryRun: values["dry-run"],
    useGcloud: !values["no-gcloud"],
    others: positionals,
  };
}

async function main(): Promise<number> {
  let options: Options | "help";
  try {
    options = parse();
  } catch (error) {
    process.stderr.write(`deploy: ${explain(error)}\n${USAGE}`);
    return 2;
  }
  if (options === "help") {
    process.stdout.write(USAGE);
    return 0;
  }
  try {
    return await deploy(options);
  } catch (error) {
    process.stderr.write(`deploy: ${explain(error)}\n`);
    return 1;
  }
}

process.exitCode = await main();
