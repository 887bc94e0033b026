/** How long `scripts/simulate` takes for a day of events, and how much memory: the command itself, as it is called. */
import { spawn } from "node:child_process";
import { createWriteStream, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { finished } from "node:stream/promises";

import { Random } from "../../testkit/hostile/random.ts";
import { readMemory } from "../../testkit/processFigures.ts";
import { FUNCTIONS_DIR } from "../paths.ts";
import type { SectionReport } from "./report.ts";
import type { Settings } from "./settings.ts";
import { median } from "./stats.ts";

/** The promise: a day of 100,000 events. */
const MOST_SECONDS = 10;

const DAY_MS = 86_400_000;

/** Orders that are complete, late or never complete: with keys, a filter and a deadline. */
const SERVICE = {
  serviceName: "orders",
  correlation: { key: { body: "$.orderId" } },
  endpoints: [
    { eventKey: "order" },
    { eventKey: "payment", filter: "body.total > 0" },
    { eventKey: "stock" },
    { eventKey: "coupon" },
  ],
  condition: { all: ["order", "payment", "stock"] },
  trigger: { type: "window", observationPeriod: 3600 },
  deadline: { seconds: 600 },
  targetPubSub: { topic: "projects/demo-eventsync/topics/orders" },
};

interface Run {
  readonly seconds: number;
  readonly syncs: number;
  readonly megabytes: number;
}

export async function measureSimulation(
  { effort }: Pick<Settings, "effort">,
  progress: (text: string) => void,
): Promise<SectionReport> {
  const { events, runs: times } = effort.simulated;
  const directory = mkdtempSync(join(tmpdir(), "simulate-"));
  try {
    progress(`simulate: ${String(events)} events`);
    const config = join(directory, "config.json");
    const day = join(directory, "day.ndjson");
    writeFileSync(config, JSON.stringify(SERVICE));
    await writeDay(day, events);
    const runs: Run[] = [];
    for (let run = 0; run < times; run++) runs.push(await simulate(config, day));
    const seconds = median(runs.map((run) => run.seconds));
    const [first] = runs;
    return {
      tables: [
        {
          title: "simulate: a day of events",
          columns: ["", "events", "syncs", "seconds", "events/s", "MB"],
          rows: [
            [
              "keys, a filter and a deadline",
              events,
              first?.syncs ?? NaN,
              seconds,
              events / seconds,
              Math.max(...runs.map(({ megabytes }) => megabytes)),
            ],
          ],
          notes: ["The whole command, from its start to its end."],
        },
      ],
      bars: [
        {
          name: `simulate ${events.toLocaleString("en")} events, seconds`,
          measured: seconds,
          limit: MOST_SECONDS,
          must: "below",
        },
      ],
      data: { events, runs },
    };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

async function writeDay(path: string, events: number): Promise<void> {
  const random = new Random(1);
  const file = createWriteStream(path);
  const beginMs = Date.UTC(2026, 0, 5);
  for (let index = 0; index < events; index++) {
    const line = {
      at: new Date(beginMs + Math.floor((index * DAY_MS) / events)).toISOString(),
      eventKey: random.pick(["order", "payment", "stock", "coupon"]),
      body: { orderId: `A-${String(Math.floor(index / 4) + random.int(0, 40))}`, total: 40 },
    };
    file.write(`${JSON.stringify(line)}\n`);
  }
  file.end();
  await finished(file);
}

async function simulate(config: string, day: string): Promise<Run> {
  const tool = join(FUNCTIONS_DIR, "tools", "simulate", "main.ts");
  const startedAt = performance.now();
  const child = spawn(process.execPath, [tool, "--config", config, "--json", day], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let rest = "";
  let bytes = 0;
  for await (const chunk of child.stdout.setEncoding("utf8") as AsyncIterable<string>) {
    rest = (rest + chunk).slice(-1000);
    bytes = readMemory(child.pid)?.peak ?? bytes;
  }
  const seconds = (performance.now() - startedAt) / 1000;
  const summary = JSON.parse(rest.trimEnd().split("\n").at(-1) ?? "{}") as {
    readonly fired?: number;
  };
  return { seconds, syncs: summary.fired ?? NaN, megabytes: bytes / 1e6 };
}
