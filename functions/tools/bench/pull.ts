/** How fast a log is read from its beginning to its end. */
import { randomBytes } from "node:crypto";
import pMap from "p-map";

import { send } from "../../testkit/http.ts";
import { Backlog } from "./backlog.ts";
import type { Measuring } from "./deliveries.ts";
import type { SectionReport } from "./report.ts";
import { summarize } from "./stats.ts";
import { operationsOf } from "./world.ts";

/** The most that one answer holds. */
const LIMIT = 500;

interface Page {
  readonly syncs: readonly { readonly offset: number; readonly message?: unknown }[];
  readonly next: number;
}

export async function measurePull({
  world,
  rules,
  effort: { pulled },
  progress,
}: Measuring): Promise<SectionReport> {
  progress(`deliveries: a log of ${String(pulled)} syncs`);
  const backlog = new Backlog(world, "pull", [rules.log]);
  await backlog.claim(rules.log, [""], 1);
  const served = await backlog.serve("pull", { counted: true });
  const { serviceName } = rules.log;
  const read = async (after: number): Promise<Page> => {
    const url = `${served.url}/${serviceName}?after=${String(after)}&limit=${String(LIMIT)}`;
    const { status, text } = await send(url, { method: "GET" });
    if (status !== 200) throw new Error(`pull answers ${String(status)} ${text}`);
    return JSON.parse(text) as Page;
  };
  // Numbers it, too.
  await read(0);
  await copyLog(backlog, serviceName, pulled);

  progress("deliveries: pull");
  const before = await operationsOf(served);
  const pageMs: number[] = [];
  let after = 0;
  const startedMs = performance.now();
  while (after < pulled) {
    const pageStartedMs = performance.now();
    const { syncs, next } = await read(after);
    const isWhole = syncs.every(
      ({ offset, message }, index) => offset === after + index + 1 && message !== undefined,
    );
    if (!isWhole || syncs.length === 0) throw new Error(`the page behind ${String(after)} is odd`);
    pageMs.push(performance.now() - pageStartedMs);
    after = next;
  }
  const seconds = (performance.now() - startedMs) / 1000;
  const { reads } = await operationsOf(served);
  await served.stop();
  await backlog.close();
  const { p50, p95 } = summarize(pageMs);
  const perSync = (reads - before.reads) / pulled;
  return {
    tables: [
      {
        title: `Pull: ${pulled.toLocaleString("en")} syncs, ${String(LIMIT)} an answer`,
        columns: ["syncs/s", "ms an answer, p50", "p95", "reads per sync"],
        rows: [[String(Math.round(pulled / seconds)), p50, p95, perSync]],
        notes: [
          "Its index, the sync and its event: 3 reads. The emulator looks at every delivery for each answer.",
        ],
      },
    ],
    bars: [
      {
        name: "reads per sync that is pulled, with one event",
        measured: perSync,
        limit: 3.1,
        must: "at most",
      },
    ],
    data: { pull: { pulled, seconds, pageMs, perSync } },
  };
}

/** Makes the first sync of a log many: exact copies, with ids and offsets of their own. */
async function copyLog({ db }: Backlog, service: string, count: number): Promise<void> {
  const root = db.doc(`services/${service}`);
  const [events, syncs, deliveries, lanes] = await Promise.all(
    ["events", "syncs", "deliveries", "lanes"].map((name) => root.collection(name).get()),
  );
  const [event, sync, delivery] = [events?.docs[0], syncs?.docs[0], deliveries?.docs[0]];
  const lane = lanes?.docs[0];
  if (!event || !sync || !delivery || !lane) throw new Error("there is no log");
  const endpoints = sync.get("endpoints") as readonly object[];
  const offsets = Array.from({ length: count - 1 }, (_, index) => index + 2);
  const size = 150;
  const pages = Array.from({ length: Math.ceil(offsets.length / size) }, (_, index) =>
    offsets.slice(index * size, (index + 1) * size),
  );
  await pMap(
    pages,
    async (page) => {
      const batch = db.batch();
      for (const offset of page) {
        const [eventId, syncId] = [
          randomBytes(12).toString("hex"),
          randomBytes(12).toString("hex"),
        ];
        const own = endpoints.map((endpoint) => ({ ...endpoint, events: [eventId] }));
        batch.create(root.collection("events").doc(eventId), event.data());
        batch.create(root.collection("syncs").doc(syncId), { ...sync.data(), endpoints: own });
        const copied = { ...delivery.data(), syncId, offset };
        batch.create(root.collection("deliveries").doc(`${syncId}-log`), copied);
      }
      await batch.commit();
    },
    { concurrency: 4 },
  );
  await lane.ref.update({ last: count });
}
