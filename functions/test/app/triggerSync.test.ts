import assert from "node:assert/strict";
import type { Claim, ClaimResult, Lease } from "../../src/app/ports.ts";
import { MessageBudget } from "../../src/app/messageBudget.ts";
import { triggerSync } from "../../src/app/triggerSync.ts";
import { makeSync, mergeChunks } from "../../src/domain/sync.ts";
import type { PendingEvent } from "../../src/domain/event.ts";
import { ago, NOW, pending, rule, lease } from "../support/factories.ts";
import {
  fakeClock,
  fakeEventLog,
  fakeOutbox,
  fakeServiceState,
  windowWith,
} from "../support/fakes.ts";
import { recordingLog } from "../support/recordingLog.ts";

const NONE = rule({ trigger: { type: "none" } });

function leaseOf({ syncId, rule: configured, reason, nowMs, chunks }: Claim): Lease {
  const made = makeSync(syncId, configured, mergeChunks(chunks), reason, nowMs);
  return lease(made);
}

function setUp(events: readonly PendingEvent[]) {
  const clock = fakeClock();
  const services = fakeServiceState();
  const published: string[] = [];
  const outbox = fakeOutbox(clock);
  const claims: Claim[] = [];
  const deps = {
    clock,
    services,
    outbox: {
      ...outbox,
      claimTaken: (all: readonly Claim[]): Promise<ClaimResult[]> => {
        claims.push(...all);
        return Promise.resolve(all.map((claim) => ({ outcome: "claimed", lease: leaseOf(claim) })));
      },
      claimKept: (claim: Claim): Promise<ClaimResult> => {
        claims.push(claim);
        return Promise.resolve({ outcome: "claimed", lease: leaseOf(claim) });
      },
    },
    window: windowWith(events),
    events: fakeEventLog(),
    budget: new MessageBudget(),
    publisher: {
      publish: (_topic: string, messages: readonly { readonly eventID: string }[]) => {
        published.push(...messages.map(({ eventID }) => eventID));
        return Promise.allSettled(messages.map(() => Promise.resolve("m1")));
      },
    },
    newId: () => "random",
    log: recordingLog(),
  };
  return { deps, claims, published, services };
}

describe("triggerSync", () => {
  it("sends what there is, though conditions are not met", async () => {
    const { deps, claims, published } = setUp([pending({ id: "a1" }), pending({ id: "a2" })]);
    const {
      syncId,
      eventID,
      numberOfEvents,
      published: isPublished,
    } = await triggerSync(deps, NONE);
    assert.deepEqual(
      { syncId, numberOfEvents, isPublished },
      { syncId: "random", numberOfEvents: 2, isPublished: true },
    );
    assert.equal(claims[0]?.reason, "manual");
    assert.deepEqual(published, [eventID]);
  });

  it("sends a message without any event", async () => {
    const { deps, published } = setUp([]);
    const { numberOfEvents } = await triggerSync(deps, NONE);
    assert.equal(numberOfEvents, 0);
    assert.deepEqual(published, ["d41d8cd98f00b204e9800998ecf8427e"]);
  });

  it("leaves out what is too old or reset", async () => {
    const { deps, services } = setUp([
      pending({ receivedAtMs: ago(3600) }),
      pending({ receivedAtMs: ago(100) }),
      pending({ receivedAtMs: ago(99) }),
    ]);
    services.made.set("svc", [ago(100)]);
    assert.equal((await triggerSync(deps, NONE)).numberOfEvents, 1);
  });

  it("tries again when window checks take its events", async () => {
    const { deps } = setUp([pending()]);
    const { claimTaken } = deps.outbox;
    let lost = 0;
    deps.outbox.claimTaken = (asked) =>
      lost++ < 2 ? Promise.resolve([{ outcome: "contended" }]) : claimTaken(asked);
    assert.equal((await triggerSync(deps, NONE)).published, true);
  });

  it("says so when the message could not be published: the sweep goes on", async () => {
    const { deps } = setUp([pending()]);
    deps.publisher.publish = () => Promise.allSettled([Promise.reject(new Error("no such topic"))]);
    assert.equal((await triggerSync(deps, NONE)).published, false);
    assert.deepEqual(deps.outbox.marks, ["failed random: no such topic, again in 30s"]);
  });

  it("publishes a kept set again under its eventID where it is a sync already", async () => {
    const kept = rule({ trigger: { keepEventAfterTrigger: true } });
    const { deps, published } = setUp([pending({ exported: true })]);
    let existing: Lease | undefined;
    deps.outbox.claimKept = (claim) => {
      existing = leaseOf(claim);
      return Promise.resolve({ outcome: "exists", syncId: claim.syncId });
    };
    const asked: unknown[] = [];
    deps.outbox.take = (...args) => {
      asked.push(args);
      return Promise.resolve(existing);
    };
    const { syncId, eventID } = await triggerSync(deps, kept);
    assert.equal(published.length, 1);
    assert.deepEqual(asked, [["svc", syncId, NOW, NOW + 150_000, { again: true }]]);
    assert.equal(syncId, eventID);
    assert.deepEqual(published, [eventID]);
  });

  describe("where windows fire by themselves", () => {
    const WINDOW = rule();
    const at = (id: string, secondsAgo: number): PendingEvent =>
      pending({ id, eventKey: id.slice(0, 1), receivedAtMs: ago(secondsAgo) });
    const factsOf = (claims: readonly Claim[]) =>
      claims.map(({ reason, chunks }) => [
        reason,
        ...mergeChunks(chunks).flatMap(({ members }) => members.map(({ id }) => id)),
      ]);

    it("sends first what was due, then what is open", async () => {
      const { deps, claims, published } = setUp([at("a1", 50), at("b1", 40), at("a2", 30)]);
      const { numberOfEvents } = await triggerSync(deps, WINDOW);
      assert.deepEqual(factsOf(claims), [
        ["window", "a1", "b1"],
        ["manual", "a2"],
      ]);
      assert.equal(published.length, 2);
      assert.equal(numberOfEvents, 1, "of the last one");
    });

    it("makes no empty sync where one was due", async () => {
      const { deps, claims } = setUp([at("a1", 50), at("b1", 40)]);
      assert.equal((await triggerSync(deps, WINDOW)).numberOfEvents, 2);
      assert.deepEqual(factsOf(claims), [["window", "a1", "b1"]]);
    });

    it("makes no empty sync where others take what is open after it has sent what was due", async () => {
      const events = [at("a1", 50), at("b1", 40), at("a2", 30)];
      const { deps, claims } = setUp(events);
      const { claimTaken } = deps.outbox;
      let calls = 0;
      deps.outbox.claimTaken = async (all) => {
        if (++calls > 1) return claimTaken(all);
        Object.assign(deps.window, windowWith([]));
        return [...(await claimTaken(all.slice(0, 1))), { outcome: "contended" }];
      };
      assert.equal((await triggerSync(deps, WINDOW)).numberOfEvents, 2);
      assert.deepEqual(factsOf(claims), [["window", "a1", "b1"]]);
    });

    it("takes what is just inside the period", async () => {
      const { deps } = setUp([at("a1", 3599)]);
      assert.equal((await triggerSync(deps, WINDOW)).numberOfEvents, 1);
    });
  });
});
