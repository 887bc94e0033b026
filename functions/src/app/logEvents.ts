import type { Shortfall } from "../domain/condition.ts";
import type { ErrorCode } from "../domain/errors.ts";
import type { SyncReason } from "../domain/sync.ts";
import type { windowFacts } from "../domain/window.ts";
import type { DeliveryReport } from "./delivery/report.ts";
import type { SweepReport } from "./sweep.ts";

/**
 * Every line that is ever logged: its name, what happened, in the past tense; its severity; its fields. A
 * `Log` takes nothing else, and the table in `docs/OPERATIONS.md` is made from here (`npm run schema`).
 *
 * Only types of this are used where it runs; nothing of it is loaded then.
 */
export type LogFields = {
  /** What an instance runs with: the public view of it, nothing else. */
  "configuration.loaded": { readonly services: readonly object[] };
  "configuration.keyIgnored": { readonly key: string; readonly nearest?: string };
  "configuration.refused": { readonly problems: readonly object[]; readonly report: string };
  "event.stored": StoredFacts;
  "event.ignored": StoredFacts & { readonly reason: string };
  "event.filterFailed": StoredFacts;
  "event.storeFailed": {
    readonly service: string;
    readonly eventKey: string;
    readonly durationMs: number;
  };
  "event.repeated": EventFacts & { readonly eventKey: string };
  "event.unreadable": EventFacts & { readonly problem: "missing" | "malformed" };
  "window.checked": WindowFacts & {
    readonly outcome: "waiting" | "nothingNew";
    readonly missing?: readonly Shortfall[];
    readonly isOwned?: true;
  };
  "service.reset": WindowFacts;
  "trigger.windowFailed": WindowFacts & { readonly error: string };
  "sync.begun": ClaimedFacts;
  "sync.handedOver": ClaimedFacts;
  "sync.claimed": ClaimedFacts & {
    /** Since the last of its events was received, or its deadline passed; none where somebody asked for it. */
    readonly lagMs?: number;
  };
  "sync.contended": ClaimFacts;
  "sync.exists": ClaimFacts;
  "sync.published": AttemptFacts & {
    readonly topic: string;
    readonly messageId: string;
    readonly truncated: number | undefined;
    /** Of the trace that the message carries. */
    readonly traceId?: string;
    /** Since it was claimed. */
    readonly durationMs: number;
  };
  "sync.publishFailed": AttemptFacts & {
    readonly topic: string;
    readonly error: string;
    readonly ageSeconds: number;
    readonly retryAt: string;
  };
  /** The deadline of its window passed, and its rule asks for no message. */
  "sync.discarded": AttemptFacts & {
    readonly numberOfEvents: Readonly<Record<string, number>>;
    readonly missing: readonly Shortfall[];
  };
  "sync.postponed": AttemptFacts & { readonly reason: string };
  /** Somebody asked for it; what was published before stays as it is. */
  "sync.resent": SyncFacts & {
    readonly eventID: string;
    readonly topic: string;
    readonly messageId: string;
  };
  "sync.kept": SyncFacts & { readonly until: string };
  "sync.keepFailed": SyncFacts & { readonly error: string };
  "sync.markFailed": AttemptFacts & { readonly messageId: string; readonly error: string };
  "sync.setAside": SyncFacts & { readonly error: string };
  "sweep.finished": Omit<SweepReport, "deliveries">;
  "sweep.stepFailed": StepFacts;
  "sweep.stepPostponed": StepFacts;
  "outbox.overdue": SyncFacts & { readonly ageSeconds: number };
  "receipts.noted": {
    readonly service: string;
    readonly new: number;
    readonly repeated: number;
    readonly unknown: number;
  };
  "delivery.unreadable": { readonly deliveryId: string; readonly error?: string };
  "delivery.refused": {
    readonly deliveryId: string;
    readonly code: ErrorCode;
    readonly error: string;
  };
  "delivery.done": DeliveryFacts & {
    readonly durationMs: number;
    /** Since its sync was claimed. */
    readonly latencyMs: number;
    readonly status?: number;
  };
  "delivery.failed": DeliveryFacts & {
    readonly durationMs: number;
    readonly status?: number;
    readonly error?: string;
    readonly ageSeconds: number;
    readonly retryAt: string;
  };
  "delivery.undeliverable": DeliveryFacts & {
    readonly status?: number;
    readonly error?: string;
    readonly ageSeconds: number;
  };
  "delivery.postponed": DeliveryFacts & { readonly reason: string };
  "delivery.markFailed": DeliveryFacts & { readonly error: string };
  "delivery.deadLetterFailed": DeliveryFacts & { readonly topic: string; readonly error: string };
  "delivery.setAside": {
    readonly service: string;
    readonly delivery: string;
    readonly error: string;
  };
  "delivery.overdue": DeliveryFacts & { readonly ageSeconds: number };
  "deliveries.numbered": TargetFacts & { readonly count: number; readonly last: number };
  "deliveries.swept": Pick<DeliveryReport, keyof DeliveryReport> & {
    /** Of all that waits for a target; 0 if nothing does. */
    readonly oldestUndeliveredSeconds: number;
  };
  "target.paused": TargetFacts & { readonly reason: string };
  "target.resumed": TargetFacts & { readonly brought: number };
  "deliveries.redriven": TargetFacts & { readonly count: number };
  "target.unknown": TargetFacts & { readonly count: number };
  "alarm.failed": WindowFacts & { readonly at: string; readonly error: string };
  "alarm.ignored": WindowFacts & { readonly problem: string };
  "alarm.unreadable": Readonly<Record<string, never>>;
  "pending.ahead": EventFacts & { readonly receivedAt: string };
  "pending.deferred": EventFacts & { readonly problem: string };
  "pending.ignored": EventFacts & { readonly problem: string };
  "pending.unreadable": EventFacts;
  "pending.setAside": EventFacts;
  "documents.leftAlone": {
    readonly service?: string;
    readonly kind: "event" | "pending" | "sync" | "delivery" | "lane";
    readonly count: number;
  };
  "secrets.missing": { readonly missing: readonly string[]; readonly error?: string };
  "request.refused": { readonly code: ErrorCode; readonly detail: string };
  "request.failed": { readonly code: ErrorCode; readonly error: string };
  "telemetry.failed": { readonly error: string };
};

