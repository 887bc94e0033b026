import pMap from "p-map";
import { isNotFound } from "./conflicts.ts";
import type { Documents } from "./documents.ts";

/** Writes of one commit, see `CLAIM_CHUNK`, and commits at a time. */
const CHUNK = 450;
const CONCURRENCY = 4;

/** Makes documents expire at another time (1 write each); those that do not exist are left out. */
export async function putOffExpiry(
  documents: Documents,
  paths: readonly string[],
  untilMs: number,
): Promise<void> {
  const fields = { expireAt: new Date(untilMs) };
  const chunks = Array.from({ length: Math.ceil(paths.length / CHUNK) }, (_, index) =>
    paths.slice(index * CHUNK, (index + 1) * CHUNK),
  );
  const update = async (chunk: readonly string[]): Promise<void> => {
    let left = chunk;
    // Ends: each turn either commits or finds one document less.
    while (left.length > 0) {
      try {
        await documents.commit(left.map((path) => ({ kind: "update", path, fields })));
        return;
      } catch (error) {
        if (!isNotFound(error)) throw error;
        left = (await documents.get(left)).flatMap((doc) => doc?.path ?? []);
      }
    }
  };
  await pMap(chunks, update, { concurrency: CONCURRENCY });
}
