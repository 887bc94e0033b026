/** A simulation of lines, told in lines: as many as one likes. */
import { compileSchema } from "../../src/adapters/content/bodySchema.ts";
import { ContentRules } from "../../src/adapters/content/contentRules.ts";
import { compileFilter } from "../../src/adapters/content/filter.ts";
import { EntryError, type InputEntry } from "../../src/adapters/simulate/readEntry.ts";
import { makeSimulator } from "../../src/adapters/simulate/simulator.ts";
import { Tallier } from "../../src/adapters/simulate/tally.ts";
import { openView, viewOf, type FiredView } from "../../src/adapters/simulate/view.ts";
import { timesOfDay } from "../../src/adapters/timeOfDay.ts";
import { parseConfig } from "../../src/config/parse.ts";
import { checkContent } from "../content.ts";
import { lineOf, tallyIn } from "./text.ts";

export interface Line {
  readonly number: number;
  /** What to call it where it is wrong. */
  readonly where: string;
  readonly entry: InputEntry;
}

export interface Telling {
  /** Entries later than that are not taken. Undefined: all are, and the last one is the end. */
  readonly untilMs: number | undefined;
  readonly isJson: boolean;
  readonly isVerbose: boolean;
  readonly print: (line: string) => void;
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
  lines: AsyncIterable<Line>,
  { untilMs, isJson, isVerbose, print, begin, meet }: Telling,
): Promise<void> {
  const { services } = parseConfig(config, checkContent);
  begin(services[0].serviceName);
  const tallier = new Tallier();
  const simulator = await makeSimulator({
    services,
    contentRules: new ContentRules(services, { compileSchema, compileFilter }),
    timesOfDay: (...zone) => Promise.resolve(timesOfDay(...zone)),
    tell: (told) => {
      tallier.add(told);
      if (told.what === "arrived" && !isVerbose) return;
      const view = viewOf(told);
      if (told.what === "fired") meet(view as unknown as FiredView);
      const line = isJson ? JSON.stringify(view) : lineOf(view, isVerbose);
      if (line !== undefined) print(line);
    },
  });
  let lastMs: number | undefined;
  for await (const { number, where, entry } of lines) {
    if (entry.atMs > (untilMs ?? Infinity)) break;
    try {
      simulator.take(entry, number);
    } catch (error) {
      if (!(error instanceof EntryError)) throw error;
      throw new Error(`${where}: ${error.report}`, { cause: error });
    }
    lastMs = entry.atMs;
  }
  const endMs = untilMs ?? lastMs ?? 0;
  const open = simulator.end(endMs);
  const until = endMs === Infinity ? "end" : new Date(endMs).toISOString();
  for (const window of open) {
    const view = { ...openView(window), at: until };
    const line = isJson ? JSON.stringify(view) : lineOf(view, isVerbose);
    if (line !== undefined) print(line);
  }
  const { tally } = tallier;
  const last = { what: "summary", until, ...tally, open: open.length };
  print(isJson ? JSON.stringify(last) : tallyIn(tally, open.length, until));
}
