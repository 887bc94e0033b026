/** All that Firestore holds of a service, read without the code under test. */
import {
  FieldPath,
  Timestamp,
  type DocumentSnapshot,
  type Firestore,
} from "@google-cloud/firestore";

export interface LedgerEvent {
  readonly id: string;
  /** The correlation key; empty where there is none. */
  readonly key: string;
  readonly eventKey: string;
  readonly receivedAtMs: number;
  /** When it became visible, by the clock of the database. Microseconds since the epoch. */
  readonly committedAtUs: number;
}

export interface LedgerSync {
  readonly id: string;
  readonly eventID: string;
  readonly state: string;
  readonly reason: string;
  readonly isComplete: boolean;
  readonly createdAtMs: number;
  /** When its first commit became visible. Microseconds since the epoch. */
  readonly committedAtUs: number;
  /** Documents that list members besides its own. */
  readonly parts: number;
  readonly lastError: string | undefined;
  readonly hasNextAttempt: boolean;
  /** By endpoint, in the stored order, with the members of all parts. */
  readonly endpoints: readonly {
    readonly eventKey: string;
    readonly numberOfEvents: number;
    readonly firstEventMs: number | undefined;
    readonly lastEventMs: number | undefined;
    readonly members: readonly string[];
  }[];
}

export interface Ledger {
  readonly serviceName: string;
  /** Oldest first. */
  readonly resetsMs: readonly number[];
  readonly events: ReadonlyMap<string, LedgerEvent>;
  /** Pending markers: whether the event is in a sync already. */
  readonly pending: ReadonlyMap<string, { readonly exported: boolean }>;
  readonly malformed: ReadonlySet<string>;
  /** In the order in which they were committed. */
  readonly syncs: readonly LedgerSync[];
}

export async function readLedger(db: Firestore, serviceName: string): Promise<Ledger> {
  const service = db.collection("services").doc(serviceName);
  const [state, events, pending, malformed, syncs] = await Promise.all([
    service.get(),
    service.collection("events").select("key", "eventKey", "receivedAt").get(),
    service.collection("pending").select("exported").get(),
    service.collection("malformed").select(FieldPath.documentId()).get(),
    service.collection("syncs").get(),
  ]);
  const inOrder = syncs.docs.toSorted(
    (a, b) => Number(a.createTime.valueOf() > b.createTime.valueOf()) * 2 - 1,
  );
  return {
    serviceName,
    resetsMs: ((state.get("resets") ?? []) as Timestamp[]).map((reset) => reset.toMillis()),
    events: new Map(
      events.docs.map((doc) => [
        doc.id,
        {
          id: doc.id,
          key: String(doc.get("key") ?? ""),
          eventKey: String(doc.get("eventKey")),
          receivedAtMs: millis(doc, "receivedAt") ?? 0,
          committedAtUs: micros(doc.createTime),
        },
      ]),
    ),
    pending: new Map(
      pending.docs.map((doc) => [doc.id, { exported: doc.get("exported") === true }]),
    ),
    malformed: new Set(malformed.docs.map(({ id }) => id)),
    syncs: await Promise.all(inOrder.map(readSync)),
  };
}

interface StoredEndpoint {
  readonly eventKey: string;
  readonly numberOfEvents: number;
  readonly firstEventDate: Timestamp | null;
  readonly lastEventDate: Timestamp | null;
  readonly events: readonly string[];
}

async function readSync(doc: DocumentSnapshot): Promise<LedgerSync> {
  const count = doc.get("parts") as number;
  const partRefs = Array.from({ length: count }, (_, index) =>
    doc.ref.collection("parts").doc(`${String(doc.get("token"))}-${String(index + 1)}`),
  );
  const parts = partRefs.length === 0 ? [] : await doc.ref.firestore.getAll(...partRefs);
  const endpoints = doc.get("endpoints") as readonly StoredEndpoint[];
  return {
    id: doc.id,
    eventID: String(doc.get("eventID")),
    state: String(doc.get("state")),
    reason: String(doc.get("completion.reason")),
    isComplete: doc.get("completion.complete") === true,
    createdAtMs: millis(doc, "createdAt") ?? 0,
    committedAtUs: micros(doc.createTime),
    parts: count,
    lastError: doc.get("lastError") as string | undefined,
    hasNextAttempt: doc.get("nextAttemptAt") !== undefined,
    endpoints: endpoints.map((endpoint, index) => ({
      eventKey: endpoint.eventKey,
      numberOfEvents: endpoint.numberOfEvents,
      firstEventMs: endpoint.firstEventDate?.toMillis(),
      lastEventMs: endpoint.lastEventDate?.toMillis(),
      members: [
        ...endpoint.events,
        ...parts.flatMap(
          (part) => (part.get("endpoints") as readonly StoredEndpoint[])[index]?.events ?? [],
        ),
      ],
    })),
  };
}

function micros(time: Timestamp | undefined): number {
  return time === undefined ? 0 : time.seconds * 1e6 + time.nanoseconds / 1000;
}

function millis(doc: DocumentSnapshot, field: string): number | undefined {
  const value: unknown = doc.get(field);
  return value instanceof Timestamp ? value.toMillis() : undefined;
}
