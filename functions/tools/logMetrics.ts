/**
 * The six metrics of the outbox, and two of targets, as log-based metrics of Cloud Monitoring: how long it took to store,
 * deliver and clean up, and how often that failed. The compiler sees to it that each reads lines and fields
 * that are logged.
 */
import type { LogFields, LogName } from "../src/app/logEvents.ts";

/** A metric, as `gcloud logging metrics create --config-from-file` reads it. */
export interface LogMetric {
  readonly name: string;
  readonly description: string;
  readonly filter: string;
  readonly metricDescriptor: {
    readonly metricKind: "DELTA";
    readonly valueType: "DISTRIBUTION" | "INT64";
    readonly unit: string;
    readonly labels?: readonly { readonly key: string; readonly valueType: "STRING" }[];
  };
  readonly valueExtractor?: string;
  readonly labelExtractors?: Readonly<Record<string, string>>;
  readonly bucketOptions?: object;
}

/** Fields that every one of the lines has. */
type FieldOf<Name extends LogName> = keyof LogFields[Name] & string;

interface Source<Name extends LogName> {
  readonly name: string;
  readonly description: string;
  /** The lines that are counted. */
  readonly events: readonly Name[];
  /** Only those with these values. */
  readonly where?: Partial<Record<FieldOf<Name>, string>>;
  /** The metric is told apart by these. */
  readonly labels?: readonly FieldOf<Name>[];
}

/** From a millisecond to three hours, each bucket half as large again as the one before. */
const BUCKETS = { exponentialBuckets: { numFiniteBuckets: 40, growthFactor: 1.5, scale: 1 } };

/** @param field milliseconds */
function duration<Name extends LogName>(source: Source<Name>, field: FieldOf<Name>): LogMetric {
  return {
    ...describe(source, "DISTRIBUTION", "ms"),
    valueExtractor: `EXTRACT(jsonPayload.${field})`,
    ...labelExtractors(source),
    bucketOptions: BUCKETS,
  };
}

function count<Name extends LogName>(source: Source<Name>): LogMetric {
  return { ...describe(source, "INT64", "1"), ...labelExtractors(source) };
}

function describe<Name extends LogName>(
  { name, description, events, where = {}, labels = [] }: Source<Name>,
  valueType: LogMetric["metricDescriptor"]["valueType"],
  unit: string,
): LogMetric {
  const conditions = [
    'resource.type="cloud_run_revision"',
    `jsonPayload.message=(${events.map((event) => `"${event}"`).join(" OR ")})`,
    ...Object.entries(where).map(([field, value]) => `jsonPayload.${field}="${String(value)}"`),
  ];
  const named = labels.map((key) => ({ key, valueType: "STRING" as const }));
  return {
    name,
    description,
    filter: conditions.join(" AND "),
    metricDescriptor: {
      ...{ metricKind: "DELTA", valueType, unit },
      ...(named.length > 0 && { labels: named }),
    },
  };
}

function labelExtractors<Name extends LogName>({
  labels = [],
}: Source<Name>): Pick<LogMetric, "labelExtractors"> {
  if (labels.length === 0) return {};
  const extractors = labels.map((key) => [key, `EXTRACT(jsonPayload.${key})`]);
  return { labelExtractors: Object.fromEntries(extractors) as Record<string, string> };
}

export const LOG_METRICS: readonly LogMetric[] = [
  duration(
    {
      name: "store-duration",
      description: "Milliseconds from the receipt of an event until it is stored.",
      events: ["event.stored", "event.ignored", "event.filterFailed"],
      labels: ["service"],
    },
    "durationMs",
  ),
  count({
    name: "store-errors",
    description: "Events that the store did not take; their sources were told to send again.",
    events: ["event.storeFailed"],
    labels: ["service"],
  }),
  duration(
    {
      name: "delivery-duration",
      description: "Milliseconds from the claim of a sync until its message is out.",
      events: ["sync.published"],
      labels: ["service"],
    },
    "durationMs",
  ),
  count({
    name: "delivery-errors",
    description: "Attempts to send a message that failed; each is repeated.",
    events: ["sync.publishFailed"],
    labels: ["service"],
  }),
  duration(
    {
      name: "target-duration",
      description: "Milliseconds of the attempt by which a sync has arrived at one of the targets.",
      events: ["delivery.done"],
      labels: ["service", "target"],
    },
    "durationMs",
  ),
  count({
    name: "target-errors",
    description: "Attempts to deliver a sync to one of the targets that failed, the last ones too.",
    events: ["delivery.failed", "delivery.undeliverable"],
    labels: ["service", "target"],
  }),
  duration(
    {
      name: "cleanup-duration",
      description:
        "Milliseconds that a sweep took to remove the markers of events that no longer count.",
      events: ["sweep.finished"],
    },
    "expireMs",
  ),
  count({
    name: "cleanup-errors",
    description: "Sweeps that could not remove the expired markers of a service.",
    events: ["sweep.stepFailed"],
    where: { step: "expire" },
  }),
];
