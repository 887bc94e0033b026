/** What one would write without EventSync, under the same load: its speed, and what a crash costs. */
import type { PairsRun } from "./endToEnd.ts";
import { JoinFunction, type JoinRun, type JoinTarget } from "./joinFunction.ts";
import { IN_FLIGHT } from "./pairs.ts";
import type { SectionReport, Table } from "./report.ts";
import type { Settings } from "./settings.ts";
import { median, pairedRatio } from "./stats.ts";
import type { World } from "./world.ts";

const NAMES: Readonly<Record<JoinTarget, string>> = {
  oneDocument: "alternative: one document for all",
  perKey: "alternative: one document per key",
  perKeyKept: "alternative: one per key, kept for retries",
};
const KILLED = Object.keys(NAMES) as JoinTarget[];
const SPEED_NOTES = [
  "The function joins two events in a transaction and publishes them before it answers. p95: from when",
  "the second event was first sent until both are in messages. Duplicates and lost are pairs; refused",
  "are answers other than 2xx. A source sends again until it is answered 2xx. With one document for all",
  "it is cut off by time: rate and figures are of what it had done by then.",
];
const KILLED_NOTES = [
  "Each SIGKILL at a random moment, then a new process. Lost: both events were answered 2xx, no message",
  "came. Unanswered: given up 2 s after the new process listened; the emulator keeps the locks of one that",
  "died for longer than that.",
];

type Progress = (text: string) => void;

export class Alternative {
  readonly #world: World;
  readonly #effort: Settings["effort"]["alternative"];
  readonly #progress: Progress;
  readonly #perKeyRuns: JoinRun[] = [];
  #perKey: JoinFunction | undefined;

  constructor(world: World, { effort }: Settings, progress: Progress) {
    this.#world = world;
    this.#effort = effort.alternative;
    this.#progress = progress;
  }

  /** One run with a document per key; to be called by turns with what is compared with it. */
  async runPerKey(): Promise<void> {
    const { runMs } = this.#effort;
    this.#perKey ??= await this.#start("perKey");
    this.#progress(`${NAMES.perKey}: run ${String(this.#perKeyRuns.length + 1)}`);
    this.#perKeyRuns.push(await this.#perKey.run(runMs));
  }

  /**
   * Measures what is left to measure.
   *
   * @param ours our own runs, if there were any: each was before one of `runPerKey`
   */
  async measure(ours: readonly PairsRun[]): Promise<SectionReport> {
    while (this.#perKeyRuns.length < this.#effort.runs) await this.runPerKey();
    await this.#perKey?.stop();
    const oneDocument = await this.#runOneDocument();
    const killed = new Map<JoinTarget, readonly JoinRun[]>();
    for (const target of KILLED) killed.set(target, await this.#runKilled(target));
    const perKey = this.#perKeyRuns;
    const overPerKey = pairedRatio(rates(ours), rates(perKey));
    const rows: Row[] = [
      { name: NAMES.oneDocument, runs: [oneDocument] },
      { name: NAMES.perKey, runs: perKey },
    ];
    if (ours.length > 0) rows.unshift({ name: "EventSync", runs: ours, overPerKey });
    return {
      tables: [speedTable(rows), killedTable(killed)],
      bars: [],
      data: { oneDocument, perKey, overPerKey, killed: Object.fromEntries(killed) },
    };
  }

  async #start(target: JoinTarget): Promise<JoinFunction> {
    this.#progress(`${NAMES[target]}: starting`);
    const served = await JoinFunction.start(this.#world, target);
    // With one document for all there is nothing to gain: it would stand still before it is measured.
    if (target !== "oneDocument") await served.run(this.#effort.warmUpMs);
    return served;
  }

  async #runOneDocument(): Promise<JoinRun> {
    const served = await this.#start("oneDocument");
    const { contendedMs } = this.#effort;
    const run = await served.run(contendedMs, AbortSignal.timeout(contendedMs));
    await served.stop();
    return run;
  }

  /** One load for each kill. */
  async #runKilled(target: JoinTarget): Promise<JoinRun[]> {
    const served = await this.#start(target);
    const runs: JoinRun[] = [];
    const startedAt = performance.now();
    while (performance.now() - startedAt < this.#effort.killMs) {
      this.#progress(`${NAMES[target]}: kill ${String(runs.length + 1)}`);
      runs.push(await served.runKilled());
    }
    await served.stop();
    return runs;
  }
}

interface Row {
  readonly name: string;
  readonly runs: readonly (PairsRun & { readonly refused?: number })[];
  readonly overPerKey?: number;
}

function sum<Run>(runs: readonly Run[], pick: (run: Run) => number): number {
  return runs.reduce((total, run) => total + pick(run), 0);
}

function rates(runs: readonly PairsRun[]): number[] {
  return runs.map(({ pairsPerSecond }) => pairsPerSecond);
}

function speedTable(rows: readonly Row[]): Table {
  const title = `Pairs, ${String(IN_FLIGHT)} in flight, beside what one would write without EventSync`;
  return {
    title,
    columns: [
      "",
      "pairs/s",
      "× per key",
      "p95, ms",
      "pairs",
      "messages",
      "duplicates",
      "lost",
      "refused",
    ],
    rows: rows.map(({ name, runs, overPerKey }) => [
      name,
      median(rates(runs)),
      overPerKey ?? "",
      median(runs.map(({ latencyMs }) => latencyMs.p95)),
      sum(runs, ({ answered }) => answered),
      sum(runs, ({ messages }) => messages),
      sum(runs, ({ duplicates }) => duplicates.pairs),
      sum(runs, ({ lost }) => lost.pairs),
      sum(runs, ({ refused = 0 }) => refused),
    ]),
    notes: SPEED_NOTES,
  };
}

function killedTable(killed: ReadonlyMap<JoinTarget, readonly JoinRun[]>): Table {
  return {
    title: "The same, killed and started again while the sources retry",
    columns: ["", "kills", "pairs", "messages", "duplicates", "lost", "unanswered"],
    rows: Array.from(killed, ([target, runs]) => [
      NAMES[target],
      runs.length,
      sum(runs, ({ answered }) => answered),
      sum(runs, ({ messages }) => messages),
      sum(runs, ({ duplicates }) => duplicates.pairs),
      sum(runs, ({ lost }) => lost.pairs),
      sum(runs, ({ pairs, answered }) => pairs - answered),
    ]),
    notes: KILLED_NOTES,
  };
}
