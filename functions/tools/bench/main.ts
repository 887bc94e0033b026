/**
 * The benchmark of `scripts/bench`, whose `--help` says how to call it. Without `--target` it runs itself
 * once more between emulators of its own. Progress goes to standard error, the report to standard output.
 */
import { writeFileSync } from "node:fs";

import { runSuite } from "../emulatorSuite.ts";
import { Alternative } from "./alternative.ts";
import { serveBare } from "./bareFunction.ts";
import { closedLoop } from "./closedLoop.ts";
import { measureColdStart } from "./coldStart.ts";
import { measureCost } from "./cost.ts";
import { measureDeliveries } from "./deliveries.ts";
import { measureEndToEnd, type EndToEnd, type Target } from "./endToEnd.ts";
import { closeConnections } from "../../testkit/http.ts";
import { Inbox } from "../../testkit/inbox.ts";
import { measureIngest, measureIngestOf } from "./ingest.ts";
import { measureKeys } from "./keys.ts";
import { measureLargeWindows } from "./largeWindows.ts";
import { measureLatency, measureLatencyOf } from "./latency.ts";
import { describeMachine } from "./machine.ts";
import { largest, readMemory, reportMemory, type MemoryFigure } from "./memory.ts";
import { IN_FLIGHT } from "./pairs.ts";
import { barsTable, formatTable, isMet, type SectionReport } from "./report.ts";
import { measureSimulation } from "./simulation.ts";
import { otherServer } from "./server.ts";
import { readSettings, UsageError, type SectionName, type Settings } from "./settings.ts";
import { measureStatus } from "./status.ts";
import { World, type ServiceName } from "./world.ts";

const SHARED = "Load, functions and emulators share this machine: compare within one run only.";

type Reports = Map<string, SectionReport>;

const startedAt = performance.now();
const progress = (text: string): void => {
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(0).padStart(4);
  process.stderr.write(`${seconds} s  ${text}\n`);
};

/** Our own functions, each section on a deployment of its own. */
async function measureOurs(settings: Settings, reports: Reports): Promise<void> {
  const world = await World.create(settings);
  const wants = (name: SectionName): boolean => settings.sections.includes(name);
  const memory: MemoryFigure[] = [];
  try {
    if (wants("coldStart")) {
      reports.set("coldStart", await measureColdStart(world, settings, progress));
    }
    if (wants("latency")) {
      const plain = await world.deploy("latency");
      const counted = await world.deploy("large", { counted: true });
      reports.set("latency", await measureLatency(world, plain, counted, settings, progress));
      memory.push(...readMemory("syncs up to 5,000", plain));
      await Promise.all([world.stop(plain), world.stop(counted)]);
    }
    if (wants("cost")) {
      const counted = await world.deploy("cost", { counted: true });
      reports.set("cost", await measureCost(world, counted, settings, progress));
      await world.stop(counted);
    }
    if (wants("keys")) reports.set("keys", await measureKeys(world, settings, progress));
    if (wants("deliveries")) {
      reports.set("deliveries", await measureDeliveries(world, settings, progress));
    }
    if (wants("status")) reports.set("status", await measureStatus(world, settings, progress));
    if (wants("largeWindows")) {
      reports.set("largeWindows", await measureLargeWindows(world, settings, progress));
    }
    if (wants("simulate")) reports.set("simulate", await measureSimulation(settings, progress));
    if (wants("ingest")) {
      const storing = await world.deploy("ingest");
      reports.set("ingest", await measureIngest(world, storing, settings, progress));
      memory.push(...readMemory("ingest", storing).slice(0, 1));
      await world.stop(storing);
    }
    const alternative = wants("alternative")
      ? new Alternative(world, settings, progress)
      : undefined;
    for (const [name, service] of [
      ["endToEnd", "burst"],
      ["byKey", "pairs"],
    ] as const) {
      if (!wants("endToEnd")) continue;
      const { report, figures } = await measurePairs(world, settings, alternative, service);
      reports.set(name, report);
      memory.push(...figures);
    }
    if (alternative) reports.set("alternative", await alternative.measure());
    if (memory.length > 0) reports.set("memory", reportMemory(memory));
  } finally {
    await world.close();
  }
}

/**
 * In one window a sync holds what came between two of the other endpoint. With a key for each pair every window
 * is claimed by itself, and there is one message per pair.
 */
const PAIRS_OF = {
  burst: { title: "pairs in one window", leastOfBare: 0.4 },
  pairs: { title: "a key for each pair", leastOfBare: 0.4 },
} as const satisfies Partial<
  Record<ServiceName, { readonly title: string; readonly leastOfBare: number }>
