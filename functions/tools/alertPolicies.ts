/**
 * The alerts worth having, as policies of Cloud Monitoring. The compiler sees to it that each names lines,
 * fields and metrics that there are.
 */
import type { LogFields, LogName } from "../src/app/logEvents.ts";
import { MEASURES, type MeasureName } from "../src/adapters/telemetry/measures.ts";
import { linesOf } from "./logMetrics.ts";

/** How bad it is: events are lost on, stand still, or somebody should look. */
type Severity = "CRITICAL" | "ERROR" | "WARNING";

/** What people read. */
interface Words {
  readonly name: string;
  readonly title: string;
  readonly severity: Severity;
  readonly why: string;
  readonly toDo: string;
}

type FieldOf<Name extends LogName> = keyof LogFields[Name] & string;

/** What makes it ring. */
type Condition =
  | {
      readonly kind: "line";
      readonly events: readonly LogName[];
      /** Only where this field is above a value. */
      readonly above?: { readonly field: string; readonly value: number };
      /** What the notification says of the line. */
      readonly tells: readonly string[];
    }
  | {
      readonly kind: "count";
      readonly metric: MeasureName;
      readonly above: number;
      readonly withinMinutes: number;
    }
  | {
      readonly kind: "slow";
      readonly metric: MeasureName;
      readonly aboveMs: number;
      readonly forMinutes: number;
    }
  | { readonly kind: "absent"; readonly metric: MeasureName; readonly forMinutes: number };

export interface Alert extends Words {
  readonly condition: Condition;
}

/** Of a line that nobody should ever see, or one with too high a figure. */
function onLine<const Name extends LogName>({
  events,
  above,
  tells = [],
  ...words
}: Words & {
  readonly events: readonly Name[];
  readonly above?: { readonly field: FieldOf<Name>; readonly value: number };
  readonly tells?: readonly FieldOf<Name>[];
}): Alert {
  return {
    ...words,
    condition: { kind: "line", events, ...(above !== undefined && { above }), tells },
  };
}

function onMetric(condition: Exclude<Condition, { readonly kind: "line" }>, words: Words): Alert {
  return { ...words, condition };
}

