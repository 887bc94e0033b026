import {
  context,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Attributes,
  type Context,
  type Link,
  type Span,
  type SpanContext,
  type Tracer,
} from "@opentelemetry/api";
import type { Attempted, CallTarget } from "../../app/delivery/parts.ts";
import type { Caller } from "../../app/ports/caller.ts";
import type { Publisher } from "../../app/ports.ts";
import type { SyncMessage } from "../../domain/syncMessage.ts";
import {
  allTraceparents,
  carriedTraceparent,
  parseTraceparent,
  type TraceParent,
} from "../../domain/traceContext.ts";

/** What made a function run. */
export interface Invocation {
  /** Of the function. */
  readonly name: string;
  readonly trigger: "http" | "datastore" | "timer";
  /** The trace context that came with it, if one did. */
  readonly traceparent: unknown;
  /** Of a request. */
  readonly method?: string | undefined;
}

/** Links of a span: as many as OpenTelemetry allows where nothing else is configured. */
const MOST_LINKS = 128;

const KIND = { http: SpanKind.SERVER, datastore: SpanKind.CONSUMER, timer: SpanKind.INTERNAL };

/**
 * A span around the work of a function, in the trace of whoever called it. It has the `status` that the work
 * comes to, if it comes to one.
 */
export async function inInvocation<T>(
  tracer: Tracer,
  { name, trigger, traceparent, method }: Invocation,
  work: () => Promise<T>,
): Promise<T> {
  const attributes = {
    "faas.trigger": trigger,
    ...(method !== undefined && { "http.request.method": method }),
  };
  const parent = parseTraceparent(traceparent);
  const options = { kind: KIND[trigger], attributes };
  const title = method === undefined ? name : `${method} ${name}`;
  return inSpan(tracer, title, options, contextOf(parent), async (span) => {
    const outcome = await work();
    const { status } = (outcome ?? {}) as { readonly status?: unknown };
    if (typeof status === "number") {
      span.setAttribute("http.response.status_code", status);
      if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
    }
    return outcome;
  });
}

/**
 * A span for each message that is published: in the trace that the message carries, and linked to those of
 * all its events and to what published it.
 */
export function tracedPublisher(tracer: Tracer, publisher: Publisher): Publisher {
  return {
    async publish(publication) {
      const { topic, messages } = publication;
      const spans = messages.map((message) => {
        const attributes = {
          "messaging.system": "gcp_pubsub",
          "messaging.operation.type": "send",
          "messaging.destination.name": topic,
          ...attributesOf(message),
        };
        const { parent, links } = tracesOf(message);
        const options = { kind: SpanKind.PRODUCER, attributes, links };
        return tracer.startSpan(`publish ${lastOf(topic)}`, options, parent);
      });
      const results = await publisher.publish(publication);
      spans.forEach((span, index) => {
        const result = results[index];
        if (result?.status === "fulfilled") {
          span.setAttribute("messaging.message.id", result.value);
        } else span.setStatus({ code: SpanStatusCode.ERROR, message: messageOf(result?.reason) });
        span.end();
      });
      return results;
    },
  };
}

/** A span around each attempt to deliver a sync to a server, with the same trace and links. */
export function tracedCallTarget(tracer: Tracer, callTarget: CallTarget): CallTarget {
  return (target, called, attempt) => {
    const { message, syncId } = called;
    const { parent, links } = tracesOf(message);
    const attributes = {
      ...attributesOf(message),
      "eventsync.target": target.name,
      "eventsync.sync_id": syncId,
      "eventsync.attempt": attempt,
    };
    const options = { kind: SpanKind.INTERNAL, attributes, links };
    return inSpan(tracer, `deliver ${target.name}`, options, parent, async (span) => {
      const attempted: Attempted = await callTarget(target, called, attempt);
      const { verdict, record } = attempted;
      if (verdict.next !== "delivered") {
        span.setStatus({ code: SpanStatusCode.ERROR, message: record.error ?? "" });
      }
      return attempted;
    });
  };
}

/** A span around each call of a server, whose trace context the call has. */
export function tracedCaller(tracer: Tracer, caller: Caller): Caller {
  return {
    call(call) {
      const url = URL.parse(call.url);
      const attributes = {
        "http.request.method": call.method,
        // Neither path nor query: they can hold anything.
        ...(url !== null && {
          "server.address": url.hostname,
          "server.port": Number(url.port) || (url.protocol === "http:" ? 80 : 443),
        }),
      };
      const options = { kind: SpanKind.CLIENT, attributes };
      return inSpan(tracer, call.method, options, context.active(), async (span) => {
        // One that is not recorded leaves the call as it is: in the trace of its events.
        const headers = span.isRecording()
          ? { ...call.headers, traceparent: traceparentOf(span.spanContext()) }
          : call.headers;
        const result = await caller.call({ ...call, headers });
        if ("error" in result) {
          // Not its message: what is secret in it is known, and taken out, only by who made the call.
          span.setAttribute("error.type", result.error);
          span.setStatus({ code: SpanStatusCode.ERROR });
        } else {
          span.setAttribute("http.response.status_code", result.status);
          if (result.status >= 400) span.setStatus({ code: SpanStatusCode.ERROR });
        }
        return result;
      });
    },
  };
}

async function inSpan<T>(
  tracer: Tracer,
  name: string,
  options: { readonly kind: SpanKind; readonly attributes: Attributes; readonly links?: Link[] },
  parent: Context,
  work: (span: Span) => Promise<T>,
): Promise<T> {
  const span = tracer.startSpan(name, options, parent);
  try {
    return await context.with(trace.setSpan(parent, span), () => work(span));
  } catch (error) {
    span.setStatus({ code: SpanStatusCode.ERROR, message: messageOf(error) });
    throw error;
  } finally {
    span.end();
  }
}

/** Where a span of a message belongs, and which traces it is linked to. */
function tracesOf(message: SyncMessage): { readonly parent: Context; readonly links: Link[] } {
  const here = context.active();
  const carried = parseTraceparent(carriedTraceparent(message));
  if (carried === undefined) return { parent: here, links: [] };
  const invocation = trace.getSpanContext(here);
  const links = [
    ...(invocation === undefined ? [] : [invocation]),
    ...allTraceparents(message, MOST_LINKS - 1).map(spanContextOf),
  ].map((spanContext) => ({ context: spanContext }));
  return { parent: contextOf(carried), links };
}

function attributesOf({ serviceName, eventID, key, completion }: SyncMessage): Attributes {
  return {
    "eventsync.service": serviceName,
    "eventsync.event_id": eventID,
    "eventsync.reason": completion.reason,
    ...(key !== undefined && { "eventsync.key": key }),
  };
}

function contextOf(parent: TraceParent | undefined): Context {
  return parent === undefined
    ? ROOT_CONTEXT
    : trace.setSpanContext(ROOT_CONTEXT, spanContextOf(parent));
}

function spanContextOf({ traceId, spanId, isSampled }: TraceParent): SpanContext {
  const traceFlags = isSampled ? TraceFlags.SAMPLED : TraceFlags.NONE;
  return { traceId, spanId, traceFlags, isRemote: true };
}

function traceparentOf({ traceId, spanId, traceFlags }: SpanContext): string {
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, "0")}`;
}

function lastOf(topic: string): string {
  return topic.slice(topic.lastIndexOf("/") + 1);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
