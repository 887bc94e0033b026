import type { IncomingMessage } from "node:http";
import { EventSyncError, type Failure } from "../../domain/errors.ts";
import { bodyOf } from "../http/rawRequest.ts";
import { parseTime } from "../http/timeIn.ts";
import { EntryError, jsonOf, readEntry, type InputEntry } from "./readEntry.ts";

/** What one call takes; whatever is larger is for `scripts/simulate`. */
export const SIMULATION_LIMITS = {
  bodyBytes: 8_000_000,
  /** Three times what can be deployed: of nonsense each byte is a problem. */
  configBytes: 100_000,
  entries: 10_000,
} as const;

export interface NumberedEntry {
  readonly entry: InputEntry;
  /** In the list, or of its line, from 1. */
  readonly number: number;
  readonly atMs: number;
}

export interface AskedSimulation {
  /** The text of a configuration that is proposed; undefined: the one that is in effect. */
  readonly config: string | undefined;
  /** In the order of time. */
  readonly entries: readonly NumberedEntry[];
  /** Undefined: the last entry. */
  readonly untilMs: number | undefined;
}

/**
 * What a simulation is asked for: `{config?, events, until?}` as JSON, or entries as NDJSON.
 *
 * @throws EventSyncError `invalid-body`, `simulation-too-large`, `event-too-large`, `unreadable-body`
 */
export async function askedSimulation(request: IncomingMessage): Promise<AskedSimulation> {
  const text = await textOf(request, SIMULATION_LIMITS.bodyBytes);
  if (isNdjson(request)) {
    const some = linesOf(text);
    const values = some.map(({ line, place }) => {
      const where = `line ${String(place)}`;
      return { value: parse(line, where), number: place, where: { message: where } };
    });
    return { config: undefined, entries: entriesOf(values), untilMs: undefined };
  }
  const { config, events, until, ...rest } = objectOf(text, "the body");
  const unknown = Object.keys(rest)[0];
  if (unknown !== undefined) throw invalid(`has “${unknown}”; expected config, events, until`);
  if (!Array.isArray(events)) throw invalid("needs “events”: a list of entries");
  requireFew(events.length);
  const values = events.map((value: unknown, index) => ({
    value,
    number: index + 1,
    where: { pointer: `/events/${String(index)}` },
  }));
  return { config: configOf(config), entries: entriesOf(values), untilMs: untilOf(until) };
}

export interface AskedReplay {
  readonly fromMs: number;
  readonly toMs: number;
  readonly config: string | undefined;
}

/**
 * What a replay is asked for: `{from, to, config?}`.
 *
 * @throws EventSyncError as `askedSimulation`
 */
export async function askedReplay(request: IncomingMessage): Promise<AskedReplay> {
  const text = await textOf(request, SIMULATION_LIMITS.configBytes);
  const { from, to, config, ...rest } = objectOf(text, "the body");
  const unknown = Object.keys(rest)[0];
  if (unknown !== undefined) throw invalid(`has “${unknown}”; expected from, to, config`);
  const [fromMs, toMs] = [timeOf(from), timeOf(to)];
  if (fromMs === undefined) throw invalid(`needs “from”: ${A_TIME}`);
  if (toMs === undefined) throw invalid(`needs “to”: ${A_TIME}`);
  if (toMs < fromMs) throw invalid("has a “to” that is before “from”");
  return { fromMs, toMs, config: configOf(config) };
}

/** The text of a configuration. @throws EventSyncError `event-too-large`, `unreadable-body` */
export function askedConfig(request: IncomingMessage): Promise<string> {
  return textOf(request, SIMULATION_LIMITS.configBytes);
}

const A_TIME = "a time such as 2026-01-01T00:00:00Z";

async function textOf(request: IncomingMessage, limit: number): Promise<string> {
  return (await bodyOf(request, limit)).toString("utf8");
}

