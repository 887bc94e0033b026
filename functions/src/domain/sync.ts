import { createHash } from "node:crypto";
import { missing, required, type Condition, type Shortfall } from "./condition.ts";
import { countOf, type Group } from "./decide.ts";
import { byAge, type PendingEvent } from "./event.ts";
import type { EventToSend, MessageFormat, OrderingKey, Rule, TriggerType } from "./rule.ts";

/** Why a sync is made: its window was complete, its deadline had come, or somebody called `trigger`. */
export const SYNC_REASONS = ["complete", "deadline", "manual"] as const;
export type SyncReason = (typeof SYNC_REASONS)[number];

/** Why a sync was made, and what it lacks. */
export interface Completion {
  readonly reason: SyncReason;
  /** Whether its members satisfy the condition, whatever the reason. */
  readonly complete: boolean;
  /** The least that would have completed it. */
  readonly missing: readonly Shortfall[];
  /** When its oldest member was received. Epoch milliseconds; undefined if it has none. */
  readonly firstEventAtMs: number | undefined;
  /** When its window would have closed, or has, though it was not complete; undefined without a deadline. */
  readonly deadlineAtMs: number | undefined;
}

/**
 * Where the message of a sync goes by itself: to the topic of `targetPubSub`, to the dead-letter topic, or
 * nowhere: because only `targets` get it, or because nobody does.
 */
export const SYNC_DESTINATIONS = ["target", "deadLetter", "targets", "none"] as const;
export type SyncDestination = (typeof SYNC_DESTINATIONS)[number];

export interface Member {
  readonly id: string;
  /** Bytes in the sync message. */
  readonly size: number;
}

/** One endpoint's share of a sync. `minNbOfOccurrence` and `eventToSend` are as configured then. */
export interface SyncEndpoint {
  readonly eventKey: string;
  readonly minNbOfOccurrence: number;
  readonly eventToSend: EventToSend;
  readonly numberOfEvents: number;
  readonly firstEventMs: number | undefined;
  readonly lastEventMs: number | undefined;
  /** Oldest first; of a large sync no more than its message can hold. */
  readonly members: readonly Member[];
  /** The last one, where `members` are not all. */
  readonly last?: Member;
}

/** One decision that fired; what becomes of its message is its delivery (`delivery.ts`). */
export interface Sync {
  readonly id: string;
  readonly serviceName: string;
  /** The correlation key of its window; empty where the service has no correlation. */
  readonly key: string;
  readonly eventID: string;
  readonly completion: Completion;
  readonly triggerType: TriggerType;
  readonly destination: SyncDestination;
  /** Empty where there is no destination. */
  readonly topic: string;
  /** How its message goes out, where that was configured. */
  readonly format?: MessageFormat;
  readonly orderingKey?: OrderingKey;
  /** Its consumers are expected to say that they have received it. */
  readonly expectsReceipts?: boolean;
  readonly createdAtMs: number;
  /** Seconds that the sync stays readable once it is published. */
  readonly retentionPeriod: number;
  /** In configured order, every configured endpoint. */
  readonly endpoints: readonly SyncEndpoint[];
}

/**
 * MD5, in lower-case hex, of the member events' ids without a separator: endpoints in configured
 * order, oldest first. The rule of the original, but always over all members: there, groups that
 * differed only in events that were not sent shared an id.
 */
export function eventIdOf(endpoints: readonly { readonly members: readonly Member[] }[]): string {
  const hash = createHash("md5");
  for (const { members } of endpoints) for (const { id } of members) hash.update(id);
  return hash.digest("hex");
}

/** What a rule says about syncs that are made for this reason. */
export function destinationOf(
  { deadline, targetPubSub }: Rule,
  reason: SyncReason,
): SyncDestination {
  const action = reason === "deadline" ? deadline?.then : undefined;
  switch (action) {
    case "deadLetter":
      return "deadLetter";
    case "discard":
      return "none";
    case "publish":
    case undefined:
      return targetPubSub === undefined ? "targets" : "target";
  }
}

/** @returns undefined if the rule has no such destination (any more) */
export function topicOf(rule: Rule, destination: SyncDestination): string | undefined {
  switch (destination) {
    case "target":
      return rule.targetPubSub?.topic;
    case "deadLetter":
      return rule.deadLetterPubSub?.topic;
    case "targets":
    case "none":
      return undefined;
  }
}

/**
 * A sync of these groups.
 *
 * @param key the correlation key of their window
 * @param deadlineAtMs its deadline, where the rule has one
 */
export function makeSync(
  id: string,
  rule: Rule,
  groups: readonly Group[],
  reason: SyncReason,
  nowMs: number,
  key = "",
  deadlineAtMs?: number,
): Sync {
  const endpoints = groups.map(({ endpoint, members }) => ({
    eventKey: endpoint.eventKey,
    minNbOfOccurrence: endpoint.minNbOfOccurrence,
    eventToSend: endpoint.eventToSend,
    numberOfEvents: members.length,
    firstEventMs: members[0]?.receivedAtMs,
    lastEventMs: members.at(-1)?.receivedAtMs,
    members: members.map(({ id: memberId, size }) => ({ id: memberId, size })),
  }));
  const destination = destinationOf(rule, reason);
  return {
    id,
    serviceName: rule.serviceName,
    key,
    eventID: eventIdOf(endpoints),
    completion: completionOf(rule.condition, endpoints, reason, deadlineAtMs),
    triggerType: rule.trigger.type,
    destination,
    ...rule.targetPubSub,
    topic: topicOf(rule, destination) ?? "",
    ...(expectsReceipts(rule, destination, endpoints) && { expectsReceipts: true }),
    createdAtMs: nowMs,
    retentionPeriod: rule.retentionPeriod,
    endpoints,
  };
}

