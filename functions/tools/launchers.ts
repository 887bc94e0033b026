/**
 * The commands that firebase-tools finds first on PATH, and why they are not the system's own.
 *
 * `java` notes its process id before it becomes Java. Interrupted while it starts, firebase-tools
 * forgets emulators it has just started, and they would run for ever; the note is how we find them.
 *
 * `ps` lists nothing. firebase-tools ends a Pub/Sub emulator that is slow to stop with `kill -9` on
 * every process of the machine that `ps` shows as one, other people's included; here it finds none,
 * and the slow one is ended by its noted id.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Writes the commands, and gives the directory to put first on PATH. */
export function writeLaunchers(stagingDir: string, javaHome: string): string {
  const bin = join(stagingDir, "bin");
  mkdirSync(bin);
  const write = (name: string, lines: readonly string[]): void => {
    writeFileSync(join(bin, name), ["#!/bin/sh", ...lines, ""].join("\n"), { mode: 0o755 });
  };
  // The id is noted before the door is tried, so that whoever shuts the door and then reads the
  // notes misses nobody. A removed staging directory ends it too, through `set -e`.
  write("java", [
    "set -e",
    `case "$*" in *-version*) ;; *)`,
    `  echo $$ >>${shellQuote(notesIn(stagingDir))}`,
    `  if [ -e ${shellQuote(doorIn(stagingDir))} ]; then exit 1; fi ;;`,
    "esac",
    `exec ${shellQuote(join(javaHome, "bin", "java"))} "$@"`,
  ]);
  write("ps", ["exit 0"]);
  return bin;
}

/** From now on `java` starts nothing; gives the process ids of all it has started. */
export function endLaunches(stagingDir: string): number[] {
  writeFileSync(doorIn(stagingDir), "");
  const notes = notesIn(stagingDir);
  if (!existsSync(notes)) return [];
  return readFileSync(notes, "utf8").trim().split("\n").map(Number);
}

/** Quotes a word for sh. */
export function shellQuote(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

function notesIn(stagingDir: string): string {
  return join(stagingDir, "java-pids");
}

function doorIn(stagingDir: string): string {
  return join(stagingDir, "java-no-more");
}
