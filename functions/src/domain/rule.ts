import { worstCase, type Condition } from "./condition.ts";
import { MAX_KEY_BYTES } from "./correlation.ts";
import type { Target } from "./target.ts";

/** What a service waits for. The parsed configuration is assignable to these types. */

/** Which of an endpoint's events are put into the sync message. Counts and dates always cover all. */
export const EVENT_TO_SEND = ["ALL", "FIRST", "LAST", "BOUNDARIES"] as const;
export type EventToSend = (typeof EVENT_TO_SEND)[number];

/** `window`: a sync fires by itself when the window is complete. `none`: only by manual trigger. */
export const TRIGGER_TYPES = ["window", "none"] as const;
export type TriggerType = (typeof TRIGGER_TYPES)[number];

/** How messages go out: as they are, or as CloudEvents. */
export const MESSAGE_FORMATS = ["message", "cloudevents"] as const;
export type MessageFormat = (typeof MESSAGE_FORMATS)[number];

/** In which order messages are delivered: in any, or in that of their publication for each correlation key. */
export const ORDERING_KEYS = ["none", "key"] as const;
export type OrderingKey = (typeof ORDERING_KEYS)[number];

/** A topic, and how messages go there. */
export interface Topic {
  readonly topic: string;
  /** `message` where it is not set. */
  readonly format?: MessageFormat;
  /** `none` where it is not set. */
  readonly orderingKey?: OrderingKey;
}

export interface EndpointRule {
  readonly eventKey: string;
  /** How many pending events this endpoint needs where a condition names it without a number, at least 1. */
  readonly minNbOfOccurrence: number;
  readonly eventToSend: EventToSend;
}

/** What becomes of a window whose deadline passes before it is complete. */
export const DEADLINE_ACTIONS = ["publish", "discard", "deadLetter"] as const;
export type DeadlineAction = (typeof DEADLINE_ACTIONS)[number];

/** Of which event of a window so many seconds are counted. */
export const DEADLINE_EVENTS = ["first", "last"] as const;
export type DeadlineEvent = (typeof DEADLINE_EVENTS)[number];

/**
 * When a window closes at the latest: `seconds` after its first event or its last one, or each day `at` a
 * time (`HH:MM` or `HH:MM:SS`) by the clocks of a zone. It has either `seconds`, or `at` and `timeZone`.
 */
export interface Deadline {
  readonly seconds?: number;
  /** Absent: `first`. */
  readonly from?: DeadlineEvent;
  readonly at?: string;
  /** IANA name, such as `Europe/Berlin`. */
  readonly timeZone?: string;
  readonly then: DeadlineAction;
}

export interface Rule {
  readonly serviceName: string;
  readonly endpoints: readonly EndpointRule[];
  /** When a window is complete. Endpoints that it does not name are optional. */
  readonly condition: Condition;
  readonly trigger: {
    readonly type: TriggerType;
    /** Seconds. */
    readonly observationPeriod: number;
    readonly keepEventAfterTrigger: boolean;
  };
  readonly targetPubSub?: Topic;
  /** Where syncs go besides, or instead. */
  readonly targets?: readonly Target[];
  /** Only where events are taken and syncs fire by themselves. */
  readonly deadline?: Deadline;
  /** Where windows go whose deadline says `deadLetter`: in the format and order of the target's messages. */
  readonly deadLetterPubSub?: { readonly topic: string };
  /** Who is expected to receive each sync. */
  readonly receipts?: { readonly subscriptions: readonly string[] } | undefined;
  /** Where events are joined by a key. */
  readonly correlation?: object | undefined;
  /** Seconds that events and syncs stay readable. At least the observation period and a day. */
  readonly retentionPeriod: number;
}

/** What storing an event depends on. */
export interface StoringRule extends Pick<Rule, "serviceName" | "correlation" | "retentionPeriod"> {
  readonly trigger: Pick<Rule["trigger"], "observationPeriod">;
}

/** Whether a complete window becomes a sync by itself, rather than by the manual trigger only. */
export function firesByItself({ trigger }: Pick<Rule, "trigger">): boolean {
  switch (trigger.type) {
    case "window":
      return true;
    case "none":
      return false;
  }
}

/**
 * What a rule may require of all endpoints together. The first commit of a claim takes the events that
 * the condition requires, so that the sync satisfies its rule from then on; Firestore takes 10 MiB in
 * a commit, the entries of indexes included. The rest is left to the sync itself.
 */
export const MAX_REQUIRED = { events: 10_000, bytes: 8 * 1024 * 1024 } as const;

/** Bytes of a pending marker's name besides the service's: project, database, collections, id. */
const NAME_BYTES = 180;
/** Bytes that a write and what it changes in the index take besides names and keys. */
const WRITE_BYTES = 150;

/** At most so many events, and bytes, go into the commit that takes the required events of a rule. */
export function requiredAtMost({ serviceName, condition, trigger, correlation }: Rule): {
  readonly events: number;
  readonly bytes: number;
} {
  const name = NAME_BYTES + Buffer.byteLength(serviceName);
  // Events that are taken leave the indexes; those that are kept move in them.
  const entries = trigger.keepEventAfterTrigger ? 2 : 1;
  // The key in one, and an entry in another.
  const keyed = correlation === undefined ? 0 : MAX_KEY_BYTES + name;
  const bytesOf = (eventKey: string): number =>
    name + entries * (name + Buffer.byteLength(eventKey) + keyed) + WRITE_BYTES;
  return { events: worstCase(condition, () => 1), bytes: worstCase(condition, bytesOf) };
}

/** 0001-01-01T00:00:00Z and 9999-12-31T23:59:59.999Z: the range of a Firestore timestamp. */
const MIN_TIME_MS = -62_135_596_800_000;
export const MAX_TIME_MS = 253_402_300_799_999;

/** A time moved by seconds, kept inside what Firestore can store: the original overflowed here. */
export function addSeconds(timeMs: number, seconds: number): number {
  return Math.min(MAX_TIME_MS, Math.max(MIN_TIME_MS, timeMs + seconds * 1000));
}

/**
 * The exclusive lower bound of a service's window, in epoch milliseconds.
 *
 * @param resetAtMs when the service was last reset, if ever
 */
export function windowStart(rule: Rule, nowMs: number, resetAtMs: number | undefined): number {
  const start = addSeconds(nowMs, -rule.trigger.observationPeriod);
  return resetAtMs === undefined ? start : Math.max(start, resetAtMs);
}
