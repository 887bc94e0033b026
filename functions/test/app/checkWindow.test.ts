import assert from "node:assert/strict";
import { mock } from "node:test";
import { setImmediate } from "node:timers/promises";
import { Alarms } from "../../src/app/alarms.ts";
import { checkWindow, ContentionError, retryContention } from "../../src/app/checkWindow.ts";
import type { Claim, ClaimResult } from "../../src/app/ports.ts";
import { WindowProbe, type Asking } from "../../src/app/probeWindow.ts";
import type { PendingEvent } from "../../src/domain/event.ts";
import { eventIdOf, mergeChunks } from "../../src/domain/sync.ts";
import { windowOf } from "../../src/domain/window.ts";
import { ago, NOW, pending, pendingOf, rule, sync, lease } from "../support/factories.ts";
import { fakeClock, fakeOutbox, fakeServiceState, windowWith } from "../support/fakes.ts";
import { recordingLog } from "../support/recordingLog.ts";

const RULE = rule();
const KEPT = rule({ trigger: { keepEventAfterTrigger: true } });
const BOTH = [pending({ id: "a1" }), pending({ id: "b1", eventKey: "b" })];

/** @param results what becomes of each claim, in turn */
function setUp(events: readonly PendingEvent[], ...results: ClaimResult["outcome"][]) {
  const clock = fakeClock();
  const services = fakeServiceState();
  const claims: Claim[] = [];
  const window = windowWith(events);
  const claimNext = (claim: Claim): ClaimResult => {
    claims.push(claim);
    const outcome = results.shift() ?? assert.fail("one claim too many");
    switch (outcome) {
      case "claimed":
        return { outcome, lease: lease(sync([])) };
      case "exists":
        return { outcome, syncId: claim.syncId };
      case "begun":
        return { outcome, claim: { sync: sync([]), progress: undefined } };
      case "contended":
        return { outcome };
    }
  };
  const outbox = {
    ...fakeOutbox(clock),
    claimKept: (claim: Claim) => Promise.resolve(claimNext(claim)),
    claimTaken: (all: readonly Claim[]) => {
      const made: ClaimResult[] = [];
      for (const claim of all) {
        made.push(claimNext(claim));
        if (made.at(-1)?.outcome !== "claimed") break;
      }
      return Promise.resolve(made);
    },
  };
  const log = recordingLog();
  const probe = new WindowProbe({ window, clock });
  const alarms = new Alarms({ window, clock, log });
  const deps = { window, services, outbox, probe, alarms, clock, newId: () => "random", log };
  return {
    claims,
    services,
    window,
    log,
    /** @param fresh the endpoint of a new event that asks for it */
    check: (configured = RULE, fresh?: string) =>
      checkWindow(deps, configured, windowOf(configured), askingOf(fresh)),
  };
}

/** A new event, as old as all others. */
const askingOf = (fresh: string | undefined): Asking | undefined =>
  fresh === undefined ? undefined : { eventKeys: new Set([fresh]), oldestMs: ago(60) };

const idsOf = ({ chunks }: Claim): string[][][] =>
  chunks.map((groups) => groups.map(({ members }) => members.map(({ id }) => id)));

