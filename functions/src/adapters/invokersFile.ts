import { readFileSync } from "node:fs";
import { join } from "node:path";
import { completeInvokers, parseInvokers, type Invokers } from "../config/invokers.ts";

/** What the functions are declared with, and the file that says so. */
export interface DeclaredInvokers {
  /** Undefined if the project has no such file: then every function is private. */
  readonly file: string | undefined;
  readonly invokers: Invokers;
}

/**
 * Reads the declaration of a project. The file of the project wins; the two are not merged.
 *
 * @param directory the functions' directory
 * @throws Error that names the file and every problem in it
 */
export function readInvokers(directory: string, project: string | undefined): DeclaredInvokers {
  const names = project === undefined ? [] : [`invokers.${project}.json`];
  for (const file of [...names, "invokers.json"]) {
    const text = readIfThere(join(directory, file));
    if (text !== undefined) return { file, invokers: parseInvokers(text, file) };
  }
  return { file: undefined, invokers: completeInvokers({}) };
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
