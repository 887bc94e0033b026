import { missing, type Count, type Shortfall } from "./condition.ts";
import { byAge, type PendingEvent } from "./event.ts";
import { windowStart, type EndpointRule, type Rule } from "./rule.ts";

/** The events of one endpoint that belong to a sync, oldest first. */
export interface Group {
  readonly endpoint: EndpointRule;
  readonly members: readonly PendingEvent[];
}

export type Decision =
  | { readonly outcome: "waiting"; readonly missing: readonly Shortfall[] }
  | { readonly outcome: "nothingNew" }
  | { readonly outcome: "fire"; readonly groups: readonly Group[] };

/** The facts a decision rests on. */
export interface WindowFacts {
  readonly rule: Rule;
  /** In any order; may hold events outside the window or of endpoints no longer configured. */
  readonly pending: readonly PendingEvent[];
  readonly nowMs: number;
  readonly resetAtMs: number | undefined;
}

/**
 * The window's events by endpoint, in configured order, every endpoint present.
 *
 * Where events are taken, one that is in a sync does not count: a rule that kept its events, before the
 * configuration changed or in an instance that still has the old one, has exported it.
 *
 * There is no upper bound: an event of an instance whose clock runs ahead counts, as it does in the
 * original.
 */
export function groupWindow({ rule, pending, nowMs, resetAtMs }: WindowFacts): Group[] {
  const start = windowStart(rule, nowMs, resetAtMs);
  const { keepEventAfterTrigger } = rule.trigger;
  const members = pending.filter(
    ({ receivedAtMs, exported }) => receivedAtMs > start && (keepEventAfterTrigger || !exported),
  );
  return groupMembers(rule, members.toSorted(byAge));
}

/** How many members each endpoint has. */
export function countOf(groups: readonly Group[]): Count {
  const counts = new Map(
    groups.map(({ endpoint, members }) => [endpoint.eventKey, members.length]),
  );
  return (eventKey) => counts.get(eventKey) ?? 0;
}

/** Members by endpoint, in configured order, every endpoint present. @param members by age */
export function groupMembers(
  { endpoints }: Pick<Rule, "endpoints">,
  members: readonly PendingEvent[],
): Group[] {
  const byKey = Map.groupBy(members, ({ eventKey }) => eventKey);
  return endpoints.map((endpoint) => ({ endpoint, members: byKey.get(endpoint.eventKey) ?? [] }));
}

/**
 * Decides whether a sync is due: the events in the window satisfy the condition, and at least one of
 * them is in no sync yet. The second condition matters only where
 * events are kept: without it a window would fire again each time that one of its events expires.
 */
export function decide(facts: WindowFacts): Decision {
  const groups = groupWindow(facts);
  const short = missing(facts.rule.condition, countOf(groups));
  if (short.length > 0) return { outcome: "waiting", missing: short };
  const isNew = groups.some(({ members }) => members.some((event) => !event.exported));
  return isNew ? { outcome: "fire", groups } : { outcome: "nothingNew" };
}
