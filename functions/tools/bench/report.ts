/** What a section of the benchmark hands back, and how it is printed. */

/** A promise of the product, and what was measured. */
export interface Bar {
  readonly name: string;
  readonly measured: number;
  readonly limit: number;
  readonly must: "at least" | "at most" | "below";
}

export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
  readonly notes?: readonly string[];
}

export interface SectionReport {
  readonly tables: readonly Table[];
  readonly bars: readonly Bar[];
  /** The figures behind the tables, for the JSON report. */
  readonly data: unknown;
}

export function isMet({ measured, limit, must }: Bar): boolean {
  switch (must) {
    case "at least":
      return measured >= limit;
    case "at most":
      return measured <= limit;
    case "below":
      return measured < limit;
  }
}

/** Three significant digits, and no more than two decimals. */
export function show(value: number | undefined): string {
  if (value === undefined || Number.isNaN(value)) return "–";
  const size = Math.abs(value);
  if (size >= 100) return Math.round(value).toLocaleString("en");
  return String(Number(value.toFixed(size >= 10 ? 1 : 2)));
}

export function formatTable({ title, columns, rows, notes = [] }: Table): string {
  const lines = [columns, ...rows.map((row) => row.map(cell))];
  const widths = columns.map((_, column) =>
    Math.max(...lines.map((line) => (line[column] ?? "").length)),
  );
  const [head = "", ...body] = lines.map((line) =>
    line
      // The first column is text, the others are figures.
      .map((text, column) =>
        column === 0 ? text.padEnd(widths[0] ?? 0) : text.padStart(widths[column] ?? 0),
      )
      .join("  ")
      .trimEnd(),
  );
  const rule = "─".repeat(Math.max(head.length, ...body.map((line) => line.length)));
  return [title, rule, head, rule, ...body, ...notes.map((note) => `  ${note}`)].join("\n");
}

function cell(value: string | number): string {
  return typeof value === "number" ? show(value) : value;
}

export function barsTable(bars: readonly Bar[]): Table {
  return {
    title: "Bars",
    columns: ["", "measured", "must be", ""],
    rows: bars.map((bar) => [
      bar.name,
      bar.measured,
      `${bar.must} ${show(bar.limit)}`,
      isMet(bar) ? "met" : "MISSED",
    ]),
  };
}
