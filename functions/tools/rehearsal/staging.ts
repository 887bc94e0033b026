/**
 * Where a rehearsal happens: a copy of what a deployment reads, so that neither the build nor
 * firebase-tools (which writes dotenv files, logs and its configuration) touches the user's own.
 */
import { copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync } from "node:fs";
import { statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

import { readFirebaseJson } from "../firebaseJson.ts";
import { shellQuote, writeNoteLauncher } from "../launchers.ts";
import { FUNCTIONS_DIR, REPOSITORY_ROOT } from "../paths.ts";
import { startWatchdog } from "../runDirectory.ts";
import { removeStagingDir } from "../staging.ts";

export interface Staging {
  /** Everything of a rehearsal is below it. */
  readonly directory: string;
  /** The copy of the repository. */
  readonly root: string;
  readonly home: string;
  readonly temporary: string;
  /** Commands that come first on PATH. */
  readonly bin: string;
  /** Hosts that something tried to connect to, one on a line; missing if none. */
  readonly refused: string;
  readonly dismissWatchdog: () => Promise<void>;
}

/** What is built or installed, and no part of the sources. */
const LEFT_OUT = new Set(["node_modules", "lib", "coverage", ".git"]);

/**
 * Copies the repository as it is now; what is not committed is deployed, too. Remove it; should this process
 * be killed, a watchdog does.
 *
 * @throws Error if it cannot be copied, or firebase.json not be read
 */
export async function makeStaging(): Promise<Staging> {
  const directory = mkdtempSync(join(tmpdir(), "eventsync-rehearsal-"));
  const staging: Staging = {
    directory,
    root: join(directory, "project"),
    home: join(directory, "home"),
    temporary: join(directory, "tmp"),
    bin: join(directory, "bin"),
    refused: join(directory, "refused"),
    dismissWatchdog: startWatchdog(directory),
  };
  const { root, home, temporary, bin } = staging;
  try {
    for (const made of [root, home, temporary, bin]) mkdirSync(made);
    copyRepository(root);
    writeNoteLauncher(directory);
    writeLaunchers(bin);
    return staging;
  } catch (error) {
    await removeStaging(staging);
    throw error;
  }
}

/** Removes it, and nothing that its links lead to. */
export async function removeStaging(staging: Staging): Promise<void> {
  removeStagingDir(staging.directory);
  await staging.dismissWatchdog();
}

/** Links are followed, as firebase-tools does: nothing in the copy leads back to what it was made from. */
function copyRepository(root: string): void {
  for (const entry of readdirSync(REPOSITORY_ROOT)) copyFile(entry, root);
  const functions = join(root, "functions");
  mkdirSync(functions);
  for (const entry of readdirSync(FUNCTIONS_DIR)) {
    if (LEFT_OUT.has(entry)) continue;
    cpSync(join(FUNCTIONS_DIR, entry), join(functions, entry), {
      recursive: true,
      dereference: true,
      // Links to nowhere, such as an editor's locks.
      filter: (source) => existsSync(source),
    });
  }
  symlinkSync(join(FUNCTIONS_DIR, "node_modules"), join(functions, "node_modules"));
  for (const text of textsIn(readFirebaseJson())) copyFile(text, root);
}

/** Of what firebase.json says, whatever names a file is taken for it: rules and indexes above all. */
function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

/** Does nothing for what is no file of the repository: firebase-tools, too, takes none from elsewhere. */
function copyFile(name: string, root: string): void {
  const source = join(REPOSITORY_ROOT, name);
  const copy = join(root, name);
  if (relative(REPOSITORY_ROOT, source).startsWith("..") || existsSync(copy)) return;
  if (statSync(source, { throwIfNoEntry: false })?.isFile() !== true) return;
  mkdirSync(dirname(copy), { recursive: true });
  copyFileSync(source, copy);
}

/** The module that keeps a process from the network, as a URL. */
export const NETWORK = new URL("network.ts", import.meta.url).href;

/**
 * Commands that come before the machine's own. `node`, because firebase-tools loads the functions, to see
 * what there is to deploy, in a process that does not inherit NODE_OPTIONS; `firebase`, by the path that
 * the network module knows it by; `gcloud`, which must never be the real one.
 */
function writeLaunchers(bin: string): void {
  const write = (name: string, ...args: readonly string[]): void => {
    const command = [process.execPath, "--import", NETWORK, ...args].map(shellQuote).join(" ");
    writeFileSync(join(bin, name), `#!/bin/sh\nexec ${command} "$@"\n`, { mode: 0o755 });
  };
  write("node");
  write("firebase", join(FUNCTIONS_DIR, "node_modules/firebase-tools/lib/bin/firebase.js"));
  write("gcloud", fileURLToPath(new URL("gcloud.ts", import.meta.url)));
}
