/** The functions as they are deployed: compiled JavaScript in a directory of its own. */
import { execFile } from "node:child_process";
import { rmSync } from "node:fs";
import { mkdtemp, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { FUNCTIONS_DIR } from "../paths.ts";

export interface Build {
  /** Holds `package.json`, `lib` and `node_modules`, as a deployment does. */
  readonly directory: string;
}

let shared: Promise<Build> | undefined;

/** One build for all tests of this process. */
export function sharedBuild(): Promise<Build> {
  return (shared ??= buildFunctions());
}

/**
 * Compiles what is in `src` now: a `lib` left from before would prove something about other code, and
 * somebody may be building beside us.
 */
async function buildFunctions(): Promise<Build> {
  const directory = await mkdtemp(join(tmpdir(), "eventsync-build-"));
  process.once("exit", () => {
    rmSync(directory, { recursive: true, force: true });
  });
  for (const entry of ["package.json", "node_modules"]) {
    await symlink(join(FUNCTIONS_DIR, entry), join(directory, entry));
  }
  const compiler = join(FUNCTIONS_DIR, "node_modules/typescript/bin/tsc");
  const options = ["-p", join(FUNCTIONS_DIR, "tsconfig.build.json"), "--outDir"];
  await promisify(execFile)(process.execPath, [compiler, ...options, join(directory, "lib")]);
  return { directory };
}
