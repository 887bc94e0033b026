import { byAge, type PendingEvent } from "./event.ts";
import { windowStart, type EndpointRule, type Rule } from "./rule.ts";

/** The events of one endpoint that belong to a sync, oldest first. */
export interface Group {
  readonly endpoint: EndpointRule;
  readonly members: readonly PendingEvent[];
}

export interface Shortfall {
  readonly eventKey: string;
  readonly have: number;
  readonly need: number;
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
  const byKey = Map.groupBy(
    pending.filter(
      ({ receivedAtMs, exported }) => receivedAtMs > start && (keepEventAfterTrigger || !exported),
    ),
    (event) => event.eventKey,
  );
  return rule.endpoints.map((endpoint) => ({
    endpoint,
    members: (byKey.get(endpoint.eventKey) ?? []).toSorted(byAge),
  }));
}

/**
 * Decides whether a sync is due: every endpoint has at least `minNbOfOccurrence` events in the
 * window, and at least one of them is in no sync yet. The second condition matters only where
 * events are kept: without it a window would fire again each time that one of its events expires.
 */
export function decide(facts: WindowFacts): Decision {
  const groups = groupWindow(facts);
  const missing = groups
    .filter(({ endpoint, members }) => members.length < endpoint.minNbOfOccurrence)
    .map(({ endpoint, members }) => ({
      eventKey: endpoint.eventKey,
      have: members.length,
      need: endpoint.minNbOfOccurrence,
    }));
  if (missing.length > 0) return { outcome: "waiting", missing };
  const isNew = groups.some(({ members }) => members.some((event) => !event.exported));
  return isNew ? { outcome: "fire", groups } : { outcome: "nothingNew" };
}