describe("checkWindow", () => {
  it("reads no events while the probe finds an endpoint short", async () => {
    const { check, window, log } = setUp([pending()]);
    const missing = [{ eventKey: "b", have: 0, need: 1 }];
    assert.deepEqual(await check(RULE, "a"), { outcome: "waiting", missing });
    assert.deepEqual(window.calls, ["count b ≤1 since -3660s"]);
    assert.deepEqual(log.of("window.checked"), [{ service: "svc", outcome: "waiting", missing }]);
  });

  it("claims the window's events when every endpoint has its own", async () => {
    const { check, claims } = setUp(BOTH, "claimed");
    const { outcome } = await check(RULE, "a");
    assert.equal(outcome, "fired");
    const [{ syncId, reason, nowMs, leaseUntilMs, chunks }] = claims as [Claim];
    assert.deepEqual(
      { syncId, reason, nowMs },
      { syncId: "random", reason: "complete", nowMs: NOW },
    );
    assert.equal(leaseUntilMs(), NOW + 150_000);
    assert.deepEqual(idsOf({ chunks } as Claim), [[["a1"], ["b1"]]]);
  });

  it("claims all that is due in the order in which it was complete, and leaves what is open", async () => {
    const at = (id: string, secondsAgo: number) =>
      pending({ id, eventKey: id.slice(0, 1), receivedAtMs: ago(secondsAgo) });
    const { check, claims, log } = setUp(
      [at("b2", 10), at("a1", 50), at("a2", 30), at("b1", 40), at("a3", 5)],
      "claimed",
      "claimed",
    );
    const outcome = await check(RULE, "a");
    assert.equal(outcome.outcome === "fired" && outcome.more, false);
    assert.deepEqual(claims.map(idsOf), [[[["a1"], ["b1"]]], [[["a2"], ["b2"]]]]);
    assert.equal(log.of("sync.claimed").length, 2);
  });

  it("says that there is more if somebody else was faster with one of several", async () => {
    const at = (id: string, secondsAgo: number) =>
      pending({ id, eventKey: id.slice(0, 1), receivedAtMs: ago(secondsAgo) });
    const { check } = setUp(
      [at("a1", 50), at("b1", 40), at("a2", 30), at("b2", 10)],
      "claimed",
      "contended",
    );
    const outcome = await check(RULE, "a");
    assert.deepEqual(outcome.outcome === "fired" && [outcome.leases.length, outcome.more], [
      1,
      true,
    ]);
  });

  it("splits a large sync into commits of 450 events", async () => {
    const last = pending({ eventKey: "b", receivedAtMs: NOW });
    const { check, claims } = setUp([...pendingOf("a", 900), last], "claimed");
    await check(RULE, "a");
    const sizes = claims[0]?.chunks.map((groups) =>
      groups.reduce((sum, { members }) => sum + members.length, 0),
    );
    assert.deepEqual(sizes, [450, 450, 1]);
  });

  it("decides by the resets that it reads, not by what the probe counted", async () => {
    const events = [
      pending({ id: "a1", receivedAtMs: ago(50) }),
      pending({ id: "b1", eventKey: "b", receivedAtMs: ago(40) }),
    ];
    for (const [resetAtMs, expected] of [
      [ago(45), "waiting"],
      [ago(50), "waiting"], // at the same moment is before it
      [ago(30), "fired"], // it was complete before
    ] as const) {
      const { check, services } = setUp(events, "claimed");
      services.made.set("svc", [ago(5000), resetAtMs]);
      assert.equal((await check(RULE, "a")).outcome, expected);
    }
  });

  it("starts over from the probe after a lost claim, knowing nothing of what is fresh", async () => {
    const { check, window, claims } = setUp(BOTH, "contended", "contended", "claimed");
    assert.equal((await check(RULE, "a")).outcome, "fired");
    assert.equal(claims.length, 3);
    assert.deepEqual(
      window.calls.map((call) => call.split(" since")[0]),
      [
        ...["count b ≤1", "scan"],
        ...["count a ≤1", "count b ≤1", "scan"],
        ...["count a ≤1", "count b ≤1", "scan"],
      ],
    );
  });

  it("waits after a lost claim if nothing is left", async () => {
    const { check, window } = setUp(BOTH, "contended");
    const scan = window.scan.bind(window);
    window.scan = (...args) => {
      window.counts = {}; // the winner has taken them
      return scan(...args);
    };
    assert.equal((await check(RULE, "a")).outcome, "waiting");
  });

  describe("where events are kept", () => {
    it("names the sync by its eventID, so that a set fires once", async () => {
      const { check, claims } = setUp(BOTH, "claimed");
      await check(KEPT, "a");
      assert.equal(claims[0]?.syncId, eventIdOf([{ members: BOTH }]));
    });

    it("takes no more new events at once than one commit marks, and says that there are more", async () => {
      const { check, claims } = setUp(
        [...pendingOf("a", 900), ...pendingOf("b", 5, { exported: true })],
        "claimed",
        "claimed",
      );
      const outcome = await check(KEPT, "a");
      assert.equal(outcome.outcome === "fired" && outcome.more, true);
      const members = claims[0]!.chunks.flatMap((groups) =>
        groups.flatMap((group) => [...group.members]),
      );
      assert.equal(members.filter(({ exported }) => !exported).length, 450);
      assert.equal(members.filter(({ exported }) => exported).length, 5);
      assert.equal(claims[0]!.syncId, eventIdOf(mergeChunks(claims[0]!.chunks)));
      const sizes = claims[0]!.chunks.map(
        (groups) => groups.flatMap((group) => group.members).length,
      );
      assert.deepEqual(sizes, [450, 5]);
    });

    it("has nothing new if the set is a sync already", async () => {
      const { check } = setUp(BOTH, "exists");
      assert.deepEqual(await check(KEPT, "a"), { outcome: "nothingNew" });
    });

    it("claims nothing if every event is in a sync", async () => {
      const { check, claims } = setUp(BOTH.map((event) => ({ ...event, exported: true })));
      assert.deepEqual(await check(KEPT, "a"), { outcome: "nothingNew" });
      assert.deepEqual(claims, []);
    });

    it("asks first whether anything is new if no event asked for the check", async () => {
      const { check, window } = setUp(BOTH);
      window.isNew = false;
      assert.deepEqual(await check(KEPT), { outcome: "nothingNew" });
      assert.deepEqual(window.calls, ["hasNew since -3600s"]);
    });
  });
});

describe("retryContention", () => {
  it("does not repeat what failed for another reason", async () => {
    let attempts = 0;
    const failing = retryContention("svc", () => {
      attempts++;
      return Promise.reject(new Error("unavailable"));
    });
    await assert.rejects(failing, /unavailable/);
    assert.equal(attempts, 1);
  });

  it("gives up in the end, with an error that the platform's retry can follow", async () => {
    let attempts = 0;
    const state = { isOver: false };
    mock.timers.enable({ apis: ["setTimeout"] });
    try {
      const losing = retryContention("svc", (attempt) => {
        assert.equal(attempt, ++attempts);
        return Promise.reject(new ContentionError("svc"));
      }).finally(() => {
        state.isOver = true;
      });
      const rejected = assert.rejects(losing, ContentionError);
      while (!state.isOver) {
        await setImmediate();
        mock.timers.tick(1000);
      }
      await rejected;
    } finally {
      mock.timers.reset();
    }
    assert.equal(attempts, 11);
  });
});
