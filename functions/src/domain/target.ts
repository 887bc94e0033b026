import type { SyncReason } from "./sync.ts";
import type { Topic } from "./rule.ts";

/**
 * Where the syncs of a service go, besides the topic of `targetPubSub`: each gets a delivery of each sync,
 * whose reason it asks for. As configured, with defaults filled in.
 */
export type Target = PubSubTarget | HttpTarget | PullTarget;

export const TARGET_KINDS = ["pubsub", "http", "pull"] as const satisfies readonly Target["kind"][];
export type TargetKind = (typeof TARGET_KINDS)[number];

interface Named {
  /** Unique in its service, and part of the names of documents: never given to another target. */
  readonly name: string;
  /** Syncs made for other reasons do not go there. */
  readonly reasons: readonly SyncReason[];
}

/** A Pub/Sub topic. */
export interface PubSubTarget extends Named, Topic {
  readonly kind: "pubsub";
}

/** Syncs that consumers read by offset. */
export interface PullTarget extends Named {
  readonly kind: "pull";
}

/** A server that is called for each sync. */
export interface HttpTarget extends Named {
  readonly kind: "http";
  /** May hold variables, as the values of `headers` may. */
  readonly url: string;
  readonly method: CallMethod;
  readonly headers: Readonly<Record<string, HeaderValue>>;
  readonly body: CallBody;
  readonly auth?: { readonly identityToken: { readonly audience?: string } };
  readonly signature?: { readonly secret: string; readonly previousSecret?: string };
  readonly timeoutSeconds: number;
  /** Whether its address may be private: of this machine, of a network of one's own, of the platform. */
  readonly allowPrivate: boolean;
  readonly retry: RetryRule;
  /** Undefined: in any order. */
  readonly ordered?: Order;
  readonly reply?: { readonly topic: string; readonly when: readonly ReplyWhen[] };
  /** Where syncs go that could not be delivered. */
  readonly deadLetter?: { readonly topic: string };
}

export const CALL_METHODS = ["POST", "PUT", "PATCH", "GET", "DELETE"] as const;
export type CallMethod = (typeof CALL_METHODS)[number];

/** What is sent: the sync's message, the same as a CloudEvent, or the only event of the sync as it came. */
export const CALL_BODIES = ["message", "cloudevents", "event"] as const;
export type CallBody = (typeof CALL_BODIES)[number];

/** Of which deliveries one goes out after the other: of all, or of those of the same correlation key. */
export const ORDERS = ["all", "key"] as const;
export type Order = (typeof ORDERS)[number];

/** Which answers are published: those below 400, or the others. */
export const REPLY_WHEN = ["onSuccess", "onError"] as const;
export type ReplyWhen = (typeof REPLY_WHEN)[number];

/** A value, or the name of a secret that is it. */
export type HeaderValue = string | { readonly secret: string };

export interface RetryRule {
  /** After so many attempts a delivery is undeliverable. */
  readonly maxAttempts: number;
  /** The pause after the first attempt; it doubles with each. */
  readonly firstSeconds: number;
  readonly longestSeconds: number;
}

/** The targets to which a sync made for this reason goes. */
export function targetsFor(targets: readonly Target[], reason: SyncReason): Target[] {
  return targets.filter(({ reasons }) => reasons.includes(reason));
}

/** The names of the secrets that these targets need. */
export function secretsOf(targets: readonly Target[]): Set<string> {
  const names = new Set<string>();
  for (const target of targets) {
    if (target.kind !== "http") continue;
    const { headers, signature } = target;
    for (const value of Object.values(headers))
      if (typeof value !== "string") names.add(value.secret);
    if (signature !== undefined) names.add(signature.secret);
    if (signature?.previousSecret !== undefined) names.add(signature.previousSecret);
  }
  return names;
}
