/** The variables of a deployment, as its dotenv files give them: what is expected of each, and of all together. */
import type { Setting } from "./configFiles.ts";
import { accountDomain } from "./prerequisites.ts";

/** By name; parameters and whatever else the files set. */
export type Settings = Readonly<Record<string, Setting>>;

/** Per parameter: its usual value in a project, what is expected, and whether a value is that. */
export const PARAMETERS: Readonly<
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

/** What is wrong with their values. */
export function reviewParameters(project: string, settings: Settings): string[] {
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

/** The value of a parameter, if it is one that is expected. */
export function validValue(settings: Settings, name: string): string | undefined {
  const { value = "" } = settings[name] ?? {};
  return PARAMETERS[name]?.pattern.test(value) === true ? value : undefined;
}

/** Names and values of all variables of a function, by Google's limit. */
const MAX_ENVIRONMENT_BYTES = 32 * 1024;
/** For what firebase-tools and the platform add themselves, such as FIREBASE_CONFIG. */
const RESERVED_BYTES = 1024;

/** What is wrong with the size of all variables together. */
export function reviewSize(settings: Settings): string[] {
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

/** Probably typing mistakes. Those of OpenTelemetry are read by its libraries. */
export function unreadVariables(settings: Settings): string[] {
  const isRead = (name: string): boolean =>
    ["CONFIG", "SECRETS"].includes(name) || name in PARAMETERS || name.startsWith("OTEL_");
  return Object.entries(settings)
    .filter(([name]) => !isRead(name))
    .map(([name, { file }]) => `nothing of EventSync reads the variable ${name} in ${file}`);
}
