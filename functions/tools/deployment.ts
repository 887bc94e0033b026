/**
 * What can be said about a deployment before it is made: what is wrong with it, and what it will do. A
 * pure function of the project's files; `readDeployment` reads them.
 */
import { parseConfig } from "../src/config/parse.ts";
import { readInvokers, type DeclaredInvokers } from "../src/adapters/invokersFile.ts";
import type { Services } from "../src/config/route.ts";
import { explain, readFirestoreEntry, readSettings, type Setting } from "./configFiles.ts";
import { FUNCTIONS_DIR } from "./paths.ts";
import { accountDomain, foreignWarnings, prerequisitesOf, type Parties } from "./prerequisites.ts";

/** What the files of the project say. */
export interface Deployment {
  readonly project: string;
  readonly settings: Readonly<Record<string, Setting>>;
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

/** Names and values of all variables of a function, by Google's limit. */
const MAX_ENVIRONMENT_BYTES = 32 * 1024;
/** For what firebase-tools and the platform add themselves, such as FIREBASE_CONFIG. */
const RESERVED_BYTES = 1024;

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
  problems.push(...reviewParameters(deployment), ...reviewDatabase(deployment));
  if (typeof invokers === "string") problems.push(invokers);
  else facts.push(describeInvokers(invokers));
  problems.push(...reviewSize(settings));

  const parties: Parties = {
    project,
    serviceAccount: settings["SERVICE_ACCOUNT"]?.value,
    services,
    invokers: typeof invokers === "string" ? undefined : invokers.invokers,
  };
  facts.push(...prerequisitesOf(parties));
  warnings.push(
    ...databaseWarnings(deployment),
    ...unreadVariables(settings),
    ...foreignWarnings(parties),
  );
  return { facts, warnings, problems };
}

function reviewSize(settings: Deployment["settings"]): string[] {
  const sizes = Object.entries(settings).map(([name, { value, file }]) => ({
    name,
    file,
    bytes: Buffer.byteLength(name) + Buffer.byteLength(value),
  }));
  const bytes = sizes.reduce((sum, each) => sum + each.bytes, 0);
  const [largest] = sizes.toSorted((a, b) => b.bytes - a.bytes);
  if (largest === undefined || bytes <= MAX_ENVIRONMENT_BYTES - RESERVED_BYTES) return [];
  return [
    `the variables have ${String(bytes)} bytes, ${String(largest.bytes)} of them ${largest.name} in ${largest.file}: expected at most ${String(MAX_ENVIRONMENT_BYTES - RESERVED_BYTES)}, since a function has room for 32 KiB; deploy some services of CONFIG to another project`,
  ];
}

function unreadVariables(settings: Deployment["settings"]): string[] {
  return Object.entries(settings)
    .filter(([name]) => name !== "CONFIG" && !(name in PARAMETERS))
    .map(([name, { file }]) => `nothing of EventSync reads the variable ${name} in ${file}`);
}

/** Where firebase-tools makes a database that is not there, and the region of functions beside it. */
const MADE_IN = { database: "nam5", functions: "us-central1" } as const;

function databaseWarnings({ project, settings }: Deployment): string[] {
  const name = settings["DATABASE"]?.value ?? "";
  const location = settings["LOCATION"]?.value ?? "";
  const isOwn = name !== "" && name !== "(default)";
  const database = `the database ${isOwn ? name : "(default)"} of ${project}`;
  const policies =
    "index exemptions and TTL policies hold for every collection called services, events, pending, syncs, parts or malformed there";
  const create = `gcloud firestore databases create --project ${project}${isOwn ? ` --database ${name}` : ""} --location ${location}`;
  return [
    isOwn
      ? `deploying firestore sets the security rules of ${database}, and its ${policies}: it should hold nothing but EventSync's data`
      : `deploying firestore replaces the security rules of all of ${database}, and its ${policies}`,
    ...(location === "" || location === MADE_IN.functions
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
    const { services, ignored } = parseConfig(config.value);
    const names = services.map(({ serviceName }) => JSON.stringify(serviceName)).join(", ");
    return {
      facts: [`CONFIG in ${config.file} is correct: ${names}`],
      warnings: ignored.map((key) => `nothing reads the key ${key}`),
      problems: [],
      services,
    };
  } catch (error) {
    return { facts: [], warnings: [], problems: [`${config.file}: ${explain(error)}`] };
  }
}

/** Per parameter: its usual value in a project, what is expected, and whether a value is that. */
const PARAMETERS: Readonly<
  Record<
    string,
    {
      readonly usual: (project: string) => string;
      readonly expected: (project: string) => string;
      readonly pattern: RegExp;
    }
  >
> = {
  LOCATION: {
    usual: () => "us-central1",
    expected: () =>
      "a region, such as us-central1 (of a database in nam5) or europe-west4 (in eur3); otherwise the database's own",
    pattern: /^[a-z]+-[a-z]+\d+$/,
  },
  SERVICE_ACCOUNT: {
    usual: usualAccount,
    expected: (project) =>
      `the full e-mail address of a service account, such as ${usualAccount(project)}: what ends in @, or holds an expression, does not reach the scheduler job of the sweep`,
    pattern: /^[a-z0-9][a-z0-9-]*@[a-z0-9.-]+\.gserviceaccount\.com$/,
  },
  DATABASE: {
    usual: () => "(default)",
    expected: () =>
      "(default), or the id of a database: 4 to 63 lower-case letters, digits and inner hyphens, a letter first",
    pattern: /^(?:\(default\)|[a-z][a-z0-9-]{2,61}[a-z0-9])$/,
  },
};

function usualAccount(project: string): string {
  return `eventsync@${accountDomain(project)}`;
}

function reviewParameters({ project, settings }: Deployment): string[] {
  const problems: string[] = [];
  const missing: string[] = [];
  for (const [name, { usual, expected, pattern }] of Object.entries(PARAMETERS)) {
    const { value = "", file = "" } = settings[name] ?? {};
    if (value === "") missing.push(`\n      ${name}=${usual(project)}`);
    else if (!pattern.test(value)) {
      problems.push(
        `${name} in ${file}: expected ${expected(project)}; got ${JSON.stringify(value)}`,
      );
    }
  }
  if (missing.length > 0) {
    // firebase-tools takes no defaults where it cannot ask.
    problems.push(
      `parameters have no value; the usual ones, as lines for functions/.env.${project}:${missing.join("")}`,
    );
  }
  return problems;
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
