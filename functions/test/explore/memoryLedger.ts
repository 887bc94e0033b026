/** All that a database in memory holds of a service, read without the code under test. */
import type { Doc } from "../../src/adapters/firestore/documents.ts";
import type { Completion } from "../../src/domain/sync.ts";
import type { MemoryDatabase } from "../../testkit/memoryDocuments.ts";
import type { Ledger, LedgerSync } from "../../testkit/hostile/ledger.ts";

export function memoryLedger(database: MemoryDatabase, serviceName: string): Ledger {
  const service = `services/${serviceName}`;
  const resets = (database.find(service)?.fields["resets"] ?? []) as readonly Date[];
  const events = database.list(`${service}/events`).map(({ id, fields, version }) => ({
    id,
    key: (fields["key"] ?? "") as string,
    eventKey: String(fields["eventKey"]),
    receivedAtMs: (fields["receivedAt"] as Date).getTime(),
    committedAtUs: Number(version),
  }));
  const pending = database
    .list(`${service}/pending`)
    .map(({ id, fields }) => [id, { exported: fields["exported"] === true }] as const);
  return {
    serviceName,
    resetsMs: resets.map((reset) => reset.getTime()),
    events: new Map(events.map((event) => [event.id, event])),
    pending: new Map(pending),
    malformed: new Set(database.list(`${service}/malformed`).map(({ id }) => id)),
    syncs: database
      .list(`${service}/syncs`)
      .toSorted((a, b) => createdAtMs(a) - createdAtMs(b))
      .map((doc) => ledgerSync(database, doc)),
  };
}

interface StoredEndpoint {
  readonly eventKey: string;
  readonly numberOfEvents: number;
  readonly firstEventDate: Date | null;
  readonly lastEventDate: Date | null;
  readonly events: readonly string[];
}

const createdAtMs = ({ fields }: Doc): number => (fields["createdAt"] as Date).getTime();

function ledgerSync(database: MemoryDatabase, doc: Doc): LedgerSync {
  const { id, path, fields } = doc;
  const endpointsOf = (part: Doc | undefined): readonly StoredEndpoint[] =>
    (part?.fields["endpoints"] ?? []) as readonly StoredEndpoint[];
  const parts = Array.from({ length: Number(fields["parts"]) }, (_, index) =>
    endpointsOf(database.find(`${path}/parts/${String(fields["token"])}-${String(index + 1)}`)),
  );
  return {
    id,
    eventID: String(fields["eventID"]),
    state: String(fields["state"]),
    reason: (fields["completion"] as Completion).reason,
    isComplete: (fields["completion"] as Completion).complete,
    createdAtMs: createdAtMs(doc),
    parts: fields["parts"] as number,
    committedAtUs: 1000 * createdAtMs(doc),
    lastError: fields["lastError"] as string | undefined,
    hasNextAttempt: fields["nextAttemptAt"] !== undefined,
    endpoints: endpointsOf(doc).map((endpoint, index) => ({
      eventKey: endpoint.eventKey,
      numberOfEvents: endpoint.numberOfEvents,
      firstEventMs: endpoint.firstEventDate?.getTime(),
      lastEventMs: endpoint.lastEventDate?.getTime(),
      members: [...endpoint.events, ...parts.flatMap((part) => part[index]?.events ?? [])],
    })),
  };
}
