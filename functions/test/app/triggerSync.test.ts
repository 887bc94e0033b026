import assert from "node:assert/strict";
import type { Publisher, Claim, ClaimResult, DueSync, Lease } from "../../src/app/ports.ts";
import { MessageBudget } from "../../src/app/messageBudget.ts";
import { triggerSync } from "../../src/app/triggerSync.ts";
import { makeSync, mergeChunks } from "../../src/domain/sync.ts";
import type { PendingEvent } from "../../src/domain/event.ts";
import { windowOf } from "../../src/domain/window.ts";
import {
  ago,
  lease,
  member,
  NOW,
  pending,
  pendingOf,
  rule,
  sync,
  syncEndpoint,
} from "../support/factories.ts";
import {
  fakeClock,
  fakeEventLog,
  fakeOutbox,
  fakeServiceState,
  noOpenWindows,
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
    openWindows: noOpenWindows,
    events: fakeEventLog(),
    budget: new MessageBudget(),
    publisher: {
      publish: ({ messages }: Parameters<Publisher["publish"]>[0]) => {
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
    } = await triggerSync(deps, NONE, windowOf(NONE));
    assert.deepEqual(
      { syncId, numberOfEvents, isPublished },
      { syncId: "random", numberOfEvents: 2, isPublished: true },
    );
    assert.equal(claims[0]?.reason, "manual");
    assert.deepEqual(published, [eventID]);
  });

  it("sends a message without any event", async () => {
    const { deps, published } = setUp([]);
    const { numberOfEvents } = await triggerSync(deps, NONE, windowOf(NONE));
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
    assert.equal((await triggerSync(deps, NONE, windowOf(NONE))).numberOfEvents, 1);
  });

  it("tries again when window checks take its events", async () => {
    const { deps } = setUp([pending()]);
    const { claimTaken } = deps.outbox;
    let lost = 0;
    deps.outbox.claimTaken = (asked) =>
      lost++ < 2 ? Promise.resolve([{ outcome: "contended" }]) : claimTaken(asked);
    assert.equal((await triggerSync(deps, NONE, windowOf(NONE))).published, true);
  });

  it("says so when the message could not be published: the sweep goes on", async () => {
    const { deps } = setUp([pending()]);
    deps.publisher.publish = () => Promise.allSettled([Promise.reject(new Error("no such topic"))]);
    assert.equal((await triggerSync(deps, NONE, windowOf(NONE))).published, false);
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
      const { claimKept } = deps.outbox;
      deps.outbox.claimKept = (asked) => {
        const members = mergeChunks(asked.chunks).flatMap((group) => group.members);
        for (const { id } of members) exported.add(id);
        return claimKept(asked);
      };
      return { ...setting, claims };
    }

    it("claims and publishes until nothing is new, and answers with the last sync", async () => {
      const { deps, claims, published } = marking();
      const { numberOfEvents, eventID } = await triggerSync(deps, kept, windowOf(kept));
      assert.equal(numberOfEvents, 1000);
      assert.equal(claims.length, 3);
      assert.equal(published.length, 3);
      assert.equal(published.at(-1), eventID);
    });

    it("looks again where somebody else has just claimed a part of them", async () => {
      const { deps, published } = marking();
      const { claimKept } = deps.outbox;
      let lost = 0;
      deps.outbox.claimKept = async (asked) => {
        const result = await claimKept(asked);
        return lost++ === 0 ? { outcome: "exists", syncId: asked.syncId } : result;
      };
      assert.equal((await triggerSync(deps, kept, windowOf(kept))).numberOfEvents, 1000);
      assert.equal(published.length, 2);
    });
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
      return Promise.resolve(existing && { next: "publish", lease: existing });
    };
    const { syncId, eventID } = await triggerSync(deps, kept, windowOf(kept));
    assert.equal(published.length, 1);
    assert.deepEqual(asked, [
      [
        { serviceName: "svc", syncId },
        { again: true, nowMs: NOW, leaseUntilMs: NOW + 150_000 },
      ],
    ]);
    assert.equal(syncId, eventID);
    assert.deepEqual(published, [eventID]);
  });

  describe("of an empty window", () => {
    const waiting = (overrides: Partial<DueSync> = {}): DueSync => ({
      serviceName: "svc",
      syncId: "s1",
      dueAtMs: NOW + 60_000,
      hasFailed: true,
      isNewer: false,
      ...overrides,
    });
    const stuck = lease(
      sync([syncEndpoint("a", [member("e1")])], { id: "s1", topic: "projects/p/topics/old" }),
      { attempt: 3 },
    );

    function setUpWaiting(...listed: DueSync[]) {
      const made = setUp([]);
      const taken: unknown[] = [];
      made.deps.outbox.due = () => Promise.resolve(listed);
      made.deps.outbox.take = (...args) => {
        taken.push(args);
        return Promise.resolve({ next: "publish", lease: stuck });
      };
      return { ...made, taken };
    }

    for (const [title, due] of [
      ["has failed", waiting()],
      ["was left behind", waiting({ hasFailed: false, dueAtMs: NOW })],
    ] as const) {
      it(`tries the sync that ${title}, to the topic of now, and makes no other`, async () => {
        const { deps, taken, claims, published } = setUpWaiting(
          waiting({ serviceName: "other", syncId: "s0" }),
          due,
          waiting({ syncId: "s2" }),
        );
        const topics: string[] = [];
        const { publish } = deps.publisher;
        deps.publisher.publish = (publication) => {
          topics.push(publication.topic);
          return publish(publication);
        };
        const answer = await triggerSync(deps, NONE, windowOf(NONE));
        assert.deepEqual(answer, {
          syncId: "s1",
          eventID: stuck.sync.eventID,
          numberOfEvents: 1,
          published: true,
        });
        const options = { dueByMs: due.dueAtMs };
        assert.deepEqual(taken, [
          [
            { serviceName: "svc", syncId: "s1" },
            { ...options, nowMs: NOW, leaseUntilMs: NOW + 150_000 },
          ],
        ]);
        assert.deepEqual([claims, published], [[], [stuck.sync.eventID]]);
        assert.deepEqual(topics, [NONE.targetPubSub.topic]);
      });
    }

    it("makes an empty sync where others wait, or somebody is publishing", async () => {
      const { deps, claims, taken } = setUpWaiting(
        waiting({ serviceName: "other" }),
        waiting({ hasFailed: false, dueAtMs: NOW + 1 }),
      );
      assert.equal((await triggerSync(deps, NONE, windowOf(NONE))).numberOfEvents, 0);
      assert.deepEqual([claims.length, taken.length], [1, 0]);
    });

    it("looks on where the first page holds none of its service", async () => {
      const { deps, claims } = setUpWaiting();
      const pages = [Array.from({ length: 500 }, () => waiting({ serviceName: "other" }))];
      deps.outbox.due = (_now, _limit, after) =>
        Promise.resolve(after === undefined ? pages[0]! : [waiting()]);
      assert.equal((await triggerSync(deps, NONE, windowOf(NONE))).syncId, "s1");
      assert.deepEqual(claims, []);
    });

    it("makes one message, however often it is repeated while it cannot be published", async () => {
      const { deps, claims } = setUp([]);
      const made: Lease[] = [];
      const { claimTaken } = deps.outbox;
      deps.outbox.claimTaken = async (...asked) => {
        const results = await claimTaken(...asked);
        made.push(...results.flatMap((result) => ("lease" in result ? [result.lease] : [])));
        return results;
      };
      deps.outbox.due = () =>
        Promise.resolve(made.map(({ sync: { id } }) => waiting({ syncId: id })));
      deps.outbox.take = () => Promise.resolve(made[0] && { next: "publish", lease: made[0] });
      deps.publisher.publish = () =>
        Promise.allSettled([Promise.reject<string>(new Error("no such topic"))]);
      const answers = [];
      for (let time = 0; time < 3; time++)
        answers.push(await triggerSync(deps, NONE, windowOf(NONE)));
      assert.equal(claims.length, 1);
      assert.deepEqual(
        answers.map(({ syncId, published }) => [syncId, published]),
        Array(3).fill(["random", false]),
      );
    });

    it("begins anew where somebody was faster", async () => {
      const { deps, claims } = setUpWaiting(waiting());
      const listed = [[waiting()], []];
      deps.outbox.due = () => Promise.resolve(listed.shift() ?? []);
      deps.outbox.take = () => Promise.resolve(undefined);
      assert.equal((await triggerSync(deps, NONE, windowOf(NONE))).numberOfEvents, 0);
      assert.equal(claims.length, 1);
    });

    it("asks nothing of the outbox where there is an event", async () => {
      const { deps } = setUp([pending()]);
      deps.outbox.due = () => assert.fail("asked");
      await triggerSync(deps, NONE, windowOf(NONE));
    });
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
      const { numberOfEvents } = await triggerSync(deps, WINDOW, windowOf(WINDOW));
      assert.deepEqual(factsOf(claims), [
        ["complete", "a1", "b1"],
        ["manual", "a2"],
      ]);
      assert.equal(published.length, 2);
      assert.equal(numberOfEvents, 1, "of the last one");
    });

    it("makes no empty sync where one was due", async () => {
      const { deps, claims } = setUp([at("a1", 50), at("b1", 40)]);
      assert.equal((await triggerSync(deps, WINDOW, windowOf(WINDOW))).numberOfEvents, 2);
      assert.deepEqual(factsOf(claims), [["complete", "a1", "b1"]]);
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
      assert.equal((await triggerSync(deps, WINDOW, windowOf(WINDOW))).numberOfEvents, 2);
      assert.deepEqual(factsOf(claims), [["complete", "a1", "b1"]]);
    });

    it("takes what is just inside the period", async () => {
      const { deps } = setUp([at("a1", 3599)]);
      assert.equal((await triggerSync(deps, WINDOW, windowOf(WINDOW))).numberOfEvents, 1);
    });
  });
});
