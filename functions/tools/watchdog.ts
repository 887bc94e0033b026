/**
 * Cleans up after a process that ran emulators and was killed:
 *
 *   node tools/watchdog.ts STAGING_DIR
 *
 * Its input is a pipe that only that process holds open, so it closes however the process ends. Then
 * everything that was started for it is ended, and its staging directory removed. After an orderly stop
 * the directory is gone already, and nothing is left to do.
 */
import { existsSync } from "node:fs";
import { finished } from "node:stream/promises";

import { endLaunches } from "./launchers.ts";
import { endGroup } from "./processGroup.ts";
import { removeStagingDir } from "./staging.ts";

const END_MS = 2_000;

const [stagingDir] = process.argv.slice(2);
if (stagingDir === undefined) throw new Error("Usage: node tools/watchdog.ts STAGING_DIR");

await finished(process.stdin.resume()).catch(() => undefined);

if (existsSync(stagingDir)) {
  // A noted process leads its own group: firebase-tools starts the emulators so, and we all others.
  await Promise.all(endLaunches(stagingDir).map((id) => endGroup(id, "SIGTERM", END_MS)));
  removeStagingDir(stagingDir);
}
