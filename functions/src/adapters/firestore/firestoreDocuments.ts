import {
  FieldPath,
  FieldValue,
  Timestamp,
  type DocumentSnapshot,
  type Firestore,
  type Query as ClientQuery,
  type WriteBatch,
} from "@google-cloud/firestore";
import {
  REMOVED,
  type Doc,
  type Documents,
  type Fields,
  type Query,
  type Write,
} from "./documents.ts";

/** The documents of a Firestore database, by its client. */
export function firestoreDocuments(db: Firestore): Documents {
  return {
    async get(paths) {
      if (paths.length === 0) return [];
      const snapshots = await db.getAll(...paths.map((path) => db.doc(path)));
      return snapshots.map(toDoc);
    },

    async find(paths) {
      const [first] = paths;
      if (first === undefined) return [];
      const collection = db.doc(first).parent;
      const refs = paths.map((path) => db.doc(path));
      const { docs } = await collection.where(FieldPath.documentId(), "in", refs).get();
      return docs.flatMap((snapshot) => toDoc(snapshot) ?? []);
    },

    async query(query) {
      const { docs } = await toQuery(db, query).get();
      return docs.flatMap((snapshot) => toDoc(snapshot) ?? []);
    },

    async count(query) {
      const result = await toQuery(db, query).count().get();
      return result.data().count;
    },

    async commit(writes) {
      const batch = db.batch();
      for (const write of writes) addWrite(db, batch, write);
      const [first] = await batch.commit();
      if (first === undefined) throw new Error("an empty batch was committed");
      // The time of a commit is the update time of every document in it.
      return toVersion(first.writeTime);
    },
  };
}

/** Kept with what was read: a time in Firestore is finer than a `Date`, and a page goes on exactly there. */
const snapshots = new WeakMap<Doc, DocumentSnapshot>();

function toDoc(snapshot: DocumentSnapshot): Doc | undefined {
  const data = snapshot.data();
  if (data === undefined || snapshot.updateTime === undefined) return undefined;
  const doc: Doc = {
    path: snapshot.ref.path,
    id: snapshot.id,
    fields: fromFirestore(data) as Fields,
    version: toVersion(snapshot.updateTime),
  };
  snapshots.set(doc, snapshot);
  return doc;
}

function toQuery(db: Firestore, query: Query): ClientQuery {
  const { from, equal = {}, orderBy, thenBy = [], direction, select } = query;
  const { above, upTo, after, limit } = query;
  let result: ClientQuery =
    "group" in from ? db.collectionGroup(from.group) : db.collection(from.collection);
  for (const [field, value] of Object.entries(equal)) {
    result = Array.isArray(value)
      ? result.where(field, "in", value)
      : result.where(field, "==", value);
  }
  if (above !== undefined) result = result.where(orderBy, ">", toFirestore(above));
  if (upTo !== undefined) result = result.where(orderBy, "<=", toFirestore(upTo));
  for (const field of [orderBy, ...thenBy, FieldPath.documentId()]) {
    result = result.orderBy(field, direction);
  }
  if (after !== undefined) {
    const snapshot = "at" in after ? undefined : snapshots.get(after);
    if (snapshot !== undefined) result = result.startAfter(snapshot);
    else if ("at" in after) result = result.startAfter(toFirestore(after.at), db.doc(after.path));
    else throw new Error(`${after.path} was not read from here`);
  }
  if (select !== undefined) result = result.select(...new Set([orderBy, ...thenBy, ...select]));
  return limit === undefined ? result : result.limit(limit);
}

function addWrite(db: Firestore, batch: WriteBatch, write: Write): void {
  const ref = db.doc(write.path);
  switch (write.kind) {
    case "create":
      batch.create(ref, toFirestore(write.fields) as Record<string, unknown>);
      return;
    case "set":
      batch.set(ref, toFirestore(write.fields) as Record<string, unknown>);
      return;
    case "update":
      batch.update(
        ref,
        toFirestore(write.fields) as Record<string, unknown>,
        // Any precondition takes the place of the default one.
        write.version === undefined
          ? { exists: true }
          : { lastUpdateTime: fromVersion(write.version) },
      );
      return;
    case "delete":
      batch.delete(ref, {
        ...(write.version !== undefined && { lastUpdateTime: fromVersion(write.version) }),
      });
  }
}

function toVersion(time: Timestamp): string {
  return `${String(time.seconds)}.${String(time.nanoseconds)}`;
}

function fromVersion(version: string): Timestamp {
  const [seconds, nanoseconds] = version.split(".");
  return new Timestamp(Number(seconds), Number(nanoseconds));
}

function toFirestore(value: unknown): unknown {
  if (value === REMOVED) return FieldValue.delete();
  if (value instanceof Date) return Timestamp.fromDate(value);
  if (value instanceof Uint8Array) return Buffer.isBuffer(value) ? value : Buffer.from(value);
  return mapValues(value, toFirestore);
}

function fromFirestore(value: unknown): unknown {
  if (value instanceof Timestamp) return value.toDate();
  if (value instanceof Uint8Array) return value;
  return mapValues(value, fromFirestore);
}

/** Lists and plain objects, deeply; whatever else a database may hold stays as it is. */
function mapValues(value: unknown, map: (value: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map(map);
  if (typeof value !== "object" || value === null) return value;
  if (Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, map(entry)]));
}
