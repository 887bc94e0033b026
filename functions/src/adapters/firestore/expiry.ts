import { Timestamp, type DocumentReference, type Firestore } from "@google-cloud/firestore";
import pMap from "p-map";
import { isNotFound } from "./conflicts.ts";

/** Writes of one commit, see `CLAIM_CHUNK`, and commits at a time. */
const CHUNK = 450;
const CONCURRENCY = 4;

/** Makes documents expire at another time (1 write each); those that do not exist are left out. */
export async function putOffExpiry(
  db: Firestore,
  refs: readonly DocumentReference[],
  untilMs: number,
): Promise<void> {
  const expireAt = Timestamp.fromMillis(untilMs);
  const chunks = Array.from({ length: Math.ceil(refs.length / CHUNK) }, (_, index) =>
    refs.slice(index * CHUNK, (index + 1) * CHUNK),
  );
  await pMap(chunks, (chunk) => updateExisting(db, chunk, { expireAt }), {
    concurrency: CONCURRENCY,
  });
}

async function updateExisting(
  db: Firestore,
  refs: readonly DocumentReference[],
  fields: Readonly<Record<string, unknown>>,
): Promise<void> {
  let left = refs;
  // Ends: each turn either commits or finds one document less.
  while (left.length > 0) {
    const batch = db.batch();
    for (const ref of left) batch.update(ref, fields);
    try {
      await batch.commit();
      return;
    } catch (error) {
      if (!isNotFound(error)) throw error;
      const snapshots = await db.getAll(...left, { fieldMask: [] });
      left = snapshots.filter(({ exists }) => exists).map(({ ref }) => ref);
    }
  }
}
