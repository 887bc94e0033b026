/** Pairs of events from the first request to the last message: rate, duplicates and losses. */
import { closedLoop } from "./closedLoop.ts";
import type { Inbox } from "../../testkit/inbox.ts";
import { IN_FLIGHT, PairTally, sendPairs, type PairFigures } from "./pairs.ts";
import type { SectionReport } from "./report.ts";
import { newContent, type Accepted, type Server } from "./server.ts";
import type { Settings } from "./settings.ts";
import { median, pairedRatio } from "./stats.ts";

/** After so long without a message what is left waits for a partner. */
const QUIET_MS = 500;
const GIVE_UP_MS = 30_000;
const NOTES = [
  "Each run has functions and a database of its own: the emulator's queries also pass every document that",
  "was ever deleted, 20 ms after 24,000 of them. Of bare: events over what the bare function of the ingest",
  "section stores, by turns.",
  "CPU/event: milliseconds of checkWindow, which probes, claims and publishes.",
];

export interface PairsRun extends PairFigures {
  readonly pairsPerSecond: number;
}

export interface EndToEnd extends SectionReport {
  readonly runs: readonly PairsRun[];
}

/** What is measured: events of these two endpoints of a service. */
interface Options {
  readonly title: string;
  readonly service: string;
  readonly endpoints: readonly [string, string];
  /** Must be at least so much of what the bare function stores. */
  readonly leastOfBare?: number;
}

/** Where a run sends its pairs. */
export interface Target {
  readonly server: Server;
  /** Only of our own functions, which are new in each run. */
  readonly own?: {
    /** Stores an event in the bare function, which does nothing else. */
    readonly store: () => Promise<unknown>;
    /** NaN where the system does not say. */
    checkCpuSeconds(): number;
    end(): Promise<void>;
    /** Measures something to compare with, after each run. */
    alongside(): Promise<void> | undefined;
  };
}

export async function measureEndToEnd(
  inbox: Inbox,
  begin: (run: number) => Promise<Target>,
  options: Options,
  { effort }: Settings,
  progress: (text: string) => void,
): Promise<EndToEnd> {
  const { runs, warmUp, pairs } = effort.endToEnd;
  const measured: PairsRun[] = [];
  const bare: number[] = [];
  const cpuMs: number[] = [];
  for (let run = 0; run < runs; run++) {
    progress(`end to end: ${String(pairs)} pairs, run ${String(run + 1)}`);
    const { server, own } = await begin(run);
    // Some go before those that are measured: code that never ran is slower.
    if (run === 0 || own) await runPairs(inbox, server, options, warmUp);
    const before = own?.checkCpuSeconds() ?? NaN;
    measured.push(await runPairs(inbox, server, options, pairs));
    if (own === undefined) continue;
    cpuMs.push((1000 * (own.checkCpuSeconds() - before)) / (2 * pairs));
    bare.push((await closedLoop(IN_FLIGHT, { count: 2 * pairs }, own.store)).perSecond);
    await own.end();
    await own.alongside();
  }
  const sum = (pick: (run: PairsRun) => number): number =>
    measured.reduce((total, run) => total + pick(run), 0);
  const duplicates = sum((run) => run.duplicates.events);
  const lost = sum((run) => run.lost.events);
  const rates = measured.map((run) => run.pairsPerSecond);
  const overBare = pairedRatio(
    rates.map((rate) => 2 * rate),
    bare,
  );
  return {
    runs: measured,
    tables: [
      {
        title: `End to end: ${options.title}, ${String(IN_FLIGHT)} requests in flight`,
        columns: ["", "pairs/s", "events/s", "of bare", "syncs", "duplicates", "lost", "CPU/event"],
        rows: [
          [
            `${String(runs)} × ${String(pairs)} pairs`,
            median(rates),
            2 * median(rates),
            overBare,
            sum((run) => run.messages),
            duplicates,
            lost,
            median(cpuMs),
          ],
        ],
        ...(bare.length > 0 && { notes: NOTES }),
      },
    ],
    bars: [
      ...(options.leastOfBare === undefined
        ? []
        : [
            {
              name: `end to end: ${options.title}, events over what the bare function stores`,
              measured: overBare,
              limit: options.leastOfBare,
              must: "at least" as const,
            },
          ]),
      {
        name: `end to end: ${options.title}, duplicates`,
        measured: duplicates,
        limit: 0,
        must: "at most",
      },
      {
        name: `end to end: ${options.title}, events lost`,
        measured: lost,
        limit: 0,
        must: "at most",
      },
    ],
    data: {
      runs: measured,
      barePerSecond: bare,
      overBare,
      checkCpuMsPerEvent: median(cpuMs),
    },
  };
}

async function runPairs(
  inbox: Inbox,
  server: Server,
  { service, endpoints }: Options,
  pairs: number,
): Promise<PairsRun> {
  const tally = new PairTally(inbox);
  const deliveries: Accepted["delivered"][] = [];
  await sendPairs(tally, { count: pairs }, async ({ pair, endpoint, content }) => {
    const { delivered } = await server.send(service, endpoints[endpoint], content, pair);
    deliveries.push(delivered);
    return true; // anything else is thrown
  });
  await Promise.all(deliveries);
  await tally.untilQuiet(QUIET_MS);
  const pairsPerSecond = tally.pairsPerSecond(tally.lastAt);
  if (tally.isMissing) {
    // A sync takes what is there, three events perhaps, so some of one endpoint can be left over.
    for (const eventKey of endpoints) {
      await (
        await server.send(service, eventKey, newContent(), "left-over")
      ).delivered;
    }
    await tally.untilQuiet(GIVE_UP_MS);
  }
  tally.close();
  return { pairsPerSecond, ...tally.figures() };
}
