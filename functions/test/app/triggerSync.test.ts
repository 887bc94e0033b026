import assert from "node:assert/strict";
import type { Claim, Lease } from "../../src/app/ports.ts";
import { MessageBudget } from "../../src/app/messageBudget.ts";
import { triggerSync } from "../../src/app/triggerSync.ts";
import { makeSync, mergeChunks } from "../../src/domain/sync.ts";
import type { PendingEvent } from "../../src/domain/event.ts";
import { ago, lease, NOW, pending, pendingOf, rule } from "../support/factories.ts";
import {
  countingWindow,
  fakeClock,
  fakeEventLog,
  fakeOutbox,
  fakeServiceState,
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
      claim: (claim: Claim): ReturnType<typeof outbox.claim> => {
        claims.push(claim);
        return Promise.resolve({ outcome: "claimed", lease: leaseOf(claim) });
      },
    },
    window: { ...countingWindow({}), collect: () => Promise.resolve([...events]) },
    events: fakeEventLog(),
    budget: new MessageBudget(),
    publisher: {
      publish: (_topic: string, { eventID }: { eventID: string }) => {
        published.push(eventID);
        return Promise.resolve("m1");
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
    services.resets.set("svc", ago(100));
    assert.equal((await triggerSync(deps, NONE)).numberOfEvents, 1);
  });

  it("tries again when window checks take its events", async () => {
    const { deps } = setUp([pending()]);
    const { claim } = deps.outbox;
    let lost = 0;
    deps.outbox.claim = (asked) =>
      lost++ < 2 ? Promise.resolve({ outcome: "contended" }) : claim(asked);
    assert.equal((await triggerSync(deps, NONE)).published, true);
  });

  it("says so when the message could not be published: the sweep goes on", async () => {
    const { deps } = setUp([pending()]);
    deps.publisher.publish = () => Promise.reject(new Error("no such topic"));
    assert.equal((await triggerSync(deps, NONE)).published, false);
    assert.deepEqual(deps.outbox.marks, ["failed random: no such topic, again in 30s"]);
  });

  describe("with more new events than one sync of kept events takes", () => {
    const kept = rule({ trigger: { keepEventAfterTrigger: true } });
    const many = pendingOf("a", 1000);

    /** A store that marks what is claimed. */
    function marking() {
      const setting = setUp([]);
      const exported = new Set<string>();
      const { deps, claims } = setting;
      deps.window.collect = () =>
        Promise.resolve(many.map((event) => ({ ...event, exported: exported.has(event.id) })));
      const { claim } = deps.outbox;
      deps.outbox.claim = (asked) => {
        const members = mergeChunks(asked.chunks).flatMap((group) => group.members);
        for (const { id } of members) exported.add(id);
        return claim(asked);
      };
      return { ...setting, claims };
    }

    it("claims and publishes until nothing is new, and answers with the last sync", async () => {
      const { deps, claims, published } = marking();
      const { numberOfEvents, eventID } = await triggerSync(deps, kept);
      assert.equal(numberOfEvents, 1000);
      assert.equal(claims.length, 3);
      assert.equal(published.length, 3);
      assert.equal(published.at(-1), eventID);
    });

    it("looks again where somebody else has just claimed a part of them", async () => {
      const { deps, published } = marking();
      const { claim } = deps.outbox;
      let lost = 0;
      deps.outbox.claim = async (asked) => {
        const result = await claim(asked);
        return lost++ === 0 ? { outcome: "exists", syncId: asked.syncId } : result;
      };
      assert.equal((await triggerSync(deps, kept)).numberOfEvents, 1000);
      assert.equal(published.length, 2);
    });
  });

  it("publishes a kept set again under its eventID where it is a sync already", async () => {
    const kept = rule({ trigger: { keepEventAfterTrigger: true } });
    const { deps, published } = setUp([pending({ exported: true })]);
    let existing: Lease | undefined;
    deps.outbox.claim = (claim) => {
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
});
