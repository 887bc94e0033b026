/** What the benchmark is asked to do, and how much of it. */
import { parseArgs } from "node:util";

import { FUNCTIONS_DIR } from "../paths.ts";
import { join } from "node:path";

export const SECTIONS = [
  "ingest",
  "latency",
  "endToEnd",
  "alternative",
  "cost",
  "keys",
  "deliveries",
  "status",
  "largeWindows",
  "coldStart",
  "simulate",
] as const;
export type SectionName = (typeof SECTIONS)[number];

/** How often and how long; the numbers of runs are those of which medians are taken. */
export interface Effort {
  readonly ingest: { readonly runs: number; readonly ms: number };
  readonly warmUpMs: number;
  readonly idle: { readonly runs: number; readonly syncs: number };
  readonly sizes: readonly { readonly events: number; readonly runs: number }[];
  readonly endToEnd: { readonly runs: number; readonly warmUp: number; readonly pairs: number };
  /** Pairs as end to end, but within a time. */
  readonly alternative: {
    readonly runs: number;
    /** For a run, and for warming up. */
    readonly runMs: number;
    /** For the one run of the function that all but stands still. */
    readonly contendedMs: number;
    /** After so long no function is killed any more. */
    readonly killMs: number;
  };
  readonly windows: readonly number[];
  readonly costEvents: { readonly sequential: number; readonly inFlight: number };
  /** Events of each. */
  readonly largeWindows: readonly number[];
  /** Events of the window on documents in memory. */
  readonly memoryWindow: number;
  readonly deliveries: {
    readonly runs: number;
    /** Deliveries in the one lane, in each of several, and in none. */
    readonly lane: number;
    readonly lanes: number;
    readonly any: number;
    /** Syncs whose first calls are timed, and those that are counted. */
    readonly syncs: number;
    /** Syncs of a log. */
    readonly pulled: number;
  };
  readonly coldStarts: number;
  /** Events of the day that is simulated, and how often. */
  readonly simulated: { readonly events: number; readonly runs: number };
}

export interface Settings {
  readonly quick: boolean;
  readonly effort: Effort;
  readonly sections: readonly SectionName[];
  readonly json: string | undefined;
  readonly check: boolean;
  readonly lib: string;
  readonly profileDir: string | undefined;
  /** Another server to measure instead, by its base URL. */
  readonly target:
    | {
        readonly base: string;
        readonly subscription: string;
        readonly endpoints: readonly [string, string];
      }
    | undefined;
}

const FULL: Effort = {
  ingest: { runs: 9, ms: 1500 },
  warmUpMs: 4000,
  idle: { runs: 4, syncs: 40 },
  sizes: [
    { events: 10, runs: 20 },
    { events: 100, runs: 15 },
    { events: 1000, runs: 9 },
  ],
  endToEnd: { runs: 9, warmUp: 600, pairs: 600 },
  alternative: { runs: 5, runMs: 3000, contendedMs: 18_000, killMs: 10_000 },
  windows: [10, 100, 1000, 5000],
  costEvents: { sequential: 30, inFlight: 640 },
  largeWindows: [10_000, 100_000],
  memoryWindow: 1_000_000,
  deliveries: { runs: 7, lane: 300, lanes: 20, any: 400, syncs: 100, pulled: 10_000 },
  coldStarts: 15,
  simulated: { events: 100_000, runs: 3 },
};

const QUICK: Effort = {
  ingest: { runs: 3, ms: 300 },
  warmUpMs: 1200,
  idle: { runs: 2, syncs: 15 },
  sizes: [
    { events: 10, runs: 5 },
    { events: 100, runs: 5 },
    { events: 1000, runs: 5 },
  ],
  endToEnd: { runs: 3, warmUp: 600, pairs: 300 },
  alternative: { runs: 3, runMs: 3000, contendedMs: 5000, killMs: 5000 },
  windows: [10, 5000],
  costEvents: { sequential: 6, inFlight: 160 },
  largeWindows: [10_000],
  memoryWindow: 100_000,
  deliveries: { runs: 3, lane: 150, lanes: 20, any: 160, syncs: 15, pulled: 10_000 },
  coldStarts: 3,
  simulated: { events: 100_000, runs: 1 },
};

/** The command line is wrong; the message says how, in one line. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** @throws UsageError */
export function readSettings(args: readonly string[]): Settings {
  const { values } = parse(args);
  return {
    quick: values.quick,
    effort: {
      ...(values.quick ? QUICK : FULL),
      ...(values.windows !== undefined && { largeWindows: asSizes(values.windows) }),
    },
    sections: values.only.split(",").map(asSection),
    json: values.json,
    check: values.check,
    lib: values.lib,
    profileDir: values.profile,
    target:
      values.target === undefined
        ? undefined
        : {
            base: values.target.replace(/\/$/, ""),
            subscription: values.subscription ?? fail("--target needs --subscription."),
            endpoints: asPair(values.endpoints),
          },
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        quick: { type: "boolean", default: false },
        check: { type: "boolean", default: false },
        json: { type: "string" },
        only: { type: "string", default: SECTIONS.join(",") },
        windows: { type: "string" },
        profile: { type: "string" },
        lib: { type: "string", default: join(FUNCTIONS_DIR, "lib") },
        target: { type: "string" },
        subscription: { type: "string" },
        endpoints: { type: "string", default: "entry1,entry2" },
      },
    });
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
}

function asSection(name: string): SectionName {
  return SECTIONS.find((known) => known === name) ?? fail(`There is no section ${name}.`);
}

function asSizes(text: string): number[] {
  const sizes = text.split(",").map(Number);
  // One event completes the window, and one is copied.
  const isSize = (size: number): boolean => Number.isSafeInteger(size) && size >= 2;
  return sizes.every(isSize)
    ? sizes
    : fail("--windows needs numbers of events, separated by commas.");
}

function asPair(text: string): [string, string] {
  const [first, second, ...others] = text.split(",");
  if (first === undefined || second === undefined || others.length > 0) {
    return fail("--endpoints needs two event keys, separated by a comma.");
  }
  return [first, second];
}

function fail(message: string): never {
  throw new UsageError(message);
}
