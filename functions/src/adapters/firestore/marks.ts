import { isConflict, isNotFound } from "./conflicts.ts";
import type { Documents, Version, Write } from "./documents.ts";

/** Writes of one commit: each is a few fields. */
const COMMIT_WRITES = 450;

/** Changes documents together (1 write each); those that somebody has removed are left out. */
export async function commitTolerantly(
  documents: Documents,
  writes: readonly Write[],
): Promise<void> {
  for (let start = 0; start < writes.length; start += COMMIT_WRITES) {
    const some = writes.slice(start, start + COMMIT_WRITES);
    try {
      await documents.commit(some);
    } catch (error) {
      if (!isNotFound(error)) throw error;
      // Somebody has removed one of them: that must not leave the others as they are.
      await Promise.all(some.map((write) => ignoring(isNotFound, documents.commit([write]))));
    }
  }
}

/**
 * Changes documents together that each have to be as they were read.
 *
 * @returns for each its version then; undefined if it was not
 */
export async function commitEach(
  documents: Documents,
  writes: readonly Write[],
): Promise<(Version | undefined)[]> {
  const versions: (Version | undefined)[] = [];
  for (let start = 0; start < writes.length; start += COMMIT_WRITES) {
    const some = writes.slice(start, start + COMMIT_WRITES);
    const version = await ignoring(isConflict, documents.commit(some));
    if (version !== undefined) versions.push(...some.map(() => version));
    else {
      const each = some.map((write) => ignoring(isConflict, documents.commit([write])));
      versions.push(...(await Promise.all(each)));
    }
  }
  return versions;
}

async function ignoring(
  isExpected: (error: unknown) => boolean,
  commit: Promise<Version>,
): Promise<Version | undefined> {
  try {
    return await commit;
  } catch (error) {
    if (!isExpected(error)) throw error;
    return undefined;
  }
}
