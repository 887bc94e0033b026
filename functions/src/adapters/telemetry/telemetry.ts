import { randomUUID } from "node:crypto";
import {
  context,
  metrics,
  trace,
  type MeterProvider,
  type TracerProvider,
} from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { OTLPMetricExporter } from "@opentelemetry/exporter-metrics-otlp-http";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
  type Resource,
} from "@opentelemetry/resources";
import {
  MeterProvider as SdkMeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import { BasicTracerProvider, BatchSpanProcessor } from "@opentelemetry/sdk-trace-base";
import type { CallTarget } from "../../app/delivery/parts.ts";
import type { Caller } from "../../app/ports/caller.ts";
import type { Publisher } from "../../app/ports.ts";
import { makeCaller } from "../targets/http/caller.ts";
import { makeMetadata } from "../targets/http/metadata.ts";
import { isGoogles, makeAuthorization } from "./accessToken.ts";
import { makeFlushing } from "./flush.ts";
import { makeMetrics, type Line } from "./metrics.ts";
import {
  inInvocation,
  tracedCaller,
  tracedCallTarget,
  tracedPublisher,
  type Invocation,
} from "./spans.ts";

/** OpenTelemetry: loaded only where an endpoint for it is configured. */
export interface Telemetry {
  /** Counts a line of the log. */
  readonly tell: (line: Line) => void;
  /** Runs the work of a function in a span, and sends what there is to send before it ends. */
  readonly invocation: <T>(invocation: Invocation, work: () => Promise<T>) => Promise<T>;
  readonly publisher: (publisher: Publisher) => Publisher;
  readonly caller: (caller: Caller) => Caller;
  readonly callTarget: (callTarget: CallTarget) => CallTarget;
}

export interface TelemetryOptions {
  /** Of the process: the variables of OpenTelemetry, and what the platform says of the instance. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: () => number;
  /** What could not be sent, or read. */
  readonly onFailed: (error: string) => void;
}

/** What an answer waits at most, and for how long none does after a failure. */
const FLUSH = { limitMs: 500, restMs: 30_000 } as const;

/** Between two reports of metrics; receivers want no more of one series. */
const METRICS_MS = 10_000;

const NAME = "eventsync";

/**
 * Starts what is configured: spans, metrics, or both. The exporters and the SDK read their variables
 * themselves (`OTEL_EXPORTER_OTLP_…`, `OTEL_TRACES_SAMPLER`, …).
 */
export function startTelemetry({ env, clock, onFailed }: TelemetryOptions): Telemetry {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: all } = env;
  const endpoints = {
    traces: given(env["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"]) ?? given(all),
    metrics: given(env["OTEL_EXPORTER_OTLP_METRICS_ENDPOINT"]) ?? given(all),
  };
  const authorization = makeAuthorization(
    makeMetadata(makeCaller(), env["GCE_METADATA_HOST"]),
    clock,
  );
  const optionsFor = (endpoint: string) => (isGoogles(endpoint) ? { headers: authorization } : {});
  const resource = resourceOf(env);
  const flushes: (() => Promise<void>)[] = [];

  // Only the context is everybody's. Firestore's and Pub/Sub's clients would record each of their requests.
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  let tracers: TracerProvider = trace.getTracerProvider();
  let meters: MeterProvider = metrics.getMeterProvider();
  if (endpoints.traces !== undefined) {
    const exporter = new OTLPTraceExporter(optionsFor(endpoints.traces));
    const processor = new BatchSpanProcessor(exporter);
    tracers = new BasicTracerProvider({ resource, spanProcessors: [processor] });
    flushes.push(() => processor.forceFlush());
  }
  if (endpoints.metrics !== undefined) {
    const exporter = new OTLPMetricExporter(optionsFor(endpoints.metrics));
    const everyMs = Number(env["OTEL_METRIC_EXPORT_INTERVAL"]) || METRICS_MS;
    const reader = new PeriodicExportingMetricReader({
      exporter,
      exportIntervalMillis: everyMs,
      exportTimeoutMillis: everyMs,
    });
    meters = new SdkMeterProvider({ resource, readers: [reader] });
    const failure = failureOf(exporter);
    let lastMs = -Infinity;
    flushes.push(async () => {
      if (clock() < lastMs + everyMs) return;
      lastMs = clock();
      await reader.forceFlush();
      const error = failure();
      if (error !== undefined) throw error;
    });
  }

  const tracer = tracers.getTracer(NAME);
  const flushing = makeFlushing({
    ...{ ...FLUSH, clock, onFailed },
    flush: async () => {
      await Promise.all(flushes.map((flush) => flush()));
    },
  });
  return {
    tell: makeMetrics(meters.getMeter(NAME)),
    invocation: (invocation, work) => flushing(() => inInvocation(tracer, invocation, work)),
    publisher: (publisher) => tracedPublisher(tracer, publisher),
    caller: (caller) => tracedCaller(tracer, caller),
    callTarget: (callTarget) => tracedCallTarget(tracer, callTarget),
  };
}

/** The reader keeps failures to itself. @returns tells how the last export has ended */
function failureOf(exporter: OTLPMetricExporter): () => Error | undefined {
  let last: Error | undefined;
  const send = exporter.export.bind(exporter);
  exporter.export = (items, done) => {
    send(items, (result) => {
      last = result.error;
      done(result);
    });
  };
  return () => last;
}

/** An empty variable is none. */
function given(value: string | undefined): string | undefined {
  return value === undefined || value.trim() === "" ? undefined : value;
}

/** Who speaks: what `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES` say comes first. */
function resourceOf(env: TelemetryOptions["env"]): Resource {
  const { K_SERVICE: name, K_REVISION: version, GCLOUD_PROJECT: project } = env;
  const own = resourceFromAttributes({
    "service.name": NAME,
    // Each instance counts for itself.
    "service.instance.id": randomUUID(),
    ...(name !== undefined && { "faas.name": name }),
    ...(version !== undefined && { "faas.version": version }),
    // Google Cloud's endpoint asks for it.
    ...(project !== undefined && { "gcp.project_id": project }),
  });
  return defaultResource()
    .merge(own)
    .merge(detectResources({ detectors: [envDetector] }));
}
