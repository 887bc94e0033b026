/** The functions' environment as firebase-tools would read it: with its own parser, from the same files. */
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, relative } from "node:path";

import { ConfigError } from "../src/config/parse.ts";
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
const firebaseEnv = createRequire(import.meta.url)(
  "firebase-tools/lib/functions/env",
) as FirebaseEnv;

/** A variable of the functions, and where its value comes from. */
export interface Setting {
  readonly value: string;
  /** Seen from the repository's root, such as `functions/.env.my-project`. */
  readonly file: string;
}

/**
 * Which project is meant: the one that is named, by its id or an alias of .firebaserc; in a predeploy
 * step the one that firebase-tools deploys to; or the default of .firebaserc, unless that is the demo,
 * of which nobody would want to hear that it is correct.
 *
 * @throws Error if none is meant, or one that cannot exist
 */
export function resolveProject(named: string | undefined): string {
  const projects = aliases();
  if (named !== undefined) return requireProjectId(projects[named] ?? named);
  const deployed = process.env["GCLOUD_PROJECT"] ?? projects["default"];
  if (
    deployed === undefined ||
    (deployed === DEMO && process.env["GCLOUD_PROJECT"] === undefined)
  ) {
    throw new Error(`which project? Name it with --project; ${DEMO} is only the local demo.`);
  }
  return deployed;
}

const DEMO = "demo-eventsync";

/** Old ones are preceded by the domain that they belong to. */
const PROJECT_ID = /^(?:[a-z0-9.-]+:)?[a-z][a-z0-9-]{4,28}[a-z0-9]$/;

function requireProjectId(id: string): string {
  if (PROJECT_ID.test(id)) return id;
  throw new Error(
    `${JSON.stringify(id)} is no project: expected its id (6 to 30 lower-case letters, digits and inner hyphens, a letter first), or an alias of .firebaserc`,
  );
}

/**
 * Variables of `functions/.env`, `.env.<project>`, `.env.<alias>` and, for the emulator, `.env.local`.
 *
 * @throws Error that names the file which cannot be read, and every reason
 */
export function readEnvFiles(projectId: string, isEmulator: boolean): Record<string, string> {
  try {
    return firebaseEnv.loadUserEnvs({
      functionsSource: FUNCTIONS_DIR,
      projectDir: REPOSITORY_ROOT,
      projectId,
      projectAlias: aliasOf(projectId),
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
 * @throws Error if a file cannot be parsed
 */
export function readSettings(projectId: string): Readonly<Record<string, Setting>> {
  // It also refuses what firebase-tools would: files for the project's id and for an alias at once.
  readEnvFiles(projectId, false);
  const alias = aliasOf(projectId);
  const names = [".env", `.env.${projectId}`, ...(alias === undefined ? [] : [`.env.${alias}`])];
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

function aliasOf(projectId: string): string | undefined {
  return Object.entries(aliases()).find(
    ([alias, id]) => id === projectId && existsSync(join(FUNCTIONS_DIR, `.env.${alias}`)),
  )?.[0];
}

function aliases(): Record<string, string> {
  const { projects = {} } = readJson(".firebaserc") as { projects?: Record<string, string> };
  return projects;
}

/** The entry `firestore` of firebase.json, as it stands there. */
export function readFirestoreEntry(): unknown {
  return (readJson("firebase.json") as { firestore?: unknown }).firestore;
}

function readJson(name: string): object {
  const path = join(REPOSITORY_ROOT, name);
  return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as object) : {};
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