>;

async function measurePairs(
  world: World,
  settings: Settings,
  alternative: Alternative | undefined,
  service: keyof typeof PAIRS_OF,
): Promise<{ report: EndToEnd; figures: MemoryFigure[] }> {
  const { title } = PAIRS_OF[service];
  const figures: MemoryFigure[] = [];
  const bare = await serveBare(world);
  await closedLoop(IN_FLIGHT, { ms: settings.effort.warmUpMs }, bare.store);
  const begin = async (run: number): Promise<Target> => {
    const deployment = await world.deploy(`${service}-${String(run)}`);
    const { server, checkWindow } = deployment;
    const own = {
      store: bare.store,
      checkCpuSeconds: () => checkWindow.cpuSeconds() ?? NaN,
      async end() {
        figures.push(...readMemory("end to end", deployment));
        await world.stop(deployment);
      },
      // By turns, so that a slow minute slows both.
      alongside: () => alternative?.runPerKey(title),
    };
    return { server, own };
  };
  const options = { ...PAIRS_OF[service], service, endpoints: ["many", "last"] } as const;
  const report = await measureEndToEnd(world.inbox, begin, options, settings, progress);
  alternative?.compare(title, report.runs);
  return { report, figures: largest(figures) };
}

async function measureTarget(
  { base, subscription, endpoints }: NonNullable<Settings["target"]>,
  settings: Settings,
  reports: Reports,
): Promise<void> {
  const inbox = Inbox.open(subscription);
  const server = otherServer(base);
  const world = { inbox };
  try {
    // Ingest leaves events of one endpoint pending, for the first sync after it; so it comes last.
    if (settings.sections.includes("latency")) {
      const report = await measureLatencyOf(world, server, endpoints, settings, progress);
      reports.set("latency", report);
    }
    if (settings.sections.includes("endToEnd")) {
      const services = { title: "pairs", service: "", endpoints };
      const there = (): Promise<Target> => Promise.resolve({ server });
      reports.set("endToEnd", await measureEndToEnd(inbox, there, services, settings, progress));
    }
    if (settings.sections.includes("ingest")) {
      reports.set("ingest", await measureIngestOf(server, endpoints[0], settings, progress));
    }
  } finally {
    await inbox.close();
  }
}

async function main(settings: Settings): Promise<number> {
  const machine = describeMachine();
  const reports: Reports = new Map();
  if (settings.target === undefined) await measureOurs(settings, reports);
  else await measureTarget(settings.target, settings, reports);
  closeConnections();
  progress("done");

  const sections = [...reports.values()];
  const bars = sections.flatMap((section) => section.bars);
  const tables = sections.flatMap((section) => section.tables);
  if (bars.length > 0) tables.push(barsTable(bars));
  const { cpu, cores, memoryGB, versions } = machine;
  process.stdout.write(
    `\n${String(cores)} × ${cpu}, ${String(memoryGB)} GB, Node.js ${versions["node"] ?? ""}, ` +
      `${machine.date}${settings.quick ? ", --quick" : ""}\n` +
      `${settings.target === undefined ? SHARED : settings.target.base}\n\n` +
      `${tables.map(formatTable).join("\n\n")}\n`,
  );
  if (settings.json !== undefined) {
    const data = Object.fromEntries(Array.from(reports, ([name, report]) => [name, report.data]));
    const { quick, effort, target } = settings;
    const report = { machine, settings: { quick, effort, target }, bars, ...data };
    writeFileSync(settings.json, `${JSON.stringify(report, null, 2)}\n`);
  }
  const missed = bars.filter((bar) => !isMet(bar));
  if (!settings.check || missed.length === 0) return 0;
  process.stderr.write(`bench: missed: ${missed.map(({ name }) => name).join("; ")}\n`);
  return 1;
}

const args = process.argv.slice(2);
try {
  const settings = readSettings(args);
  if (settings.target === undefined && !isInSuite()) {
    // Once the command line is known to be good: the emulators take seconds to start.
    process.exitCode = await runSuite({
      only: ["firestore", "pubsub"],
      report: progress,
      command: [process.execPath, import.meta.filename, ...args],
    });
  } else process.exitCode = await main(settings);
} catch (error) {
  const text = error instanceof UsageError ? error.message : describe(error);
  process.stderr.write(`bench: ${text}\n`);
  process.exitCode = 2;
}

/** Whether the emulators run already, around this process. */
function isInSuite(): boolean {
  return process.env["EVENTSYNC_SUITE_LOG"] !== undefined;
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
