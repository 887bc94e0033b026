/** What the functions answer, as far as the page shows it. Times are ISO 8601. */

export interface EndpointStand {
  readonly eventKey: string;
  readonly have: number;
  readonly need: number;
  readonly satisfied: boolean;
  /** There are more than were counted. */
  readonly isAtLeast?: boolean;
  readonly firstEventAt: string | null;
  readonly lastEventAt: string | null;
}

export interface WindowStand {
  readonly key?: string;
  readonly isOpen: boolean;
  readonly firstEventAt: string | null;
  readonly lastEventAt: string | null;
  readonly expiresAt: string | null;
  readonly deadlineAt: string | null;
  readonly endpoints: readonly EndpointStand[];
  /** In words; null: complete. */
  readonly missing: string | null;
  /** Syncs that the next check makes; this window is the first of them. */
  readonly due: number;
  readonly isClaiming?: boolean;
}

export interface DeliveryStand {
  readonly target: string;
  readonly kind: string;
  readonly state: string;
  readonly attempt: number;
  readonly doneAt?: string;
  readonly error?: string;
  readonly status?: number;
}

export interface SyncStand {
  readonly syncId: string;
  readonly eventID: string;
  readonly key?: string;
  readonly reason: string;
  readonly complete: boolean;
  readonly createdAt: string;
  readonly numberOfEvents: number;
  readonly state: string;
  readonly topic?: string;
  readonly destination?: string;
  readonly attempt: number;
  readonly messageId?: string;
  readonly publishedAt?: string;
  readonly error?: string;
  readonly nextAttemptAt?: string;
  readonly deliveries: readonly DeliveryStand[];
}

export interface TargetStand {
  readonly target: string;
  readonly kind: string;
  readonly paused: boolean;
  readonly reason?: string;
  readonly since?: string;
  readonly waiting: number;
  readonly undeliverable: number;
}

export interface Status {
  readonly service: string;
  readonly now: string;
  readonly rule: readonly string[];
  readonly isKeyed: boolean;
  readonly trigger: "window" | "manual";
  readonly observationPeriodSeconds: number;
  readonly resetAt: string | null;
  readonly windows: readonly WindowStand[];
  readonly next: string | null;
  readonly syncs: readonly SyncStand[];
  readonly undelivered: { readonly count: number; readonly oldestAt: string | null };
  readonly undeliverable: { readonly count: number };
  readonly targets: readonly TargetStand[];
}

export interface EventStand {
  readonly eventId: string;
  readonly eventKey: string;
  readonly receivedAt: string;
  readonly key?: string;
  readonly ignored?: Ignored;
  readonly size?: number;
}

export interface Ignored {
  readonly reason: string;
  readonly detail?: string;
}

/** All of an event: what else it has is shown by its name. */
export type FullEvent = Readonly<Record<string, unknown>> & EventStand;

export interface TimelineEntry {
  readonly at: string;
  readonly what: string;
  readonly [fact: string]: unknown;
}

/** What an endpoint fell short by. */
export interface Shortfall {
  readonly eventKey: string;
  readonly have: number;
  readonly need: number;
}

/** An event of a sync; of one that is not kept any more no more than its name is known. */
export type Member =
  FullEvent | { readonly eventId: string; readonly eventKey: string; readonly kept: false };

export interface FullSync extends SyncStand {
  readonly missing: readonly Shortfall[];
  readonly deadlineAt: string | null;
  readonly endpoints: readonly {
    readonly eventKey: string;
    readonly minNbOfOccurrence: number;
    readonly numberOfEvents: number;
  }[];
  readonly events: readonly Member[];
  readonly next: string | null;
  readonly timeline: readonly TimelineEntry[];
}

export interface AttemptRecord {
  readonly at: string;
  readonly attempt: number;
  readonly durationMs: number;
  readonly status?: number;
  readonly error?: string;
  readonly answer?: string;
}

export interface Delivery {
  readonly syncId: string;
  readonly target: string;
  readonly kind: string;
  readonly state: string;
  readonly reason: string;
  readonly eventID: string;
  readonly key?: string;
  readonly createdAt: string;
  readonly attempt: number;
  readonly nextAttemptAt?: string;
  readonly offset?: number;
  readonly doneAt?: string;
  readonly lastAttempt?: AttemptRecord;
  readonly attempts?: readonly AttemptRecord[];
}

/** The public view of a service's configuration. */
export interface ServiceView {
  readonly serviceName: string;
  readonly endpoints: readonly {
    readonly eventKey: string;
    readonly acceptedHttpMethods: readonly string[];
    readonly minNbOfOccurrence: number;
    readonly key?: KeyPlace;
  }[];
  readonly correlation?: { readonly key: KeyPlace };
  readonly trigger: { readonly type: string; readonly observationPeriod: number };
  readonly targets?: readonly (Readonly<Record<string, unknown>> & {
    readonly kind: string;
    readonly signature?: object;
  })[];
}

export type KeyPlace = Readonly<
  Partial<Record<"header" | "queryParam" | "body" | "cloudEvent" | "pubSubAttribute", string>>
>;

export interface ConfigProblem {
  readonly path: string;
  readonly message: string;
}

export interface Validation {
  readonly valid: boolean;
  readonly problems: readonly ConfigProblem[];
  /** Paths that nothing reads: probably typing mistakes. */
  readonly ignored: readonly string[];
  readonly services?: readonly { readonly serviceName: string; readonly rule: readonly string[] }[];
}
