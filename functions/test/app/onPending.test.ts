import assert from "node:assert/strict";
import type { NewEvent } from "../../src/app/engine.ts";
import { onPending, type PendingCreated } from "../../src/app/onPending.ts";
import type { Rule } from "../../src/domain/rule.ts";
import type { WindowId } from "../../src/domain/window.ts";
import { ago, NOW, rule } from "../support/factories.ts";
import { recordingLog } from "../support/recordingLog.ts";

const ROLL_OUT_SECONDS = 15 * 60;
const RULES = [rule(), rule({ serviceName: "manual", trigger: { type: "none" } })];

function setUp(checkWindow = () => Promise.resolve({ outcome: "nothingNew" } as const)) {
  const log = recordingLog();
  const checks: string[] = [];
  const engine = {
    checkWindow: ({ serviceName }: Rule, { key }: WindowId, event?: NewEvent) => {
      checks.push(`${serviceName}${key} ${String(event?.eventKey)} ${String(event?.receivedAtMs)}`);
      return checkWindow();
    },
  };
  return {
    log,
    checks,
    pending: (
      serviceName: string,
      eventKey: string | undefined,
      times: Partial<Pick<PendingCreated, "key" | "receivedAtMs" | "createdAtMs" | "isNewer">> = {},
    ) => {
      const known = {
        key: "",
        receivedAtMs: ago(1),
        createdAtMs: undefined,
        isNewer: false,
        ...times,
      };
      return onPending(engine, log, RULES, { serviceName, eventId: "e1", eventKey, ...known }, NOW);
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

  it("checks the window of the marker's key", async () => {
    const { pending, checks } = setUp();
    await pending("svc", "b", { key: "/42" });
    assert.deepEqual(checks, [`svc/42 b ${String(ago(1))}`]);
  });

  it("says so where an event is of the future by more than clocks are apart", async () => {
    const { pending, checks, log } = setUp();
    await pending("svc", "b", { receivedAtMs: NOW + 10_000 });
    assert.deepEqual(log.lines, []);
    await pending("svc", "b", { receivedAtMs: NOW + 10_001 });
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
      createdAtMs: ago(ROLL_OUT_SECONDS),
    },
    {
      title: "an endpoint that is not configured any more",
      service: "svc",
      key: "c",
      level: "warn",
      createdAtMs: ago(ROLL_OUT_SECONDS),
    },
    {
      title: "one of an unknown service and age",
      service: "gone",
      key: "a",
      level: "warn",
      createdAtMs: undefined,
    },
    ...["svc", "gone"].map((service) => ({
      title: `a malformed marker of the service ${service}`,
      service,
      key: undefined,
      level: "error",
      createdAtMs: NOW,
    })),
  ];
  for (const { title, service, key, level, createdAtMs } of ignored) {
    it(`reports and acknowledges ${title}: no retry can help`, async () => {
      const { pending, checks, log } = setUp();
      await pending(service, key, { createdAtMs });
      assert.deepEqual(checks, []);
      assert.deepEqual(
        log.lines.map((line) => [line.level, line.event, line.fields["eventId"]]),
        [[level, level === "warn" ? "pending.ignored" : "pending.unreadable", "e1"]],
      );
    });
  }

  for (const [title, service, key] of [
    ["service", "new", "a"],
    ["endpoint", "svc", "c"],
  ] as const) {
    it(`leaves a new event of an unknown ${title} to an instance that may know it`, async () => {
      const { pending, checks, log } = setUp();
      const young = pending(service, key, { createdAtMs: ago(ROLL_OUT_SECONDS - 1) });
      await assert.rejects(young, { code: "not-known-yet", retry: "soon" });
      await assert.rejects(pending(service, key, { createdAtMs: ago(-2) }), {
        code: "not-known-yet",
        retry: "soon",
      });
      assert.deepEqual(checks, []);
      assert.equal(log.of("pending.deferred").length, 2);
      assert.equal(log.of("pending.ignored").length, 0);
    });
  }

  it("leaves the marker of a newer version to an instance that may know it, for a while", async () => {
    const { pending, checks, log } = setUp();
    const young = { createdAtMs: ago(ROLL_OUT_SECONDS - 1), isNewer: true };
    await assert.rejects(pending("svc", "a", young), { code: "not-known-yet", retry: "soon" });
    await pending("svc", "a", { createdAtMs: ago(ROLL_OUT_SECONDS), isNewer: true });
    assert.deepEqual(checks, []);
    assert.deepEqual(
      log.lines.map(({ event }) => event),
      ["pending.deferred", "pending.ignored"],
    );
  });

  it("throws what the check throws, so that the platform tries again", async () => {
    const { pending } = setUp(() => Promise.reject(new Error("unavailable")));
    await assert.rejects(pending("svc", "a"), /unavailable/);
  });
});
