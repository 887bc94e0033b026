/** What a run has measured beside its bars, as a table of the benchmark. */
import { isMet, show, type Bar } from "./report.ts";

/** What is read of the report that `--json` writes. */
export interface Measured {
  readonly machine: {
    readonly cpu: string;
    readonly cores: number;
    readonly memoryGB: number;
    readonly date: string;
  };
  readonly bars: readonly Bar[];
}

const SIGNS = { "at least": "≥", "at most": "≤", below: "<" } as const satisfies Record<
  Bar["must"],
  string
>;

export const BEGIN =
  "<!-- begin: measured figures, written by tools/writeMeasured.ts from a run -->";
export const END = "<!-- end: measured figures -->";

/** @throws Error if the text does not have both markers */
export function withMeasured(text: string, measured: Measured): string {
  const start = text.indexOf("<!-- begin: measured figures");
  const end = text.indexOf(END);
  if (start === -1 || end < start)
    throw new Error("the document has no place for measured figures");
  return `${text.slice(0, start)}${BEGIN}\n\n${tableOf(measured)}\n\n${text.slice(end)}`;
}

function tableOf({ machine, bars }: Measured): string {
  const { cpu, cores, memoryGB, date } = machine;
  const where = `${String(cores)} × ${cpu}, ${String(memoryGB)} GB, ${date.slice(0, 10)}`;
  const rows = bars.map((bar) => {
    const missed = isMet(bar) ? "" : " (missed)";
    return `| ${bar.name} | ${show(bar.measured)} | ${SIGNS[bar.must]} ${show(bar.limit)}${missed} |`;
  });
  return [`| measured: ${where} | | bar |`, "| --- | ---: | ---: |", ...rows].join("\n");
}
