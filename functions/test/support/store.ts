/** The real Firestore ports on the emulator, for contract tests: each test has a database of its own. */
import { Firestore, type DocumentReference } from "@google-cloud/firestore";
import { randomBytes } from "node:crypto";
import { makeDeliveryPorts } from "../../src/adapters/firestore/deliveryPorts.ts";
import type { DeliveryPorts } from "../../src/app/ports/deliveries.ts";
import { firestoreDocuments } from "../../src/adapters/firestore/firestoreDocuments.ts";
import { pendingFields } from "../../src/adapters/firestore/pendingDocument.ts";
import { makeStorePorts, type StorePorts } from "../../src/adapters/firestore/ports.ts";
import { makeStoredEvents } from "../../src/adapters/firestore/storedEvents.ts";
import { makeSyncLog } from "../../src/adapters/firestore/syncLog.ts";
import { makeWindowLooks } from "../../src/adapters/firestore/windowLooks.ts";
import type { StoredEvents } from "../../src/app/ports/storedEvents.ts";
import type { SyncLog } from "../../src/app/ports/syncLog.ts";
import type { WindowLooks } from "../../src/app/ports/windowLooks.ts";
import type { PendingEvent } from "../../src/domain/event.ts";
import type { Rule } from "../../src/domain/rule.ts";
import { makePaths, type Paths } from "../../testkit/refs.ts";
import { recordingLog, type RecordingLog } from "./recordingLog.ts";

export interface Store extends StorePorts {
  readonly db: Firestore;
  readonly delivery: DeliveryPorts;
  /** For whoever looks. */
  readonly looks: WindowLooks;
  readonly syncLog: SyncLog;
  readonly storedEvents: StoredEvents;
  readonly paths: Paths;
  readonly log: RecordingLog;
}

/**
 * The value of a variable that the emulator suite sets.
 *
 * @throws Error that says what to run instead
 */
export function emulatorVariable(name: string): string {
  const value = process.env[name];
  if (value === undefined) {
    throw new Error(`${name} is not set; these tests need the emulators: npm run test:emulators`);
  }
  return value;
}

/** A project of its own is a namespace of its own; a failed test leaves its data there. */
export function uniqueProject(): string {
  return `demo-contract-${randomBytes(6).toString("hex")}`;
}

export function openStore(projectId = uniqueProject()): Store {
  emulatorVariable("FIRESTORE_EMULATOR_HOST");
  const db = new Firestore({ projectId });
  const log = recordingLog();
  const documents = firestoreDocuments(db);
  const delivery = makeDeliveryPorts(documents, log);
  return {
    ...{ db, paths: makePaths(db), log, delivery },
    ...makeStorePorts(documents, log),
    looks: makeWindowLooks(documents, log),
    syncLog: makeSyncLog(documents, log),
    storedEvents: makeStoredEvents(documents, log),
  };
}

/** Gives each test of the suite around it a store. */
export function useStore(): () => Store {
  let store: Store | undefined;
  beforeEach(() => {
    store = openStore();
  });
  afterEach(async () => {
    await store?.db.terminate();
    store = undefined;
  });
  return () => {
    if (store === undefined) throw new Error("there is a store only while a test runs");
    return store;
  };
}

/**
 * Stores pending markers, without their events.
 *
 * @returns the events with their versions, as if they had been collected
 */
export async function plant(
  { db, paths }: Store,
  rule: Rule,
  events: readonly PendingEvent[],
  key = "",
): Promise<PendingEvent[]> {
  const documents = firestoreDocuments(db);
  const collection = paths.pending(rule.serviceName).path;
  const chunks = Array.from({ length: Math.ceil(events.length / 500) }, (_, index) =>
    events.slice(index * 500, (index + 1) * 500),
  );
  const planted = chunks.map(async (chunk) => {
    const version = await documents.commit(
      chunk.map((event) => ({
        kind: "create",
        path: `${collection}/${event.id}`,
        fields: pendingFields(rule, { key, ...event }),
      })),
    );
    return chunk.map((event) => ({ ...event, version }));
  });
  return (await Promise.all(planted)).flat();
}

/** The ids of the pending markers that are left, sorted. */
export async function pendingIds({ paths }: Store, serviceName: string): Promise<string[]> {
  const documents = await paths.pending(serviceName).listDocuments();
  return documents.map(({ id }) => id).toSorted();
}

/** The fields of a document; undefined if it does not exist. */
export async function fieldsOf(
  ref: DocumentReference,
): Promise<Record<string, unknown> | undefined> {
  return (await ref.get()).data();
}
