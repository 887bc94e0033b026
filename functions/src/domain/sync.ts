import { createHash } from "node:crypto";
import type { Group } from "./decide.ts";
import type { PendingEvent } from "./event.ts";
import type { EventToSend, Rule, TriggerType } from "./rule.ts";

/**
 * A sync is one decision that fired, and the outbox row of its message.
 *
 *     claiming ──▶ claimed ──▶ published
 *
 * `claiming` exists only where a window does not fit in one commit: the first commit already takes
 * enough events to satisfy the rule, each further one takes more. Whoever holds the lease
 * (`nextAttemptAt` on the document) may move a sync on; once the lease has run out anyone may take
 * it by a conditional update. A `claiming` sync that is taken over goes out with the events that
 * were claimed; the others are still pending and count for the next window.
 */
export type SyncState = "claiming" | "claimed" | "published";

/** Why the sync was made: its window was complete, or somebody called `trigger`. */
export type SyncReason = "window" | "manual";

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
  /** Oldest first. */
  readonly members: readonly Member[];
}

export interface Sync {
  readonly id: string;
  readonly serviceName: string;
  readonly eventID: string;
  readonly reason: SyncReason;
  readonly triggerType: TriggerType;
  readonly topic: string;
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

/** A sync of these groups, as it stands when all of them are claimed. */
export function makeSync(
  id: string,
  rule: Rule,
  groups: readonly Group[],
  reason: SyncReason,
  nowMs: number,
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
  return {
    id,
    serviceName: rule.serviceName,
    eventID: eventIdOf(endpoints),
    reason,
    triggerType: rule.trigger.type,
    topic: rule.targetPubSub.topic,
    createdAtMs: nowMs,
    retentionPeriod: rule.retentionPeriod,
    endpoints,
  };
}

/**
 * Splits a window into the chunks in which it is claimed, one commit each.
 *
 * The first chunk holds the oldest `minNbOfOccurrence` of every endpoint, so that it satisfies the
 * rule by itself whatever becomes of the others, and is filled up to `chunkSize`. It is larger only
 * where the rule itself asks for more. The rest follows by age, so that within an endpoint the
 * order of the chunks is the order of the events.
 */
export function splitClaim(groups: readonly Group[], chunkSize: number): Group[][] {
  const total = groups.reduce((sum, { members }) => sum + members.length, 0);
  if (total <= chunkSize) return [[...groups]];
  const required = groups.flatMap(({ endpoint, members }) =>
    members.slice(0, endpoint.minNbOfOccurrence),
  );
  const rest = groups
    .flatMap(({ endpoint, members }) => members.slice(endpoint.minNbOfOccurrence))
    .toSorted((a, b) => a.receivedAtMs - b.receivedAtMs);
  const first = [...required, ...rest.splice(0, Math.max(0, chunkSize - required.length))];
  const chunks = [first];
  while (rest.length > 0) chunks.push(rest.splice(0, chunkSize));
  return chunks.map((events) => regroup(groups, events));
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
