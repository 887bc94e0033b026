/** Pairs of events from the first request to the last message: rate, duplicates and losses. */
import { setTimeout as delay } from "node:timers/promises";

import { closedLoop } from "./closedLoop.ts";
import { contentsOf, type Inbox } from "./inbox.ts";
import type { SectionReport } from "./report.ts";
import { newContent, type Accepted, type Server } from "./server.ts";
import type { Settings } from "./settings.ts";
import { median, pairedRatio } from "./stats.ts";

const IN_FLIGHT = 32;
/** After so long without a message what is left waits for a partner. */
const QUIET_MS = 500;
const GIVE_UP_MS = 30_000;
const NOTES = [
  "Each run has functions and a database of its own, and measures ingest on the same process: the",
  "emulator's queries also pass every document that was ever deleted, 20 ms after 24,000 of them.",
  "CPU/event: milliseconds of checkWindow, which probes, claims and publishes.",
];

export interface PairsRun {
  readonly pairsPerSecond: number;
  readonly syncs: number;
  readonly duplicates: number;
  readonly lost: number;
}

/** What is measured: events of these two endpoints of a service. */
interface Options {
  readonly service: string;
  readonly endpoints: readonly [string, string];
}

/** Where a run sends its pairs. */
export interface Target {
  readonly server: Server;
  /** Only of our own functions, which are new in each run. */
  readonly own?: {
    /** Stores events of another service, for which no trigger is delivered. */
    readonly store: () => Promise<unknown>;
    /** NaN where the system does not say. */
    checkCpuSeconds(): number;
    end(): Promise<void>;
  };
}

export async function measureEndToEnd(
  inbox: Inbox,
  begin: (run: number) => Promise<Target>,
  options: Options,
  { effort }: Settings,
  progress: (text: string) => void,
): Promise<SectionReport> {
  const { runs, warmUp, pairs } = effort.endToEnd;
  const measured: PairsRun[] = [];
  const ingest: number[] = [];
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
    // The same process, which by now has run longer: if anything, that favours ingest.
    ingest.push((await closedLoop(IN_FLIGHT, { count: 2 * pairs }, own.store)).perSecond);
    await own.end();
  }
  const sum = (pick: (run: PairsRun) => number): number =>
    measured.reduce((total, run) => total + pick(run), 0);
  const duplicates = sum((run) => run.duplicates);
  const lost = sum((run) => run.lost);
  const rates = measured.map((run) => run.pairsPerSecond);
  const overIngest = pairedRatio(
    rates.map((rate) => 2 * rate),
    ingest,
  );
  return {
    tables: [
      {
        title: `End to end: pairs over two endpoints, ${String(IN_FLIGHT)} requests in flight`,
        columns: [
          "",
          "pairs/s",
          "events/s",
          "of ingest",
          "syncs",
          "duplicates",
          "lost",
          "CPU/event",
        ],
        rows: [
          [
            `${String(runs)} × ${String(pairs)} pairs`,
            median(rates),
            2 * median(rates),
            overIngest,
            sum((run) => run.syncs),
            duplicates,
            lost,
            median(cpuMs),
          ],
        ],
        ...(ingest.length > 0 && { notes: NOTES }),
      },
    ],
    bars: [
      ...(ingest.length === 0
        ? []
        : [
            {
              name: "end to end at 32 in flight, events over ingest alone",
              measured: overIngest,
              limit: 0.5,
              must: "at least" as const,
            },
          ]),
      { name: "end to end: duplicates", measured: duplicates, limit: 0, must: "at most" },
      { name: "end to end: events lost", measured: lost, limit: 0, must: "at most" },
    ],
    data: {
      runs: measured,
      ingestPerSecond: ingest,
      overIngest,
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
  const expected = new Set<string>();
  const seen = new Map<string, number>();
  let missing = 2 * pairs;
  let syncs = 0;
  let lastAt = performance.now();
  const stop = inbox.listen(({ at, message }) => {
    syncs++;
    for (const content of contentsOf(message)) {
      const times = (seen.get(content) ?? 0) + 1;
      seen.set(content, times);
      if (times === 1 && expected.has(content)) {
        missing--;
        lastAt = at;
      }
    }
  });
  const startedAt = performance.now();
  const deliveries: Accepted["delivered"][] = [];
  await closedLoop(IN_FLIGHT, { count: 2 * pairs }, async (index) => {
    const content = newContent();
    expected.add(content);
    const eventKey = index % 2 === 0 ? endpoints[0] : endpoints[1];
    deliveries.push((await server.send(service, eventKey, content)).delivered);
  });
  await Promise.all(deliveries);
  await untilQuiet(
    () => missing,
    () => lastAt,
    QUIET_MS,
  );
  const endedAt = lastAt;
  const inTime = 2 * pairs - missing;
  if (missing > 0) {
    // A sync takes what is there, three events perhaps, so some of one endpoint can be left over.
    for (const eventKey of endpoints) {
      await (
        await server.send(service, eventKey, newContent())
      ).delivered;
    }
    await untilQuiet(
      () => missing,
      () => lastAt,
      GIVE_UP_MS,
    );
  }
  stop();
  const duplicates = Array.from(seen.values()).filter((times) => times > 1).length;
  const pairsPerSecond = inTime / 2 / ((endedAt - startedAt) / 1000);
  return { pairsPerSecond, syncs, duplicates, lost: missing };
}

async function untilQuiet(
  missing: () => number,
  lastAt: () => number,
  quietMs: number,
): Promise<void> {
  const begun = performance.now();
  while (missing() > 0 && performance.now() - Math.max(begun, lastAt()) < quietMs) await delay(5);
}