type EventFacts = { readonly service: string; readonly key?: string; readonly eventId: string };
type StoredFacts = EventFacts & {
  readonly eventKey: string;
  readonly size: number;
  /** From receipt to the answer of the store. */
  readonly durationMs: number;
};
type WindowFacts = ReturnType<typeof windowFacts>;
type SyncFacts = WindowFacts & { readonly syncId: string };
type ClaimFacts = WindowFacts & {
  readonly reason: SyncReason | undefined;
  readonly syncId?: string;
};
/** A sync, as far as it is claimed. */
export type ClaimedFacts = SyncFacts & {
  readonly eventID: string;
  readonly reason: SyncReason | undefined;
  readonly numberOfEvents: Readonly<Record<string, number>>;
};
/** An attempt to publish. */
export type AttemptFacts = SyncFacts & { readonly eventID: string; readonly attempt: number };
export type TargetFacts = { readonly service: string; readonly target: string };
/** An attempt to deliver. */
export type DeliveryFacts = AttemptFacts & { readonly target: string };
/** A step of a sweep. */
export type StepFacts = {
  readonly step: string;
  readonly service?: string;
  readonly target?: string;
  readonly key?: string;
  readonly syncId?: string;
  readonly error: string;
};

export type LogName = keyof LogFields;
export type Severity = "info" | "warn" | "error";

