/** What a page of open windows takes where there are 10,000: time, and documents read. */
import { send } from "../../testkit/http.ts";
import type { FunctionServer } from "../../testkit/functionServer.ts";
import type { SectionReport } from "./report.ts";
import type { Settings } from "./settings.ts";
import { median } from "./stats.ts";
import { operationsOf, type World } from "./world.ts";

const SERVICE = "keyed";
const OPEN = 10_000;
/** The page that nobody asks for otherwise, and the largest. */
const PAGES = [50, 200] as const;

interface Page {
  readonly limit: number;
  readonly windows: number;
  readonly ms: readonly number[];
  readonly reads: number;
}

export async function measureStatus(
  world: World,
  { effort, lib }: Settings,
  progress: (text: string) => void,
): Promise<SectionReport> {
  progress(`status: ${OPEN.toLocaleString("en")} windows`);
  const deployment = await world.deploy("status");
  const { project } = deployment;
  await world.seed(deployment, SERVICE, OPEN, {
    pending: true,
    keyOf: (index) => `open-${String(index)}`,
  });
  const served = { source: lib, target: "status" };
  const [plain, counted] = await Promise.all([
    world.serve(served, project),
    world.serve({ ...served, counted: true }, project),
  ]);
  const pages: Page[] = [];
  for (const limit of PAGES) {
    progress(`status: pages of ${String(limit)}`);
    // The first one loads what it takes.
    await pageOf(counted, limit);
    const before = await operationsOf(counted);
    const windows = await pageOf(counted, limit);
    const { reads } = await operationsOf(counted);
    await pageOf(plain, limit);
    const ms: number[] = [];
    for (let run = 0; run < effort.idle.syncs; run++) {
      const startedAt = performance.now();
      await pageOf(plain, limit);
      ms.push(performance.now() - startedAt);
    }
    pages.push({ limit, windows, ms, reads: reads - before.reads });
  }
  await Promise.all([plain.stop(), counted.stop(), world.stop(deployment)]);
  return report(pages);
}

/** @returns how many windows the first page has */
async function pageOf({ url }: FunctionServer, limit: number): Promise<number> {
  const { status, text } = await send(`${url}/${SERVICE}?limit=${String(limit)}`, {
    method: "GET",
  });
  const { windows = [] } = JSON.parse(text) as { readonly windows?: readonly unknown[] };
  if (status === 200 && windows.length === limit) return limit;
  throw new Error(`status answers ${String(status)} with ${String(windows.length)} windows`);
}

function report(pages: readonly Page[]): SectionReport {
  const [usual] = pages;
  if (usual === undefined) throw new Error("no page was measured");
  return {
    tables: [
      {
        title: `Status: the first page of ${OPEN.toLocaleString("en")} open windows of a service`,
        columns: ["windows", "p50 ms", "reads", "reads/window"],
        rows: pages.map(({ windows, ms, reads }) => [windows, median(ms), reads, reads / windows]),
        notes: ["With its last ten syncs, and what is undelivered. Each window has one event."],
      },
    ],
    bars: [
      {
        name: "first page of a status, 10,000 open windows, ms",
        measured: median(usual.ms),
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
