/** The functions' environment as firebase-tools would read it: with its own parser, from the same files. */
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, relative } from "node:path";

import { ConfigError } from "../src/config/parse.ts";
import { readJson } from "./firebaseJson.ts";
import { FUNCTIONS_DIR, REPOSITORY_ROOT } from "./paths.ts";

interface EnvFileOptions {
  readonly functionsSource: string;
  readonly projectDir: string;
  readonly projectId: string;
  readonly projectAlias: string | undefined;
  readonly isEmulator: boolean;
}
interface FirebaseEnv {
  readonly loadUserEnvs: (options: EnvFileOptions) => Record<string, string>;
  readonly parseStrict: (text: string) => Record<string, string>;
}
const require = createRequire(import.meta.url);
const firebaseEnv = require("firebase-tools/lib/functions/env") as FirebaseEnv;

/** A variable of the functions, and where its value comes from. */
export interface Setting {
  readonly value: string;
  /** Seen from the repository's root, such as `functions/.env.my-project`. */
  readonly file: string;
}

/**
 * The id of the project that is named, by its id or an alias of .firebaserc.
 *
 * @throws Error if none is named, or one that cannot exist
 */
export function resolveProject(named: string | undefined): string {
  if (named === undefined || named === "") throw new Error(WHICH_PROJECT);
  const projects = aliases();
  return requireProjectId((Object.hasOwn(projects, named) ? projects[named] : undefined) ?? named);
}

/**
 * As `resolveProject`. If none is named: in a predeploy step the one that firebase-tools deploys to; or the
 * default of .firebaserc, unless that is the demo, of which nobody would want to hear that it is correct.
 *
 * @throws Error if none is meant, or one that cannot exist
 */
export function resolveCheckedProject(named: string | undefined): string {
  if (named !== undefined) return resolveProject(named);
  const deployed = process.env["GCLOUD_PROJECT"];
  if (deployed !== undefined) return deployed;
  const usual = aliases()["default"];
  return resolveProject(usual === DEMO ? undefined : usual);
}

const DEMO = "demo-eventsync";
const WHICH_PROJECT = `which project? Name it with --project; ${DEMO} is only the local demo.`;

/** Old ones are preceded by the domain that they belong to. */
const PROJECT_ID = /^(?:[a-z0-9.-]+:)?[a-z][a-z0-9-]{4,28}[a-z0-9]$/;

function requireProjectId(id: string): string {
  if (PROJECT_ID.test(id)) return id;
  throw new Error(
    `${JSON.stringify(id)} is no project: expected its id (6 to 30 lower-case letters, digits and inner hyphens, a letter first), or an alias of .firebaserc`,
  );
}

/**
 * Variables of `functions/.env`, `.env.<project>` and, for the emulator, `.env.local`.
 *
 * @throws Error that names the file which cannot be read, and every reason
 */
export function readEnvFiles(projectId: string, isEmulator: boolean): Record<string, string> {
  try {
    return firebaseEnv.loadUserEnvs({
      functionsSource: FUNCTIONS_DIR,
      projectDir: REPOSITORY_ROOT,
      projectId,
      projectAlias: undefined,
      isEmulator,
    });
  } catch (error) {
    throw new Error(explainUnread(error as FirebaseError), { cause: error });
  }
}

interface FirebaseError extends Error {
  readonly children?: readonly Error[];
}

/** firebase-tools says which file it is, and keeps the reasons to itself. */
function explainUnread({ message, children = [] }: FirebaseError): string {
  const file = /environment variables from (.+)\.$/.exec(message)?.[1];
  const reasons = children.map(({ message: reason }) => {
    const hint = reason.startsWith("Invalid dotenv file") ? UNQUOTED : "";
    return `\n  - ${shorten(reason)}${hint}`;
  });
  return `${file === undefined ? message : `functions/${file} cannot be read:`}${reasons.join("")}`;
}

const UNQUOTED =
  "\n    A “'” ends a value that stands between two of them: in CONFIG, write it as \\u0027";

const MAX_REASON_LENGTH = 300;

function shorten(text: string): string {
  return text.length > MAX_REASON_LENGTH ? `${text.slice(0, MAX_REASON_LENGTH)} …` : text;
}

/**
 * What a deployment to the project sets: as `readEnvFiles`, with the file that each value comes from.
 *
 * @throws Error if a file cannot be parsed, or is called after an alias
 */
export function readSettings(projectId: string): Readonly<Record<string, Setting>> {
  refuseAliasFiles(projectId);
  // It refuses what firebase-tools would, and names the file.
  readEnvFiles(projectId, false);
  const names = [".env", `.env.${projectId}`];
  const settings: Record<string, Setting> = {};
  for (const name of names) {
    const path = join(FUNCTIONS_DIR, name);
    if (!existsSync(path)) continue;
    const file = relative(REPOSITORY_ROOT, path);
    for (const [key, value] of Object.entries(
      firebaseEnv.parseStrict(readFileSync(path, "utf8")),
    )) {
      settings[key] = { value, file };
    }
  }
  return settings;
}

/** What is deployed must not depend on how the project was named. */
function refuseAliasFiles(projectId: string): void {
  const file = Object.entries(aliases())
    .filter(([alias, id]) => id === projectId && alias !== projectId)
    .map(([alias]) => ({ alias, name: `functions/.env.${alias}` }))
    .find(({ name }) => existsSync(join(REPOSITORY_ROOT, name)));
  if (file !== undefined) {
    throw new Error(
      `firebase-tools reads ${file.name} only with --project ${file.alias}; name it functions/.env.${projectId}`,
    );
  }
}

function aliases(): Readonly<Record<string, string>> {
  const { projects } = readJson(".firebaserc") as { projects?: Record<string, string> };
  return projects ?? {};
}

/**
 * The text of a file that somebody named.
 *
 * @throws Error that names it, and says why it cannot be read
 */
export function readFile(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new Error(`cannot read ${path}: ${READ_PROBLEMS[code ?? ""] ?? message}`, {
      cause: error,
    });
  }
}

const READ_PROBLEMS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file.",
  ENOTDIR: "there is no such file.",
  EISDIR: "it is a directory.",
  EACCES: "its permissions forbid it.",
};

/** What to tell a person about an error: every problem of a configuration, or its message. */
export function explain(error: unknown): string {
  if (error instanceof ConfigError) return error.report;
  if (!(error instanceof Error)) return String(error);
  const { code = "" } = error as NodeJS.ErrnoException;
  // Of a wrong option Node.js also says, at length, how a file of that name would be written.
  return code.startsWith("ERR_PARSE_ARGS") ? error.message.replace(/\.\s[^]*$/, "") : error.message;
}