/** In the order of the document. */
export const ALERTS: readonly Alert[] = [
  onLine({
    name: "configuration-refused",
    title: "the configuration is refused",
    severity: "CRITICAL",
    events: ["configuration.refused"],
    why: "Nothing serves: sources get 500, and nothing fires.",
    toDo: "Read `problems` in the line, and deploy a correct configuration, or the one before.",
  }),
  onMetric(
    { kind: "absent", metric: "sweep-duration", forMinutes: 10 },
    {
      name: "sweep-missing",
      title: "no sweep has finished for ten minutes",
      severity: "CRITICAL",
      why: "The sweep is the net under everything: what a crash or an outage leaves behind waits for it, and so do some deadlines and retries.",
      toDo: "Look at the job of the function `sweep` in Cloud Scheduler, who may call it, and the log of the function.",
    },
  ),
  onMetric(
    { kind: "count", metric: "store-errors", above: 5, withinMinutes: 5 },
    {
      name: "store-errors",
      title: "events are not stored",
      severity: "CRITICAL",
      why: "Their sources were told to send again; those that do not lose them.",
      toDo: "The cause is in `request.failed` of the same minutes: Firestore's state, its quota, the role of the functions' account.",
    },
  ),
  onLine({
    name: "oldest-unpublished",
    title: "a sync has not been published for ten minutes",
    severity: "CRITICAL",
    events: ["sweep.finished"],
    above: { field: "oldestUnpublishedSeconds", value: 600 },
    tells: ["oldestUnpublishedSeconds"],
    why: "What fired does not reach its consumers. Nothing is lost: it goes out by itself once it can.",
    toDo: "`sync.publishFailed` has the error: the topic, or the role of the functions' account on it.",
  }),
  onLine({
    name: "overdue",
    title: "something has waited for more than an hour",
    severity: "CRITICAL",
    events: ["outbox.overdue", "delivery.overdue"],
    tells: ["service", "syncId", "ageSeconds"],
    why: "All that tries again by itself has done so in vain, or nobody comes for it.",
    toDo: "Read `lastError` of the sync or of the delivery, and the sweeps' own errors.",
  }),
  onLine({
    name: "oldest-undelivered",
    title: "a sync has waited for a target for an hour",
    severity: "ERROR",
    events: ["deliveries.swept"],
    above: { field: "oldestUndeliveredSeconds", value: 3600 },
    tells: ["oldestUndeliveredSeconds"],
    why: "A target is down, paused, or cannot keep up. What waits is kept.",
    toDo: "`delivery.failed` says which target and why; `deliveries` lists what waits, and resumes a paused target.",
  }),
  onLine({
    name: "undeliverable",
    title: "a sync is undeliverable",
    severity: "ERROR",
    events: ["delivery.undeliverable"],
    tells: ["service", "target", "syncId", "status"],
    why: "Nobody tries it again by itself.",
    toDo: "Repair the target, then redrive: `POST /deliveries/<service>/redrive`.",
  }),
  onLine({
    name: "dead-letter-failed",
    title: "a topic for undeliverable syncs takes none",
    severity: "ERROR",
    events: ["delivery.deadLetterFailed"],
    tells: ["service", "target", "topic"],
    why: "They are tried again, and again at the target, too.",
    toDo: "Repair the topic, or the role of the functions' account on it.",
  }),
  onLine({
    name: "target-paused",
    title: "a target is paused, or not configured any more",
    severity: "WARNING",
    events: ["target.paused", "target.unknown"],
    tells: ["service", "target"],
    why: "What is for it waits until somebody does something.",
    toDo: "Repair it and resume it, or configure it again.",
  }),
  onLine({
    name: "secrets-missing",
    title: "secrets of targets are missing",
    severity: "ERROR",
    events: ["secrets.missing"],
    why: "Deliveries that need them wait.",
    toDo: "Look at the secret that `SECRETS` names, at the names in it, and at who may read it.",
  }),
  onMetric(
    { kind: "count", metric: "sweep-errors", above: 3, withinMinutes: 10 },
    {
      name: "sweep-errors",
      title: "steps of the sweep keep failing",
      severity: "ERROR",
      why: "One failure is made up for a minute later; several are none that pass.",
      toDo: "`sweep.stepFailed` has the step, the service and the error.",
    },
  ),
  onMetric(
    { kind: "count", metric: "claims-handed-over", above: 20, withinMinutes: 30 },
    {
      name: "claims-unfinished",
      title: "a large sync does not come to its end",
      severity: "ERROR",
      why: "It is handed over every 45 seconds; a million events take a few minutes.",
      toDo: "`sync.begun` and `sync.handedOver` say how many events it has; look for errors of `checkWindow` and `sweep` beside them.",
    },
  ),
  onMetric(
    { kind: "count", metric: "requests-failed", above: 10, withinMinutes: 5 },
    {
      name: "requests-failed",
      title: "requests are answered with 5xx",
      severity: "ERROR",
      why: "Sources and operators are sent away, and have to come again.",
      toDo: "`request.failed` has the code and the cause.",
    },
  ),
  onMetric(
    { kind: "slow", metric: "fire-delay", aboveMs: 60_000, forMinutes: 10 },
    {
      name: "fire-delay",
      title: "syncs are made more than a minute late",
      severity: "WARNING",
      why: "A trigger takes a second as a rule. Later ones come from the sweep, or from a backlog.",
      toDo: "Look at the instances of `checkWindow` (its maximum, its errors), and at Eventarc's backlog.",
    },
  ),
  onLine({
    name: "filter-failed",
    title: "a filter has no value for an event",
    severity: "WARNING",
    events: ["event.filterFailed"],
    tells: ["service", "eventKey"],
    why: "The event is stored and does not count.",
    toDo: "Read `ignored.detail` of the event; correct the filter or the source.",
  }),
  onLine({
    name: "alarm-failed",
    title: "alarms cannot be set",
    severity: "WARNING",
    events: ["alarm.failed"],
    tells: ["service", "error"],
    why: "Deadlines and retries are left to the sweep: up to three minutes late.",
    toDo: "Give the functions' account the roles for alarms; look at the queue `alarm` in Cloud Tasks.",
  }),
  onLine({
    name: "documents-damaged",
    title: "a document cannot be read",
    severity: "ERROR",
    events: [
      "pending.unreadable",
      "pending.setAside",
      "sync.setAside",
      "delivery.setAside",
      "event.unreadable",
    ],
    tells: ["service"],
    why: "Somebody has changed or removed what only EventSync may: that event, sync or delivery is left out.",
    toDo: "Look at the document that the line names, and at who may write to the database.",
  }),
  onLine({
    name: "documents-newer",
    title: "documents of a newer version are left alone",
    severity: "WARNING",
    events: ["documents.leftAlone"],
    tells: ["kind", "count"],
    why: "Minutes of it belong to a roll-out. After a rollback what they stand for waits.",
    toDo: "Deploy the newer version again.",
  }),
  onMetric(
    { kind: "count", metric: "failures", above: 50, withinMinutes: 10 },
    {
      name: "failures",
      title: "many errors are logged",
      severity: "ERROR",
      why: "Whatever the alerts above do not know.",
      toDo: "The metric tells the lines apart by `event`; the table of the log says what each means.",
    },
  ),
];