/**
 * Only what goes where the consumers are, and can be told from others: all syncs without events have one
 * `eventID`.
 */
function expectsReceipts(
  { receipts }: Rule,
  destination: SyncDestination,
  endpoints: readonly Pick<SyncEndpoint, "numberOfEvents">[],
): boolean {
  const isConsumed = destination !== "deadLetter" && destination !== "none";
  const hasEvents = endpoints.some(({ numberOfEvents }) => numberOfEvents > 0);
  return receipts !== undefined && isConsumed && hasEvents;
}

/** What becomes of a window with these events. */
export function completionOf(
  condition: Condition,
  endpoints: readonly Pick<SyncEndpoint, "eventKey" | "numberOfEvents" | "firstEventMs">[],
  reason: SyncReason,
  deadlineAtMs?: number,
): Completion {
  const counts = new Map(endpoints.map((e) => [e.eventKey, e.numberOfEvents]));
  const short = missing(condition, (eventKey) => counts.get(eventKey) ?? 0);
  const firstMs = endpoints
    .map(({ firstEventMs }) => firstEventMs ?? Infinity)
    .reduce((a, b) => Math.min(a, b), Infinity);
  return {
    reason,
    complete: short.length === 0,
    missing: short,
    firstEventAtMs: firstMs === Infinity ? undefined : firstMs,
    deadlineAtMs,
  };
}

/**
 * Splits a window into the chunks in which it is claimed, one commit each.
 *
 * The first chunk holds what the condition requires, the oldest of each endpoint, so that it satisfies
 * the rule by itself whatever becomes of the others, and is filled up to `chunkSize`. It is larger only
 * where the rule itself asks for more. The rest follows by age, so that within an endpoint the
 * order of the chunks is the order of the events.
 */
export function splitClaim(
  condition: Condition,
  groups: readonly Group[],
  chunkSize: number,
): Group[][] {
  const total = groups.reduce((sum, { members }) => sum + members.length, 0);
  if (total <= chunkSize) return [[...groups]];
  const asked = required(condition, countOf(groups));
  const numberOf = ({ endpoint }: Group): number => asked.get(endpoint.eventKey) ?? 0;
  const least = groups.flatMap((group) => group.members.slice(0, numberOf(group)));
  const rest = groups
    .flatMap((group) => group.members.slice(numberOf(group)))
    .toSorted((a, b) => a.receivedAtMs - b.receivedAtMs);
  const first = [...least, ...rest.splice(0, Math.max(0, chunkSize - least.length))];
  const chunks = [first];
  while (rest.length > 0) chunks.push(rest.splice(0, chunkSize));
  return chunks.map((events) => regroup(groups, events));
}

/**
 * What the next sync of kept events takes of a window: all that is in a sync already, and of the new
 * events the oldest `limit`, so that the commit which decides can mark every one of them. It takes more
 * only where the rule itself asks for more; the others make the next sync.
 *
 * @returns `more`: whether new events are left
 */
export function limitNew(
  condition: Condition,
  groups: readonly Group[],
  limit: number,
): { readonly groups: readonly Group[]; readonly more: boolean } {
  const isNew = ({ exported }: PendingEvent): boolean => !exported;
  const fresh = groups.flatMap(({ members }) => members.filter(isNew)).toSorted(byAge);
  if (fresh.length <= limit) return { groups, more: false };
  const asked = required(condition, countOf(groups));
  const taken = new Set(
    groups.flatMap(({ endpoint, members }) => {
      const own = members.filter(isNew);
      const known = members.length - own.length;
      return own.slice(0, Math.max(0, (asked.get(endpoint.eventKey) ?? 0) - known));
    }),
  );
  for (const event of fresh) {
    if (taken.size >= limit) break;
    taken.add(event);
  }
  const limited = groups.map(({ endpoint, members }) => ({
    endpoint,
    members: members.filter((event) => event.exported || taken.has(event)),
  }));
  return { groups: limited, more: taken.size < fresh.length };
}

/**
 * Splits events into portions of so many, each with every endpoint, so that no document that lists
 * them is too large. There is at least one, and merging them gives the same groups again.
 */
export function portions(groups: readonly Group[], size: number): Group[][] {
  const total = groups.reduce((sum, { members }) => sum + members.length, 0);
  return Array.from({ length: Math.max(1, Math.ceil(total / size)) }, (_, index) => {
    let before = 0; // members of the endpoints before
    return groups.map(({ endpoint, members }) => {
      const start = Math.max(0, index * size - before);
      const end = Math.max(0, (index + 1) * size - before);
      before += members.length;
      return { endpoint, members: members.slice(start, end) };
    });
  });
}

/** The chunks of a claim, or those of them that succeeded, as one window again. */
export function mergeChunks(chunks: readonly (readonly Group[])[]): Group[] {
  const [first = [], ...others] = chunks;
  return first.map(({ endpoint, members }, index) => ({
    endpoint,
    members: [...members, ...others.flatMap((chunk) => chunk[index]?.members ?? [])],
  }));
}

/** Puts events back under their endpoints, keeping the order of each endpoint's members. */
export function regroup(groups: readonly Group[], events: readonly PendingEvent[]): Group[] {
  const ids = new Set(events.map(({ id }) => id));
  return groups.map(({ endpoint, members }) => ({
    endpoint,
    members: members.filter(({ id }) => ids.has(id)),
  }));
}
