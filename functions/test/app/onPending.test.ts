import assert from "node:assert/strict";
import type { NewEvent } from "../../src/app/engine.ts";
import { onPending } from "../../src/app/onPending.ts";
import type { Rule } from "../../src/domain/rule.ts";
import { ago, NOW, rule } from "../support/factories.ts";
import { recordingLog } from "../support/recordingLog.ts";

const RULES = [rule(), rule({ serviceName: "manual", trigger: { type: "none" } })];

function setUp(checkWindow = () => Promise.resolve({ outcome: "nothingNew" } as const)) {
  const log = recordingLog();
  const checks: string[] = [];
  const engine = {
    checkWindow: ({ serviceName }: Rule, event?: NewEvent) => {
      checks.push(`${serviceName} ${String(event?.eventKey)} ${String(event?.receivedAtMs)}`);
      return checkWindow();
    },
  };
  return {
    log,
    checks,
    pending: (
      serviceName: string,
      eventKey: string | undefined,
      receivedAtMs: number | undefined = ago(1),
    ) => {
      const created = { serviceName, eventId: "e1", eventKey, receivedAtMs };
      return onPending(engine, log, RULES, { ...created, createdAtMs: undefined }, NOW);
    },
  };
}

describe("onPending", () => {
  it("checks the window of the event's service, and says which endpoint is fresh, since when", async () => {
    const { pending, checks, log } = setUp();
    await pending("svc", "b");
    assert.deepEqual(checks, [`svc b ${String(ago(1))}`]);
    assert.deepEqual(log.lines, []);
  });

  it("says so where an event is of the future by more than clocks are apart", async () => {
    const { pending, checks, log } = setUp();
    await pending("svc", "b", NOW + 10_000);
    assert.deepEqual(log.lines, []);
    await pending("svc", "b", NOW + 10_001);
    assert.deepEqual(log.of("pending.ahead"), [
      { service: "svc", eventId: "e1", receivedAt: new Date(NOW + 10_001).toISOString() },
    ]);
    assert.equal(checks.length, 2);
  });

  it("does nothing for a service that is triggered by hand", async () => {
    const { pending, checks, log } = setUp();
    await pending("manual", "a");
    assert.deepEqual(checks, []);
    assert.deepEqual(log.lines, []);
  });

  const ignored = [
    {
      title: "a service that is not configured any more",
      service: "gone",
      key: "a",
      level: "warn",
    },
    {
      title: "an endpoint that is not configured any more",
      service: "svc",
      key: "c",
      level: "warn",
    },
    { title: "a malformed marker", service: "svc", key: undefined, level: "error" },
  ];
  for (const { title, service, key, level } of ignored) {
    it(`reports and acknowledges ${title}: no retry can help`, async () => {
      const { pending, checks, log } = setUp();
      await pending(service, key);
      assert.deepEqual(checks, []);
      assert.deepEqual(
        log.lines.map((line) => [line.level, line.event, line.fields["eventId"]]),
        [[level, "pending.ignored", "e1"]],
      );
    });
  }

  it("throws what the check throws, so that the platform tries again", async () => {
    const { pending } = setUp(() => Promise.reject(new Error("unavailable")));
    await assert.rejects(pending("svc", "a"), /unavailable/);
  });
});
