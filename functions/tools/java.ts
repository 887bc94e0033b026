/**
 * Finds a Java new enough for firebase-tools, which refuses anything below 21 and takes `java` from
 * PATH. The Java on PATH is used when it will do; otherwise JAVA_HOME; otherwise the newest JDK in
 * the places where they are usually installed.
 */
import { spawnSync } from "node:child_process";
import { existsSync, globSync, readFileSync, realpathSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";

import { findOnPath } from "./paths.ts";

/** An installed Java. */
export interface Java {
  readonly home: string;
  readonly major: number;
}

/** The oldest major version that firebase-tools 15 accepts. */
export const MIN_JAVA_MAJOR = 21;

const JDK_ROOTS = [
  "/usr/lib/jvm/*",
  "/usr/java/*",
  "/opt/*",
  "/Library/Java/JavaVirtualMachines/*/Contents/Home",
  "/opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home",
  "/usr/local/opt/openjdk*/libexec/openjdk.jdk/Contents/Home",
  join(homedir(), ".sdkman/candidates/java/*"),
  join(homedir(), ".jdks/*"),
];

/**
 * Finds the Java to run the emulators with.
 *
 * @param roots where JDKs are usually installed, as patterns
 * @throws Error with one line that says what is missing and what was found.
 */
export function findJava(roots: readonly string[] = JDK_ROOTS): Java {
  const onPath = javaOnPath();
  if (onPath !== undefined && onPath.major >= MIN_JAVA_MAJOR) return onPath;

  const javaHome = process.env["JAVA_HOME"];
  const fromHome = javaHome === undefined ? undefined : javaIn(javaHome);
  if (fromHome !== undefined && fromHome.major >= MIN_JAVA_MAJOR) return fromHome;

  const installed = roots
    .flatMap((pattern) => globSync(pattern))
    .map(javaIn)
    .filter((java) => java !== undefined)
    .sort((a, b) => b.major - a.major);
  const newest = installed[0];
  if (newest !== undefined && newest.major >= MIN_JAVA_MAJOR) return newest;

  throw new Error(
    `The Firebase emulators need Java ${String(MIN_JAVA_MAJOR)} or newer: install a JDK, or set ` +
      `JAVA_HOME to one (found: ${describe([onPath, fromHome, ...installed])}).`,
  );
}

function javaOnPath(): Java | undefined {
  const command = findOnPath("java");
  if (command === undefined) return undefined;
  // Version managers put a script on PATH; only asking it tells which Java it starts.
  return javaIn(dirname(dirname(realpathSync(command)))) ?? askJava(command);
}

/** Reads the `release` file every JDK carries, which saves starting each one to ask. */
function javaIn(home: string): Java | undefined {
  const release = join(home, "release");
  if (!existsSync(release) || !existsSync(join(home, "bin", "java"))) return undefined;
  const version = /^JAVA_VERSION="([^"]+)"/m.exec(readFileSync(release, "utf8"))?.[1];
  return version === undefined ? undefined : { home, major: majorOf(version) };
}

function askJava(command: string): Java | undefined {
  const { stderr } = spawnSync(command, ["-XshowSettings:properties", "-version"], {
    encoding: "utf8",
  });
  const home = /^\s*java\.home = (.+)$/m.exec(stderr)?.[1];
  const version = /^\s*java\.version = (.+)$/m.exec(stderr)?.[1];
  if (home === undefined || version === undefined) return undefined;
  return { home: home.trim(), major: majorOf(version) };
}

/** Java 8 and older call themselves 1.8. */
function majorOf(version: string): number {
  const [first = "0", second = "0"] = version.split(/[._+-]/);
  return Number(first === "1" ? second : first);
}

function describe(found: readonly (Java | undefined)[]): string {
  const homes = new Map<string, number>();
  for (const java of found) if (java !== undefined) homes.set(realpathSync(java.home), java.major);
  if (homes.size === 0) return "none";
  return [...homes].map(([home, major]) => `Java ${String(major)} in ${home}`).join(", ");
}