function isNdjson({ rawHeaders }: IncomingMessage): boolean {
  const at = rawHeaders.findIndex((name, index) => index % 2 === 0 && /^content-type$/i.test(name));
  return at >= 0 && /^application\/(?:x-)?ndjson\b/i.test(rawHeaders[at + 1] ?? "");
}

/** Those that are not blank. @throws EventSyncError `simulation-too-large` */
function linesOf(text: string): { readonly line: string; readonly place: number }[] {
  const lines: { line: string; place: number }[] = [];
  let count = 0;
  // Not `split`: of millions of lines it would make as many texts.
  for (let start = 0, place = 1; start < text.length; place++) {
    const feed = text.indexOf("\n", start);
    const end = feed === -1 ? text.length : feed;
    const line = text.slice(start, end);
    const isOne = line.trim() !== "";
    if (isOne && ++count <= SIMULATION_LIMITS.entries) lines.push({ line, place });
    start = end + 1;
  }
  requireFew(count);
  return lines;
}

function requireFew(count: number): void {
  const { entries } = SIMULATION_LIMITS;
  if (count <= entries) return;
  throw new EventSyncError(
    "simulation-too-large",
    `There are ${String(count)} entries; one call takes ${String(entries)}: send fewer, or use scripts/simulate.`,
  );
}

interface Written {
  readonly value: unknown;
  readonly number: number;
  readonly where: Partial<Failure>;
}

/** Their order is that of their times, whatever it was. */
function entriesOf(values: readonly Written[]): NumberedEntry[] {
  const failures: Failure[] = [];
  const entries = values.flatMap(({ value, number, where }): NumberedEntry[] => {
    try {
      const entry = readEntry(value);
      return [{ entry, number, atMs: entry.atMs }];
    } catch (error) {
      if (!(error instanceof EntryError)) throw error;
      failures.push(failureOf(error, where));
      return [];
    }
  });
  if (failures.length > 0) {
    const count = String(failures.length);
    throw new EventSyncError("invalid-body", `Entries that are not understood: ${count}.`, {
      failures,
    });
  }
  return entries.toSorted((a, b) => a.atMs - b.atMs);
}

/** Where an entry is wrong. */
export function failureOf(error: EntryError, { pointer, message }: Partial<Failure>): Failure {
  if (pointer === undefined) return { message: `${message ?? ""}: ${error.report}` };
  const field = error.field === "" ? "" : `/${error.field}`;
  return { pointer: `${pointer}${field}`, message: error.message };
}

/** @throws EventSyncError `invalid-body`, `event-too-large` */
function configOf(config: unknown): string | undefined {
  if (config === undefined) return undefined;
  const text = typeof config === "string" ? config : jsonOf(config);
  if (text === undefined) throw invalid("has a “config” that nests too deeply");
  const { configBytes } = SIMULATION_LIMITS;
  if (Buffer.byteLength(text) <= configBytes) return text;
  const limit = String(configBytes);
  const message = `The configuration is larger than the limit of ${limit} bytes.`;
  throw new EventSyncError("event-too-large", message);
}

function untilOf(until: unknown): number | undefined {
  if (until === undefined) return undefined;
  const ms = until === "end" ? Infinity : timeOf(until);
  if (ms !== undefined) return ms;
  throw invalid(`has an “until” that is neither “end” nor ${A_TIME}`);
}

function timeOf(value: unknown): number | undefined {
  return typeof value === "string" ? parseTime(value) : undefined;
}

function objectOf(text: string, what: string): Readonly<Record<string, unknown>> {
  const value = parse(text, what);
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return value as Readonly<Record<string, unknown>>;
  }
  throw invalid("must be a JSON object");
}

function parse(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new EventSyncError("invalid-body", `It is not JSON (${what}): ${reason}`);
  }
}

const invalid = (problem: string): EventSyncError =>
  new EventSyncError("invalid-body", `The body ${problem}.`);
