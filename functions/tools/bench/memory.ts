/** What the functions take of memory: under load, once everything else has been measured. */
import type { SectionReport } from "./report.ts";
import type { Deployment } from "./world.ts";

const LIMIT_MB = 250;

/** Undefined where the system does not say. */
export function measureMemory({
  event,
  checkWindow,
  afterStart,
}: Deployment): SectionReport | undefined {
  const figures = Object.entries({ event, checkWindow }).flatMap(([name, served]) => {
    const memory = served.memory();
    const start = afterStart[name as keyof typeof afterStart];
    return memory === undefined || start === undefined
      ? []
      : [{ name, startMB: start / 1e6, nowMB: memory.now / 1e6, peakMB: memory.peak / 1e6 }];
  });
  if (figures.length === 0) return undefined;
  return {
    tables: [
      {
        title: "Memory of a function's process: resident set, MB",
        columns: ["", "after start", "in the end", "peak"],
        rows: figures.map(({ name, startMB, nowMB, peakMB }) => [name, startMB, nowMB, peakMB]),
      },
    ],
    bars: figures.map(({ name, peakMB }) => ({
      name: `memory of ${name} under load, MB`,
      measured: peakMB,
      limit: LIMIT_MB,
      must: "at most",
    })),
    data: figures,
  };
}
