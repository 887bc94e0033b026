/** Large windows: many events of one endpoint, then the first of the other. Time, memory and cost of the sync. */
import type { Operations } from "./countOperations.ts";
import type { Bar, SectionReport } from "./report.ts";
import { newContent } from "./server.ts";
import type { Settings } from "./settings.ts";
import { operationsOf, type World } from "./world.ts";

/** A sync of 200,000 takes several calls, each within a function's time limit. */
const PATIENCE_MS = 900_000;
/** What a process may take, as the rule for windows of any size says it. */
const LIMIT_MB = 400;

interface Figures {
  /** In the window, with the one that completed it. */
  readonly events: number;
  readonly seconds: number;
  readonly peakMB: number | undefined;
  /** Per event of the window, without storing it. */
  readonly reads: number;
  readonly writes: number;
  readonly deletes: number;
}

export async function measureLargeWindows(
  world: World,
  { effort }: Settings,
  progress: (text: string) => void,
): Promise<SectionReport> {
  const windows: Figures[] = [];
  for (const events of effort.largeWindows) windows.push(await measure(world, events, progress));
  return {
    tables: [
      {
        title: "Large windows: from the event that completes one to the message",
        columns: ["events", "seconds", "ms/event", "peak, MB", "reads/event", "writes", "deletes"],
        rows: windows.map(({ events, seconds, peakMB, reads, writes, deletes }) => [
          events.toLocaleString("en"),
          seconds,
          (1000 * seconds) / events,
          peakMB ?? "–",
          reads,
          writes,
          deletes,
        ]),
        notes: [
          "The emulator passes all documents of the collection for each query, so that here time grows with",
          "their number. Peak: resident set of checkWindow, with the counter of operations in it.",
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
  const message = world.inbox.nextOf("big", PATIENCE_MS);
  const startedAt = performance.now();
  const { delivered } = await server.send("big", "last", newContent());
  const { at } = await message;
  await delivered;
  const after = await operationsOf(checkWindow);
  const peak = checkWindow.memory()?.peak;
  await world.stop(deployment);
  const perEvent = (name: keyof Operations): number => (after[name] - before[name]) / events;
  return {
    events,
    seconds: (at - startedAt) / 1000,
    peakMB: peak === undefined ? undefined : peak / 1e6,
    reads: perEvent("reads"),
    writes: perEvent("writes"),
    deletes: perEvent("deletes"),
  };
}

function bars(windows: readonly Figures[]): Bar[] {
  const most = (pick: (figures: Figures) => number): number => Math.max(...windows.map(pick));
  return [
    {
      name: "large windows: memory of checkWindow, MB",
      measured: most(({ peakMB = 0 }) => peakMB),
      limit: LIMIT_MB,
      must: "at most",
    },
    {
      // Its marker and, as far as they fit into a message, the event itself.
      name: "large windows: reads per event",
      measured: most(({ reads }) => reads),
      limit: 2.1,
      must: "at most",
    },
    {
      name: "large windows: writes and deletes per event",
      measured: most(({ writes, deletes }) => writes + deletes),
      limit: 1.1,
      must: "at most",
    },
  ];
}
