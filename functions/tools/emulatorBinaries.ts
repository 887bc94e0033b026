/**
 * Decides which Firestore and Pub/Sub emulator firebase-tools runs. In this order: the ones the
 * caller named in the environment, the ones firebase-tools has already downloaded, the ones the
 * Google Cloud CLI has installed, and last whatever firebase-tools downloads. Only the third needs
 * work here, and it is what lets the suite run without a network.
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

/** In the Google Cloud CLI's root. */
const GCLOUD_COMPONENT: Record<DownloadedEmulator, string> = {
  firestore: "platform/cloud-firestore-emulator/cloud-firestore-emulator.jar",
  pubsub: "platform/pubsub-emulator/bin/cloud-pubsub-emulator",
};

/**
 * The environment variables that make firebase-tools run the right programs; empty for those it
 * finds or downloads itself.
 *
 * firebase-tools makes the named file executable, which only the file's owner may do, so what it
 * gets is always a file of ours in `stagingDir` that leads to the installed one.
 */
export function emulatorBinaryEnv(
  emulators: readonly DownloadedEmulator[],
  stagingDir: string,
): Record<string, string> {
  const env: Record<string, string> = {};
  const missing = emulators.filter((name) => !isNamedInEnv(name) && !isDownloaded(name));
  if (missing.length === 0) return env;
  const sdkRoot = gcloudRoot();
  if (sdkRoot === undefined) return env;
  for (const name of missing) {
    const component = join(sdkRoot, GCLOUD_COMPONENT[name]);
    if (!existsSync(component)) continue;
    env[binaryVariable(name)] =
      name === "firestore"
        ? writeLauncherJar(component, stagingDir)
        : writeLauncherScript(component, stagingDir);
  }
  return env;
}

function binaryVariable(name: DownloadedEmulator): string {
  return `${name.toUpperCase()}_EMULATOR_BINARY_PATH`;
}

/** Also true when the caller asks for a certain version, which firebase-tools has to download. */
function isNamedInEnv(name: DownloadedEmulator): boolean {
  return [binaryVariable(name), `${name.toUpperCase()}_EMULATOR_VERSION`].some(
    (variable) => (process.env[variable] ?? "") !== "",
  );
}

function isDownloaded(name: DownloadedEmulator): boolean {
  const info = JSON.parse(
    readFileSync(
      join(FUNCTIONS_DIR, "node_modules/firebase-tools/lib/emulator/downloadableEmulatorInfo.json"),
      "utf8",
    ),
  ) as Record<string, Record<string, string>>;
  const file =
    info[name]?.["binaryPathRelativeToCacheDir"] ?? info[name]?.["downloadPathRelativeToCacheDir"];
  const cache =
    process.env["FIREBASE_EMULATORS_PATH"] ?? join(homedir(), ".cache", "firebase", "emulators");
  return file !== undefined && existsSync(join(cache, file));
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
