import assert from "node:assert/strict";

import { FunctionServer, type LoggedLine } from "../../testkit/functionServer.ts";
import { toCloudEvent } from "../../testkit/hostile/cloudEvent.ts";
import { Inbox } from "../../testkit/inbox.ts";
import { OtlpReceiver, type ReceivedSpan } from "../../testkit/otlpReceiver.ts";
import { answer, Receiver } from "../../testkit/receiver.ts";
import { waitFor } from "../../testkit/waitFor.ts";
import { FUNCTIONS_DIR } from "../../tools/paths.ts";

const traceId = (digit: string): string => digit.repeat(32);
const parent = (digit: string): string => `00-${traceId(digit)}-${digit.repeat(16)}-01`;

/** The built functions on functions-framework, with a receiver of OpenTelemetry, and with one that is none. */
describe("the functions, observed by OpenTelemetry", function () {
  this.timeout(120_000);
  const projectId = `demo-telemetry-${String(process.pid)}`;
  const topic = `projects/${projectId}/topics/target`;
  const servers: FunctionServer[] = [];
  const target = { receiver: undefined as Receiver | undefined };
  let inbox: Inbox;
  before(async () => {
    target.receiver = await Receiver.start({ behaving: answer(200) });
    inbox = await Inbox.create(topic);
  });
  after(async () => {
    await Promise.all(servers.map((server) => server.stop()));
    await target.receiver?.stop();
    await inbox.close();
  });

  const serve = async (
    name: "event" | "checkWindow",
    env: Readonly<Record<string, string>>,
  ): Promise<FunctionServer> => {
    const CONFIG = JSON.stringify({
      serviceName: "svc",
      endpoints: [{ eventKey: "a" }, { eventKey: "b" }],
      trigger: { type: "window", observationPeriod: 60 },
      correlation: { key: { queryParam: "k" }, withoutKey: "ignore" },
      targetPubSub: { topic },
      targets: [
        {
          name: "server",
          kind: "http",
          url: `${target.receiver?.url ?? ""}/called?secret=hunter2`,
          allowPrivate: true,
        },
      ],
    });
    const options = { source: FUNCTIONS_DIR, target: name, projectId, env: { CONFIG, ...env } };
    const server = await FunctionServer.start(options);
    servers.push(server);
    return server;
  };

  /** Sends an event, and tells the check of it as the platform does. */
  async function send(
    event: FunctionServer,
    checkWindow: FunctionServer,
    eventKey: string,
    key: string,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    const { status, text } = await event.post(
      `/svc/${eventKey}?k=${key}`,
      { "x-mark": "hunter2", ...headers },
      "hunter2",
    );
    assert.equal(status, 202, text);
    const { eventId, receivedAt } = JSON.parse(text) as { eventId: string; receivedAt: string };
    const created = toCloudEvent(projectId, {
      ...{ serviceName: "svc", eventId, eventKey, key, receivedAtMs: Date.parse(receivedAt) },
    });
    const checked = await checkWindow.post("/", created.headers, created.body);
    assert.ok(checked.status < 300, `${String(checked.status)} ${checked.text}`);
  }

  const linesOf = (server: FunctionServer, message: string): LoggedLine[] =>
    server
      .log()
      .split("\n")
      .filter((line) => line.startsWith("{"))
      .map((line) => JSON.parse(line) as LoggedLine)
      .filter((line) => line.message === message);

  describe("with a receiver", () => {
    let otlp: OtlpReceiver;
    let event: FunctionServer;
    let checkWindow: FunctionServer;
    before(async () => {
      otlp = await OtlpReceiver.start();
      const env = { OTEL_EXPORTER_OTLP_ENDPOINT: otlp.url, OTEL_METRIC_EXPORT_INTERVAL: "50" };
      [event, checkWindow] = await Promise.all([serve("event", env), serve("checkWindow", env)]);
      await send(event, checkWindow, "a", "traced", { traceparent: parent("a") });
      await send(event, checkWindow, "b", "traced", { traceparent: parent("b") });
    });
    after(() => otlp.stop());

    const spanOf = (
      name: string,
      of: (span: ReceivedSpan) => boolean = Boolean,
    ): Promise<ReceivedSpan> =>
      waitFor(`a span ${name}`, () => otlp.spans.find((span) => span.name === name && of(span)));

    it("carry the trace of the newest event to the message, where subscribers look for it", async () => {
      const [received] = await waitFor("the message", () =>
        inbox.received.length > 0 ? inbox.received : undefined,
      );
      assert.equal(received?.attributes["traceparent"], parent("b"));
      assert.equal(received.attributes["googclient_traceparent"], parent("b"));
    });

    it("record each request in the trace of its source", async () => {
      for (const digit of ["a", "b"]) {
        const span = await spanOf("POST event", (one) => one.traceId === traceId(digit));
        assert.equal(span.parentSpanId, digit.repeat(16));
        assert.equal(span.kind, 2);
        assert.equal(Number(span.attributes["http.response.status_code"]), 202);
      }
    });

    it("link the sync to the traces of all its events, and to the check that made it", async () => {
      const published = await spanOf("publish target");
      const checks = otlp.spans.filter(({ name }) => name === "checkWindow");
      assert.equal(published.traceId, traceId("b"));
      assert.equal(published.parentSpanId, "b".repeat(16));
      assert.equal(published.kind, 4);
      assert.ok(published.links.includes(traceId("a")) && published.links.includes(traceId("b")));
      assert.ok(checks.some((check) => published.links.includes(check.traceId)));
      assert.equal(published.attributes["eventsync.service"], "svc");
      assert.equal(published.attributes["eventsync.key"], "traced");
    });

    it("make the call of a target part of that trace", async () => {
      const delivered = await spanOf("deliver server");
      assert.deepEqual([delivered.traceId, delivered.links.length], [traceId("b"), 3]);
      const call = await spanOf("POST");
      assert.equal(call.parentSpanId, delivered.spanId);
      const sent = target.receiver?.calls[0]?.headers["traceparent"];
      assert.equal(sent, `00-${traceId("b")}-${call.spanId}-01`);
    });

    it("record what is theirs, and nothing of the libraries beneath", async () => {
      await spanOf("deliver server");
      assert.deepEqual([...new Set(otlp.spans.map(({ name }) => name))].toSorted(), [
        "POST",
        "POST event",
        "checkWindow",
        "deliver server",
        "publish target",
      ]);
    });

    it("count what the log says", async () => {
      const expected: Readonly<Record<string, number>> = {
        "event eventsync.events.stored svc a": 1,
        "event eventsync.events.stored svc b": 1,
        "event eventsync.store.duration svc": 2,
        "checkwindow eventsync.checks.waiting svc": 1,
        "checkwindow eventsync.syncs.fired svc complete": 1,
        "checkwindow eventsync.delivery.duration svc": 1,
        "checkwindow eventsync.target.latency svc server": 1,
      };
      await waitFor("the metrics", () =>
        Object.entries(expected).every(([name, value]) => otlp.metrics.get(name) === value)
          ? true
          : undefined,
      ).catch(() => {
        assert.deepEqual(Object.fromEntries(otlp.metrics), expected);
      });
    });

    it("tell nobody of bodies, headers, queries or secrets", () => {
      assert.ok(otlp.text.includes("publish target"));
      assert.ok(!otlp.text.includes("hunter2"));
      for (const name of ["event.stored", "sync.published", "delivery.done"]) {
        for (const line of [...linesOf(event, name), ...linesOf(checkWindow, name)]) {
          assert.ok(!JSON.stringify(line).includes("hunter2"), name);
        }
      }
    });

    it("log with the trace of the request, and with the one that a message carries", () => {
      const stored = linesOf(event, "event.stored");
      assert.deepEqual(
        stored.map((line) => [line["key"], line["logging.googleapis.com/trace"]]),
        ["a", "b"].map((digit) => ["traced", `projects/${projectId}/traces/${traceId(digit)}`]),
      );
      const [published] = linesOf(checkWindow, "sync.published");
      assert.deepEqual([published?.["key"], published?.["traceId"]], ["traced", traceId("b")]);
      const [claimed] = linesOf(checkWindow, "sync.claimed");
      assert.equal(typeof claimed?.["lagMs"], "number");
    });
  });

  describe("with a receiver that never answers", () => {
    it("answer and fire all the same, and are not held up for longer than once", async () => {
      const mute = await Receiver.start({ behaving: { does: "hang" } });
      try {
        const env = { OTEL_EXPORTER_OTLP_ENDPOINT: mute.url };
        const [event, checkWindow] = await Promise.all([
          serve("event", env),
          serve("checkWindow", env),
        ]);
        const arriving = inbox.nextOf("svc");
        await send(event, checkWindow, "a", "muted");
        await send(event, checkWindow, "b", "muted");
        const { attributes } = await arriving;
        assert.equal(attributes["key"], "muted");
        assert.ok(!("traceparent" in attributes));
        // Were each held up for the limit, the fastest would be.
        const times: number[] = [];
        for (let index = 0; index < 5; index++) {
          const beginMs = performance.now();
          await event.post(`/svc/a?k=${String(index)}`, {}, "x");
          times.push(performance.now() - beginMs);
        }
        assert.ok(Math.min(...times) < 400, times.join());
        const reports = linesOf(event, "telemetry.failed");
        assert.deepEqual(
          reports.map(({ severity, error }) => [severity, error]),
          [["WARNING", "not sent within 500 ms"]],
        );
        assert.ok(mute.calls.length > 0);
      } finally {
        await mute.stop();
      }
    });
  });

  describe("with nobody at the address", () => {
    it("answer all the same", async () => {
      const gone = await Receiver.start();
      const { url } = gone;
      await gone.stop();
      const event = await serve("event", { OTEL_EXPORTER_OTLP_ENDPOINT: url });
      const { status } = await event.post("/svc/a?k=nobody", {}, "x");
      assert.equal(status, 202);
    });
  });

  describe("without a configured receiver", () => {
    it("carry the trace all the same", async () => {
      const [event, checkWindow] = await Promise.all([
        serve("event", {}),
        serve("checkWindow", {}),
      ]);
      const arriving = inbox.nextOf("svc");
      const calls = target.receiver?.calls.length ?? 0;
      await send(event, checkWindow, "a", "plain", { traceparent: parent("c") });
      await send(event, checkWindow, "b", "plain");
      const { attributes } = await arriving;
      assert.equal(attributes["traceparent"], parent("c"));
      const call = await waitFor("the call", () => target.receiver?.calls[calls]);
      assert.equal(call.headers["traceparent"], parent("c"));
    });
  });
});
