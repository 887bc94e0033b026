/** What the repository tells firebase-tools, read as that reads it. */
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

import { REPOSITORY_ROOT } from "./paths.ts";

const require = createRequire(import.meta.url);
/** JSON with comments. */
const cjson = createRequire(require.resolve("firebase-tools/package.json"))("cjson") as {
  readonly parse: (text: string) => unknown;
};

/** The entry `firestore` of firebase.json, as it stands there. */
export function readFirestoreEntry(): unknown {
  return (readFirebaseJson() as { firestore?: unknown }).firestore;
}

/** @throws Error if it is not a JSON object */
export function readFirebaseJson(): object {
  return readJson("firebase.json");
}

/**
 * A file of the repository's root; empty if there is none. Comments are fine.
 *
 * @throws Error that names the file, if it is not a JSON object
 */
export function readJson(name: string): object {
  const path = join(REPOSITORY_ROOT, name);
  if (!existsSync(path)) return {};
  let value: unknown;
  try {
    value = cjson.parse(readFileSync(path, "utf8").replaceAll("\ufeff", ""));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${name} is not JSON: ${reason}`, { cause: error });
  }
  if (typeof value !== "object" || value === null) {
    throw new Error(`${name}: expected an object; got ${JSON.stringify(value)}`);
  }
  return value;
}
