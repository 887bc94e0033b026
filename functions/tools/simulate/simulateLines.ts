/** A simulation of lines, told in lines: as many as one likes. */
import { compileSchema } from "../../src/adapters/content/bodySchema.ts";
import { ContentRules } from "../../src/adapters/content/contentRules.ts";
import { compileFilter } from "../../src/adapters/content/filter.ts";
import { EntryError, readEntry } from "../../src/adapters/simulate/readEntry.ts";
import { makeSimulator, type Simulator } from "../../src/adapters/simulate/simulator.ts";
import { Tallier } from "../../src/adapters/simulate/tally.ts";
import { openView, viewOf, type FiredView, type View } from "../../src/adapters/simulate/view.ts";
import { timesOfDay } from "../../src/adapters/timeOfDay.ts";
import { ignoredInWords } from "../../src/config/ignoredKey.ts";
import { parseConfig } from "../../src/config/parse.ts";
import { checkContent } from "../content.ts";
import type { Line } from "./readLines.ts";
import { lineOf, tallyIn } from "./text.ts";

export interface Telling {
  /** Entries later than that are not taken. Undefined: all are, and the last one is the end. */
  readonly untilMs: number | undefined;
  readonly isJson: boolean;
  readonly isVerbose: boolean;
  readonly print: (lines: readonly string[]) => void;
  /** Told what may be a mistake in the configuration. */
  readonly warn: (message: string) => void;
  /** Told the first service, whose entries are that name none. */
  readonly begin: (service: string) => void;
  readonly meet: (sync: FiredView) => void;
}

/**
 * @param config the text of `CONFIG`
 * @throws ConfigError; Error that names a line that is wrong
 */
export async function simulateLines(
  config: string,
  lines: AsyncIterable<readonly Line[]>,
  { untilMs, isJson, isVerbose, print, warn, begin, meet }: Telling,
): Promise<void> {
  const { services, ignored } = parseConfig(config, checkContent);
  for (const key of ignored) warn(ignoredInWords(key));
  begin(services[0].serviceName);
  const tallier = new Tallier();
  let told: string[] = [];
  const say = (view: View): void => {
    const line = isJson ? JSON.stringify(view) : lineOf(view, isVerbose);
    if (line !== undefined) told.push(line);
  };
  /** Not each by itself: that would take longer than the simulation. */
  const printTold = (): void => {
    if (told.length > 0) print(told);
    told = [];
  };
  const simulator = await makeSimulator({
    services,
    contentRules: new ContentRules(services, { compileSchema, compileFilter }),
    timesOfDay: (...zone) => Promise.resolve(timesOfDay(...zone)),
    tell: (one) => {
      tallier.add(one);
      if (one.what === "arrived" && !isVerbose) return;
      const view = viewOf(one);
      if (one.what === "fired") meet(view as unknown as FiredView);
      say(view);
    },
  });
  const lastMs = await takeAll(simulator, lines, untilMs ?? Infinity, printTold);
  const endMs = untilMs ?? lastMs ?? 0;
  const open = simulator.end(endMs);
  const until = endMs === Infinity ? "end" : new Date(endMs).toISOString();
  for (const window of open) say({ ...openView(window), at: until });
  const { tally } = tallier;
  const last = { what: "summary", until, ...tally, open: open.length };
  told.push(isJson ? JSON.stringify(last) : tallyIn(tally, open.length, until));
  printTold();
}

/** @returns when the last of them was; undefined if there is none */
async function takeAll(
  simulator: Simulator,
  lines: AsyncIterable<readonly Line[]>,
  untilMs: number,
  printTold: () => void,
): Promise<number | undefined> {
  let lastMs: number | undefined;
  for await (const some of lines) {
    for (const { number, text, where } of some) {
      try {
        const entry = readEntry(JSON.parse(text));
        if (entry.atMs > untilMs) return lastMs;
        simulator.take(entry, number);
        lastMs = entry.atMs;
      } catch (error) {
        const problem = problemOf(error);
        if (problem === undefined) throw error;
        printTold();
        throw new Error(`${where}: ${problem}`, { cause: error });
      }
    }
    printTold();
  }
  return lastMs;
}

function problemOf(error: unknown): string | undefined {
  if (error instanceof EntryError) return error.report;
  return error instanceof SyntaxError ? `it is not JSON: ${error.message}` : undefined;
}
