import type { DocumentReference, Firestore, Transaction } from "@google-cloud/firestore";
import { randomUUID } from "node:crypto";

export interface OnceOptions {
  /** The collection of the records. Consumers that handle the same syncs each need one of their own. */
  readonly collection?: string;
  /** How long a record is kept, at least, where its collection has a TTL policy on `expireAt`. */
  readonly keepSeconds?: number;
}

/** `ran: false`: it had been done before. */
export type Outcome<T> = { readonly ran: true; readonly value: T } | { readonly ran: false };

const COLLECTION = "handledSyncs";

/** As long as Pub/Sub keeps a message at most. */
const KEEP_SECONDS = 31 * 86_400;

/** gRPC status code. */
const ALREADY_EXISTS = 6;

/**
 * Does what a sync asks for in a transaction that also records that it was done: however often the sync
 * comes, also at the same moment, what the transaction does is committed once.
 *
 * As in any transaction, `work` may be called again, and is called by deliveries at the same moment: what it
 * does beside the transaction may happen more than once. If it throws, nothing is committed or recorded.
 *
 * Costs 1 write besides those of `work`, and 1 read for each attempt. The record is looked at outside the
 * transaction and created inside it: so it takes no lock, and deliveries do not wait for each other.
 *
 * @param eventID of the sync; of an empty one, which only a manual trigger makes, it is the same each time
 * @throws what `work` or Firestore throws
 */
export async function once<T>(
  db: Firestore,
  eventID: string,
  work: (transaction: Transaction) => Promise<T> | T,
  { collection = COLLECTION, keepSeconds = KEEP_SECONDS }: OnceOptions = {},
): Promise<Outcome<T>> {
  if (typeof eventID !== "string" || !/^[^/]+$/.test(eventID)) {
    throw new TypeError(`eventID: expected that of a sync, got ${JSON.stringify(eventID)}`);
  }
  const record = db.collection(collection).doc(eventID);
  /** A record with it is our own: the answer to a commit may be lost, and it is then repeated. */
  const token = randomUUID();
  let done: Outcome<T> = { ran: false };
  const before = async (): Promise<Outcome<T> | undefined> => {
    const found = await tokenOf(record);
    return found === undefined ? undefined : found === token ? done : { ran: false };
  };
  try {
    return await db.runTransaction(async (transaction) => {
      const outcome = await before();
      if (outcome !== undefined) return outcome;
      done = { ran: true, value: await work(transaction) };
      const handledAt = new Date();
      const expireAt = new Date(handledAt.getTime() + keepSeconds * 1000);
      // Last: a transaction reads before it writes.
      transaction.create(record, { token, handledAt, expireAt });
      return done;
    });
  } catch (error) {
    // Somebody else was faster, unless `work` itself has met something that exists.
    const outcome = isAlreadyExists(error) ? await before() : undefined;
    if (outcome === undefined) throw error;
    return outcome;
  }
}

function isAlreadyExists(error: unknown): boolean {
  return (error as { readonly code?: unknown } | null)?.code === ALREADY_EXISTS;
}

/** Undefined if there is no record; an empty text if it is nobody's. */
async function tokenOf(record: DocumentReference): Promise<string | undefined> {
  const snapshot = await record.get();
  return snapshot.exists ? String(snapshot.get("token")) : undefined;
}
