import type { OpenSimulated } from "../../domain/simulation.ts";
import { expiredBecause, firedBecause, openInWords } from "../../domain/simulationInWords.ts";
import { missingInWords } from "../../domain/words.ts";
import { windowFacts, type WindowId } from "../../domain/window.ts";
import type { Told } from "./simulator.ts";

/** As it stands in answers, and in the lines of `scripts/simulate --json`. Times are ISO 8601. */
export type View = Readonly<Record<string, unknown>> & { readonly what: ViewKind };
export type ViewKind = Told["what"] | "open";

/** A sync that fires. */
export interface FiredView {
  readonly what: "fired";
  readonly at: string;
  readonly service: string;
  readonly key?: string;
  readonly reason: string;
  readonly complete: boolean;
  readonly destination: string;
  readonly eventID: string;
  readonly numberOfEvents: number;
  /** The ids of its events by endpoint, oldest first; endpoints without events are left out. */
  readonly events: Readonly<Record<string, readonly string[]>>;
  readonly missing: string | null;
  readonly firstEventAt: string | null;
  readonly deadlineAt?: string;
  /** It is a sync already, whose message goes out once more. */
  readonly again?: true;
  readonly because: string;
}

/** What has become of entries, one after the other. */
export function viewOf(told: Told): View {
  switch (told.what) {
    case "fired":
      return firedView(told) as FiredView & View;
    case "arrived": {
      const { id, facts, event, window, atMs } = told;
      const { there: events, deadlineAtMs } = window;
      const open = openView({ id, facts, events, deadlineAtMs });
      const { eventKey, id: eventId } = event;
      return { ...open, what: "arrived", at: date(atMs), eventKey, event: eventId };
    }
    case "expired": {
      const { atMs, id, counts, firstMs, lastMs } = told;
      return {
        what: "expired",
        at: date(atMs),
        ...windowFacts(id),
        numberOfEvents: [...counts.values()].reduce((sum, count) => sum + count, 0),
        events: Object.fromEntries(counts),
        firstEventAt: date(firstMs),
        lastEventAt: date(lastMs),
        because: expiredBecause(told),
      };
    }
    case "reset": {
      const { atMs, id, dropped } = told;
      return { what: "reset", at: date(atMs), ...windowFacts(id), dropped: dropped.length };
    }
    case "nothing": {
      const { atMs, id } = told;
      const because = "somebody called trigger, and nothing was open";
      return { what: "nothing", at: date(atMs), ...windowFacts(id), because };
    }
    case "ignored": {
      const { eventId, reason, detail } = told;
      return {
        ...sentView(told),
        event: eventId,
        reason,
        ...(detail !== undefined && { detail }),
      };
    }
    case "refused": {
      const { code, message, httpStatus, failures } = told.error;
      return {
        ...sentView(told),
        ...{ status: httpStatus, code, because: message },
        ...(failures.length > 0 && { failures }),
      };
    }
    case "repeated":
      return { ...sentView(told), event: told.eventId };
  }
}

function firedView(told: Extract<Told, { what: "fired" }>): FiredView {
  const { atMs, sync, facts, isAgain } = told;
  const { serviceName: service, key, eventID, completion, destination, endpoints } = sync;
  const { reason, complete, firstEventAtMs, deadlineAtMs } = completion;
  const counts = new Map(endpoints.map((one) => [one.eventKey, one.numberOfEvents]));
  const missing = missingInWords(facts.rule.condition, (eventKey) => counts.get(eventKey) ?? 0);
  return {
    what: "fired",
    at: date(atMs),
    ...windowFacts({ service, key }),
    ...{ reason, complete, destination, eventID },
    numberOfEvents: [...counts.values()].reduce((sum, count) => sum + count, 0),
    events: Object.fromEntries(
      endpoints
        .filter(({ members }) => members.length > 0)
        .map(({ eventKey, members }) => [eventKey, members.map(({ id }) => id)]),
    ),
    missing: missing ?? null,
    firstEventAt: firstEventAtMs === undefined ? null : date(firstEventAtMs),
    ...(deadlineAtMs !== undefined && { deadlineAt: date(deadlineAtMs) }),
    ...(isAgain && { again: true }),
    because: firedBecause(told),
  };
}

/** A window that is open at the end. */
export function openView({
  id,
  ...of
}: Pick<OpenSimulated, "facts" | "events" | "deadlineAtMs"> & { readonly id: WindowId }): View {
  const { deadlineAtMs } = of;
  const { endpoints, missing, firstEventMs, lastEventMs, expiresAtMs } = openInWords(of);
  return {
    what: "open",
    ...windowFacts(id),
    firstEventAt: dateOrNull(firstEventMs),
    lastEventAt: dateOrNull(lastEventMs),
    expiresAt: dateOrNull(expiresAtMs),
    deadlineAt: dateOrNull(deadlineAtMs),
    endpoints: endpoints.map(({ firstEventMs: first, lastEventMs: last, ...counts }) => ({
      ...counts,
      firstEventAt: dateOrNull(first),
      lastEventAt: dateOrNull(last),
    })),
    missing: missing ?? null,
  };
}

function sentView(
  told: Extract<Told, { what: "ignored" | "refused" | "repeated" }>,
): View & { readonly what: (typeof told)["what"] } {
  const { what, atMs, number, service, eventKey } = told;
  return { what, at: date(atMs), entry: number, service, eventKey };
}

const date = (ms: number): string => new Date(ms).toISOString();
const dateOrNull = (ms: number | undefined): string | null => (ms === undefined ? null : date(ms));
