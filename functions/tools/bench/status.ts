/**
 * What a page of open windows takes where there are 10,000: time, and documents read. By the function `status` on the
 * emulator; and on documents in memory, since the emulator passes all documents of a collection for each of the
 * values that a query's `in` has.
 */
import { makeDeliveryPorts } from "../../src/adapters/firestore/deliveryPorts.ts";
import type { Documents } from "../../src/adapters/firestore/documents.ts";
import { pendingFields, SHARDS } from "../../src/adapters/firestore/pendingDocument.ts";
import { makeStorePorts } from "../../src/adapters/firestore/ports.ts";
import { makeStoredEvents } from "../../src/adapters/firestore/storedEvents.ts";
import { makeSyncLog } from "../../src/adapters/firestore/syncLog.ts";
import { makeWindow } from "../../src/adapters/firestore/window.ts";
import { makeWindowLooks } from "../../src/adapters/firestore/windowLooks.ts";
import { MessageBudget } from "../../src/app/messageBudget.ts";
import { makeOverview, SCAN_PAGE } from "../../src/app/operate/overview.ts";
import type { WindowOrder } from "../../src/domain/windowOrder.ts";
import type { Log } from "../../src/app/ports.ts";
import { parseConfig } from "../../src/config/parse.ts";
import type { ServiceConfig } from "../../src/config/schema.ts";
import { send } from "../../testkit/http.ts";
import { MemoryDatabase } from "../../testkit/memoryDocuments.ts";
import type { SectionReport } from "./report.ts";
import type { Settings } from "./settings.ts";
import { median } from "./stats.ts";
import { operationsOf, type World } from "./world.ts";

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

/** One by age takes seconds there. */
const EMULATOR_RUNS = 5;

interface Page {
  readonly on: "emulator" | "memory";
  readonly order: WindowOrder;
  readonly windows: number;
  readonly ms: readonly number[];
  readonly reads: number;
}

interface Figures {
  readonly pages: readonly Page[];
  /** One query of the emulator for the first of these windows by age: 8 values of an `in`, no more. */
  readonly queryMs: readonly number[];
}

const silent: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };

export async function measureStatus(
  world: World,
  { effort }: Settings,
  progress: (text: string) => void,
): Promise<SectionReport> {
  const runs = effort.idle.syncs;
  progress(`status: ${OPEN.toLocaleString("en")} windows in memory`);
  const inMemory = await measureInMemory(runs);
  const onEmulator = await measureOnEmulator(world, Math.min(runs, EMULATOR_RUNS), progress);
  return report({ ...onEmulator, pages: [...onEmulator.pages, ...inMemory] });
}

async function measureOnEmulator(
  world: World,
  runs: number,
  progress: (text: string) => void,
): Promise<Figures> {
  progress(`status: ${OPEN.toLocaleString("en")} windows on the emulator`);
  const deployment = await world.deploy("status");
  const keyOf = (index: number): string => `open-${String(index)}`;
  await world.seed(deployment, "keyed", OPEN, { pending: true, keyOf });
  const served = await world.serve(
    { source: world.lib, target: "status", counted: true },
    deployment.project,
  );
  const page = async (order: WindowOrder, limit: number): Promise<void> => {
    const url = `${served.url}/keyed?order=${order}&limit=${String(limit)}`;
    const { status, text } = await send(url, { method: "GET" });
    if (status !== 200) throw new Error(`status answers ${String(status)} ${text}`);
    const { windows } = JSON.parse(text) as { readonly windows: readonly unknown[] };
    if (windows.length !== limit) throw new Error(`a page has ${String(windows.length)} windows`);
  };
  const measure = async (order: WindowOrder, windows: number): Promise<Page> => {
    progress(`status: pages of ${String(windows)} by ${order}`);
    await page(order, windows);
    const before = await operationsOf(served);
    const ms = await times(runs, () => page(order, windows));
    const { reads } = await operationsOf(served);
    return { on: "emulator", order, windows, ms, reads: (reads - before.reads) / runs };
  };
  // By age a page of 200 takes the emulator longer than the function has.
  const pages = [
    await measure("key", PAGES[0]),
    await measure("key", PAGES[1]),
    await measure("age", PAGES[0]),
  ];
  const oldest = deployment.db
    .collection("services/keyed/pending")
    .where("shard", "in", SHARDS)
    .where("exported", "==", false)
    .orderBy("receivedAt")
    .limit(PAGES[0]);
  const queryMs = await times(runs, () => oldest.get());
  await served.stop();
  await world.stop(deployment);
  return { pages, queryMs };
}

async function measureInMemory(runs: number): Promise<Page[]> {
  const [service] = parseConfig(CONFIG).services;
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
    counts.reads = 0;
    const ms = await times(runs, async () => {
      const { windows } = await overview.tellStatus(service, { order: "age", limit });
      if (windows.length !== limit) throw new Error(`a page has ${String(windows.length)} windows`);
    });
    pages.push({ on: "memory", order: "age", windows: limit, ms, reads: counts.reads / runs });
  }
  return pages;
}

/** Milliseconds of each run, one after the other. */
async function times(runs: number, work: () => Promise<unknown>): Promise<number[]> {
  const ms: number[] = [];
  for (let run = 0; run < runs; run++) {
    const startedAt = performance.now();
    await work();
    ms.push(performance.now() - startedAt);
  }
  return ms;
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

function report(figures: Figures): SectionReport {
  const { pages, queryMs } = figures;
  const first = (on: Page["on"], order: WindowOrder): number =>
    median(pages.find((page) => page.on === on && page.order === order)?.ms ?? []);
  return {
    tables: [
      {
        title: `Status: the first page of ${OPEN.toLocaleString("en")} open windows of a service`,
        columns: ["on", "by", "windows", "p50 ms", "reads", "reads/window"],
        rows: pages.map(({ on, order, windows, ms, reads }) => {
          return [on, order, windows, median(ms), reads, reads / windows];
        }),
        notes: [
          "With its last ten syncs, and what is undelivered. Each window has one event. The emulator passes all",
          "documents for each value of an “in”, which Firestore looks up: the oldest windows are found by one of",
          `8 values, which alone takes ${median(queryMs).toFixed(0)} ms there, and what else is in them by one for each window.`,
        ],
      },
    ],
    bars: [
      {
        name: "first page of a status by key, 10,000 open windows on the emulator, ms",
        measured: first("emulator", "key"),
        limit: 300,
        must: "at most",
      },
      {
        name: "the same with the oldest first, in memory, ms",
        measured: first("memory", "age"),
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
    data: figures,
  };
}
