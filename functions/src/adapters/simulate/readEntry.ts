import { keyProblem } from "../../domain/correlation.ts";
import { MAX_TIME_MS } from "../../domain/rule.ts";
import { parseTime } from "../http/timeIn.ts";

/** An entry of a simulation as somebody writes it: a line of NDJSON, or a member of `events`. */
export type InputEntry = InputEvent | InputOrder;

/** A request that is, or would be, an event. */
export interface InputEvent {
  readonly what: "event";
  /** When it is received: epoch milliseconds. */
  readonly atMs: number;
  readonly service: string | undefined;
  readonly eventKey: string;
  /** Its id in the event store. */
  readonly id: string | undefined;
  readonly method: string | undefined;
  /** Name, value, name, value, …, as Node.js has those of a request. */
  readonly rawHeaders: readonly string[];
  /** With its question mark, or empty. */
  readonly query: string;
  readonly body: Buffer;
  /** In place of what the configuration reads. */
  readonly key: string | undefined;
}

/** A reset, or a manual trigger. */
export interface InputOrder {
  readonly what: "reset" | "trigger";
  readonly atMs: number;
  readonly service: string | undefined;
  /** Undefined: of all windows. */
  readonly key: string | undefined;
}

/** What is wrong with an entry, and in which field of it. */
export class EntryError extends Error {
  /** Empty for the whole. */
  readonly field: string;

  constructor(field: string, problem: string) {
    super(problem);
    this.name = "EntryError";
    this.field = field;
  }

  /** As a sentence: `“at” is missing: expected …`. */
  get report(): string {
    return this.field === "" ? this.message : `“${this.field}” ${this.message}`;
  }
}

const OF_ORDERS = ["at", "service", "action", "key"];
const OF_EVENTS = ["at", "service", "eventKey", "id", "method", "headers", "query", "body", "key"];

/**
 * Reads an entry:
 *
 *     {"at": "2026-01-01T10:00:00Z", "eventKey": "order", "body": {"orderId": "A-1"}}
 *     {"at": 1767261600000, "service": "orders", "action": "reset", "key": "A-1"}
 *
 * @throws EntryError
 */
export function readEntry(value: unknown): InputEntry {
  if (!isObject(value)) throw new EntryError("", "expected a JSON object");
  const isOrder = value["action"] !== undefined;
  const known = isOrder ? OF_ORDERS : OF_EVENTS;
  const unknown = Object.keys(value).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new EntryError("", `nothing reads “${unknown}”; expected ${known.join(", ")}`);
  }
  const atMs = timeOf(value["at"]);
  const service = textOf(value, "service");
  const key = textOf(value, "key");
  const problem = key === undefined ? undefined : keyProblem(key);
  if (problem !== undefined) throw new EntryError("key", problem);
  if (isOrder) {
    const { action } = value;
    if (action === "reset" || action === "trigger") return { what: action, atMs, service, key };
    throw new EntryError("action", "must be “reset” or “trigger”");
  }
  const eventKey = textOf(value, "eventKey");
  if (eventKey === undefined) {
    throw new EntryError("eventKey", "is missing: expected the key of an endpoint");
  }
  const { text, isJson } = bodyOf(value["body"]);
  const rawHeaders = headersOf(value["headers"]);
  const hasType = rawHeaders.some((name, at) => at % 2 === 0 && /^content-type$/i.test(name));
  return {
    what: "event",
    ...{ atMs, service, eventKey, key },
    id: textOf(value, "id"),
    method: textOf(value, "method"),
    rawHeaders:
      isJson && !hasType ? ["content-type", "application/json", ...rawHeaders] : rawHeaders,
    query: queryOf(value["query"]),
    body: Buffer.from(text),
  };
}

const A_TIME = "a time with its zone, such as 2026-01-01T00:00:00Z, or epoch milliseconds";

function timeOf(value: unknown): number {
  if (value === undefined) throw new EntryError("at", `is missing: expected ${A_TIME}`);
  const ms = typeof value === "string" ? parseTime(value) : value;
  const isTime = typeof ms === "number" && Number.isInteger(ms) && ms >= 0 && ms <= MAX_TIME_MS;
  if (!isTime) throw new EntryError("at", `must be ${A_TIME}`);
  return ms;
}

function textOf(entry: Fields, field: string): string | undefined {
  const value = entry[field];
  if (value === undefined || (typeof value === "string" && value !== "")) return value;
  throw new EntryError(field, "must be a text that is not empty");
}

/** What is no text is sent as JSON; a text is sent as it is. @throws EntryError */
function bodyOf(body: unknown): { readonly text: string; readonly isJson: boolean } {
  if (body === undefined) return { text: "", isJson: false };
  if (typeof body === "string") return { text: body, isJson: false };
  const text = jsonOf(body);
  if (text !== undefined) return { text, isJson: true };
  throw new EntryError("body", "nests too deeply to be written again: give it as a text");
}

/** The JSON of a value that was read from JSON; undefined if it nests deeper than can be written. */
export function jsonOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch (error) {
    // JSON of any depth can be read; to write it takes the stack.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function headersOf(headers: unknown): string[] {
  const pairs = pairsOf("headers", headers);
  // Node.js reads each byte of a header as a character.
  return pairs.flatMap(([name, value]) => [name, Buffer.from(value).toString("latin1")]);
}

function queryOf(query: unknown): string {
  if (typeof query === "string") return query === "" ? "" : `?${query.replace(/^\?/, "")}`;
  const pairs = pairsOf("query", query);
  return pairs.length === 0 ? "" : `?${new URLSearchParams(pairs).toString()}`;
}

/** A text by name, or several of them. */
function pairsOf(field: string, value: unknown): [string, string][] {
  if (value === undefined) return [];
  if (isObject(value)) {
    const pairs = Object.entries(value).flatMap(([name, given]) => {
      const values: readonly unknown[] = Array.isArray(given) ? given : [given];
      return values.map((one) => [name, one] as const);
    });
    if (pairs.every((pair): pair is [string, string] => typeof pair[1] === "string")) return pairs;
  }
  throw new EntryError(field, "must be an object of texts by name, or of lists of them");
}

type Fields = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
