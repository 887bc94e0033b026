/** Where things are: the repository's own directories, and commands on PATH. */
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository's functions/ directory. */
export const FUNCTIONS_DIR = dirname(dirname(fileURLToPath(import.meta.url)));

/** The repository's root. */
export const REPOSITORY_ROOT = dirname(FUNCTIONS_DIR);

/** The commands of the installed packages, among them Node 24. */
export const PACKAGE_BIN_DIR = join(FUNCTIONS_DIR, "node_modules", ".bin");

/** The first executable file with this name on PATH. */
export function findOnPath(command: string): string | undefined {
  return (process.env["PATH"] ?? "")
    .split(delimiter)
    .filter((directory) => directory !== "")
    .map((directory) => join(directory, command))
    .find(isExecutableFile);
}

function isExecutableFile(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
