/** How long after the answer to the last event its sync message is there. */
import type { SectionReport } from "./report.ts";
import { newContent, type Server } from "./server.ts";
import type { Settings } from "./settings.ts";
import { median, pairedRatio, summarize } from "./stats.ts";
import { measureLargeSync } from "./largeSync.ts";
import type { Deployment, ServiceName, World } from "./world.ts";

const OTHERS_PENDING = 5000;
const HISTORY = 20_000;
const NOTES = [
  "Triggers are delivered at once here; Eventarc's own time comes on top of it. The emulator looks at",
  "every document of a collection of that name, whoever's it is; Firestore has indexes.",
];

type Progress = (text: string) => void;

/** Milliseconds of each sync, by what was measured. */
type Samples = Map<string, number[]>;

/**
 * @param counted a deployment that tells when it had read the keys of a window
 */
export async function measureLatency(
  world: World,
  deployment: Deployment,
  counted: Deployment,
  settings: Settings,
  progress: Progress,
): Promise<SectionReport> {
  const { idle, sizes } = settings.effort;
  // In the order of the table.
  const large = `${String(OTHERS_PENDING)} events`;
  const bySize = sizes.map(({ events }) => `${String(events)} events`);
  const names = ["2 events", ...bySize, large, "2 events, 5,000 pending in another service"];
  const samples: Samples = new Map(names.map((name) => [name, []]));
  const pairs = async (name: string, service: ServiceName): Promise<number> => {
    const run: number[] = [];
    for (let sync = 0; sync < idle.syncs; sync++)
      run.push(await timeSync(world, deployment, service, 2));
    samples.set(name, [...(samples.get(name) ?? []), ...run]);
    return median(run);
  };

  progress("latency: warming up");
  for (let sync = 0; sync < idle.syncs; sync++) await timeSync(world, deployment, "idle", 2);
  for (const { events, runs } of sizes) {
    progress(`latency: syncs of ${String(events)} events`);
    const name = `${String(events)} events`;
    for (let run = 0; run < runs; run++) {
      samples.get(name)?.push(await timeSync(world, deployment, "idle", events));
    }
  }

  const alone: number[] = [];
  const beside: number[] = [];
  for (let run = 0; run < idle.runs; run++) {
    progress(
      `latency: beside a window of ${String(OTHERS_PENDING)} events, run ${String(run + 1)}`,
    );
    const before = await pairs("2 events", "idle");
    await world.seed(deployment, "big", OTHERS_PENDING - 1, { pending: true });
    beside.push(await pairs("2 events, 5,000 pending in another service", "idle"));
    samples.get(large)?.push(await timeSync(world, deployment, "big", 1));
    // The mean of before and after, so that a slow drift of the machine cancels out.
    alone.push((before + (await pairs("2 events", "idle"))) / 2);
  }

  progress(`latency: writing ${String(HISTORY)} events of history`);
  await timeSync(world, deployment, "history", 2);
  await world.seed(deployment, "history", HISTORY, { pending: false });
  const without: number[] = [];
  const within: number[] = [];
  for (let run = 0; run < idle.runs; run++) {
    progress(`latency: with and without history, run ${String(run + 1)}`);
    without.push(await pairs("2 events, no history", "idle"));
    within.push(await pairs("2 events, 20,000 of history", "history"));
  }

  const runs = sizes.find(({ events }) => events === 1000)?.runs ?? 0;
  const keysRead = await measureLargeSync(world, counted, { events: 1000, runs }, progress);
  return {
    tables: [{ ...toTable(samples), notes: NOTES }, keysRead.table],
    bars: [
      {
        name: "two-event sync, 5,000 pending in another service over none",
        measured: pairedRatio(beside, alone),
        limit: 1.2,
        must: "at most",
      },
      {
        name: "two-event sync, 20,000 events of history over none",
        measured: pairedRatio(within, without),
        limit: 1.2,
        must: "at most",
      },
      keysRead.bar,
    ],
    data: {
      latencyMs: Object.fromEntries(
        Array.from(samples, ([name, values]) => [name, summarize(values)]),
      ),
      keysRead: keysRead.data,
    },
  };
}

/** Syncs of two events at a server elsewhere. */
export async function measureLatencyOf(
  world: Pick<World, "inbox">,
  server: Server,
  endpoints: readonly [string, string],
  { effort }: Settings,
  progress: Progress,
): Promise<SectionReport> {
  progress("latency: syncs of 2 events");
  const values: number[] = [];
  for (let sync = 0; sync < effort.idle.syncs; sync++) {
    values.push(await timePair(world, server, "", endpoints));
  }
  const samples = new Map([["2 events", values]]);
  return { tables: [toTable(samples)], bars: [], data: { latencyMs: summarize(values) } };
}

/**
 * Completes a window and waits for its message.
 *
 * @param events how many it holds in the end; 1 if the others are there already
 * @returns milliseconds from the answer to the last event
 */
async function timeSync(
  world: World,
  deployment: Deployment,
  service: ServiceName,
  events: number,
): Promise<number> {
  const { server } = deployment;
  if (events === 2) return timePair(world, server, service, ["many", "last"]);
  if (events > 1) await world.seed(deployment, service, events - 1, { pending: true });
  return timeLast(world, server, service, "last");
}

async function timePair(
  world: Pick<World, "inbox">,
  server: Server,
  service: string,
  [first, last]: readonly [string, string],
): Promise<number> {
  await (
    await server.send(service, first, newContent())
  ).delivered;
  return timeLast(world, server, service, last);
}

async function timeLast(
  { inbox }: Pick<World, "inbox">,
  server: Server,
  service: string,
  eventKey: string,
): Promise<number> {
  const content = newContent();
  const message = inbox.messageWith(content);
  const { at, delivered } = await server.send(service, eventKey, content);
  const received = await message;
  await delivered; // the next sync begins when this one is marked, too
  return received.at - at;
}

function toTable(samples: Samples): SectionReport["tables"][number] {
  return {
    title: "Sync latency: from the last answer to the message, milliseconds",
    columns: ["", "p50", "p95", "p99", "syncs"],
    rows: Array.from(samples, ([name, values]) => {
      const { p50, p95, p99 } = summarize(values);
      return [name, p50, p95, p99, values.length];
    }),
  };
}
