import type { Attributes, Meter } from "@opentelemetry/api";
import type { LogName, Severity } from "../../app/logEvents.ts";
import { MEASURES, type Measure } from "./measures.ts";

/** A line of the log. */
export interface Line {
  readonly severity: Severity;
  readonly event: LogName;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** From 5 ms to three hours: a sync may wait for its topic, and a store be slow. */
const BOUNDARIES_SECONDS = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600, 10_800,
];

/** Counts lines of the log, and measures what they say. */
export function makeMetrics(meter: Meter): (line: Line) => void {
  const byEvent = new Map<string, ((line: Line) => void)[]>();
  for (const one of MEASURES) {
    const record = recorder(meter, one);
    for (const event of one.events === "errors" ? [ERRORS] : one.events) {
      byEvent.set(event, [...(byEvent.get(event) ?? []), record]);
    }
  }
  return (line) => {
    for (const record of byEvent.get(line.event) ?? []) record(line);
    if (line.severity !== "error") return;
    for (const record of byEvent.get(ERRORS) ?? []) record(line);
  };
}

/** No line has this name. */
const ERRORS = "";

function recorder(meter: Meter, measure: Measure): (line: Line) => void {
  const { where, field, labels } = measure;
  const record = instrument(meter, measure);
  return ({ event, fields }) => {
    if (Object.entries(where).some(([name, value]) => fields[name] !== value)) return;
    const value = field === undefined ? 1 : fields[field];
    if (typeof value !== "number") return;
    record(value, labelsOf(labels, { ...fields, event }));
  };
}

function labelsOf(labels: readonly string[], fields: Line["fields"]): Attributes {
  return Object.fromEntries(
    labels.flatMap((label) => {
      const value = fields[label];
      return typeof value === "string" ? [[label, value]] : [];
    }),
  );
}

/** Named and measured as OpenTelemetry does it: with points, in seconds. */
function instrument(
  meter: Meter,
  { kind, name: dashed, description: text }: Measure,
): (value: number, attributes: Attributes) => void {
  const name = `eventsync.${dashed.replaceAll("-", ".")}`;
  const description = text.replace(/^Milliseconds/, "Seconds");
  switch (kind) {
    case "count": {
      const counter = meter.createCounter(name, { description });
      return (value, attributes) => {
        counter.add(value, attributes);
      };
    }
    case "duration": {
      const advice = { explicitBucketBoundaries: BOUNDARIES_SECONDS };
      const histogram = meter.createHistogram(name, { description, unit: "s", advice });
      return (value, attributes) => {
        histogram.record(value / 1000, attributes);
      };
    }
    case "age": {
      const gauge = meter.createGauge(name, { description, unit: "s" });
      return (value, attributes) => {
        gauge.record(value, attributes);
      };
    }
  }
}