/** In the order of the table. */
export const LOG_EVENTS = {
  "configuration.loaded": { severity: "info", meaning: "what an instance runs with" },
  "configuration.keyIgnored": {
    severity: "warn",
    meaning: "a key that nothing reads",
    toDo: "correct the spelling",
  },
  "configuration.refused": {
    severity: "error",
    meaning: "nothing serves; all problems are listed",
    toDo: "deploy a correct one",
  },
  "event.stored": {
    severity: "info",
    meaning: "an event; with its `size` in a message, and how long storing it took (`durationMs`)",
  },
  "event.ignored": {
    severity: "info",
    meaning: "an event that is stored and does not count, with the reason",
  },
  "event.filterFailed": {
    severity: "warn",
    meaning:
      "the endpoint's filter has no value for an event, which is stored and does not count; why is in the event's document, `ignored.detail`",
    toDo: "alert on it; correct the filter or the source",
  },
  "event.storeFailed": {
    severity: "error",
    meaning:
      "the store did not take an event, after `durationMs`; its source was told to send again",
    toDo: "alert on it; the cause is in `request.failed`",
  },
  "event.repeated": { severity: "info", meaning: "a redelivery; nothing has changed" },
  "window.checked": {
    severity: "info",
    meaning:
      "why nothing fired: `missing` has endpoint, `have` and `need`; `isOwned` where a large sync under way has a part of the window",
  },
  "service.reset": {
    severity: "info",
    meaning: "what was received before does not count any more: of that key, or of the service",
  },
  "trigger.windowFailed": {
    severity: "error",
    meaning:
      "a manual trigger over all keys could not close this window; it went on with the others",
    toDo: "call it again",
  },
  "sync.begun": {
    severity: "info",
    meaning: "a sync of more events than one commit takes is being claimed; with how many it has",
  },
  "sync.handedOver": {
    severity: "info",
    meaning: "time was up for such a claim: another check or sweep goes on with it",
  },
  "sync.claimed": {
    severity: "info",
    meaning:
      "events became a sync; for which `reason`, and how long after its last event or its deadline (`lagMs`)",
  },
  "sync.contended": { severity: "info", meaning: "another check was faster" },
  "sync.exists": { severity: "info", meaning: "kept events that are a sync already" },
  "sync.published": {
    severity: "info",
    meaning:
      "with `messageId`, `eventID`, the time since it was claimed (`durationMs`) and, if any, how many were `truncated` and the `traceId` that the message carries",
  },
  "sync.publishFailed": {
    severity: "error",
    meaning:
      "with the error, its age (`ageSeconds`) and when it is tried again (30 s, doubling up to an hour)",
    toDo: "alert on it; repair topic or role, and it goes out by itself",
  },
  "sync.discarded": {
    severity: "warn",
    meaning:
      "a deadline has closed a window whose rule discards it; with what it held and what was `missing`",
  },
  "sync.postponed": {
    severity: "info",
    meaning:
      "nothing is wrong: too many large messages at once for the memory of an instance; it comes up again within minutes",
  },
  "sync.resent": {
    severity: "info",
    meaning: "somebody had the message of a sync published once more (`syncs`)",
  },
  "sync.kept": {
    severity: "warn",
    meaning:
      "a sync has waited for half a day: TTL takes its events only after another `retentionPeriod`",
  },
  "sync.keepFailed": {
    severity: "error",
    meaning: "that could not be noted; the next attempt tries it again",
  },
  "sync.markFailed": {
    severity: "error",
    meaning:
      "the message is out, but that could not be noted: it comes again, with the same `eventID`",
  },
  "sweep.finished": {
    severity: "info",
    meaning:
      "what a sweep did and how long that took (`durationMs`; `expireMs` for removing what had expired, over all services), what it left to the next (`skipped`), and `oldestUnpublishedSeconds`",
    toDo: "alert on its absence",
  },
  "sweep.stepFailed": {
    severity: "error",
    meaning: "a step that failed or did not end; the others went on",
    toDo: "alert on it",
  },
  "sweep.stepPostponed": {
    severity: "warn",
    meaning:
      "a step met something that passes by itself, such as others at work on the same events; the next sweep goes on",
  },
  "outbox.overdue": {
    severity: "error",
    meaning:
      "a sync has waited for more than an hour to be published; with its `ageSeconds`, by each sweep",
    toDo: "alert on it",
  },
  "receipts.noted": {
    severity: "info",
    meaning:
      "consumers have said what they received: how many receipts are `new`, `repeated`, or of a sync that is `unknown`",
  },
  "delivery.unreadable": {
    severity: "error",
    meaning:
      "a trigger delivery that is not a Firestore event; acknowledged, since it never will be",
    toDo: "the sweep checks its window",
  },
  "delivery.refused": {
    severity: "error",
    meaning: "what a trigger delivery asked for can never succeed; acknowledged",
    toDo: "the sweep checks its window",
  },
  "delivery.done": {
    severity: "info",
    meaning:
      "a sync has arrived at a target: with the attempt, how long that took (`durationMs`), how long after the claim (`latencyMs`) and, if any, `status`",
  },
  "delivery.failed": {
    severity: "warn",
    meaning:
      "an attempt that failed: with `status` or `error`, how long it took, the age of the delivery, and when it is tried again",
  },
  "delivery.undeliverable": {
    severity: "error",
    meaning:
      "the last attempt failed, too; what is left of it is in `services/<service>/deliveries`",
    toDo: "alert on it; repair the target and redrive",
  },
  "delivery.postponed": {
    severity: "info",
    meaning:
      "nothing is wrong: there was no room for it in time, or its target was paused meanwhile; it comes up again",
  },
  "delivery.markFailed": {
    severity: "error",
    meaning: "a sync has arrived, but that could not be noted: it comes again, with the same id",
  },
  "delivery.deadLetterFailed": {
    severity: "error",
    meaning: "the topic for what is undeliverable did not take a sync: all of it is tried again",
    toDo: "repair topic or role",
  },
  "delivery.setAside": {
    severity: "error",
    meaning: "a delivery that somebody changed by hand, or whose sync is gone; it is not delivered",
    toDo: "look at its `lastError`",
  },
  "delivery.overdue": {
    severity: "error",
    meaning: "nobody has come for a delivery for more than an hour, by each sweep",
    toDo: "alert on it; a target that cannot keep up, or sweeps that fail",
  },
  "deliveries.numbered": {
    severity: "info",
    meaning: "syncs of a pull target got their offsets, up to `last`",
  },
  "deliveries.swept": {
    severity: "info",
    meaning:
      "what a sweep did for targets, only where there are any, and how long the oldest of what waits for one has waited (`oldestUndeliveredSeconds`)",
  },
  "target.paused": {
    severity: "warn",
    meaning: "a target answered 410 Gone, or somebody paused it: what is for it waits",
    toDo: "repair it and resume it",
  },
  "target.resumed": {
    severity: "info",
    meaning: "somebody resumed a target: so many deliveries and lanes come up again, at a rate",
  },
  "deliveries.redriven": {
    severity: "info",
    meaning: "somebody has so many undeliverable deliveries tried again",
  },
  "target.unknown": {
    severity: "warn",
    meaning: "so many deliveries wait for a target that is not configured any more; they are kept",
    toDo: "configure it again, or remove them",
  },
  "alarm.failed": {
    severity: "error",
    meaning:
      "the alarm for a deadline, or the next attempt of a delivery, could not be set: the sweep closes the window, a minute late as a rule, with a key up to three",
    toDo: "give the functions' account the roles for alarms",
  },
  "alarm.ignored": {
    severity: "warn",
    meaning: "an alarm of a service or target that is gone, or has no deadline any more",
  },
  "alarm.unreadable": { severity: "error", meaning: "a task that is no alarm; acknowledged" },
  "pending.ahead": {
    severity: "warn",
    meaning:
      "an event was received by a clock that is more than 10 s ahead; it, and what is further ahead, waits until its time has come",
  },
  "pending.deferred": {
    severity: "warn",
    meaning:
      "an event of a service, an endpoint or a form that this instance does not know, less than 15 minutes old: during a roll-out another may know it, so the platform delivers it again",
  },
  "pending.ignored": {
    severity: "warn",
    meaning: "the same, later: one that is not configured any more, or of a version that is gone",
  },
  "documents.leftAlone": {
    severity: "warn",
    meaning:
      "so many markers (`kind: pending`) or syncs (`kind: sync`) that a newer version has written: they are not touched",
    toDo: "after a rollback: they wait until that version is deployed again",
  },
  "pending.unreadable": {
    severity: "error",
    meaning: "a marker that somebody changed by hand; a check sets it aside",
  },
  "pending.setAside": {
    severity: "error",
    meaning: "such a marker is out of the way of its window",
    toDo: "look at `services/<service>/malformed`",
  },
  "sync.setAside": {
    severity: "error",
    meaning: "a sync that somebody changed by hand; it is not published",
    toDo: "look at its `lastError`",
  },
  "event.unreadable": {
    severity: "error",
    meaning: "an event that somebody changed or removed; its message goes out without it",
    toDo: "look at `services/<service>/events`",
  },
  "secrets.missing": {
    severity: "error",
    meaning:
      "names of secrets that targets use, and that are not there, or cannot be read; deliveries that need them wait",
    toDo: "look at the secret that `SECRETS` names, and at its roles",
  },
  "request.refused": { severity: "info", meaning: "a 4xx that was answered, with its code" },
  "request.failed": { severity: "error", meaning: "a 5xx that was answered: its code and cause" },
  "telemetry.failed": {
    severity: "warn",
    meaning:
      "spans and metrics could not be sent; nothing else depends on that, and it is tried again",
    toDo: "look at the endpoint that `OTEL_EXPORTER_OTLP_ENDPOINT` names",
  },
} as const satisfies Readonly<
  Record<LogName, { readonly severity: Severity; readonly meaning: string; readonly toDo?: string }>
>;

/** The names that are logged with a severity. */
export type LoggedAs<S extends Severity> = {
  [Name in LogName]: (typeof LOG_EVENTS)[Name]["severity"] extends S ? Name : never;
}[LogName];
