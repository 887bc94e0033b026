/**
 * Decides which Firestore and Pub/Sub emulator firebase-tools runs. In this order: the ones the
 * caller named in the environment, the ones firebase-tools has already downloaded, the ones the
 * Google Cloud CLI has installed, and last whatever firebase-tools downloads. The third lets the suite run
 * without a network.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

import { strToU8, zipSync } from "fflate";

import { shellQuote } from "./launchers.ts";
import { findOnPath, FUNCTIONS_DIR } from "./paths.ts";

/** An emulator that is a program of its own; the others are part of firebase-tools. */
export type DownloadedEmulator = "firestore" | "pubsub";

const FIRESTORE_MAIN_CLASS = "com.google.cloud.datastore.emulator.firestore.CloudFirestore";

/** What people call them, their component of the Google Cloud CLI, and its file in the CLI's root. */
const KNOWN = {
  firestore: {
    title: "Firestore",
    component: "cloud-firestore-emulator",
    file: "platform/cloud-firestore-emulator/cloud-firestore-emulator.jar",
  },
  pubsub: {
    title: "Pub/Sub",
    component: "pubsub-emulator",
    file: "platform/pubsub-emulator/bin/cloud-pubsub-emulator",
  },
} as const satisfies Record<DownloadedEmulator, object>;

/** Of firebase-tools' own list of what it downloads. */
interface DownloadInfo {
  readonly version: string;
  readonly downloadPathRelativeToCacheDir: string;
  readonly binaryPathRelativeToCacheDir?: string;
}

/** Which programs the emulators are. */
export interface EmulatorBinaries {
  /** The variables that make firebase-tools run them; none for those that it has downloaded itself. */
  readonly env: Readonly<Record<string, string>>;
  /** Those that firebase-tools has to download first. */
  readonly missing: readonly DownloadedEmulator[];
}

/**
 * Looks for the emulators.
 *
 * firebase-tools makes the named file executable, which only the file's owner may do, so what it
 * gets is always a file of ours in `stagingDir` that leads to the installed one.
 *
 * @throws Error when the environment names a file that does not exist
 */
export function findEmulatorBinaries(
  emulators: readonly DownloadedEmulator[],
  stagingDir: string,
): EmulatorBinaries {
  const env: Record<string, string> = {};
  const absent = emulators.filter((name) => !isNamedInEnv(name) && !isDownloaded(name));
  const sdkRoot = absent.length === 0 ? undefined : gcloudRoot();
  const missing: DownloadedEmulator[] = [];
  for (const name of absent) {
    const component = sdkRoot === undefined ? undefined : join(sdkRoot, KNOWN[name].file);
    // Whoever asks for a certain version gets it from firebase-tools only.
    if (component === undefined || versionInEnv(name) !== undefined || !existsSync(component)) {
      missing.push(name);
      continue;
    }
    env[binaryVariable(name)] =
      name === "firestore"
        ? writeLauncherJar(component, stagingDir)
        : writeLauncherScript(component, stagingDir);
  }
  return { env, missing };
}

/** Names emulators for people: `Firestore and Pub/Sub`. */
export function titleOf(emulators: readonly DownloadedEmulator[]): string {
  return emulators.map((name) => KNOWN[name].title).join(" and ");
}

/** Why the emulators cannot be run, and what to do, in one line. */
export function describeMissing(emulators: readonly DownloadedEmulator[], reason: string): string {
  const isOne = emulators.length === 1;
  const components = emulators.map((name) => KNOWN[name].component).join(" ");
  return (
    `The ${titleOf(emulators)} emulator${isOne ? " is" : "s are"} not installed and could not be ` +
    `downloaded (${reason}): connect to the network, or set HTTPS_PROXY; or install ` +
    `${isOne ? "it" : "them"} with the Google Cloud CLI (gcloud components install ${components}); ` +
    `or set ${emulators.map(binaryVariable).join(" and ")}.`
  );
}

function binaryVariable(name: DownloadedEmulator): string {
  return `${name.toUpperCase()}_EMULATOR_BINARY_PATH`;
}

function isNamedInEnv(name: DownloadedEmulator): boolean {
  const path = process.env[binaryVariable(name)] ?? "";
  if (path !== "" && !existsSync(path)) {
    throw new Error(`${binaryVariable(name)} names ${path}, which does not exist.`);
  }
  return path !== "";
}

/** The version that the caller asks for. */
function versionInEnv(name: DownloadedEmulator): string | undefined {
  const version = process.env[`${name.toUpperCase()}_EMULATOR_VERSION`];
  return version === "" ? undefined : version;
}

function isDownloaded(name: DownloadedEmulator): boolean {
  const info = JSON.parse(
    readFileSync(
      join(FUNCTIONS_DIR, "node_modules/firebase-tools/lib/emulator/downloadableEmulatorInfo.json"),
      "utf8",
    ),
  ) as Record<DownloadedEmulator, DownloadInfo>;
  const { version, downloadPathRelativeToCacheDir, binaryPathRelativeToCacheDir } = info[name];
  const file = binaryPathRelativeToCacheDir ?? downloadPathRelativeToCacheDir;
  const named = process.env["FIREBASE_EMULATORS_PATH"] ?? "";
  const cache = named === "" ? join(homedir(), ".cache", "firebase", "emulators") : named;
  return existsSync(join(cache, file.replaceAll(version, versionInEnv(name) ?? version)));
}

/** The gcloud command usually links into its SDK; asking it instead takes about a second. */
function gcloudRoot(): string | undefined {
  const gcloud = findOnPath("gcloud");
  if (gcloud === undefined) return undefined;
  const root = dirname(dirname(realpathSync(gcloud)));
  if (existsSync(join(root, "platform"))) return root;
  const asked = spawnSync(gcloud, ["info", "--format=value(installation.sdk_root)"], {
    encoding: "utf8",
  });
  const answer = asked.status === 0 ? asked.stdout.trim() : "";
  return answer === "" ? undefined : answer;
}

/** The SDK's jar names no main class, and firebase-tools runs `java -jar`: ours names it. */
function writeLauncherJar(jar: string, stagingDir: string): string {
  const manifest = [
    "Manifest-Version: 1.0",
    `Main-Class: ${FIRESTORE_MAIN_CLASS}`,
    `Class-Path: ${pathToFileURL(jar).href}`,
  ];
  const text = manifest.map((line) => `${wrapManifestLine(line)}\r\n`).join("");
  const path = join(stagingDir, "firestore-launcher.jar");
  writeFileSync(path, zipSync({ "META-INF/MANIFEST.MF": strToU8(text) }));
  return path;
}

/**
 * A jar manifest allows 72 bytes a line; a continuation starts with one space. The lines here are
 * ASCII (file URLs are percent-encoded), so characters are bytes.
 */
function wrapManifestLine(line: string): string {
  const parts = [line.slice(0, 72)];
  for (let at = 72; at < line.length; at += 71) parts.push(line.slice(at, at + 71));
  return parts.join("\r\n ");
}

/** It must exec: firebase-tools signals the process it started, and that has to be Java itself. */
function writeLauncherScript(command: string, stagingDir: string): string {
  const path = join(stagingDir, "pubsub-launcher");
  writeFileSync(path, `#!/bin/sh\nexec ${shellQuote(command)} "$@"\n`, { mode: 0o755 });
  return path;
}
