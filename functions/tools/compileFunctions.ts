/** Compiles the functions for one run alone: somebody may be building, or serving, beside it. */
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";

import { PACKAGE_BIN_DIR } from "./paths.ts";
import type { RunDirectory } from "./runDirectory.ts";

/**
 * @param source the directory functions/
 * @returns a directory with `package.json`, `lib` and `node_modules`, as a deployment has
 * @throws Error with the compiler's report
 */
export async function compileFunctions(
  run: RunDirectory,
  source: string,
  options: { readonly logFile: string; readonly signal: AbortSignal | undefined },
): Promise<string> {
  const directory = join(run.path, "build");
  mkdirSync(directory);
  for (const entry of ["package.json", "node_modules"]) {
    symlinkSync(join(source, entry), join(directory, entry));
  }
  const lib = join(directory, "lib");
  for (const args of [
    [join(PACKAGE_BIN_DIR, "tsc"), "-p", join(source, "tsconfig.build.json"), "--outDir", lib],
    [join(source, "tools", "buildConsole.ts"), lib],
  ]) {
    const { code, output } = await run.execute(
      join(PACKAGE_BIN_DIR, "node"),
      args,
      // The compiler leaves a cache among the temporary files.
      { ...options, cwd: source, env: { ...process.env, TMPDIR: run.temporary } },
    );
    options.signal?.throwIfAborted();
    if (code !== 0) throw new Error(`The functions do not compile:\n${output.trim()}`);
  }
  return directory;
}
