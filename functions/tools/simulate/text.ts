/** What a simulation tells, for people: a line each, with its time. */
import type { FiredView, View } from "../../src/adapters/simulate/view.ts";
import type { Tally } from "../../src/adapters/simulate/tally.ts";
import { countsInWords } from "../../src/domain/words.ts";
import { titleOf } from "./expectation.ts";

/** Undefined for what is said only to who asks for all. */
export function lineOf(view: View, isVerbose: boolean): string | undefined {
  const { at, service, key } = view as { at?: string; service?: string; key?: string };
  const title = titleOf(service, key);
  const told = tellingOf(view, isVerbose);
  return told && `${at ?? ""}  ${title}: ${told}`;
}

function tellingOf(view: View, isVerbose: boolean): string | undefined {
  switch (view.what) {
    case "fired":
      return firedIn(view as unknown as FiredView);
    case "arrived":
      return isVerbose ? `“${text(view, "eventKey")}” comes, ${openIn(view)}` : undefined;
    case "expired": {
      const counts = Object.entries(view["events"] as Readonly<Record<string, number>>);
      return `${countsInWords(counts)} expired: ${text(view, "because")}`;
    }
    case "reset":
      return `reset, which drops ${events(view["dropped"] as number)}`;
    case "nothing":
      return text(view, "because");
    case "ignored": {
      const detail = view["detail"] === undefined ? "" : `: ${text(view, "detail")}`;
      return `${entryOf(view)} is ignored (${text(view, "reason")}${detail})`;
    }
    case "refused":
      return `${entryOf(view)} is refused (${text(view, "status")}): ${text(view, "because")}${failuresIn(view)}`;
    case "repeated":
      return isVerbose ? `${entryOf(view)} was there already` : undefined;
    case "open":
      return `is open, ${openIn(view)}`;
  }
}

function firedIn({ reason, events: ids, missing, because }: FiredView): string {
  const counts = Object.entries(ids).map(([eventKey, list]) => [eventKey, list.length] as const);
  const verb = reason === "deadline" ? "closes at its deadline" : "fires";
  const without = missing === null ? "" : `, without ${missing}`;
  return `${verb} with ${countsInWords(counts)}${without}, because ${because}`;
}

/** A window that is open. */
export function openIn(view: View): string {
  const { endpoints, missing, deadlineAt, expiresAt } = view as unknown as {
    readonly endpoints: readonly { readonly eventKey: string; readonly have: number }[];
    readonly missing: string | null;
    readonly deadlineAt: string | null;
    readonly expiresAt: string | null;
  };
  const has = countsInWords(endpoints.map(({ eventKey, have }) => [eventKey, have]));
  const waits = missing === null ? "is complete" : `waits for ${missing}`;
  const ends =
    deadlineAt !== null
      ? `; closes at the deadline ${deadlineAt}`
      : expiresAt === null
        ? ""
        : `; its first event leaves at ${expiresAt}`;
  return `has ${has} and ${waits}${ends}`;
}

/** The last line. */
export function tallyIn(tally: Tally, open: number, until: string): string {
  const { events: all, refused, ignored, repeated, fired, complete, deadline, manual } = tally;
  const parts = (list: readonly (readonly [number, string])[]): string => {
    const some = list.filter(([count]) => count > 0).map(([n, what]) => `${shown(n)} ${what}`);
    return some.length === 0 ? "" : ` (${some.join(", ")})`;
  };
  return [
    `until ${until}: `,
    events(all),
    parts([
      [refused, "refused"],
      [ignored, "ignored"],
      [repeated, "repeated"],
    ]),
    `; ${shown(fired)} sync${fired === 1 ? "" : "s"}`,
    parts([
      [complete, "complete"],
      [deadline, "at the deadline"],
      [manual, "by hand"],
    ]),
    `; ${events(tally.expired)} expired, ${shown(tally.reset)} reset`,
    `; ${shown(open)} window${open === 1 ? "" : "s"} open`,
  ].join("");
}

function entryOf(view: View): string {
  return `“${text(view, "eventKey")}” of line ${text(view, "entry")}`;
}

function failuresIn(view: View): string {
  const failures = (view["failures"] ?? []) as readonly { pointer?: string; message: string }[];
  const each = failures.map(({ pointer = "", message }) => ` ${pointer}: ${message}`);
  return each.join(";");
}

const text = (view: View, field: string): string => String(view[field]);
const shown = (count: number): string => count.toLocaleString("en");
const events = (count: number): string => `${shown(count)} event${count === 1 ? "" : "s"}`;
