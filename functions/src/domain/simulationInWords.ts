import { addSeconds } from "./rule.ts";
import { countBy, type Expired, type Fired, type OpenSimulated } from "./simulation.ts";
import { needs } from "./condition.ts";
import { closingInWords, completeInWords, missingInWords } from "./words.ts";

/** Why a sync fires: `“b” came, and the last 60 seconds hold 1 “a” and 1 “b”`. */
export function firedBecause({ sync, facts, by, isAgain }: Fired): string {
  const { rule } = facts;
  const { reason } = sync.completion;
  if (isAgain === true) return "somebody called trigger, and these events are a sync already";
  switch (reason) {
    case "complete":
      return `${by === undefined ? "" : `“${by.eventKey}” came, and `}${completeInWords(rule)}`;
    case "manual":
      return "somebody called trigger";
    case "deadline": {
      const { deadline, trigger } = rule;
      return deadline === undefined ? "" : `it closes ${closingInWords(deadline, trigger)}`;
    }
  }
}

/** Why events left without a sync. */
export function expiredBecause({ facts, missing }: Expired): string {
  const { rule } = facts;
  const period = `after ${String(rule.trigger.observationPeriod)} seconds`;
  if (missing.length === 0) return `they left ${period}, and nothing else closed the window`;
  const short = missing.map(({ eventKey, have, need }) => `${String(need - have)} “${eventKey}”`);
  return `they left ${period}, and ${short.join(" and ")} had not come`;
}

/** An endpoint of a window that is open. */
export interface OpenEndpoint {
  readonly eventKey: string;
  readonly have: number;
  /** The most that the condition asks of it; 0 of one that is optional. */
  readonly need: number;
  readonly satisfied: boolean;
  readonly firstEventMs: number | undefined;
  readonly lastEventMs: number | undefined;
}

/** A window that is open, as a person asks about it. */
export interface OpenInWords {
  readonly endpoints: readonly OpenEndpoint[];
  /** Undefined if it is complete, which it can only be where nothing but a manual trigger closes it. */
  readonly missing: string | undefined;
  readonly firstEventMs: number | undefined;
  readonly lastEventMs: number | undefined;
  /** When its first event leaves the period; undefined if a deadline closes the window before. */
  readonly expiresAtMs: number | undefined;
}

export function openInWords({
  facts,
  events,
  deadlineAtMs,
}: Pick<OpenSimulated, "facts" | "events" | "deadlineAtMs">): OpenInWords {
  const { endpoints, condition, trigger } = facts.rule;
  const count = countBy(events);
  const needed = needs(condition);
  const [first, last] = [events[0]?.receivedAtMs, events.at(-1)?.receivedAtMs];
  const isLeft = deadlineAtMs === undefined && first !== undefined;
  return {
    endpoints: endpoints.map(({ eventKey }) => {
      const isOwn = (event: { readonly eventKey: string }): boolean => event.eventKey === eventKey;
      const have = count(eventKey);
      const need = needed.get(eventKey) ?? 0;
      return {
        ...{ eventKey, have, need, satisfied: have >= need },
        firstEventMs: events.find(isOwn)?.receivedAtMs,
        lastEventMs: events.findLast(isOwn)?.receivedAtMs,
      };
    }),
    missing: missingInWords(condition, count),
    firstEventMs: first,
    lastEventMs: last,
    expiresAtMs: isLeft ? addSeconds(first, trigger.observationPeriod) : undefined,
  };
}
