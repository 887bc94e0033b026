/** What an event and a sync cost in Firestore operations, counted at the client in the functions. */
import { closedLoop } from "./closedLoop.ts";
import type { Operations } from "./countOperations.ts";
import { dollarsPerMillion, PRICES } from "./prices.ts";
import type { Bar, SectionReport } from "./report.ts";
import { newContent } from "./server.ts";
import type { Settings } from "./settings.ts";
import { operationsOf, type Deployment, type World } from "./world.ts";

const IN_FLIGHT = 32;

export type Counts = Pick<Operations, "reads" | "writes" | "deletes" | "rpcs">;

/** One window, filled and then completed. */
interface Window {
  /** Events that were pending at first. */
  readonly pending: number;
  /** Per event that does not complete the window. */
  readonly oneByOne: Counts;
  readonly inFlight: Counts;
  /** The sync, with the event that completed the window. */
  readonly sync: Counts;
  readonly members: number;
}

export async function measureCost(
  world: World,
  deployment: Deployment,
  { effort }: Settings,
  progress: (text: string) => void,
): Promise<SectionReport> {
  const windows: Window[] = [];
  for (const pending of effort.windows) {
    progress(`cost: a window of ${String(pending)} events`);
    windows.push(await measureWindow(world, deployment, pending, effort.costEvents));
  }
  progress("cost: pairs");
  const pairs = await measurePairs(world, deployment, effort.costEvents.sequential);
  return {
    tables: [eventTable(windows), syncTable(windows, pairs), dollarTable(windows, pairs)],
    bars: bars(windows),
    data: { prices: PRICES, windows, pairs },
  };
}

async function measureWindow(
  world: World,
  deployment: Deployment,
  pending: number,
  { sequential, inFlight }: { readonly sequential: number; readonly inFlight: number },
): Promise<Window> {
  const { server } = deployment;
  await world.seed(deployment, "cost", pending, { pending: true });
  const sendOne = async (): Promise<void> => {
    await (
      await server.send("cost", "many", newContent())
    ).delivered;
  };
  const perEvent = async (lanes: number, count: number): Promise<Counts> => {
    const { counts } = await countWhile(deployment, () => closedLoop(lanes, { count }, sendOne));
    return map(counts, (value) => value / count);
  };
  const oneByOne = await perEvent(1, sequential);
  const shared = await perEvent(IN_FLIGHT, inFlight);
  const sync = await countWhile(deployment, () => completeWindow(world, deployment));
  const members = pending + sequential + inFlight + 1;
  return { pending, oneByOne, inFlight: shared, sync: sync.counts, members };
}

async function measurePairs(world: World, deployment: Deployment, pairs: number): Promise<Counts> {
  const { counts } = await countWhile(deployment, async () => {
    for (let pair = 0; pair < pairs; pair++) {
      await (
        await deployment.server.send("cost", "many", newContent())
      ).delivered;
      await completeWindow(world, deployment);
    }
  });
  return map(counts, (value) => value / pairs);
}

async function completeWindow({ inbox }: World, { server }: Deployment): Promise<void> {
  const content = newContent();
  const message = inbox.messageWith(content);
  const { delivered } = await server.send("cost", "last", content);
  await message;
  await delivered;
}

export async function countWhile<T>(
  { event, checkWindow }: Deployment,
  work: () => Promise<T>,
): Promise<{ result: T; counts: Counts }> {
  const total = async (): Promise<Counts> => {
    const [a, b] = await Promise.all([operationsOf(event), operationsOf(checkWindow)]);
    return {
      reads: a.reads + b.reads,
      writes: a.writes + b.writes,
      deletes: a.deletes + b.deletes,
      rpcs: a.rpcs + b.rpcs,
    };
  };
  const before = await total();
  const result = await work();
  const after = await total();
  const counts = {
    reads: after.reads - before.reads,
    writes: after.writes - before.writes,
    deletes: after.deletes - before.deletes,
    rpcs: after.rpcs - before.rpcs,
  };
  return { result, counts };
}

function map({ reads, writes, deletes, rpcs }: Counts, by: (value: number) => number): Counts {
  return { reads: by(reads), writes: by(writes), deletes: by(deletes), rpcs: by(rpcs) };
}

