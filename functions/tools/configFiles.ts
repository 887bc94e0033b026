/** The functions' environment as firebase-tools would read it: with its own parser, from the same files. */
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

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
}
const { loadUserEnvs } = createRequire(import.meta.url)(
  "firebase-tools/lib/functions/env",
) as FirebaseEnv;

/** The project of a deployment: what firebase-tools says, or the default of .firebaserc. */
export function currentProject(): string {
  return process.env["GCLOUD_PROJECT"] ?? aliases()["default"] ?? "demo-eventsync";
}

/**
 * Variables of `functions/.env`, `.env.<project>`, `.env.<alias>` and, for the emulator, `.env.local`.
 *
 * @throws Error if a file cannot be parsed
 */
export function readEnvFiles(projectId: string, isEmulator: boolean): Record<string, string> {
  const projectAlias = Object.entries(aliases()).find(
    ([alias, id]) => id === projectId && alias !== "default",
  )?.[0];
  return loadUserEnvs({
    functionsSource: FUNCTIONS_DIR,
    projectDir: REPOSITORY_ROOT,
    projectId,
    projectAlias,
    isEmulator,
  });
}

function aliases(): Record<string, string> {
  const path = join(REPOSITORY_ROOT, ".firebaserc");
  if (!existsSync(path)) return {};
  const { projects = {} } = JSON.parse(readFileSync(path, "utf8")) as {
    projects?: Record<string, string>;
  };
  return projects;
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
  return error instanceof Error ? error.message : String(error);
}
