import assert from "node:assert/strict";
import { context } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-base";

import {
  inInvocation,
  tracedCaller,
  tracedCallTarget,
  tracedPublisher,
} from "../../../src/adapters/telemetry/spans.ts";
import type { Call } from "../../../src/app/ports/caller.ts";
import { buildMessage, toMessageEvent } from "../../../src/domain/syncMessage.ts";
import { event, NOW, sync, syncEndpoint } from "../../support/factories.ts";
import { httpTarget } from "../../support/targets.ts";

const parent = (digit: string, flags = "01"): string =>
  `00-${digit.repeat(32)}-${digit.repeat(16)}-${flags}`;

const messageOf = (...traceparents: readonly string[]) => {
  const events = traceparents.map((traceparent, index) => {
    const headers = [{ name: "Traceparent", values: [traceparent] }];
    return toMessageEvent(event({ headers, receivedAtMs: NOW + index }));
  });
  return buildMessage(sync([syncEndpoint("a", [])]), new Map([["a", events]]));
};

describe("spans", () => {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  const tracer = provider.getTracer("test");
  before(() => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  });
  after(() => {
    context.disable();
  });
  beforeEach(() => {
    exporter.reset();
  });
  const spans = () =>
    exporter.getFinishedSpans().map((span) => ({
      name: span.name,
      traceId: span.spanContext().traceId,
      parent: span.parentSpanContext?.spanId,
      links: span.links.map((link) => link.context.traceId.slice(0, 1)),
      status: span.status.code,
    }));

  const publisher = (result: PromiseSettledResult<string>) =>
    tracedPublisher(tracer, { publish: () => Promise.resolve([result]) });
  const topic = "projects/p/topics/t";

  it("of a message are in the trace that it carries, and linked to those of all its events", async () => {
    const messages = [messageOf(parent("a"), parent("b"))];
    const out = publisher({ status: "fulfilled", value: "m1" });
    assert.deepEqual(await out.publish({ topic, messages }), [
      { status: "fulfilled", value: "m1" },
    ]);
    assert.deepEqual(spans(), [
      {
        ...{ name: "publish t", traceId: "b".repeat(32), parent: "b".repeat(16) },
        ...{ links: ["b", "a"], status: 0 },
      },
    ]);
  });

  it("have no more than 128 links", async () => {
    const many = Array.from({ length: 300 }, (_, index) =>
      parent("a").replace(/^00-a{4}/, `00-${index.toString(16).padStart(4, "b")}`),
    );
    await inInvocation(tracer, { name: "f", trigger: "timer", traceparent: undefined }, () =>
      publisher({ status: "fulfilled", value: "m1" }).publish({
        topic,
        messages: [messageOf(...many)],
      }),
    );
    assert.equal(spans()[0]?.links.length, 128);
  });

  it("of what nobody records are none", async () => {
    const out = publisher({ status: "fulfilled", value: "m1" });
    await out.publish({ topic, messages: [messageOf(parent("a", "00"))] });
    assert.deepEqual(spans(), []);
  });

  it("of a message without a trace are in that of the invocation, and say that it failed", async () => {
    const out = publisher({ status: "rejected", reason: new Error("no such topic") });
    const invocation = { name: "f", trigger: "datastore", traceparent: parent("c") } as const;
    await inInvocation(tracer, invocation, () => out.publish({ topic, messages: [messageOf()] }));
    const [published, invoked] = spans();
    assert.deepEqual([published?.traceId, published?.status], ["c".repeat(32), 2]);
    assert.deepEqual([invoked?.name, invoked?.parent], ["f", "c".repeat(16)]);
  });

  it("of a call say nothing of its URL but the host, and go with it where they are recorded", async () => {
    const calls: Call[] = [];
    const caller = tracedCaller(tracer, {
      call: (call) => {
        calls.push(call);
        return Promise.resolve({ error: "timeout", message: "hunter2" });
      },
    });
    const target = httpTarget("web");
    const callTarget = tracedCallTarget(tracer, async (_, { message }) => {
      const traceparent = message.events["a"]?.events?.[0]?.headers?.["Traceparent"]?.[0] ?? "";
      await caller.call({
        ...{ url: "https://user:hunter2@example.com/hunter2?x=hunter2", method: "POST" },
        ...{ headers: { traceparent }, timeoutMs: 1, allowPrivate: false, maxAnswerBytes: 1 },
      });
      return {
        verdict: { next: "again", atMs: 0 },
        record: { attempt: 1, atMs: 0, durationMs: 0, error: "timeout" },
      };
    });
    for (const flags of ["01", "00"]) {
      await callTarget(target, { message: messageOf(parent("a", flags)), syncId: "s" }, 1);
    }
    const [call, delivery, ...others] = exporter.getFinishedSpans();
    assert.deepEqual(others, []);
    assert.equal(call?.parentSpanContext?.spanId, delivery?.spanContext().spanId);
    assert.deepEqual(
      calls.map(({ headers }) => headers["traceparent"]),
      [`00-${"a".repeat(32)}-${call?.spanContext().spanId ?? ""}-01`, parent("a", "00")],
    );
    const told = JSON.stringify([call, delivery].map((span) => [span?.attributes, span?.status]));
    assert.ok(told.includes("example.com") && !told.includes("hunter2"), told);
  });
});
