/** How many events per second are accepted, beside what the framework and Firestore allow. */
import { Timestamp, type Firestore } from "@google-cloud/firestore";
import { randomBytes } from "node:crypto";

import { closedLoop, type LoadResult } from "./closedLoop.ts";
import { serveBare } from "./bareFunction.ts";
import type { SectionReport } from "./report.ts";
import { newContent, type Server } from "./server.ts";
import type { FunctionServer } from "../../testkit/functionServer.ts";
import type { Settings } from "./settings.ts";
import { median, pairedRatio, summarize } from "./stats.ts";
import type { Deployment, World } from "./world.ts";

const IN_FLIGHT = [1, 8, 32, 64];
/** The concurrency at which the bar holds. */
const BAR_IN_FLIGHT = 32;

type Progress = (text: string) => void;

/** Something that takes events, one per call. */
interface Contender {
  readonly name: string;
  readonly work: () => Promise<unknown>;
  readonly process?: FunctionServer;
}

interface Measured {
  readonly name: string;
  readonly inFlight: number;
  readonly runs: readonly LoadResult[];
  readonly cpuMs: number | undefined;
}

/** Ours beside both ceilings, taking turns so that a slow minute slows all of them. */
export async function measureIngest(
  world: World,
  { db, event, server }: Deployment,
  settings: Settings,
  progress: Progress,
): Promise<SectionReport> {
  const bare = await serveBare(world);
  const contenders: Contender[] = [
    { name: "event", work: () => server.store("ingest", "many", newContent()), process: event },
    { name: "bare function", work: bare.store, process: bare.served },
    { name: "client alone", work: () => commitDirectly(db) },
  ];
  const measured = await measureContenders(contenders, settings, progress);
  await bare.served.stop();

  const runsOf = (name: string, inFlight: number): number[] =>
    (measured.find((one) => one.name === name && one.inFlight === inFlight)?.runs ?? []).map(
      ({ perSecond }) => perSecond,
    );
  const shareOf = (other: string, inFlight: number): number =>
    pairedRatio(runsOf("event", inFlight), runsOf(other, inFlight));
  const shares = IN_FLIGHT.map((inFlight) => ({
    inFlight,
    ofBareFunction: shareOf("bare function", inFlight),
    ofClient: shareOf("client alone", inFlight),
  }));
  return {
    tables: [
      toTable(measured),
      {
        title: "Ingest: share of the ceilings, same run",
        columns: ["in flight", "of the bare function", "of the client alone"],
        rows: shares.map((share) => [String(share.inFlight), share.ofBareFunction, share.ofClient]),
      },
    ],
    bars: shares
      .filter(({ inFlight }) => inFlight === BAR_IN_FLIGHT)
      .map(({ ofBareFunction }) => ({
        name: "ingest at 32 in flight, over the bare function",
        measured: ofBareFunction,
        limit: 0.9,
        must: "at least",
      })),
    data: { measured: measured.map(toData), shares },
  };
}

/** Ingest of a server elsewhere; there are no ceilings to compare it with. */
export async function measureIngestOf(
  server: Server,
  eventKey: string,
  settings: Settings,
  progress: Progress,
): Promise<SectionReport> {
  const work = (): Promise<unknown> => server.store("", eventKey, newContent());
  const measured = await measureContenders([{ name: "target", work }], settings, progress);
  return { tables: [toTable(measured)], bars: [], data: { measured: measured.map(toData) } };
}

async function measureContenders(
  contenders: readonly Contender[],
  { effort }: Settings,
  progress: Progress,
): Promise<Measured[]> {
  for (const { name, work } of contenders) {
    progress(`ingest: warming up ${name}`);
    await closedLoop(BAR_IN_FLIGHT, { ms: effort.warmUpMs }, work);
  }
  const all: Measured[] = [];
  for (const inFlight of IN_FLIGHT) {
    const collected = contenders.map(() => ({ runs: [] as LoadResult[], cpu: [] as number[] }));
    for (let run = 0; run < effort.ingest.runs; run++) {
      progress(`ingest: ${String(inFlight)} in flight, run ${String(run + 1)}`);
      for (const [index, { work, process: served }] of contenders.entries()) {
        const before = served?.cpuSeconds();
        const result = await closedLoop(inFlight, { ms: effort.ingest.ms }, work);
        const after = served?.cpuSeconds();
        collected[index]?.runs.push(result);
        if (before !== undefined && after !== undefined) {
          collected[index]?.cpu.push((1000 * (after - before)) / result.count);
        }
      }
    }
    for (const [index, { runs, cpu }] of collected.entries()) {
      const name = contenders[index]?.name ?? "";
      all.push({ name, inFlight, runs, cpuMs: cpu.length === 0 ? undefined : median(cpu) });
    }
  }
  return all;
}

function toData({ name, inFlight, runs, cpuMs }: Measured): object {
  return {
    name,
    inFlight,
    perSecond: median(runs.map((run) => run.perSecond)),
    latencyMs: summarize(runs.flatMap(({ latencies }) => latencies)),
    cpuMsPerRequest: cpuMs,
  };
}

function toTable(measured: readonly Measured[]): SectionReport["tables"][number] {
  return {
    title: "Ingest: requests per second, milliseconds",
    columns: ["", "in flight", "per second", "p50", "p95", "p99", "CPU/request"],
    rows: measured.map(({ name, inFlight, runs, cpuMs }) => {
      const { p50, p95, p99 } = summarize(runs.flatMap(({ latencies }) => latencies));
      const rate = median(runs.map(({ perSecond }) => perSecond));
      return [name, String(inFlight), rate, p50, p95, p99, cpuMs ?? "–"];
    }),
  };
}

/** The two documents of an event in one commit, from this process. */
async function commitDirectly(db: Firestore): Promise<void> {
  const id = randomBytes(12).toString("hex");
  const service = db.collection("services").doc("client");
  const receivedAt = Timestamp.now();
  const batch = db.batch();
  batch.create(service.collection("events").doc(id), {
    eventKey: "many",
    receivedAt,
    httpMethod: "POST",
    headers: [
      { name: "Content-Type", values: ["application/json"] },
      { name: "Content-Length", values: ["180"] },
      { name: "Connection", values: ["keep-alive"] },
    ],
    queryParams: [],
    content: newContent(),
    expireAt: receivedAt,
  });
  batch.create(service.collection("pending").doc(id), {
    eventKey: "many",
    receivedAt,
    size: 400,
    exported: false,
    countsUntil: receivedAt,
    expireAt: receivedAt,
  });
  await batch.commit();
}
