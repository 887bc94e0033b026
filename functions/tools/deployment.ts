/**
 * What can be said about a deployment before it is made: what is wrong with it, and what it will do. A
 * pure function of the project's files; `readDeployment` reads them.
 */
import { ignoredInWords } from "../src/config/ignoredKey.ts";
import { parseConfig } from "../src/config/parse.ts";
import { readInvokers, type DeclaredInvokers } from "../src/adapters/invokersFile.ts";
import { correlationInWords } from "../src/config/correlation.ts";
import type { Services } from "../src/config/route.ts";
import { ruleInWords } from "../src/domain/words.ts";
import { explain, readSettings } from "./configFiles.ts";
import { checkContent } from "./content.ts";
import { readFirestoreEntry } from "./firebaseJson.ts";
import { PARAMETERS, reviewParameters, reviewSize } from "./parameters.ts";
import { unreadVariables, validValue, type Settings } from "./parameters.ts";
import { FUNCTIONS_DIR } from "./paths.ts";
import { foreignWarnings, prerequisitesOf, type Parties } from "./prerequisites.ts";
import { reviewSecrets } from "./secrets.ts";
import { targetsInWords } from "./targetWords.ts";

/** What the files of the project say. */
export interface Deployment {
  readonly project: string;
  readonly settings: Settings;
  /** The entry `firestore` of firebase.json. */
  readonly firestore: unknown;
  /** Or what is wrong with the file. */
  readonly invokers: DeclaredInvokers | string;
}

/** What is to be said. A deployment with problems must not be made. */
export interface Review {
  /** What was read, and from where. */
  readonly facts: readonly string[];
  readonly warnings: readonly string[];
  readonly problems: readonly string[];
}

/**
 * @param project the project's id
 * @throws Error if a file cannot be parsed
 */
export function readDeployment(project: string): Deployment {
  return {
    project,
    settings: readSettings(project),
    firestore: readFirestoreEntry(),
    invokers: readInvokersOf(project),
  };
}

function readInvokersOf(project: string): DeclaredInvokers | string {
  try {
    return readInvokers(FUNCTIONS_DIR, project);
  } catch (error) {
    return `functions/${explain(error)}`;
  }
}

export function reviewDeployment(deployment: Deployment): Review {
  const { project, settings, invokers } = deployment;
  const { facts, warnings, problems, services } = reviewConfig(deployment);
  for (const name of Object.keys(PARAMETERS)) {
    const setting = settings[name];
    if (setting !== undefined) facts.push(`${name} in ${setting.file} is ${setting.value}`);
  }
  problems.push(...reviewParameters(project, settings), ...reviewDatabase(deployment));
  if (typeof invokers === "string") problems.push(invokers);
  else facts.push(describeInvokers(invokers));
  problems.push(...reviewSize(settings));

  const parties: Parties = {
    project,
    serviceAccount: validValue(settings, "SERVICE_ACCOUNT"),
    services,
    invokers: typeof invokers === "string" ? undefined : invokers.invokers,
  };
  facts.push(...prerequisitesOf(parties));
  const targets = services?.flatMap((service) => service.targets ?? []) ?? [];
  const secrets = reviewSecrets(settings, targets, parties.serviceAccount);
  facts.push(...secrets.facts);
  problems.push(...secrets.problems);
  warnings.push(
    ...databaseWarnings(deployment),
    ...unreadVariables(settings),
    ...foreignWarnings(parties),
  );
  return { facts, warnings, problems };
}

/** Where firebase-tools makes a database that is not there, and the region of functions beside it. */
const MADE_IN = { database: "nam5", functions: "us-central1" } as const;

function databaseWarnings({ project, settings }: Deployment): string[] {
  const name = validValue(settings, "DATABASE") ?? "(default)";
  const location = validValue(settings, "LOCATION") ?? MADE_IN.functions;
  const isOwn = name !== "(default)";
  const database = `the database ${name} of ${project}`;
  const policies =
    "index exemptions and TTL policies hold for every collection called services, events, pending, syncs, parts, receipts, deliveries, lanes, targets or malformed there";
  const create = `gcloud firestore databases create --project ${project}${isOwn ? ` --database ${name}` : ""} --location ${location}`;
  return [
    isOwn
      ? `deploying firestore sets the security rules of ${database}, and its ${policies}: it should hold nothing but EventSync's data`
      : `deploying firestore replaces the security rules of all of ${database}, and its ${policies}`,
    ...(location === MADE_IN.functions
      ? []
      : [
          `LOCATION is ${location}: if ${database} does not exist, firebase makes it in ${MADE_IN.database}, far from there, and it cannot be moved; make it first: ${create}`,
        ]),
  ];
}

interface ConfigReview extends Record<keyof Review, string[]> {
  /** Undefined if they are not correct. */
  readonly services?: Services;
}

function reviewConfig({ project, settings }: Deployment): ConfigReview {
  const config = settings["CONFIG"];
  if (config === undefined) {
    const problem = `CONFIG has no value: neither functions/.env.${project} nor functions/.env sets it`;
    return { facts: [], warnings: [], problems: [problem] };
  }
  try {
    const { services, ignored } = parseConfig(config.value, checkContent);
    const names = services.map(({ serviceName }) => JSON.stringify(serviceName)).join(", ");
    return {
      facts: [`CONFIG in ${config.file} is correct: ${names}`, ...rulesInWords(services)],
      warnings: ignored.map(ignoredInWords),
      problems: [],
      services,
    };
  } catch (error) {
    return { facts: [], warnings: [], problems: [`${config.file}: ${explain(error)}`] };
  }
}

/** What each service does, a line each. */
export function rulesInWords(services: Services): string[] {
  return services.map((service) => {
    const words = [
      ...ruleInWords(service),
      ...correlationInWords(service),
      ...targetsInWords(service),
    ];
    return `${JSON.stringify(service.serviceName)} ${words.join("; ")}`;
  });
}

interface FirestoreEntry {
  readonly database?: string;
}

/** Trigger and clients follow DATABASE; rules and indexes follow firebase.json, which knows no parameters. */
function reviewDatabase({ settings, firestore }: Deployment): string[] {
  const setting = settings["DATABASE"];
  if (setting === undefined || setting.value === "") return [];
  const entries = (Array.isArray(firestore) ? firestore : [firestore ?? {}]) as FirestoreEntry[];
  const databases = entries.map(({ database = "(default)" }) => database);
  if (databases.includes(setting.value)) return [];
  return [
    `DATABASE in ${setting.file} is ${setting.value}, but firebase.json deploys rules and indexes to ${databases.join(", ")}: set "database": ${JSON.stringify(setting.value)} in its entry "firestore", or DATABASE=${databases[0] ?? "(default)"} here`,
  ];
}

function describeInvokers({ file, invokers }: DeclaredInvokers): string {
  if (file === undefined) return "no functions/invokers.json: every HTTP function is private";
  const each = Object.entries(invokers).map(([name, members]) => `${name} ${members.join(", ")}`);
  return `functions/${file} lets call: ${each.join("; ")}`;
}

/** Prints a review for people. The exit code: 1 if there is a problem. */
export function printReview(command: string, { facts, warnings, problems }: Review): number {
  for (const fact of facts) process.stdout.write(`${command}: ${fact}\n`);
  for (const warning of warnings) process.stderr.write(`${command}: warning: ${warning}\n`);
  for (const problem of problems) process.stderr.write(`${command}: problem: ${problem}\n`);
  return problems.length > 0 ? 1 : 0;
}
