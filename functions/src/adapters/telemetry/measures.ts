import type { LogFields, LogName } from "../../app/logEvents.ts";

/**
 * Every metric there is, read off the lines of the log: by OpenTelemetry where that is configured, and as
 * log-based metrics of Cloud Monitoring (`tools/logMetrics.ts` writes those from here). The compiler sees to
 * it that each reads lines and fields that are logged.
 */
export interface Measure {
  /** Words with dashes between them. */
  readonly name: string;
  readonly description: string;
  /** `count` of lines; `duration`: a field in milliseconds; `age`: the last value of a field in seconds. */
  readonly kind: "count" | "duration" | "age";
  /** The lines; `errors` are all that are logged as errors. */
  readonly events: readonly LogName[] | "errors";
  readonly field?: string;
  /** Only lines with these values. */
  readonly where: Readonly<Record<string, string>>;
  /** The metric is told apart by these fields; `event` is the name of the line. */
  readonly labels: readonly string[];
}

/** Fields that every one of the lines has, if only sometimes. */
type FieldOf<Name extends LogName> = keyof LogFields[Name] & string;

interface Source<Name extends LogName> {
  readonly name: string;
  readonly description: string;
  readonly events: readonly Name[];
  readonly where?: Partial<Record<FieldOf<Name>, string>>;
  readonly labels?: readonly FieldOf<Name>[];
}

const measure = <const Name extends LogName, const Text extends string>(
  kind: Measure["kind"],
  { where = {}, labels = [], ...source }: Source<Name> & { readonly name: Text },
  field?: FieldOf<Name>,
) => ({ ...source, kind, where, labels, ...(field !== undefined && { field }) });

export const MEASURES = [
  measure("count", {
    name: "events-stored",
    description: "Events that were stored and count.",
    events: ["event.stored"],
    labels: ["service", "eventKey"],
  }),
  measure("count", {
    name: "events-repeated",
    description: "Events that their source had sent before; they count once.",
    events: ["event.repeated"],
    labels: ["service", "eventKey"],
  }),
  measure("count", {
    name: "events-ignored",
    description: "Events that were stored and do not count.",
    events: ["event.ignored", "event.filterFailed"],
    labels: ["service", "eventKey"],
  }),
  measure(
    "duration",
    {
      name: "store-duration",
      description: "Milliseconds from the receipt of an event until it is stored.",
      events: ["event.stored", "event.ignored", "event.filterFailed"],
      labels: ["service"],
    },
    "durationMs",
  ),
  measure("count", {
    name: "store-errors",
    description: "Events that the store did not take; their sources were told to send again.",
    events: ["event.storeFailed"],
    labels: ["service"],
  }),
  measure("count", {
    name: "requests-refused",
    description: "Requests that were answered with 4xx.",
    events: ["request.refused"],
    labels: ["code"],
  }),
  measure("count", {
    name: "requests-failed",
    description: "Requests that were answered with 5xx.",
    events: ["request.failed"],
    labels: ["code"],
  }),
  measure("count", {
    name: "checks-waiting",
    description: "Checks of a window that found its condition not satisfied.",
    events: ["window.checked"],
    where: { outcome: "waiting" },
    labels: ["service"],
  }),
  measure("count", {
    name: "syncs-fired",
    description: "Syncs that were made, by reason.",
    events: ["sync.claimed"],
    labels: ["service", "reason"],
  }),
  measure(
    "duration",
    {
      name: "fire-delay",
      description:
        "Milliseconds from the last event of a sync, or its deadline, until it was made.",
      events: ["sync.claimed"],
      labels: ["service", "reason"],
    },
    "lagMs",
  ),
  measure("count", {
    name: "syncs-discarded",
    description: "Windows that their deadline closed, and whose rule asks for no message then.",
    events: ["sync.discarded"],
    labels: ["service"],
  }),
  measure(
    "duration",
    {
      name: "delivery-duration",
      description: "Milliseconds from the claim of a sync until its message is out.",
      events: ["sync.published"],
      labels: ["service"],
    },
    "durationMs",
  ),
  measure("count", {
    name: "delivery-errors",
    description: "Attempts to send a message that failed; each is repeated.",
    events: ["sync.publishFailed"],
    labels: ["service"],
  }),
  measure("count", {
    name: "claims-handed-over",
    description: "Times that the claim of a large sync was left to the next check or sweep.",
    events: ["sync.handedOver"],
    labels: ["service"],
  }),
  measure(
    "age",
    {
      name: "oldest-unpublished",
      description: "Seconds since the oldest sync was made that is not published; 0 if all are.",
      events: ["sweep.finished"],
    },
    "oldestUnpublishedSeconds",
  ),
  measure(
    "duration",
    {
      name: "target-duration",
      description: "Milliseconds of the attempt by which a sync has arrived at one of the targets.",
      events: ["delivery.done"],
      labels: ["service", "target"],
    },
    "durationMs",
  ),
  measure(
    "duration",
    {
      name: "target-latency",
      description:
        "Milliseconds from the claim of a sync until it has arrived at one of the targets.",
      events: ["delivery.done"],
      labels: ["service", "target"],
    },
    "latencyMs",
  ),
  measure("count", {
    name: "target-errors",
    description: "Attempts to deliver a sync to one of the targets that failed, the last ones too.",
    events: ["delivery.failed", "delivery.undeliverable"],
    labels: ["service", "target"],
  }),
  measure("count", {
    name: "target-undeliverable",
    description: "Deliveries whose last attempt failed, too: somebody has to redrive them.",
    events: ["delivery.undeliverable"],
    labels: ["service", "target"],
  }),
  measure(
    "age",
    {
      name: "oldest-undelivered",
      description:
        "Seconds since the oldest sync was made that waits for a target; 0 if none does.",
      events: ["deliveries.swept"],
    },
    "oldestUndeliveredSeconds",
  ),
  measure(
    "duration",
    {
      name: "sweep-duration",
      description: "Milliseconds that a sweep took; one begins every minute.",
      events: ["sweep.finished"],
    },
    "durationMs",
  ),
  measure("count", {
    name: "sweep-errors",
    description: "Steps of a sweep that failed or did not end.",
    events: ["sweep.stepFailed"],
    labels: ["step"],
  }),
  measure(
    "duration",
    {
      name: "cleanup-duration",
      description:
        "Milliseconds that a sweep took to remove the markers of events that no longer count.",
      events: ["sweep.finished"],
    },
    "expireMs",
  ),
  measure("count", {
    name: "cleanup-errors",
    description: "Sweeps that could not remove the expired markers of a service.",
    events: ["sweep.stepFailed"],
    where: { step: "expire" },
  }),
  {
    kind: "count",
    name: "failures",
    description: "Whatever was logged as an error, by what it was.",
    events: "errors",
    where: {},
    labels: ["event"],
  },
] as const satisfies readonly Measure[];

export type MeasureName = (typeof MEASURES)[number]["name"];
