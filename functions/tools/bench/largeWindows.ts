/** Large windows: many events of one endpoint, then the first of the other. Time, memory and cost of the sync. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

import { SEEK_AFTER } from "../../src/app/replayWindow.ts";
import type { LargeWindowFigures } from "../../testkit/largeWindow.ts";
import { FUNCTIONS_DIR } from "../paths.ts";
import type { Operations } from "./countOperations.ts";
import type { Bar, SectionReport } from "./report.ts";
import { newContent } from "./server.ts";
import type { Settings } from "./settings.ts";
import { operationsOf, type World } from "./world.ts";

/** A sync of 200,000 takes many calls, each within a function's time limit. */
const PATIENCE_MS = 2_400_000;
/** What a process may take, as the rule for windows of any size says it. */
const LIMIT_MB = 400;

/** Markers that a replay reads before it seeks, `SEEK_AFTER` and a page, and that seeking reads: two pages. */
const REPLAYED = SEEK_AFTER + 3 * 1000;

interface Figures {
  readonly where: "emulator" | "memory";
  /** In the window, with the one that completed it. */
  readonly events: number;
  readonly seconds: number;
  /** Of these, in which a query was under way; unknown in memory. */
  readonly querySeconds?: number;
  /** CPU time of checkWindow; unknown in memory. */
  readonly cpuSeconds?: number;
  readonly peakMB: number | undefined;
  /** Per event of the window, without storing it. */
  readonly reads: number;
  /** Deletes among them. */
  readonly writes: number;
}

export async function measureLargeWindows(
  world: World,
  { effort }: Settings,
  progress: (text: string) => void,
): Promise<SectionReport> {
  const windows: Figures[] = [];
  for (const events of effort.largeWindows) {
    const figures = await measure(world, events, progress);
    windows.push(figures);
    // The next one may take long.
    progress(`a window of ${String(events)}: ${figures.seconds.toFixed(1)} s`);
  }
  progress(`a window of ${String(effort.memoryWindow)} in memory`);
  windows.push(await measureInMemory(effort.memoryWindow));
  return {
    tables: [
      {
        title: "Large windows: from the event that completes one to the message",
        columns: [
          "events",
          "on",
          "seconds",
          "in queries",
          "own CPU, s",
          "ms/event",
          "peak, MB",
          "reads/event",
          "writes/event",
        ],
        rows: windows.map((figures) => [
          figures.events.toLocaleString("en"),
          figures.where,
          figures.seconds,
          figures.querySeconds ?? "–",
          figures.cpuSeconds ?? "–",
          (1000 * figures.seconds) / figures.events,
          figures.peakMB ?? "–",
          figures.reads,
          figures.writes,
        ]),
        notes: [
          "The emulator passes all documents of the collection for each query, so that here time grows with",
          "their number; in memory it does not. In queries: seconds in which one was under way. Own CPU and",
          "peak, the resident set: of checkWindow, with the counter of operations in it. Deletes are among",
          "the writes.",
        ],
      },
    ],
    bars: bars(windows),
    data: windows,
  };
}

/** Each on a deployment of its own: what one window leaves behind would slow down the next. */
async function measure(
  world: World,
  events: number,
  progress: (text: string) => void,
): Promise<Figures> {
  progress(`a window of ${String(events)}: storing them`);
  const deployment = await world.deploy(`window-${String(events)}`, { counted: true });
  const { server, checkWindow } = deployment;
  await world.seed(deployment, "big", events - 1, { pending: true });
  progress(`a window of ${String(events)}: completing it`);
  const before = await operationsOf(checkWindow);
  const cpuBefore = checkWindow.cpuSeconds();
  const message = world.inbox.nextOf("big", PATIENCE_MS);
  const startedAt = performance.now();
  const { delivered } = await server.send("big", "last", newContent());
  const { at } = await message;
  await delivered;
  const after = await operationsOf(checkWindow);
  const cpuAfter = checkWindow.cpuSeconds();
  const peak = checkWindow.memory()?.peak;
  await world.stop(deployment);
  const perEvent = (...names: (keyof Operations)[]): number =>
    names.reduce((sum, name) => sum + after[name] - before[name], 0) / events;
  return {
    where: "emulator",
    events,
    seconds: (at - startedAt) / 1000,
    querySeconds: (after.queryMs - before.queryMs) / 1000,
    ...(cpuBefore !== undefined && cpuAfter !== undefined && { cpuSeconds: cpuAfter - cpuBefore }),
    peakMB: peak === undefined ? undefined : peak / 1e6,
    reads: perEvent("reads"),
    writes: perEvent("writes", "deletes"),
  };
}

/** In a process of its own, whose memory is nobody else's. */
async function measureInMemory(events: number): Promise<Figures> {
  const script = join(FUNCTIONS_DIR, "testkit/largeWindow.ts");
  const { stdout } = await promisify(execFile)(process.execPath, [script, String(events - 1)]);
  const figures = JSON.parse(stdout) as Omit<LargeWindowFigures, "messages"> & {
    readonly messages: number;
  };
  if (figures.messages !== 1) throw new Error(`a window became ${String(figures.messages)} syncs`);
  return {
    where: "memory",
    events,
    seconds: figures.seconds,
    peakMB: (figures.peakMegabytes * 1024 ** 2) / 1e6,
    reads: figures.reads / events,
    writes: figures.writes / events,
  };
}

function bars(windows: readonly Figures[]): Bar[] {
  const most = (pick: (figures: Figures) => number): number => Math.max(...windows.map(pick));
  return [
    {
      name: "large windows: memory of a process, MB",
      measured: most(({ peakMB = 0 }) => peakMB),
      limit: LIMIT_MB,
      must: "at most",
    },
    {
      // Its marker and, as far as they fit into a message, the event itself. What the replay keeps before it
      // passes over the rest is read again by the claim: of 10,000 events more than half, of a million nothing.
      name: "large windows: reads per event, without those of the replay",
      measured: most(({ reads, events }) => reads - REPLAYED / events),
      limit: 2.1,
      must: "at most",
    },
    {
      name: "large windows: writes and deletes per event",
      measured: most(({ writes }) => writes),
      limit: 1.1,
      must: "at most",
    },
  ];
}
