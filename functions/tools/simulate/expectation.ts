/**
 * What somebody expects to fire, and how that differs from what does: JSON with a list of syncs, or one in each
 * line. Of each only what it says is compared, window by window, in the order in which they fire.
 */
import { isDeepStrictEqual } from "node:util";

import type { FiredView } from "../../src/adapters/simulate/view.ts";
import { windowName } from "../../src/domain/window.ts";

/** A sync that is expected; what `scripts/simulate --json` prints of one is one. */
export type Expected = Readonly<Record<string, unknown>>;

/** What may be said of one. `because` is for people, and may be put in other words. */
const COMPARED = [
  "at",
  "reason",
  "complete",
  "destination",
  "eventID",
  "numberOfEvents",
  "events",
  "missing",
  "firstEventAt",
  "deadlineAt",
  "again",
] as const satisfies readonly (keyof FiredView)[];
const KNOWN: readonly string[] = [...COMPARED, "what", "service", "key", "because"];

/**
 * Reads what is expected; lines of `--json` about anything but syncs are left out.
 *
 * @throws Error that says which of them is none
 */
export function readExpected(text: string): Expected[] {
  const trimmed = text.trim();
  const isList = trimmed.startsWith("[");
  const values = isList
    ? (parse(trimmed, "it") as readonly unknown[])
    : trimmed.split("\n").map((line, index) => {
        const isEmpty = line.trim() === "";
        return isEmpty ? { what: "nothing" } : parse(line, `line ${String(index + 1)}`);
      });
  const list = values.map((value, index) => {
    const which = `${isList ? "sync" : "line"} ${String(index + 1)}`;
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw new Error(`${which} is no JSON object`);
    }
    const expected = value as Expected;
    if ((expected["what"] ?? "fired") !== "fired") return undefined;
    const unknown = Object.keys(expected).find((name) => !KNOWN.includes(name));
    if (unknown !== undefined) {
      throw new Error(`${which} has “${unknown}”; expected ${KNOWN.join(", ")}`);
    }
    return expected;
  });
  return list.filter((one) => one !== undefined);
}

function parse(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`${what} is not JSON: ${error instanceof Error ? error.message : ""}`, {
      cause: error,
    });
  }
}

/** Compares syncs with what was expected, one after the other. */
export class Expectation {
  readonly #service: string;
  readonly #left = new Map<string, Expected[]>();
  readonly #fired = new Map<string, number>();
  readonly #wrong: string[] = [];
  readonly #count: number;

  /** @param service whose syncs are that name none */
  constructor(expected: readonly Expected[], service: string) {
    this.#service = service;
    this.#count = expected.length;
    for (const one of expected) {
      const name = this.#windowOf(one);
      const list = this.#left.get(name) ?? [];
      this.#left.set(name, list);
      list.push(one);
    }
    for (const list of this.#left.values()) list.reverse();
  }

  meet(sync: FiredView): void {
    const name = this.#windowOf({ ...sync });
    const place = (this.#fired.get(name) ?? 0) + 1;
    this.#fired.set(name, place);
    const which = `${titleOf(sync.service, sync.key)}, sync ${String(place)}`;
    const expected = this.#left.get(name)?.pop();
    if (expected === undefined) {
      this.#wrong.push(`${which}: fires at ${sync.at}, but is not expected: ${sync.because}`);
      return;
    }
    for (const field of COMPARED) {
      const [wanted, got] = [expected[field], sync[field]];
      if (wanted === undefined || isMet(wanted, got)) continue;
      const text = `${JSON.stringify(wanted)}, got ${(JSON.stringify(got) as string | undefined) ?? "nothing"}`;
      this.#wrong.push(`${which}, at ${sync.at}: expected “${field}” to be ${text}`);
    }
  }

  /** Once all that fires has been met. @returns what is wrong, a line each; how many were expected */
  end(): { readonly wrong: readonly string[]; readonly count: number } {
    const absent = [...this.#left].flatMap(([name, list]) => {
      const place = this.#fired.get(name) ?? 0;
      return list.toReversed().map((one, index) => {
        const title = titleOf(serviceOf(one, this.#service), one["key"]);
        const which = `${title}, sync ${String(place + index + 1)}`;
        return `${which}: expected, but it does not fire: ${JSON.stringify(one)}`;
      });
    });
    return { wrong: [...this.#wrong, ...absent], count: this.#count };
  }

  #windowOf(one: Expected): string {
    const { key = "" } = one as { readonly key?: unknown };
    return windowName({ service: serviceOf(one, this.#service), key: String(key) });
  }
}

function serviceOf(one: Expected, usual: string): string {
  const { service } = one as { readonly service?: unknown };
  return typeof service === "string" ? service : usual;
}

/** Of `events` a number is enough, for each endpoint that has any; times are compared as such. */
function isMet(wanted: unknown, got: unknown): boolean {
  if (isDeepStrictEqual(wanted, got)) return true;
  if (typeof wanted === "string" && typeof got === "string") {
    const ms = Date.parse(wanted);
    return !Number.isNaN(ms) && /^\d{4}-/.test(got) && ms === Date.parse(got);
  }
  if (typeof wanted !== "object" || wanted === null || typeof got !== "object" || got === null) {
    return false;
  }
  const [expected, real] = [wanted, got] as [Record<string, unknown>, Record<string, unknown>];
  return [...new Set([...Object.keys(expected), ...Object.keys(real)])].every((name) => {
    const [some, ids] = [expected[name], real[name]];
    if (typeof some !== "number") return isDeepStrictEqual(some, ids);
    return some === (Array.isArray(ids) ? ids.length : 0);
  });
}

export function titleOf(service: unknown, key: unknown): string {
  return `${String(service)}${typeof key === "string" ? ` “${key}”` : ""}`;
}
