/**
 * The metrics as log-based metrics of Cloud Monitoring, for who has no receiver of OpenTelemetry. What they
 * measure is said in `src/adapters/telemetry/measures.ts`.
 */
import type { LogName } from "../src/app/logEvents.ts";
import { MEASURES, type Measure } from "../src/adapters/telemetry/measures.ts";

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

/** From one to ten million, each bucket half as large again as the one before: three hours in milliseconds. */
const BUCKETS = { exponentialBuckets: { numFiniteBuckets: 40, growthFactor: 1.5, scale: 1 } };

/** Lines of these names, as Cloud Logging is asked for them. */
export function linesOf(events: readonly LogName[]): string {
  const names = events.map((event) => `"${event}"`).join(" OR ");
  return `${RESOURCE} AND jsonPayload.message=(${names})`;
}

/** What the functions write to. */
const RESOURCE = 'resource.type="cloud_run_revision"';

/** Cloud Monitoring's log-based metrics know no last value: an age is a distribution, too. */
const UNITS = { count: "1", duration: "ms", age: "s" } as const;

function toLogMetric({
  name,
  description,
  kind,
  events,
  field,
  where,
  labels,
}: Measure): LogMetric {
  const lines = events === "errors" ? `${RESOURCE} AND severity="ERROR"` : linesOf(events);
  const conditions = Object.entries(where).map(([key, value]) => `jsonPayload.${key}="${value}"`);
  const named = labels.map((key) => ({ key, valueType: "STRING" as const }));
  const extractors = labels.map((key) => {
    const source = key === "event" ? "message" : key;
    return [key, `EXTRACT(jsonPayload.${source})`] as const;
  });
  return {
    name,
    description,
    filter: [lines, ...conditions].join(" AND "),
    metricDescriptor: {
      metricKind: "DELTA",
      valueType: field === undefined ? "INT64" : "DISTRIBUTION",
      unit: UNITS[kind],
      ...(named.length > 0 && { labels: named }),
    },
    ...(field !== undefined && { valueExtractor: `EXTRACT(jsonPayload.${field})` }),
    ...(extractors.length > 0 && { labelExtractors: Object.fromEntries(extractors) }),
    ...(field !== undefined && { bucketOptions: BUCKETS }),
  };
}

export const LOG_METRICS: readonly LogMetric[] = MEASURES.map(toLogMetric);
