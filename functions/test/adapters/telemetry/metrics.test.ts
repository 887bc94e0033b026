import assert from "node:assert/strict";
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";

import { tellingLog } from "../../../src/adapters/log.ts";
import { MEASURES } from "../../../src/adapters/telemetry/measures.ts";
import { makeMetrics } from "../../../src/adapters/telemetry/metrics.ts";
import type { Log } from "../../../src/app/ports.ts";
import { recordingLog } from "../../support/recordingLog.ts";

/** What a log's lines come to: each metric with its points. */
async function measured(write: (log: Log) => void): Promise<Record<string, object[]>> {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter });
  const provider = new MeterProvider({ readers: [reader] });
  write(tellingLog(recordingLog(), makeMetrics(provider.getMeter("test"))));
  await reader.forceFlush();
  const found = exporter.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics);
  await provider.shutdown();
  return Object.fromEntries(
    found.flatMap(({ metrics }) =>
      metrics.map(({ descriptor, dataPoints }) => [
        descriptor.name,
        dataPoints.map(({ attributes, value }) => ({
          ...attributes,
          value: typeof value === "number" ? value : { sum: value.sum, count: value.count },
        })),
      ]),
    ),
  );
}

describe("the metrics", () => {
  const facts = { service: "svc", eventKey: "a", eventId: "e1", size: 10 };

  it("count and measure what the log says", async () => {
    const metrics = await measured((log) => {
      log.info("event.stored", { ...facts, durationMs: 1500 });
      log.info("event.stored", { ...facts, key: "k", durationMs: 500 });
      log.info("event.repeated", { service: "svc", eventKey: "a", eventId: "e1" });
      log.info("window.checked", { service: "svc", outcome: "waiting" });
      log.info("window.checked", { service: "svc", outcome: "nothingNew" });
    });
    assert.deepEqual(metrics, {
      "eventsync.events.stored": [{ service: "svc", eventKey: "a", value: 2 }],
      "eventsync.events.repeated": [{ service: "svc", eventKey: "a", value: 1 }],
      // In seconds; a key, of which there can be millions, tells no metric apart.
      "eventsync.store.duration": [{ service: "svc", value: { sum: 2, count: 2 } }],
      "eventsync.checks.waiting": [{ service: "svc", value: 1 }],
    });
  });

  it("tell reasons apart, and measure only what was said", async () => {
    const sync = { service: "svc", syncId: "s", eventID: "i", numberOfEvents: {} };
    const metrics = await measured((log) => {
      log.info("sync.claimed", { ...sync, reason: "complete", lagMs: 2000 });
      log.info("sync.claimed", { ...sync, reason: "manual" });
    });
    assert.deepEqual(metrics, {
      "eventsync.syncs.fired": [
        { service: "svc", reason: "complete", value: 1 },
        { service: "svc", reason: "manual", value: 1 },
      ],
      "eventsync.fire.delay": [{ service: "svc", reason: "complete", value: { sum: 2, count: 1 } }],
    });
  });

  it("have the last age, and every error by its name", async () => {
    const swept = {
      delivered: 0,
      failed: 0,
      undeliverable: 0,
      numbered: 0,
      putOff: 0,
      postponed: 0,
    };
    const metrics = await measured((log) => {
      log.info("deliveries.swept", { ...swept, oldestUndeliveredSeconds: 70 });
      log.info("deliveries.swept", { ...swept, oldestUndeliveredSeconds: 0 });
      log.error("alarm.unreadable", {});
    });
    assert.deepEqual(metrics, {
      "eventsync.oldest.undelivered": [{ value: 0 }],
      "eventsync.failures": [{ event: "alarm.unreadable", value: 1 }],
    });
  });

  it("have each a name of its own", () => {
    const names = MEASURES.map(({ name }) => name);
    assert.deepEqual(names, [...new Set(names)]);
    for (const name of names) assert.match(name, /^[a-z]+(-[a-z]+)*$/);
  });

  it("write each line to the log as ever", () => {
    const log = recordingLog();
    const told: unknown[] = [];
    tellingLog(log, (line) => told.push(line)).warn("pending.ignored", {
      service: "svc",
      eventId: "e",
      problem: "p",
    });
    const fields = { service: "svc", eventId: "e", problem: "p" };
    assert.deepEqual(log.lines, [{ level: "warn", event: "pending.ignored", fields }]);
    assert.deepEqual(told, [{ severity: "warn", event: "pending.ignored", fields }]);
  });
});