/** What the sync alone costs: without storing the event that completed the window. */
function ofSync({ sync }: Window): Counts {
  return { ...sync, writes: sync.writes - 2, rpcs: sync.rpcs - 1 };
}

function eventTable(windows: readonly Window[]): SectionReport["tables"][number] {
  return {
    title: "Cost of an event that does not complete its window: Firestore documents and calls",
    columns: ["pending", "reads", "writes", "RPCs", "reads, 32 in flight", "RPCs, 32 in flight"],
    rows: windows.map(({ pending, oneByOne, inFlight }) => [
      String(pending),
      oneByOne.reads,
      oneByOne.writes,
      oneByOne.rpcs,
      inFlight.reads,
      inFlight.rpcs,
    ]),
  };
}

function syncTable(windows: readonly Window[], pairs: Counts): SectionReport["tables"][number] {
  const row = (members: number, counts: Counts): (string | number)[] => [
    String(members),
    counts.reads,
    (counts.reads - 2 * members).toFixed(0),
    counts.writes,
    counts.deletes,
    counts.rpcs,
  ];
  return {
    title: "Cost of a sync, without storing its events",
    columns: ["events", "reads", "beyond 2n", "writes", "deletes", "RPCs"],
    rows: [
      row(2, { ...pairs, writes: pairs.writes - 4, rpcs: pairs.rpcs - 2 }),
      ...windows.map((window) => row(window.members, ofSync(window))),
    ],
    notes: ["The row of 2 includes the check that the first of the pair asked for."],
  };
}

function dollarTable(windows: readonly Window[], pairs: Counts): SectionReport["tables"][number] {
  const row = (name: string, counts: Counts): (string | number)[] => {
    // TTL deletes the event, and in time its share of the sync, which is left out as below 0.01.
    const documents = { ...counts, deletes: counts.deletes + 1 };
    const { reads, writes, deletes } = documents;
    return [name, reads, writes, deletes, `$${dollarsPerMillion(documents).toFixed(2)}`];
  };
  const perEvent = (window: Window, check: Counts): Counts => {
    const sync = ofSync(window);
    const share = (own: number, total: number): number => own + total / window.members;
    return {
      reads: share(check.reads, sync.reads),
      writes: share(check.writes, sync.writes),
      deletes: share(check.deletes, sync.deletes),
      rpcs: share(check.rpcs, sync.rpcs),
    };
  };
  return {
    title: "Cost of an event in its whole life, with its share of the sync",
    columns: ["", "reads", "writes", "deletes", "per million events"],
    rows: [
      row(
        "pairs, one at a time",
        map(pairs, (value) => value / 2),
      ),
      ...windows.flatMap((window) => [
        row(`syncs of ${String(window.members)}, one at a time`, perEvent(window, window.oneByOne)),
        row(`syncs of ${String(window.members)}, 32 in flight`, perEvent(window, window.inFlight)),
      ]),
    ],
    notes: [
      `Reads $${String(PRICES.reads)}, writes $${String(PRICES.writes)}, deletes $${String(PRICES.deletes)} per 100,000 documents, us-central1, without the free quota`,
      `(${PRICES.source}, ${PRICES.asOf}). Deletes include the one by which TTL removes the event. Without`,
      "Cloud Run, Eventarc and Pub/Sub.",
    ],
  };
}

function bars(windows: readonly Window[]): Bar[] {
  const oneByOne = windows.map((window) => window.oneByOne.reads);
  const atMost = (name: string, values: readonly number[], limit: number): Bar => ({
    name,
    measured: Math.max(...values),
    limit,
    must: "at most",
  });
  return [
    atMost("reads per event that does not complete a window", oneByOne, 2),
    atMost("… the same for every window: most less least", [spread(oneByOne)], 0),
    {
      name: "… at 32 in flight",
      measured: Math.max(...windows.map(({ inFlight }) => inFlight.reads)),
      limit: 1,
      must: "below",
    },
    atMost(
      "reads per sync of n events, beyond 2n",
      windows.map(({ sync, members }) => sync.reads - 2 * members),
      10,
    ),
    atMost(
      "creates per event",
      windows.map(({ oneByOne: { writes } }) => writes),
      2,
    ),
    atMost(
      "deletes per event",
      windows.map(({ sync, members }) => sync.deletes / members),
      1,
    ),
  ];
}

function spread(values: readonly number[]): number {
  return Math.max(...values) - Math.min(...values);
}
