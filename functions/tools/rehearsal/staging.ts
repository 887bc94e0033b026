/**
 * Where a rehearsal happens: a copy of what a deployment reads, so that neither the build nor
 * firebase-tools (which writes dotenv files, logs and its configuration) touches the user's own.
 */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { FUNCTIONS_DIR, REPOSITORY_ROOT } from "../paths.ts";

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
}

/** What is built or installed, and no part of the sources. */
const LEFT_OUT = new Set(["node_modules", "lib", "coverage", ".git"]);

/** Copies the repository as it is now; what is not committed is deployed, too. */
export function makeStaging(): Staging {
  const directory = mkdtempSync(join(tmpdir(), "eventsync-rehearsal-"));
  const staging: Staging = {
    directory,
    root: join(directory, "project"),
    home: join(directory, "home"),
    temporary: join(directory, "tmp"),
    bin: join(directory, "bin"),
    refused: join(directory, "refused"),
  };
  for (const made of [staging.root, staging.home, staging.temporary, staging.bin]) mkdirSync(made);
  copyRepository(staging.root);
  writeLaunchers(staging.bin);
  return staging;
}

/** Removes it, and nothing that its links lead to. */
export function removeStaging({ directory }: Staging): void {
  rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
}

function copyRepository(root: string): void {
  // Of the root only its files: firebase.json, and what it names.
  for (const entry of readdirSync(REPOSITORY_ROOT, { withFileTypes: true })) {
    if (entry.isFile()) cpSync(join(REPOSITORY_ROOT, entry.name), join(root, entry.name));
  }
  const functions = join(root, "functions");
  mkdirSync(functions);
  for (const entry of readdirSync(FUNCTIONS_DIR)) {
    if (LEFT_OUT.has(entry)) continue;
    cpSync(join(FUNCTIONS_DIR, entry), join(functions, entry), { recursive: true });
  }
  symlinkSync(join(FUNCTIONS_DIR, "node_modules"), join(functions, "node_modules"));
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

function shellQuote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
