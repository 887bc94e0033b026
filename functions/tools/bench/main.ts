/**
 * The benchmark of `scripts/bench`, run between emulators by `tools/suite.ts`. Progress goes to standard
 * error, the report to standard output.
 */
import { writeFileSync } from "node:fs";

import { measureColdStart } from "./coldStart.ts";
import { measureCost } from "./cost.ts";
import { measureEndToEnd } from "./endToEnd.ts";
import { closeConnections } from "./http.ts";
import { Inbox } from "./inbox.ts";
import { measureIngest, measureIngestOf } from "./ingest.ts";
import { measureLatency, measureLatencyOf } from "./latency.ts";
import { describeMachine } from "./machine.ts";
import { measureMemory } from "./memory.ts";
import { barsTable, formatTable, isMet, type SectionReport } from "./report.ts";
import { otherServer } from "./server.ts";
import { readSettings, USAGE, type SectionName, type Settings } from "./settings.ts";
import { World } from "./world.ts";

type Reports = Map<string, SectionReport>;

const startedAt = performance.now();
const progress = (text: string): void => {
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(0).padStart(4);
  process.stderr.write(`${seconds} s  ${text}\n`);
};

/** Our own functions. What reads the database comes before what fills it. */
async function measureOurs(settings: Settings, reports: Reports): Promise<void> {
  const world = await World.create(settings);
  const wants = (name: SectionName): boolean => settings.sections.includes(name);
  try {
    if (wants("coldStart")) {
      reports.set("coldStart", await measureColdStart(world, settings, progress));
    }
    const plain = await world.deploy();
    if (wants("latency") || wants("cost")) {
      const counted = await world.deploy(true);
      if (wants("latency")) {
        reports.set("latency", await measureLatency(world, plain, counted, settings, progress));
      }
      if (wants("cost")) reports.set("cost", await measureCost(world, counted, settings, progress));
      await Promise.all([counted.event.stop(), counted.checkWindow.stop()]);
    }
    if (wants("ingest"))
      reports.set("ingest", await measureIngest(world, plain, settings, progress));
    if (wants("endToEnd")) {
      const { checkWindow } = plain;
      const services = {
        service: "pairs",
        endpoints: ["many", "last"],
        ours: { ingestOnly: "ingest", checkWindow },
      } as const;
      const report = await measureEndToEnd(world.inbox, plain.server, services, settings, progress);
      reports.set("endToEnd", report);
    }
    const memory = measureMemory(plain);
    if (memory !== undefined) reports.set("memory", memory);
  } finally {
    await world.close();
  }
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
      const services = { service: "", endpoints };
      reports.set("endToEnd", await measureEndToEnd(inbox, server, services, settings, progress));
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
  const tables = [...sections.flatMap((section) => section.tables), barsTable(bars)];
  const { cpu, cores, memoryGB, versions } = machine;
  process.stdout.write(
    `\n${String(cores)} × ${cpu}, ${String(memoryGB)} GB, Node.js ${versions["node"] ?? ""}, ` +
      `${machine.date}${settings.quick ? ", --quick" : ""}\n` +
      "Load, functions and emulators share this machine: compare within one run only.\n\n" +
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

try {
  const settings = readSettings(process.argv.slice(2));
  if (settings === "help") process.stdout.write(`${USAGE}\n`);
  else process.exitCode = await main(settings);
} catch (error) {
  process.stderr.write(
    `bench: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  process.exitCode = 2;
}
