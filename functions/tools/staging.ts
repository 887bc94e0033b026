/**
 * The directory a run of the emulators lives in: its configuration, the view of functions/ that
 * firebase-tools gets to see, its logs and its temporary files. firebase-tools writes beside its
 * configuration and into the functions directory; here it writes into neither the user's tree nor
 * the way of another run.
 */
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync } from "node:fs";
import { rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

import { formatDotenv } from "./dotenv.ts";
import { readFirestoreEntry } from "./firebaseJson.ts";
import { REPOSITORY_ROOT } from "./paths.ts";

/** The emulators a run can ask for. */
export const EMULATORS = ["firestore", "pubsub", "functions"] as const;
export type Emulator = (typeof EMULATORS)[number];

/** Everything that listens on a port of its own, whether or not it runs. */
export const LISTENERS = [
  ...EMULATORS,
  "hub",
  "logging",
  "tasks",
  "eventarc",
  "firestoreWebsocket",
] as const;
export type Ports = Record<(typeof LISTENERS)[number], number>;

/** What a staging directory is made from. */
export interface StagingOptions {
  readonly only: readonly Emulator[];
  readonly ports: Ports;
  readonly functionsDir: string;
  readonly userEnv: Readonly<Record<string, string>>;
}

const HOST = "127.0.0.1";

/**
 * Makes an empty staging directory. Its name is short because it also holds the Unix sockets of
 * the functions, whose paths may have no more than 104 characters on macOS.
 */
export function makeStagingDir(): string {
  return mkdtempSync(join(tmpdir(), "eventsync-"));
}

/**
 * Writes firebase.json and what it names.
 *
 * @throws Error when something that the repository promises, or the build, is missing.
 */
export function fillStagingDir(directory: string, options: StagingOptions): void {
  const { only, ports } = options;
  const listen = (name: keyof Ports): object => ({ host: HOST, port: ports[name] });
  const emulators: Record<string, unknown> = {
    ui: { enabled: false },
    singleProjectMode: false,
    hub: listen("hub"),
    logging: listen("logging"),
  };
  const config: Record<string, unknown> = { emulators };
  if (only.includes("firestore")) {
    emulators["firestore"] = { ...listen("firestore"), websocketPort: ports.firestoreWebsocket };
    config["firestore"] = copyFirestoreFiles(directory);
  }
  if (only.includes("pubsub")) emulators["pubsub"] = listen("pubsub");
  if (only.includes("functions")) {
    // firebase-tools starts these two with the functions, asked or not.
    for (const name of ["functions", "tasks", "eventarc"] as const) emulators[name] = listen(name);
    config["functions"] = [{ source: "functions", codebase: "default", ignore: ["node_modules"] }];
    linkFunctions(directory, options);
  }
  writeFileSync(join(directory, "firebase.json"), JSON.stringify(config, null, 2));
}

/** Removes a staging directory and all that is in it, never what its links lead to. */
export function removeStagingDir(directory: string): void {
  rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
}

/** Copies the rules and indexes the repository's firebase.json names, and no others. */
function copyFirestoreFiles(directory: string): Record<string, string> {
  const firestore = (readFirestoreEntry() ?? {}) as { rules?: string; indexes?: string };
  const copied: Record<string, string> = {};
  for (const key of ["rules", "indexes"] as const) {
    const name = firestore[key];
    if (name === undefined) continue;
    const path = join(REPOSITORY_ROOT, name);
    if (!existsSync(path)) throw new Error(`firebase.json names ${name}, which does not exist.`);
    const copy = key === "rules" ? "firestore.rules" : "firestore.indexes.json";
    copyFileSync(path, join(directory, copy));
    copied[key] = copy;
  }
  return copied;
}

/** Links what is deployed, and adds the environment of this run. */
function linkFunctions(directory: string, { functionsDir, userEnv }: StagingOptions): void {
  const source = resolve(functionsDir);
  const { main = "index.js" } = JSON.parse(readFileSync(join(source, "package.json"), "utf8")) as {
    main?: string;
  };
  if (!existsSync(join(source, main))) {
    throw new Error(`${join(source, main)} does not exist: build the functions first.`);
  }
  const functions = join(directory, "functions");
  mkdirSync(functions);
  const [mainEntry = main] = main.replace(/^\.\//, "").split("/");
  for (const entry of ["package.json", "node_modules", mainEntry]) {
    symlinkSync(join(source, entry), join(functions, entry));
  }
  writeFileSync(join(functions, ".env"), formatDotenv(userEnv));
}
