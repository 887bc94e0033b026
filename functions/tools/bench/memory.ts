/** What the functions take of memory under load. */
import type { SectionReport } from "./report.ts";
import type { Deployment } from "./world.ts";

const LIMIT_MB = 250;

export interface MemoryFigure {
  readonly name: string;
  readonly startMB: number;
  readonly peakMB: number;
}

/** What the functions of a deployment have taken so far; nothing where the system does not say. */
export function readMemory(
  load: string,
  { event, checkWindow, afterStart }: Deployment,
): MemoryFigure[] {
  return Object.entries({ event, checkWindow }).flatMap(([name, served]) => {
    const memory = served.memory();
    const start = afterStart[name as keyof typeof afterStart];
    return memory === undefined || start === undefined
      ? []
      : [{ name: `${name}, ${load}`, startMB: start / 1e6, peakMB: memory.peak / 1e6 }];
  });
}

/** Of figures with the same name, the one with the highest peak. */
export function largest(figures: readonly MemoryFigure[]): MemoryFigure[] {
  const descending = figures.toSorted((a, b) => b.peakMB - a.peakMB);
  const names = new Set(figures.map(({ name }) => name));
  return Array.from(names).flatMap(
    (name) => descending.find((figure) => figure.name === name) ?? [],
  );
}

export function reportMemory(figures: readonly MemoryFigure[]): SectionReport {
  return {
    tables: [
      {
        title: "Memory of a function's process: resident set, MB",
        columns: ["", "after start", "peak"],
        rows: figures.map(({ name, startMB, peakMB }) => [name, startMB, peakMB]),
      },
    ],
    bars: [
      {
        name: "memory of a function under load, MB",
        measured: Math.max(...figures.map(({ peakMB }) => peakMB)),
        limit: LIMIT_MB,
        must: "at most",
      },
    ],
    data: figures,
  };
}
