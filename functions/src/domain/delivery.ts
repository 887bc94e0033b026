import { createHash } from "node:crypto";
import type { AttemptRecord } from "./attemptRecord.ts";
import { byAge, type Place } from "./event.ts";
import type { Rule } from "./rule.ts";
import type { Sync, SyncReason } from "./sync.ts";
import { targetsFor, type Target, type TargetKind } from "./target.ts";

/**
 * What becomes of a sync on the way to one of the `targets` of its service:
 *
 *     claiming ──▶ waiting ──▶ delivered | undeliverable | numbered
 *                     ▲               │
 *                     └── redrive ────┘
 *
 * It is made in the commit that makes the sync, so that neither is without the other, and `waiting` from
 * when that is complete. Syncs of a pull target are not sent anywhere: they get a number, by which they
 * are read.
 */
export const DELIVERY_STATES = [
  "claiming",
  "waiting",
  "delivered",
  "undeliverable",
  "numbered",
] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

export interface Delivery {
  readonly serviceName: string;
  readonly syncId: string;
  /** The name of the target. */
  readonly target: string;
  readonly kind: TargetKind;
  /** The correlation key of its sync; empty where there is none. */
  readonly key: string;
  readonly reason: SyncReason;
  /** Of its sync; empty while that is claimed. */
  readonly eventID: string;
  readonly createdAtMs: number;
  /** Seconds that it stays readable once it is done. */
  readonly retentionPeriod: number;
  /** Where its lane has it, see `placeText`. */
  readonly place: string;
  readonly state: DeliveryState;
  /** The attempt that began last, from 1; 0 if none has since somebody asked for more. */
  readonly attempt: number;
  /** From when anybody may take it, if it is not its lane that says so. */
  readonly nextAttemptAtMs?: number;
  /** In which lane it waits; absent where it waits in none, and once it is done. */
  readonly lane?: string;
  /** Of the last attempts what came of them, oldest first. */
  readonly attempts: readonly AttemptRecord[];
  /** Of a pull target, once it is numbered, from 1. */
  readonly offset?: number;
  readonly doneAtMs?: number;
  /** Until when what it is made of is kept, where that was put off for its sake. */
  readonly keptUntilMs?: number;
}

/** How many attempts a delivery remembers. */
export const REMEMBERED_ATTEMPTS = 5;

/** The last attempts, with one more. */
export function withAttempt(
  attempts: readonly AttemptRecord[],
  record: AttemptRecord,
): readonly AttemptRecord[] {
  return [...attempts, record].slice(-REMEMBERED_ATTEMPTS);
}

/** The name of its document. */
export function deliveryId({ syncId, target }: Pick<Delivery, "syncId" | "target">): string {
  return `${syncId}-${target}`;
}

/** Fifteen digits hold every time that Firestore does, after 1970. */
const TIME_DIGITS = 15;
const digits = (ms: number): string =>
  String(Math.max(0, Math.trunc(ms))).padStart(TIME_DIGITS, "0");

/**
 * Where a sync stands among those of its window, as text that sorts like it: by its newest member, in the
 * order of receipt, whoever's clock made the sync. Two that share that one, as kept events do, stand as they
 * were made.
 */
export function placeText(
  newest: Place | undefined,
  sync: Pick<Sync, "id" | "createdAtMs">,
): string {
  const { receivedAtMs, id } = newest ?? { receivedAtMs: sync.createdAtMs, id: sync.id };
  return `${digits(receivedAtMs)}/${id}/${digits(sync.createdAtMs)}`;
}

/** The newest member of a sync that lists all of them. */
export function newestOf({ endpoints }: Pick<Sync, "endpoints">): Place | undefined {
  const lasts = endpoints.flatMap(({ members, lastEventMs }) => {
    const last = members.at(-1);
    return last === undefined || lastEventMs === undefined
      ? []
      : [{ receivedAtMs: lastEventMs, id: last.id }];
  });
  return lasts.toSorted(byAge).at(-1);
}

/**
 * The lane in which a target has the syncs of a key; undefined where it has them in any order. That of a log
 * is nobody else's: its document has the last offset, which outlives a change of the target's kind.
 */
export function laneOf(target: Target, key: string): string | undefined {
  switch (target.kind) {
    case "pubsub":
      return undefined;
    case "pull":
      return target.name;
    case "http":
      if (target.ordered === undefined) return undefined;
      return `${target.name}.${target.ordered === "all" ? "all" : hashOf(key)}`;
  }
}

/** Whether a delivery waits where its target, as it is configured now, does not look: its kind was changed. */
export function isStray(target: Target, lane: string | undefined): boolean {
  return (target.kind === "pull") !== (lane === target.name);
}

/** Whose syncs are in that lane: those of the key, or of all, which is the empty one. */
export function laneKeyOf(target: Target, key: string): string {
  return target.kind === "http" && target.ordered === "key" ? key : "";
}

/** 128 bits: two keys never share a lane. */
function hashOf(key: string): string {
  return createHash("sha256").update(key).digest("hex").slice(0, 32);
}

/** What a new sync has to be delivered to, as long as nobody has begun with it. */
export function deliveriesOf(
  { targets = [] }: Pick<Rule, "targets">,
  sync: Sync,
  newest: Place | undefined,
): Delivery[] {
  if (targets.length === 0 || !isDelivered(sync)) return [];
  const { id: syncId, serviceName, key, eventID, completion, createdAtMs, retentionPeriod } = sync;
  const { reason } = completion;
  const place = placeText(newest, sync);
  return targetsFor(targets, reason).map((target) => {
    const lane = laneOf(target, key);
    return {
      serviceName,
      syncId,
      target: target.name,
      kind: target.kind,
      key,
      reason,
      eventID,
      createdAtMs,
      retentionPeriod,
      place,
      state: "waiting",
      attempt: 1,
      ...(lane !== undefined && { lane }),
      attempts: [],
    };
  });
}

/** What a deadline discards, or sends to the dead-letter topic, goes to no target. */
function isDelivered({ destination }: Sync): boolean {
  switch (destination) {
    case "target":
    case "targets":
      return true;
    case "deadLetter":
    case "none":
      return false;
  }
}
