/** Counts what the long form has seen, shows how far it is, and prints the figures at its end. */
import type { Figures, Verdict } from "../testkit/hostile/invariants.ts";

/** What only some scenarios report. */
interface Extras {
  readonly deliveries?: number;
  readonly processKills?: number;
  readonly kills?: readonly string[];
}

const SUMMED = ["events", "exported", "syncs", "messages", "repeats", "inTwo", "lost"] as const;
type Summed = (typeof SUMMED)[number] & keyof Figures;

interface Row extends Record<Summed, number> {
  runs: number;
  deliveries: number;
  kills: number;
  violations: number;
  seconds: number;
}

export class Tally {
  readonly violations: string[] = [];
  readonly #rows = new Map<string, Row>();
  readonly #killsAt = new Map<string, { before: number; after: number }>();

  add(scenario: string, seed: number, report: Verdict & Extras, seconds: number): void {
    const { figures, violations, deliveries = 0, processKills = 0, kills = [] } = report;
    const row = this.#row(scenario);
    for (const name of SUMMED) row[name] += figures[name];
    row.deliveries += deliveries;
    row.kills += processKills + kills.length;
    for (const point of kills) this.#countKill(point);
    this.#close(scenario, row, seed, violations, seconds);
  }

  /** A run that did not come to an end. */
  fail(scenario: string, seed: number, why: string, seconds: number): void {
    this.#close(scenario, this.#row(scenario), seed, [why], seconds);
  }

  summary(): string {
    const rows = [...this.#rows].map(([scenario, row]) => ({
      scenario,
      runs: row.runs,
      events: row.events,
      deliveries: row.deliveries,
      syncs: row.syncs,
      messages: row.messages,
      repeats: row.repeats,
      kills: row.kills,
      "in two": row.inTwo,
      lost: row.lost,
      violations: row.violations,
      seconds: Math.round(row.seconds),
    }));
    const steps = [...this.#killsAt]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([step, { before, after }]) => ({ "killed at step": step, before, after }));
    const verdict =
      this.violations.length === 0
        ? "Every invariant held."
        : `VIOLATIONS:\n${this.violations.map((line) => `  ${line}`).join("\n")}`;
    return `\n${toTable(steps)}\n${toTable(rows)}\n${verdict}\n`;
  }

  #row(scenario: string): Row {
    const known = this.#rows.get(scenario);
    if (known !== undefined) return known;
    const sums = Object.fromEntries(SUMMED.map((name) => [name, 0])) as Record<Summed, number>;
    const row = { ...sums, runs: 0, deliveries: 0, kills: 0, violations: 0, seconds: 0 };
    this.#rows.set(scenario, row);
    return row;
  }

  #close(
    scenario: string,
    row: Row,
    seed: number,
    violations: readonly string[],
    seconds: number,
  ): void {
    row.runs++;
    row.seconds += seconds;
    row.violations += violations.length;
    const where = `${scenario}, seed ${String(seed)}`;
    this.violations.push(...violations.map((what) => `${where}: ${what}`));
    const outcome = violations.length === 0 ? "ok" : `VIOLATED: ${violations.join("; ")}`;
    const run = `${String(row.runs)}. ${where}: ${String(row.events)} events so far`;
    process.stdout.write(`${run}, ${seconds.toFixed(1)} s, ${outcome}\n`);
  }

  #countKill(point: string): void {
    const [step = "", side] = point.split(":");
    const counts = this.#killsAt.get(step) ?? { before: 0, after: 0 };
    counts[side === "before" ? "before" : "after"]++;
    this.#killsAt.set(step, counts);
  }
}

/** A table in fixed width: text to the left, numbers to the right. */
function toTable(rows: readonly Readonly<Record<string, string | number>>[]): string {
  const [first] = rows;
  if (first === undefined) return "";
  const columns = Object.keys(first);
  const widths = columns.map((column) =>
    Math.max(column.length, ...rows.map((row) => String(row[column]).length)),
  );
  const line = (cells: readonly (string | number)[]): string =>
    cells
      .map((cell, index) => {
        const width = widths[index] ?? 0;
        const isText = typeof first[columns[index] ?? ""] === "string";
        return isText ? String(cell).padEnd(width) : String(cell).padStart(width);
      })
      .join("  ");
  return [line(columns), ...rows.map((row) => line(columns.map((name) => row[name] ?? "")))]
    .map((text) => `${text.trimEnd()}\n`)
    .join("");
}