/** All that alerts are about, the lines of their metrics among them. */
export function linesWatched(): Set<string> {
  return new Set(
    ALERTS.flatMap(({ condition }): readonly string[] => {
      if (condition.kind === "line") return condition.events;
      const events = MEASURES.find(({ name }) => name === condition.metric)?.events ?? [];
      return events === "errors" ? [] : events;
    }),
  );
}

/** When it rings, in words. */
export function thresholdOf({ condition }: Alert): string {
  switch (condition.kind) {
    case "line": {
      const names = condition.events.map((event) => `\`${event}\``).join(", ");
      const { above } = condition;
      return above === undefined
        ? `any ${names}`
        : `${names} with \`${above.field}\` above ${String(above.value)}`;
    }
    case "count":
      return `more than ${String(condition.above)} in ${String(condition.withinMinutes)} minutes, by \`${condition.metric}\``;
    case "slow":
      return `95 % of \`${condition.metric}\` within more than ${String(condition.aboveMs / 1000)} s, for ${String(condition.forMinutes)} minutes`;
    case "absent":
      return `no \`${condition.metric}\` for ${String(condition.forMinutes)} minutes`;
  }
}

/** An alert, as `gcloud monitoring policies create --policy-from-file` takes it. */
export function policyOf(alert: Alert): object {
  const { name, title, severity, why, toDo, condition } = alert;
  return {
    displayName: `EventSync: ${title}`,
    documentation: { content: `${why}\n\n${toDo}`, mimeType: "text/markdown" },
    userLabels: { application: "eventsync", alert: name },
    severity,
    combiner: "OR",
    conditions: [{ displayName: title, ...conditionOf(condition) }],
    alertStrategy: {
      // Of lines Cloud Monitoring wants to know how often it may tell of one.
      ...(condition.kind === "line" && { notificationRateLimit: { period: "1800s" } }),
      autoClose: "3600s",
    },
  };
}

function conditionOf(condition: Condition): object {
  switch (condition.kind) {
    case "line": {
      const { events, above, tells } = condition;
      const only = above && `jsonPayload.${above.field}>${String(above.value)}`;
      return {
        conditionMatchedLog: {
          filter: [linesOf(events), ...(only === undefined ? [] : [only])].join(" AND "),
          ...(tells.length > 0 && {
            labelExtractors: Object.fromEntries(
              tells.map((field) => [field, `EXTRACT(jsonPayload.${field})`]),
            ),
          }),
        },
      };
    }
    case "count":
      return {
        conditionThreshold: {
          filter: metricFilter(condition.metric),
          comparison: "COMPARISON_GT",
          thresholdValue: condition.above,
          duration: "0s",
          aggregations: [
            aggregation(condition.metric, condition.withinMinutes, "ALIGN_DELTA", "REDUCE_SUM"),
          ],
        },
      };
    case "slow":
      return {
        conditionThreshold: {
          filter: metricFilter(condition.metric),
          comparison: "COMPARISON_GT",
          thresholdValue: condition.aboveMs,
          duration: `${String(condition.forMinutes * 60)}s`,
          aggregations: [aggregation(condition.metric, 5, "ALIGN_PERCENTILE_95", "REDUCE_MAX")],
        },
      };
    case "absent":
      return {
        conditionAbsent: {
          filter: metricFilter(condition.metric),
          duration: `${String(condition.forMinutes * 60)}s`,
          aggregations: [
            {
              alignmentPeriod: "60s",
              perSeriesAligner: "ALIGN_DELTA",
              crossSeriesReducer: "REDUCE_COUNT",
            },
          ],
        },
      };
  }
}

/** What `docs/metrics` is applied as. */
function metricFilter(metric: MeasureName): string {
  return `resource.type = "cloud_run_revision" AND metric.type = "logging.googleapis.com/user/eventsync-${metric}"`;
}

/** By service, where the metric tells services apart. */
function aggregation(
  metric: MeasureName,
  minutes: number,
  perSeriesAligner: string,
  crossSeriesReducer: string,
): object {
  const labels: readonly string[] = MEASURES.find(({ name }) => name === metric)?.labels ?? [];
  return {
    alignmentPeriod: `${String(minutes * 60)}s`,
    perSeriesAligner,
    crossSeriesReducer,
    ...(labels.includes("service") && { groupByFields: ["metric.label.service"] }),
  };
}
