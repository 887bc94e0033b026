/** What one would write without EventSync, under the same load: its speed, and what a crash costs. */
import type { PairsRun } from "./endToEnd.ts";
import { JoinFunction, type JoinRun, type JoinTarget } from "./joinFunction.ts";
import { IN_FLIGHT } from "./pairs.ts";
import type { SectionReport, Table } from "./report.ts";
import type { Settings } from "./settings.ts";
import { median, pairedRatio } from "./stats.ts";
import type { World } from "./world.ts";

const NAMES: Readonly<Record<JoinTarget, string>> = {
  perKey: "alternative: one document per key",
  perKeyKept: "alternative: one per key, kept for retries",
  oneDocument: "alternative: one document for all",
};
const SPEED_NOTES = [
  "The function joins two events in a transaction and publishes them before it answers. p95: from when",
  "the second event was first sent until both are in messages. Duplicates and lost are pairs; refused",
  "are answers other than 2xx. A source sends again until it is answered 2xx. With one document for all",
  "it is cut off by time: all of its figures are of the few pairs that it had joined by then.",
];
const KILLED_NOTES = [
  "Each SIGKILL at a random moment, then a new process. Lost: both events were answered 2xx, no message",
  "came. Unanswered, and so never lost: given up 2 s after the new process listened; the emulator keeps",
  "the locks of one that died for longer than that.",
];

type Progress = (text: string) => void;

/** Our own runs with which those of the function with a document per key take turns. */
interface Turns {
  readonly name: string;
  readonly ours: PairsRun[];
  readonly perKey: JoinRun[];
}

export class Alternative {
  readonly #world: World;
  readonly #effort: Settings["effort"];
  readonly #progress: Progress;
  readonly #turns: Turns[] = [];
  #perKey: JoinFunction | undefined;

  constructor(world: World, { effort }: Settings, progress: Progress) {
    this.#world = world;
    this.#effort = effort;
    this.#progress = progress;
  }

  /** A run with a document per key, if one is left; to be called after each of our own of that name. */
  async runPerKey(name: string): Promise<void> {
    const { perKey } = this.#turnsOf(name);
    const { alternative, endToEnd } = this.#effort;
    if (perKey.length === alternative.runs) return;
    this.#perKey ??= await this.#startWarm("perKey");
    this.#progress(`${NAMES.perKey}, run ${String(perKey.length + 1)}`);
    const limit = { count: endToEnd.pairs, ms: alternative.runMs };
    perKey.push(await this.#perKey.run(limit));
  }

  /** Our own runs of a name, each before one of `runPerKey` as long as it had some left. */
  compare(name: string, ours: readonly PairsRun[]): void {
    this.#turnsOf(name).ours.push(...ours);
  }

  #turnsOf(name: string): Turns {
    const known = this.#turns.find((turns) => turns.name === name);
    if (known !== undefined) return known;
    const turns = { name, ours: [], perKey: [] };
    this.#turns.push(turns);
    return turns;
  }

  /** Measures what is left to measure. */
  async measure(): Promise<SectionReport> {
    if (this.#turns.length === 0) {
      for (let run = 0; run < this.#effort.alternative.runs; run++) await this.runPerKey("alone");
    }
    const perKey = this.#turns.flatMap((turns) => turns.perKey);
    const killed = {
      perKey: await this.#kill("perKey", this.#perKey ?? (await this.#startWarm("perKey"))),
      perKeyKept: await this.#kill("perKeyKept", await this.#startWarm("perKeyKept")),
      oneDocument: await this.#kill("oneDocument", await this.#start("oneDocument")),
    };
    const oneDocument = await this.#runOneDocument();
    const own = this.#turns
      .filter(({ ours }) => ours.length > 0)
      .map(({ name, ours, perKey: beside }) => ({
        name: `EventSync, ${name}`,
        runs: ours,
        overPerKey: pairedRatio(rates(ours.slice(0, beside.length)), rates(beside)),
      }));
    const rows: Row[] = [
      ...own,
      { name: NAMES.perKey, runs: perKey },
      { name: NAMES.oneDocument, runs: [oneDocument] },
    ];
    return {
      tables: [speedTable(rows), killedTable(killed)],
      bars: own.map(({ name, overPerKey }) => ({
        name: `${name}: pairs per second, over the function with one document per key`,
        measured: overPerKey,
        limit: 0.8,
        must: "at least",
      })),
      data: { perKey, oneDocument, own, killed },
    };
  }

  #start(target: JoinTarget): Promise<JoinFunction> {
    this.#progress(`${NAMES[target]}: starting`);
    return JoinFunction.start(this.#world, target);
  }

  async #startWarm(target: JoinTarget): Promise<JoinFunction> {
    const served = await this.#start(target);
    const { alternative, endToEnd } = this.#effort;
    await served.run({ count: endToEnd.warmUp, ms: alternative.runMs });
    return served;
  }

  /** It is not warmed up: it would stand still before it is measured. */
  async #runOneDocument(): Promise<JoinRun> {
    const served = await this.#start("oneDocument");
    const ms = this.#effort.alternative.contendedMs;
    const run = await served.run({ ms }, AbortSignal.timeout(ms));
    await served.stop();
    return run;
  }

  /** One load for each kill. */
  async #kill(target: JoinTarget, served: JoinFunction): Promise<JoinRun[]> {
    const runs: JoinRun[] = [];
    const startedAt = performance.now();
    while (performance.now() - startedAt < this.#effort.alternative.killMs) {
      this.#progress(`${NAMES[target]}, kill ${String(runs.length + 1)}`);
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

function killedTable(killed: Readonly<Record<JoinTarget, readonly JoinRun[]>>): Table {
  return {
    title: "The same, killed and started again while the sources retry",
    columns: ["", "kills", "pairs", "messages", "duplicates", "lost", "unanswered"],
    rows: Object.entries(killed).map(([target, runs]) => [
      NAMES[target as JoinTarget],
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
