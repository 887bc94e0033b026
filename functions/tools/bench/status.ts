/**
 * What a page of open windows takes where there are 10,000: time, and documents read. On documents in memory: the
 * emulator passes all documents of a collection for each of the values that a query's `in` has, which are 30 here.
 */
import { makeDeliveryPorts } from "../../src/adapters/firestore/deliveryPorts.ts";
import type { Documents } from "../../src/adapters/firestore/documents.ts";
import { pendingFields } from "../../src/adapters/firestore/pendingDocument.ts";
import { makeStorePorts } from "../../src/adapters/firestore/ports.ts";
import { makeStoredEvents } from "../../src/adapters/firestore/storedEvents.ts";
import { makeSyncLog } from "../../src/adapters/firestore/syncLog.ts";
import { makeWindow } from "../../src/adapters/firestore/window.ts";
import { makeWindowLooks } from "../../src/adapters/firestore/windowLooks.ts";
import { MessageBudget } from "../../src/app/messageBudget.ts";
import { makeOverview, SCAN_PAGE } from "../../src/app/operate/overview.ts";
import type { Log } from "../../src/app/ports.ts";
import { parseConfig } from "../../src/config/parse.ts";
import type { ServiceConfig } from "../../src/config/schema.ts";
import { MemoryDatabase } from "../../testkit/memoryDocuments.ts";
import type { SectionReport } from "./report.ts";
import type { Settings } from "./settings.ts";
import { median } from "./stats.ts";

const OPEN = 10_000;
/** What nobody asks for otherwise, and the largest. */
const PAGES = [50, 200] as const;

const CONFIG = JSON.stringify({
  serviceName: "keyed",
  endpoints: [{ eventKey: "many" }, { eventKey: "last" }],
  trigger: { type: "window", observationPeriod: 3600 },
  targetPubSub: { topic: "projects/demo-bench/topics/status" },
  correlation: { key: { queryParam: "pair" } },
});

interface Page {
  readonly windows: number;
  readonly ms: readonly number[];
  readonly reads: number;
}

const silent: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };

export async function measureStatus(
  { effort }: Settings,
  progress: (text: string) => void,
): Promise<SectionReport> {
  const [service] = parseConfig(CONFIG).services;
  progress(`status: ${OPEN.toLocaleString("en")} windows`);
  const database = new MemoryDatabase();
  await seed(database.documents(), service);
  const counts = { reads: 0 };
  const documents = counted(database.documents(), counts);
  const overview = makeOverview({
    ...makeStorePorts(documents, silent),
    window: makeWindow(documents, silent, { scanPage: SCAN_PAGE }),
    looks: makeWindowLooks(documents, silent),
    syncLog: makeSyncLog(documents, silent),
    storedEvents: makeStoredEvents(documents, silent),
    deliveries: () => Promise.resolve(makeDeliveryPorts(documents, silent)),
    publisher: { publish: () => Promise.resolve([]) },
    budget: new MessageBudget(),
    clock: Date.now,
    log: silent,
  });
  const pages: Page[] = [];
  for (const limit of PAGES) {
    progress(`status: pages of ${String(limit)}`);
    const ms: number[] = [];
    counts.reads = 0;
    for (let run = 0; run < effort.idle.syncs; run++) {
      const startedAt = performance.now();
      const { windows } = await overview.tellStatus(service, { limit });
      ms.push(performance.now() - startedAt);
      if (windows.length !== limit) throw new Error(`a page has ${String(windows.length)} windows`);
    }
    pages.push({ windows: limit, ms, reads: counts.reads / effort.idle.syncs });
  }
  return report(pages);
}

/** One event of each key, received one millisecond after the other. */
async function seed(documents: Documents, service: ServiceConfig): Promise<void> {
  const firstMs = Date.now() - 2 * OPEN;
  await documents.commit(
    Array.from({ length: OPEN }, (_, index) => {
      const id = `e${String(index).padStart(7, "0")}`;
      const key = `open-${String(index)}`;
      const receivedAtMs = firstMs + index;
      const event = { id, key, eventKey: "many", receivedAtMs, size: 250 };
      return {
        kind: "create",
        path: `services/${service.serviceName}/pending/${id}`,
        fields: pendingFields(service, event),
      };
    }),
  );
}

/** By the rules of Firestore's bill. */
function counted(documents: Documents, counts: { reads: number }): Documents {
  const add = (reads: number): void => {
    counts.reads += reads;
  };
  return {
    ...documents,
    async get(paths) {
      add(paths.length);
      return documents.get(paths);
    },
    async find(paths) {
      const found = await documents.find(paths);
      add(Math.max(1, found.length));
      return found;
    },
    async query(query) {
      const found = await documents.query(query);
      add(Math.max(1, found.length));
      return found;
    },
    async count(query) {
      const count = await documents.count(query);
      add(Math.max(1, Math.ceil(count / 1000)));
      return count;
    },
  };
}

function report(pages: readonly Page[]): SectionReport {
  return {
    tables: [
      {
        title: `Status: the first page of ${OPEN.toLocaleString("en")} open windows of a service`,
        columns: ["windows", "p50 ms", "reads", "reads/window"],
        rows: pages.map(({ windows, ms, reads }) => [windows, median(ms), reads, reads / windows]),
        notes: [
          "With its last ten syncs, and what is undelivered. Each window has one event. On documents in memory:",
          "the emulator passes all documents for each value of an “in”, which Firestore looks up.",
        ],
      },
    ],
    bars: [
      {
        name: "first page of a status, 10,000 open windows, in memory, ms",
        measured: median(pages[0]?.ms ?? []),
        limit: 300,
        must: "at most",
      },
      {
        name: "reads of a status per window shown",
        measured: Math.max(...pages.map(({ reads, windows }) => reads / windows)),
        limit: 2,
        must: "at most",
      },
    ],
    data: pages,
  };
}
