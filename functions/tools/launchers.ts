/**
 * How processes are started so that none is ever forgotten, and what firebase-tools finds first on PATH.
 *
 * `note` runs a command after noting its own process id, which the command keeps. So even those that
 * firebase-tools starts and forgets, interrupted in its start, can be found and ended, by whoever is left.
 *
 * `java` is the real one, noted.
 *
 * `ps` lists nothing. firebase-tools ends a Pub/Sub emulator that is slow to stop with `kill -9` on
 * every process of the machine that `ps` shows as one, other people's included; here it finds none,
 * and the slow one is ended by its noted id.
 */
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Writes the commands. */
export function writeLaunchers(stagingDir: string, javaHome: string): void {
  mkdirSync(launcherDir(stagingDir));
  writeNoteLauncher(stagingDir);
  const java = shellQuote(join(javaHome, "bin", "java"));
  write(join(launcherDir(stagingDir), "java"), [
    `case "$*" in *-version*) exec ${java} "$@" ;; esac`,
    `exec ${shellQuote(noteLauncher(stagingDir))} ${java} "$@"`,
  ]);
  write(join(launcherDir(stagingDir), "ps"), ["exit 0"]);
}

/** Writes `note` alone, for whoever starts no emulators. */
export function writeNoteLauncher(stagingDir: string): void {
  // The id is noted before the door is tried, so that whoever shuts the door and then reads the
  // notes misses nobody. A removed staging directory ends it too, through `set -e`.
  write(noteLauncher(stagingDir), [
    "set -e",
    `echo $$ >>${shellQuote(notesIn(stagingDir))}`,
    `if [ -e ${shellQuote(doorIn(stagingDir))} ]; then exit 1; fi`,
    'exec "$@"',
  ]);
}

function write(path: string, lines: readonly string[]): void {
  writeFileSync(path, ["#!/bin/sh", ...lines, ""].join("\n"), { mode: 0o755 });
}

/** The directory to put first on PATH. */
export function launcherDir(stagingDir: string): string {
  return join(stagingDir, "bin");
}

/** Put before a command, it makes sure that the command is ended with the others. */
export function noteLauncher(stagingDir: string): string {
  return join(stagingDir, "note");
}

/** A process has ended, with its group: its id may soon be somebody else's. */
export function forgetLaunch(stagingDir: string, id: number): void {
  appendFileSync(notesIn(stagingDir), `${String(-id)}\n`);
}

/** From now on nothing is started; gives the process ids of all that has been, and may still run. */
export function endLaunches(stagingDir: string): number[] {
  writeFileSync(doorIn(stagingDir), "");
  const notes = notesIn(stagingDir);
  if (!existsSync(notes)) return [];
  const ids = new Set<number>();
  for (const id of readFileSync(notes, "utf8").trim().split("\n").map(Number)) {
    if (id > 0) ids.add(id);
    else ids.delete(-id);
  }
  return [...ids];
}

/** Quotes a word for sh. */
export function shellQuote(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

function notesIn(stagingDir: string): string {
  return join(stagingDir, "process-ids");
}

function doorIn(stagingDir: string): string {
  return join(stagingDir, "no-more-processes");
}
