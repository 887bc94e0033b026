import { firestoreDocuments } from "../../src/adapters/firestore/firestoreDocuments.ts";
import { Timestamp, type DocumentReference } from "@google-cloud/firestore";
import assert from "node:assert/strict";
import type {
  Claim,
  ClaimResult,
  GoOnResult,
  Lease,
  OpenClaim,
  Taken,
} from "../../src/app/ports.ts";
import { groupWindow } from "../../src/domain/decide.ts";
import { byAge, endOf, placeOf, type PendingEvent } from "../../src/domain/event.ts";
import {
  eventIdOf,
  limitNew,
  makeSync,
  portions,
  splitClaim,
  type Sync,
} from "../../src/domain/sync.ts";
import { MAX_REQUIRED, requiredAtMost, type Rule } from "../../src/domain/rule.ts";
import { windowOf } from "../../src/domain/window.ts";
import { documentSize, MAX_DOCUMENT_BYTES } from "../../src/adapters/firestore/documentSize.ts";
import {
  ago,
  endpoint,
  event,
  markerOf,
  NOW,
  pending,
  pendingOf,
  rule,
  uniqueId,
} from "../support/factories.ts";
import { fieldsOf, pendingIds, plant, useStore } from "../support/store.ts";

const RULE = rule();
const KEPT = rule({ trigger: { keepEventAfterTrigger: true } });
const LEASE_MS = 150_000;
const CHUNK = 450;

/** Of a sync that was claimed in several commits the last members are known for themselves. */
function withoutLast(sync: Sync): Sync {
  const endpoints = sync.endpoints.map(({ last, ...endpoint }) => {
    assert.deepEqual(last, endpoint.members.at(-1));
    return endpoint;
  });
  return { ...sync, endpoints };
}

describe("Outbox on Firestore", () => {
  const store = useStore();

  /** A claim of these events, as the use case makes it. */
  function claimOf(
    configured: Rule,
    events: readonly PendingEvent[],
    overrides: Partial<Claim> = {},
  ): Claim {
    const groups = groupWindow({
      rule: configured,
      pending: events,
      nowMs: NOW,
      resetAtMs: undefined,
    });
    return {
      syncId: configured.trigger.keepEventAfterTrigger ? eventIdOf(groups) : uniqueId("s"),
      token: uniqueId("t"),
      rule: configured,
      window: windowOf(configured),
      reason: "complete",
      nowMs: NOW,
      leaseUntilMs: () => NOW + LEASE_MS,
      chunks: configured.trigger.keepEventAfterTrigger
        ? portions(groups, CHUNK)
        : splitClaim(configured.condition, groups, CHUNK),
      range: { after: endOf(ago(9000)), to: endOf(NOW) },
      ...overrides,
    };
  }

  async function claimNow(claim: Claim): Promise<ClaimResult | GoOnResult> {
    const { outbox } = store();
    if (claim.rule.trigger.keepEventAfterTrigger) return outbox.claimKept(claim);
    const [result, ...others] = await claimAll([claim]);
    assert.deepEqual(others, []);
    return result ?? assert.fail("no result");
  }

  const begin = async (...claims: Claim[]): Promise<ClaimResult[]> => {
    const { outbox, services } = store();
    return outbox.claimTaken(claims, (await services.read(windowOf(RULE))).version, CHUNK);
  };

  const goOn = (
    claim: OpenClaim,
    { nowMs = NOW, chunks = Infinity }: { nowMs?: number; chunks?: number } = {},
  ): Promise<GoOnResult> => {
    let left = chunks;
    return store().outbox.goOn(claim, {
      chunkSize: CHUNK,
      nowMs: () => nowMs,
      leaseUntilMs: () => nowMs + LEASE_MS,
      isTimeUp: () => --left <= 0,
    });
  };

  /** As a check does: what is begun is gone on with. */
  async function claimAll(claims: readonly Claim[]): Promise<(ClaimResult | GoOnResult)[]> {
    const results: (ClaimResult | GoOnResult)[] = [];
    for (const result of await begin(...claims)) {
      results.push(result.outcome === "begun" ? await goOn(result.claim) : result);
    }
    return results;
  }

  async function claimed(claim: Claim): Promise<Lease> {
    const result = await claimNow(claim);
    assert.equal(result.outcome, "claimed");
    return result.lease;
  }

  const remove = (event: PendingEvent) => store().paths.pending("svc").doc(event.id).delete();
  const collect = (configured: Rule) =>
    store().window.collect(windowOf(configured), {
      eventKeys: configured.endpoints.map(({ eventKey }) => eventKey),
      withExported: configured.trigger.keepEventAfterTrigger,
      aboveMs: ago(3600),
    });
  const syncDocument = (id: string) => fieldsOf(store().paths.syncs("svc").doc(id));
  /** Who takes the sync over finds every member in its place; without a diff of ten thousand. */
  const assertWhole = async (id: string, eventID: string): Promise<void> => {
    const lease = await take(id, NOW + LEASE_MS);
    assert.equal(eventIdOf(lease?.sync.endpoints ?? []), eventID);
  };
  /** Every part under a sync's id, in the order of their numbers. */
  const partsOf = async (id: string) => {
    const { docs } = await store().paths.syncs("svc").doc(id).collection("parts").get();
    const numberOf = (name: string): number => Number(name.slice(name.lastIndexOf("-") + 1));
    return docs.toSorted((one, other) => numberOf(one.id) - numberOf(other.id));
  };
  const dueAt = async (nowMs: number, limit = 10) =>
    (await store().outbox.due(nowMs, limit)).map(({ syncId }) => syncId);
  const takeAny = (
    id: string,
    nowMs: number,
    options?: { again?: boolean; dueByMs?: number; isRegistered?: boolean },
  ): Promise<Taken | undefined> =>
    store().outbox.take(
      { serviceName: "svc", syncId: id },
      { nowMs, leaseUntilMs: nowMs + LEASE_MS, ...options },
    );
  /** To publish it. */
  const take = async (
    id: string,
    nowMs: number,
    options?: { again?: boolean; dueByMs?: number },
  ): Promise<Lease | undefined> => {
    const taken = await takeAny(id, nowMs, options);
    assert.notEqual(taken?.next, "goOn");
    return taken?.next === "publish" ? taken.lease : undefined;
  };
  /** To go on with its claim. */
  const takeOpen = async (id: string, nowMs: number): Promise<OpenClaim> => {
    const taken = await takeAny(id, nowMs);
    return taken?.next === "goOn" ? taken.claim : assert.fail("it is not to be gone on with");
  };

  const versionOf = async (id: string): Promise<string | undefined> => {
    const { db, paths } = store();
    const [doc] = await firestoreDocuments(db).get([paths.syncs("svc").doc(id).path]);
    return doc?.version;
  };

  /** Ends the process of who makes the n-th commit from now, as it were. */
  function killAtCommit(count: number): { undo(): void } {
    const { db } = store();
    const batch = db.batch.bind(db);
    let made = 0;
    db.batch = () => {
      if (++made === count) throw new Error("killed");
      return batch();
    };
    return {
      undo: () => {
        db.batch = batch;
      },
    };
  }

  describe("claim", () => {
    it("makes a sync of the events and takes them out of the window, others stay", async () => {
      const [a1, b1] = [pending({ id: "a1" }), pending({ id: "b1", eventKey: "b" })];
      const planted = await plant(store(), RULE, [a1, b1, pending({ id: "late" })]);
      const claim = claimOf(RULE, planted.slice(0, 2));
      const { sync, attempt } = await claimed(claim);
      const groups = claim.chunks[0]!;
      assert.deepEqual(sync, makeSync(claim.syncId, RULE, groups, "complete", NOW));
      assert.equal(attempt, 1);
      assert.deepEqual(await pendingIds(store(), "svc"), ["late"]);
    });

    it("stores all that is needed to publish it, for whoever takes over", async () => {
      const events = await plant(store(), RULE, [
        ...pendingOf("a", 3),
        pending({ eventKey: "b", size: 7 }),
      ]);
      const { sync } = await claimed(claimOf(RULE, events, { reason: "manual" }));
      const lease = await take(sync.id, NOW + LEASE_MS);
      assert.deepEqual(lease?.sync, sync);
      assert.equal(lease.attempt, 2);
    });

    it("of a manual trigger without any event is a sync all the same", async () => {
      const { sync } = await claimed(claimOf(RULE, [], { reason: "manual" }));
      assert.equal(sync.eventID, "d41d8cd98f00b204e9800998ecf8427e");
      assert.deepEqual((await take(sync.id, NOW + LEASE_MS))?.sync, sync);
    });

    it("has one winner, however many try at once; the others leave nothing behind", async () => {
      const events = await plant(store(), RULE, [...pendingOf("a", 40), ...pendingOf("b", 40)]);
      const results = await Promise.all(
        Array.from({ length: 8 }, () => claimNow(claimOf(RULE, events))),
      );
      const outcomes = results.map(({ outcome }) => outcome).toSorted();
      assert.deepEqual(outcomes, ["claimed", ...Array<string>(7).fill("contended")]);
      assert.equal((await store().paths.syncs("svc").listDocuments()).length, 1);
      assert.deepEqual(await pendingIds(store(), "svc"), []);
    });

    it("that comes too late for one event changes nothing", async () => {
      const events = await plant(store(), RULE, [...pendingOf("a", 3), ...pendingOf("b", 3)]);
      await remove(events[0]!);
      const result = await claimNow(claimOf(RULE, events));
      assert.deepEqual(result, { outcome: "contended" });
      assert.equal((await pendingIds(store(), "svc")).length, 5);
      assert.deepEqual(await store().paths.syncs("svc").listDocuments(), []);
    });

    it("that read an event before somebody changed its marker changes nothing", async () => {
      const events = await plant(store(), RULE, [...pendingOf("a", 2), ...pendingOf("b", 2)]);
      const changed = store().paths.pending("svc").doc(events[3]!.id);
      await changed.update({ exported: true });
      assert.deepEqual(await claimNow(claimOf(RULE, events)), { outcome: "contended" });
      assert.equal((await pendingIds(store(), "svc")).length, 4);
      assert.equal((await changed.get()).get("exported"), true);
    });

    it("refuses events that were not read from the store, rather than claim them unseen", async () => {
      const events = [...pendingOf("a", 1), ...pendingOf("b", 1)];
      for (const configured of [RULE, KEPT]) {
        await assert.rejects(claimNow(claimOf(configured, events)), TypeError);
      }
    });

    it("overlapping others never puts an event into two syncs, nor loses one", async () => {
      const relay = rule({ endpoints: [RULE.endpoints[0]!] });
      const events = await plant(store(), relay, pendingOf("a", 30));
      const windows = Array.from({ length: 6 }, (_, index) =>
        events.slice(index * 5, index * 5 + 9),
      );
      const results = await Promise.all(windows.map((window) => claimNow(claimOf(relay, window))));
      const exported = results.flatMap((result) =>
        result.outcome === "claimed"
          ? result.lease.sync.endpoints.flatMap(({ members }) => members.map(({ id }) => id))
          : [],
      );
      assert.ok(exported.length > 0);
      const left = await pendingIds(store(), "svc");
      assert.deepEqual([...exported, ...left].toSorted(), events.map(({ id }) => id).toSorted());
    });

    it("is known for its own when the answer to its commit was lost", async () => {
      const events = await plant(store(), RULE, [...pendingOf("a", 2), ...pendingOf("b", 2)]);
      const { db } = store();
      const batch = db.batch.bind(db);
      db.batch = () => {
        const made = batch();
        const commit = made.commit.bind(made);
        // What the client does by itself when the connection breaks after the commit.
        made.commit = async () => {
          await commit();
          throw Object.assign(new Error("5 NOT_FOUND"), { code: 5 });
        };
        return made;
      };
      const { sync, version } = await claimed(claimOf(RULE, events));
      assert.equal(version, await versionOf(sync.id));
    });
  });

  describe("claim of several syncs", () => {
    const pairs = (count: number): PendingEvent[][] =>
      Array.from({ length: count }, () => [pending(), pending({ eventKey: "b" })]);
    const claimsOf = async (groups: readonly PendingEvent[][]): Promise<Claim[]> => {
      const planted = await plant(store(), RULE, groups.flat());
      return groups.map((group) =>
        claimOf(
          RULE,
          planted.filter(({ id }) => group.some((event) => event.id === id)),
        ),
      );
    };
    const syncIds = async () => (await store().paths.syncs("svc").get()).docs.map(({ id }) => id);

    it("makes as many whole ones per commit as fit, each for whoever takes over", async () => {
      const claims = await claimsOf(pairs(200));
      // 3 writes each: 150 in the first commit, 50 in the second.
      const kill = killAtCommit(3);
      const results = await claimAll(claims);
      kill.undo();
      assert.deepEqual(
        results.map((result) => result.outcome === "claimed" && result.lease.sync.id),
        claims.map(({ syncId }) => syncId),
      );
      assert.deepEqual(await pendingIds(store(), "svc"), []);
      for (const index of [0, 149, 150, 199]) {
        const result = results[index];
        assert.ok(result?.outcome === "claimed");
        const { sync, version } = result.lease;
        assert.equal(version, await versionOf(sync.id));
        assert.deepEqual((await take(sync.id, NOW + LEASE_MS))?.sync, sync);
      }
    }).timeout(30_000);

    it("makes one of many commits in its turn, by itself", async () => {
      const large = [...pendingOf("a", 900), pending({ eventKey: "b" })];
      const claims = await claimsOf([...pairs(2), large, ...pairs(2)]);
      const results = await claimAll(claims);
      assert.deepEqual(
        results.map((result) =>
          result.outcome === "claimed"
            ? result.lease.sync.endpoints.map(({ members }) => members.length)
            : result,
        ),
        [
          [1, 1],
          [1, 1],
          [900, 1],
          [1, 1],
          [1, 1],
        ],
      );
    }).timeout(30_000);

    it("that comes too late for one event makes none of its commit, and tries none after it", async () => {
      const claims = await claimsOf(pairs(200));
      const late = claims[160]!.chunks.flat().flatMap(({ members }) => members)[0];
      await remove(late!);
      const results = await claimAll(claims);
      assert.equal(results.filter(({ outcome }) => outcome === "claimed").length, 150);
      assert.equal(results.filter(({ outcome }) => outcome === "contended").length, 50);
      assert.equal((await syncIds()).length, 150);
      assert.equal((await pendingIds(store(), "svc")).length, 99);
    }).timeout(30_000);

    it("stops behind the first that somebody else was faster with", async () => {
      const claims = await claimsOf(pairs(200));
      await remove(claims[0]!.chunks.flat().flatMap(({ members }) => members)[0]!);
      const results = await claimAll(claims);
      assert.equal(results.length, 150);
      assert.deepEqual(await syncIds(), []);
    });

    it("is known for its own when the answer to its commit was lost, but not what was taken over", async () => {
      const claims = await claimsOf(pairs(3));
      const { db } = store();
      const batch = db.batch.bind(db);
      db.batch = () => {
        db.batch = batch;
        const made = batch();
        const commit = made.commit.bind(made);
        made.commit = async () => {
          await commit();
          await take(claims[1]!.syncId, NOW + LEASE_MS);
          throw Object.assign(new Error("6 ALREADY_EXISTS"), { code: 6 });
        };
        return made;
      };
      const results = await claimAll(claims);
      assert.deepEqual(
        results.map(({ outcome }) => outcome),
        ["claimed", "contended", "claimed"],
      );
      const [first] = results;
      assert.ok(first?.outcome === "claimed");
      assert.equal(first.lease.version, await versionOf(first.lease.sync.id));
    });

    it("has one winner for each event, however many try at once", async () => {
      const claims = await claimsOf(pairs(40));
      const again = (): Claim[] =>
        claims.map((claim) => ({ ...claim, syncId: uniqueId("s"), token: uniqueId("t") }));
      const results = await Promise.all(Array.from({ length: 6 }, () => claimAll(again())));
      const outcomes = results.flat().filter(({ outcome }) => outcome === "claimed");
      assert.equal(outcomes.length, 40);
      assert.equal((await syncIds()).length, 40);
    });
  });

  describe("claim in several commits", () => {
    const large = () => [...pendingOf("a", 1500), ...pendingOf("b", 500)];

    it("takes a window of 2,000 events", async () => {
      const events = await plant(store(), RULE, large());
      const claim = claimOf(RULE, events);
      assert.equal(claim.chunks.length, 5);
      const { sync, version } = await claimed(claim);
      const whole = groupWindow({ rule: RULE, pending: events, nowMs: NOW, resetAtMs: undefined });
      assert.deepEqual(withoutLast(sync), makeSync(claim.syncId, RULE, whole, "complete", NOW));
      assert.deepEqual(await pendingIds(store(), "svc"), []);

      const document = await syncDocument(sync.id);
      assert.equal(document?.["state"], "claimed");
      assert.equal(document["parts"], 4);
      assert.equal(version, await versionOf(sync.id));
      const lease = await take(sync.id, NOW + 2 * LEASE_MS);
      assert.deepEqual(lease?.sync, sync);
    }).timeout(30_000);

    it("goes on without the events that another claim took meanwhile", async () => {
      const events = await plant(store(), RULE, large());
      const claim = claimOf(RULE, events);
      // Of the second chunk some, the third whole, of the last one.
      const taken = [
        ...claim.chunks[1]!.flatMap(({ members }) => members.slice(0, 10)),
        ...claim.chunks[2]!.flatMap(({ members }) => members),
        ...claim.chunks[4]!.flatMap(({ members }) => members.slice(-1)),
      ];
      await claimed(claimOf(RULE, taken));
      const { sync } = await claimed(claim);
      const ids = sync.endpoints.flatMap(({ members }) => members.map(({ id }) => id));
      assert.equal(ids.length, 2000 - taken.length);
      const takenIds = new Set(taken.map(({ id }) => id));
      assert.ok(ids.every((id) => !takenIds.has(id)));
      assert.equal(sync.eventID, eventIdOf(sync.endpoints));
      assert.deepEqual(
        sync.endpoints.map(({ numberOfEvents, members }) => numberOfEvents - members.length),
        [0, 0],
      );
      assert.deepEqual((await take(sync.id, NOW + 2 * LEASE_MS))?.sync, sync);
      assert.deepEqual(await pendingIds(store(), "svc"), []);
    }).timeout(30_000);

    it("goes on without the events that another rule has exported meanwhile", async () => {
      const events = await plant(store(), RULE, large());
      const claim = claimOf(RULE, events);
      const exported = claim.chunks[2]!.flatMap(({ members }) => members.slice(0, 3));
      for (const { id } of exported) {
        await store().paths.pending("svc").doc(id).update({ exported: true });
      }
      const { sync } = await claimed(claim);
      const ids = new Set(sync.endpoints.flatMap(({ members }) => members.map(({ id }) => id)));
      assert.equal(ids.size, 2000 - exported.length);
      assert.deepEqual(await pendingIds(store(), "svc"), exported.map(({ id }) => id).toSorted());
    }).timeout(30_000);

    it("that loses an event of its first chunk changes nothing", async () => {
      const events = await plant(store(), RULE, [...pendingOf("a", 600), ...pendingOf("b", 1)]);
      await remove(events[0]!);
      assert.deepEqual(await claimNow(claimOf(RULE, events)), { outcome: "contended" });
      assert.equal((await pendingIds(store(), "svc")).length, 600);
      assert.deepEqual(await store().paths.syncs("svc").listDocuments(), []);
    });

    it("owns its range from the first commit to the last", async () => {
      const { services } = store();
      const owned = async () => (await services.read(windowOf(RULE))).claims;
      const claim = claimOf(RULE, await plant(store(), RULE, large()));
      const [result] = await begin(claim);
      assert.ok(result?.outcome === "begun");
      assert.deepEqual(await owned(), [{ syncId: claim.syncId, to: claim.range?.to }]);
      assert.equal((await goOn(result.claim)).outcome, "claimed");
      assert.deepEqual(await owned(), []);
      const document = await syncDocument(claim.syncId);
      assert.deepEqual([document?.["state"], document?.["claim"]], ["claimed", undefined]);
    }).timeout(30_000);

    it("is not begun where its service has changed since the replay looked", async () => {
      const { outbox, services } = store();
      const claim = claimOf(RULE, await plant(store(), RULE, large()));
      const { version } = await services.read(windowOf(RULE));
      await services.reset(windowOf(RULE), { atMs: NOW, keepFromMs: 0 });
      assert.deepEqual(await outbox.claimTaken([claim], version, CHUNK), [
        { outcome: "contended" },
      ]);
      assert.equal((await pendingIds(store(), "svc")).length, 2000);
    }).timeout(30_000);

    for (const commits of [1, 2, 3, 4, 5]) {
      it(`whose claimer stops after ${String(commits)} is gone on with: the same sync`, async () => {
        const events = await plant(store(), RULE, large());
        const claim = claimOf(RULE, events);
        const kill = killAtCommit(commits + 1);
        await assert.rejects(claimNow(claim), /killed/);
        kill.undo();
        assert.equal((await syncDocument(claim.syncId))?.["state"], "claiming");
        assert.equal(await takeAny(claim.syncId, NOW + LEASE_MS - 1), undefined);
        assert.equal(await takeAny(claim.syncId, NOW, { again: true }), undefined);

        const open = await takeOpen(claim.syncId, NOW + 2 * LEASE_MS);
        const result = await goOn(open, { nowMs: NOW + 2 * LEASE_MS });
        assert.ok(result.outcome === "claimed");
        const groups = groupWindow({
          rule: RULE,
          pending: events,
          nowMs: NOW,
          resetAtMs: undefined,
        });
        const expected = makeSync(claim.syncId, RULE, groups, "complete", NOW);
        assert.deepEqual(withoutLast(result.lease.sync), expected);
        assert.deepEqual(await pendingIds(store(), "svc"), []);
        assert.deepEqual(
          withoutLast((await take(claim.syncId, NOW + 4 * LEASE_MS))!.sync),
          expected,
        );
      }).timeout(30_000);
    }

    it("is made of what is in its range, where nobody has read that before", async () => {
      const events = await plant(store(), RULE, large());
      // What is behind the last one of its millisecond is not in it, and what is at its beginning neither.
      const sorted = events.toSorted(byAge);
      const later = pending({ id: "zz", receivedAtMs: sorted.at(-1)!.receivedAtMs });
      await plant(store(), RULE, [later]);
      const range = { after: placeOf(sorted[0]!), to: placeOf(sorted.at(-1)!) };
      const claim = claimOf(RULE, events, { chunks: [], range });
      const result = await claimNow(claim);
      assert.ok(result.outcome === "claimed");
      const groups = groupWindow({
        rule: RULE,
        pending: sorted.slice(1),
        nowMs: NOW,
        resetAtMs: undefined,
      });
      const expected = makeSync(claim.syncId, RULE, groups, "complete", NOW);
      assert.deepEqual(withoutLast(result.lease.sync), expected);
      assert.deepEqual(await pendingIds(store(), "svc"), [sorted[0]!.id, later.id].toSorted());
    }).timeout(30_000);

    it("leaves out what is older than what its endpoint has already", async () => {
      const claim = claimOf(RULE, await plant(store(), RULE, [...pendingOf("a", 900), last()]));
      const [result] = await begin(claim);
      assert.ok(result?.outcome === "begun");
      // The first commit has the only b; another one becomes visible late.
      await plant(store(), RULE, [pending({ id: "late", eventKey: "b", receivedAtMs: ago(100) })]);
      const open = await takeOpen(claim.syncId, NOW + LEASE_MS);
      assert.equal((await goOn(open)).outcome, "claimed");
      assert.deepEqual(await pendingIds(store(), "svc"), ["late"]);
      function last(): PendingEvent {
        return pending({ eventKey: "b", receivedAtMs: ago(1) });
      }
    }).timeout(30_000);

    it("is handed over when time is up, and one at a time goes on", async () => {
      const claim = claimOf(RULE, await plant(store(), RULE, large()));
      const [begun] = await begin(claim);
      assert.ok(begun?.outcome === "begun");
      assert.equal((await goOn(begun.claim, { chunks: 1 })).outcome, "handedOver");
      const opened = await Promise.all(
        Array.from({ length: 5 }, () => takeAny(claim.syncId, NOW + 1)),
      );
      assert.equal(opened.filter((taken) => taken !== undefined).length, 1);
      assert.equal((await goOn(begun.claim)).outcome, "lost");
      const [open] = opened.flatMap((taken) => (taken?.next === "goOn" ? [taken.claim] : []));
      assert.equal((await goOn(open!)).outcome, "claimed");
      assert.deepEqual(await pendingIds(store(), "svc"), []);
    }).timeout(30_000);

    for (const [what, change] of [
      ["malformed", (ref) => ref.update({ claim: "far" })],
      ["removed", (ref) => ref.delete()],
    ] as const satisfies readonly [string, (ref: DocumentReference) => unknown][]) {
      it(`with which nobody can go on since it is ${what} blocks its window no longer`, async () => {
        const { log, paths, services } = store();
        const claim = claimOf(RULE, await plant(store(), RULE, large()));
        await begin(claim);
        await change(paths.syncs("svc").doc(claim.syncId));
        const options = { isRegistered: true };
        assert.equal(await takeAny(claim.syncId, NOW + LEASE_MS, options), undefined);
        assert.deepEqual((await services.read(windowOf(RULE))).claims, []);
        assert.equal(log.of("sync.setAside")[0]?.["syncId"], claim.syncId);
      }).timeout(30_000);
    }

    it("takes nothing more once somebody else has taken the sync over", async () => {
      const events = await plant(store(), RULE, large());
      const claim = claimOf(RULE, events, { leaseUntilMs: () => NOW });
      const [begun] = await begin(claim);
      assert.ok(begun?.outcome === "begun");
      const { db } = store();
      const batch = db.batch.bind(db);
      let commits = 0;
      let takenOver: OpenClaim | undefined;
      db.batch = () => {
        const made = batch();
        const commit = made.commit.bind(made);
        made.commit = async () => {
          // Before the second commit the lease, which has run out, changes hands.
          if (++commits === 2) takenOver = await takeOpen(claim.syncId, NOW + 2 * LEASE_MS);
          return commit();
        };
        return made;
      };
      assert.deepEqual(await goOn(begun.claim), { outcome: "lost" });
      db.batch = batch;
      assert.equal((await pendingIds(store(), "svc")).length, 2000 - 2 * CHUNK);
      assert.equal((await goOn(takenOver!)).outcome, "claimed");
    }).timeout(30_000);
  });

  describe("claim that the rule itself makes large", () => {
    const required = rule({
      endpoints: [
        endpoint("a", { minNbOfOccurrence: 5000 }),
        endpoint("b", { minNbOfOccurrence: 3000 }),
        endpoint("c", { minNbOfOccurrence: 2000 }),
      ],
    });

    for (const keepEventAfterTrigger of [false, true]) {
      const mode = keepEventAfterTrigger ? "kept" : "taken";
      it(`takes 10,000 required events in one commit, in documents of 1 MiB (${mode})`, async () => {
        const configured = { ...required, trigger: { ...required.trigger, keepEventAfterTrigger } };
        const events = await plant(store(), configured, [
          ...pendingOf("a", 5000, { receivedAtMs: ago(60) }),
          ...pendingOf("b", 3000, { receivedAtMs: ago(60) }),
          ...pendingOf("c", 2500, { receivedAtMs: ago(60) }),
        ]);
        const groups = groupWindow({
          rule: configured,
          pending: events,
          nowMs: NOW,
          resetAtMs: undefined,
        });
        const claim = keepEventAfterTrigger
          ? claimOf(
              configured,
              limitNew(configured.condition, groups, CHUNK).groups.flatMap(
                ({ members }) => members,
              ),
            )
          : claimOf(configured, events);
        const { sync } = await claimed(claim);
        const expected = keepEventAfterTrigger ? 10_000 : 10_500;
        assert.equal(
          sync.endpoints.reduce((sum, { members }) => sum + members.length, 0),
          expected,
        );
        await assertWhole(sync.id, sync.eventID);
        const refs = (await partsOf(sync.id)).map(({ ref }) => ref);
        const paths = [store().paths.syncs("svc").doc(sync.id), ...refs].map(({ path }) => path);
        for (const doc of await firestoreDocuments(store().db).get(paths)) {
          const size = documentSize(doc?.path ?? "", doc?.fields ?? {});
          assert.ok(size < MAX_DOCUMENT_BYTES, `${doc?.path ?? "?"} takes ${String(size)} bytes`);
        }
      }).timeout(60_000);
    }

    it("fits into Firestore's commit though its names are as long as they may be", async () => {
      const serviceName = "s".repeat(1000);
      const keys = ["a", "b"].map((key) => key.repeat(1000));
      const withMinimum = (minNbOfOccurrence: number) =>
        rule({ serviceName, endpoints: keys.map((key) => endpoint(key, { minNbOfOccurrence })) });
      const minimum = Math.floor(MAX_REQUIRED.bytes / requiredAtMost(withMinimum(1)).bytes);
      assert.ok(requiredAtMost(withMinimum(minimum)).bytes <= MAX_REQUIRED.bytes);
      const configured = withMinimum(minimum);
      const events = await plant(
        store(),
        configured,
        keys.flatMap((key) => pendingOf(key, minimum, { receivedAtMs: ago(60) })),
      );
      const { sync } = await claimed(claimOf(configured, events));
      assert.equal(sync.endpoints[0]?.members.length, minimum);
      assert.deepEqual(await pendingIds(store(), serviceName), []);
    }).timeout(60_000);
  });

  describe("claim where events are kept", () => {
    it("marks the events as exported and leaves them in the window", async () => {
      const events = [pending({ id: "a1" }), pending({ id: "b1", eventKey: "b" })];
      await plant(store(), KEPT, events);
      const claim = claimOf(KEPT, await collect(KEPT));
      const { sync } = await claimed(claim);
      assert.equal(sync.id, sync.eventID);
      const collected = await collect(KEPT);
      assert.deepEqual(
        collected.map(({ exported }) => exported),
        [true, true],
      );
      assert.deepEqual((await take(sync.id, NOW + LEASE_MS))?.sync, sync);
    });

    it("of a set that is a sync already says so and makes none", async () => {
      await plant(store(), KEPT, [...pendingOf("a", 2), ...pendingOf("b", 2)]);
      const first = await claimed(claimOf(KEPT, await collect(KEPT)));
      const again = await claimNow(claimOf(KEPT, await collect(KEPT)));
      assert.deepEqual(again, { outcome: "exists", syncId: first.sync.id });
      assert.equal((await syncDocument(first.sync.id))?.["attempt"], 1);
    });

    it("with the same new events has one winner, with whatever others", async () => {
      const fresh = pending({ id: "fresh" });
      const others = pendingOf("b", 6);
      await plant(store(), KEPT, [fresh, ...others]);
      const collected = await collect(KEPT);
      const window = (count: number) =>
        collected.filter(({ id }) => others.slice(count).every((other) => other.id !== id));
      const results = await Promise.all(
        [1, 2, 3, 4, 5, 6].map((count) => claimNow(claimOf(KEPT, window(count)))),
      );
      const outcomes = results.map(({ outcome }) => outcome).toSorted();
      assert.deepEqual(outcomes, ["claimed", ...Array<string>(5).fill("contended")]);
    });

    it("shares events that are exported already", async () => {
      await plant(store(), KEPT, [...pendingOf("a", 2), ...pendingOf("b", 2)]);
      await claimed(claimOf(KEPT, await collect(KEPT)));
      await plant(store(), KEPT, [pending({ id: "new1" }), pending({ id: "new2" })]);
      const collected = await collect(KEPT);
      const without = (gone: string) => collected.filter(({ id }) => id !== gone);
      const results = await Promise.all(
        ["new1", "new2"].map((gone) => claimNow(claimOf(KEPT, without(gone)))),
      );
      assert.deepEqual(
        results.map(({ outcome }) => outcome),
        ["claimed", "claimed"],
      );
    });

    it("does not fail for old events that leave the window at that moment", async () => {
      await plant(store(), KEPT, [pending({ id: "old" }), pending({ id: "b1", eventKey: "b" })]);
      await claimed(claimOf(KEPT, await collect(KEPT)));
      await plant(store(), KEPT, [pending({ id: "new" })]);
      const claim = claimOf(KEPT, await collect(KEPT));
      await store().paths.pending("svc").doc("old").delete();
      await claimed(claim);
    });

    it("fails as a whole if one of its new events has left, or was marked, meanwhile", async () => {
      const change = [
        (event: PendingEvent) => remove(event),
        (event: PendingEvent) =>
          store().paths.pending("svc").doc(event.id).update({ exported: true }),
      ];
      for (const apply of change) {
        await plant(store(), KEPT, [...pendingOf("a", 2), ...pendingOf("b", 2)]);
        const fresh = (await collect(KEPT)).filter(({ exported }) => !exported);
        await apply(fresh.at(-1)!);
        const before = await collect(KEPT);
        assert.deepEqual(await claimNow(claimOf(KEPT, fresh)), {
          outcome: "contended",
        });
        assert.deepEqual(await collect(KEPT), before);
      }
      assert.deepEqual((await store().paths.syncs("svc").get()).size, 0);
    });

    it("marks every new event in the commit that makes the sync, however many members it has", async () => {
      await plant(store(), KEPT, [...pendingOf("a", 1000), ...pendingOf("b", 1)]);
      const claim = claimOf(KEPT, await collect(KEPT));
      assert.equal(claim.chunks.length, 3);
      // Two parts in the first commit, the sync and all marks in the second; then nothing.
      const kill = killAtCommit(3);
      const { sync } = await claimed(claim);
      kill.undo();
      assert.ok((await collect(KEPT)).every(({ exported }) => exported));
      assert.deepEqual((await take(sync.id, NOW + LEASE_MS))?.sync, sync);
    }).timeout(30_000);

    it("whose claimer stops after the parts has changed nothing, and the next makes the same sync", async () => {
      await plant(store(), KEPT, [...pendingOf("a", 1000), ...pendingOf("b", 1)]);
      const claim = claimOf(KEPT, await collect(KEPT));
      killAtCommit(2);
      await assert.rejects(claimNow(claim), /killed/);
      assert.ok((await collect(KEPT)).every(({ exported }) => !exported));
      assert.equal(await syncDocument(claim.syncId), undefined);
      const orphans = await partsOf(claim.syncId);
      assert.equal(orphans.length, 2);
      for (const orphan of orphans) assert.ok(orphan.get("expireAt") instanceof Timestamp);

      const { sync } = await claimed({ ...claim, token: uniqueId("t") });
      assert.equal((await partsOf(claim.syncId)).length, 4);
      assert.deepEqual((await take(sync.id, NOW + LEASE_MS))?.sync, sync);
    }).timeout(30_000);

    it("never shares a part with another claim of the same set, though that cuts it elsewhere", async () => {
      await plant(store(), KEPT, [...pendingOf("a", 20), ...pendingOf("b", 1)]);
      const collected = await collect(KEPT);
      const groups = groupWindow({
        rule: KEPT,
        pending: collected,
        nowMs: NOW,
        resetAtMs: undefined,
      });
      const inPortionsOf = (size: number) =>
        claimOf(KEPT, collected, { chunks: portions(groups, size) });
      const { sync } = await claimed(inPortionsOf(5));
      const late = await claimNow(inPortionsOf(7));
      assert.deepEqual(late, { outcome: "exists", syncId: sync.id });
      assert.deepEqual((await take(sync.id, NOW + LEASE_MS))?.sync, sync);
    });

    it("holds more members than a commit could", async () => {
      // 12 parts of members that are in a sync already: two commits before the one that decides.
      const old = pendingOf("a", 5400, { exported: true });
      await plant(store(), KEPT, [...pendingOf("a", 1), ...pendingOf("b", 1)]);
      const fresh = await collect(KEPT);
      const claim = claimOf(KEPT, [...old, ...fresh]);
      const { sync } = await claimed(claim);
      assert.equal(sync.endpoints[0]?.members.length, 5401);
      await assertWhole(sync.id, sync.eventID);
    }).timeout(30_000);
  });

  describe("due", () => {
    it("lists syncs of every service whose lease has run out, longest first, up to the limit", async () => {
      const at = (seconds: number, serviceName: string) =>
        claimOf({ ...RULE, serviceName }, [], { leaseUntilMs: () => NOW + seconds * 1000 });
      const claims = [at(30, "svc"), at(10, "other"), at(20, "svc"), at(31, "svc")];
      for (const claim of claims) await claimed(claim);
      const [first, second, third] = claims as [Claim, Claim, Claim];
      const due = await store().outbox.due(NOW + 30_000, 10);
      assert.deepEqual(due, [
        {
          serviceName: "other",
          syncId: second.syncId,
          dueAtMs: NOW + 10_000,
          hasFailed: false,
          isNewer: false,
        },
        {
          serviceName: "svc",
          syncId: third.syncId,
          dueAtMs: NOW + 20_000,
          hasFailed: false,
          isNewer: false,
        },
        {
          serviceName: "svc",
          syncId: first.syncId,
          dueAtMs: NOW + 30_000,
          hasFailed: false,
          isNewer: false,
        },
      ]);
      assert.deepEqual(await store().outbox.due(NOW + 30_000, 10, due[0]), due.slice(1));
      assert.deepEqual(await dueAt(NOW + 30_000, 1), [second.syncId]);
      assert.deepEqual(await dueAt(NOW + 9_999), []);
    });
  });

  describe("due", () => {
    it("tells which have failed, until they are tried again", async () => {
      const lease = await claimed(claimOf(RULE, []));
      await store().outbox.markFailed(lease, "no such topic", NOW + 1000);
      const hasFailed = async () =>
        (await store().outbox.due(NOW + 2 * LEASE_MS, 10)).map((due) => due.hasFailed);
      assert.deepEqual(await hasFailed(), [true]);
      await take(lease.sync.id, NOW + 1000);
      assert.deepEqual(await hasFailed(), [false]);
    });
  });

  describe("oldest", () => {
    it("finds the one that was made first, whenever each is due", async () => {
      assert.equal(await store().outbox.oldest(10), undefined);
      const at = (seconds: number, leaseSeconds: number) =>
        claimOf(RULE, [], {
          nowMs: NOW + seconds * 1000,
          leaseUntilMs: () => NOW + leaseSeconds * 1000,
        });
      const claims = [at(5, 10), at(3, 20), at(4, 15)];
      for (const claim of claims) await claimed(claim);
      const named = (claim: Claim | undefined) => ({
        serviceName: "svc",
        syncId: claim?.syncId,
        createdAtMs: claim?.nowMs,
      });
      assert.deepEqual(await store().outbox.oldest(10), named(claims[1]));
      assert.deepEqual(await store().outbox.oldest(2), named(claims[2]));
      for (const { syncId } of claims) {
        const lease = await take(syncId, NOW + LEASE_MS);
        await store().outbox.markPublished([{ lease: lease!, messageId: "m1" }], NOW);
      }
      assert.equal(await store().outbox.oldest(10), undefined);
    });
  });

  describe("keep", () => {
    const UNTIL = NOW + 9 * 86_400_000;

    it("puts off the expiry of every event and part, except those that are gone", async () => {
      const { events, outbox, paths } = store();
      const members = [...pendingOf("a", 600), ...pendingOf("b", 1)];
      // The first and the last are still there, in the first chunk and in the second.
      const stored = [members[0]!, members[599]!].map(({ id }) => event({ id }));
      for (const one of stored) await events.append(RULE, one, markerOf(one));
      const ids = new Set(stored.map(({ id }) => id));
      await plant(
        store(),
        RULE,
        members.filter(({ id }) => !ids.has(id)),
      );
      const { sync } = await claimed(claimOf(RULE, await collect(RULE)));
      const lease = await take(sync.id, NOW + 2 * LEASE_MS);
      assert.equal(lease?.keptUntilMs, undefined);
      const kept = await outbox.keep(lease!, UNTIL);
      assert.equal(kept?.keptUntilMs, UNTIL);

      const documents = [
        ...stored.map(({ id }) => paths.events("svc").doc(id)),
        ...(await partsOf(sync.id)).map(({ ref }) => ref),
      ];
      for (const ref of documents) {
        const { expireAt, ...others } = (await fieldsOf(ref)) ?? {};
        assert.deepEqual(expireAt, Timestamp.fromMillis(UNTIL), ref.path);
        assert.ok(Object.keys(others).length > 0, ref.path);
      }
      assert.equal((await paths.events("svc").listDocuments()).length, stored.length);
      // The lease holds on, and whoever takes it next knows.
      await outbox.markFailed(kept, "no such topic", NOW + 2 * LEASE_MS);
      assert.equal((await syncDocument(sync.id))?.["lastError"], "no such topic");
      assert.equal((await take(sync.id, NOW + 2 * LEASE_MS))?.keptUntilMs, UNTIL);
    });

    it("says so when somebody else has taken the sync over", async () => {
      const first = await claimed(claimOf(RULE, []));
      await take(first.sync.id, NOW + LEASE_MS);
      assert.equal(await store().outbox.keep(first, UNTIL), undefined);
    });
  });

  describe("take", () => {
    it("comes up later each time where it never ends: what kills its process backs off", async () => {
      const { sync } = await claimed(claimOf(RULE, []));
      const pauses = [];
      let nowMs = NOW + LEASE_MS;
      for (let attempt = 2; attempt <= 9; attempt++) {
        assert.equal((await take(sync.id, nowMs))?.attempt, attempt);
        const [due] = await store().outbox.due(NOW + 10 * 86_400_000, 1);
        pauses.push(((due?.dueAtMs ?? 0) - nowMs) / 1000);
        nowMs = due?.dueAtMs ?? 0;
      }
      assert.deepEqual(pauses, [150, 150, 240, 480, 960, 1920, 3600, 3600]);
    });

    it("before its time works for what is as it was found, and not beside somebody else", async () => {
      const { sync } = await claimed(claimOf(RULE, []));
      const dueByMs = NOW + LEASE_MS;
      assert.equal((await take(sync.id, NOW, { dueByMs }))?.attempt, 2);
      assert.equal(await take(sync.id, NOW, { dueByMs: dueByMs - 1 }), undefined);
      await take(sync.id, NOW + LEASE_MS);
      assert.equal(await take(sync.id, NOW, { dueByMs }), undefined);
    });

    it("of a published sync, asked for by name, takes it from TTL until it is out again", async () => {
      const lease = await claimed(claimOf(RULE, []));
      await store().outbox.markPublished([{ lease, messageId: "m1" }], NOW);
      assert.ok((await syncDocument(lease.sync.id))?.["expireAt"]);
      const again = await take(lease.sync.id, NOW, { again: true });
      assert.equal((await syncDocument(lease.sync.id))?.["expireAt"], undefined);
      await store().outbox.markPublished([{ lease: again!, messageId: "m2" }], NOW);
      assert.ok((await syncDocument(lease.sync.id))?.["expireAt"]);
    });

    it("is refused while the lease runs, and gives the next lease once it has run out", async () => {
      const { sync } = await claimed(claimOf(RULE, []));
      assert.equal(await take(sync.id, NOW + LEASE_MS - 1), undefined);
      const lease = await take(sync.id, NOW + LEASE_MS);
      assert.equal(lease?.attempt, 2);
      assert.equal(await take(sync.id, NOW + LEASE_MS), undefined);
      assert.equal((await take(sync.id, NOW + 2 * LEASE_MS))?.attempt, 3);
    });

    it("has one winner, however many try at once", async () => {
      const { sync } = await claimed(claimOf(RULE, []));
      const leases = await Promise.all(
        Array.from({ length: 8 }, () => take(sync.id, NOW + LEASE_MS)),
      );
      assert.equal(leases.filter((lease) => lease !== undefined).length, 1);
    });

    it("of a published sync, or of none, is refused", async () => {
      const lease = await claimed(claimOf(RULE, []));
      await store().outbox.markPublished([{ lease, messageId: "m1" }], NOW);
      assert.equal(await take(lease.sync.id, NOW + LEASE_MS), undefined);
      assert.equal(await take("nobody", NOW), undefined);
    });

    it("again, asked for by name, works whatever the state", async () => {
      const lease = await claimed(claimOf(RULE, []));
      assert.equal((await take(lease.sync.id, NOW, { again: true }))?.attempt, 2);
      await store().outbox.markPublished([{ lease, messageId: "m1" }], NOW);
      const again = await take(lease.sync.id, NOW, { again: true });
      assert.deepEqual(again?.sync, lease.sync);
      assert.equal(again.attempt, 3);
    });

    for (const [field, value] of [
      ["endpoints", "none"],
      ["endpoints", [{ eventKey: "a" }]],
      ["endpoints", [null]],
      ["topic", 5],
      ["state", "lost"],
      ["createdAt", null],
      ["parts", "1"],
    ] as const) {
      it(`sets aside a sync whose ${field} is ${JSON.stringify(value)}, and says so`, async () => {
        const { log, paths } = store();
        const { sync } = await claimed(claimOf(RULE, []));
        await paths.syncs("svc").doc(sync.id).update(field, value);
        assert.equal(await take(sync.id, NOW + LEASE_MS), undefined);
        assert.deepEqual(await dueAt(NOW + LEASE_MS), []);
        const document = await syncDocument(sync.id);
        assert.equal(document?.["state"], "malformed");
        assert.match(
          String(document["lastError"]),
          new RegExp(field === "endpoints" ? "." : field),
        );
        assert.equal(log.of("sync.setAside")[0]?.["syncId"], sync.id);
      });
    }

    it("leaves out parts that have expired with their events", async () => {
      const events = await plant(store(), RULE, [...pendingOf("a", 600), ...pendingOf("b", 1)]);
      const { sync } = await claimed(claimOf(RULE, events));
      const [part] = await partsOf(sync.id);
      await part!.ref.delete();
      const lease = await take(sync.id, NOW + 2 * LEASE_MS);
      assert.equal(lease?.sync.endpoints[0]?.numberOfEvents, 600);
      assert.equal(lease.sync.endpoints[0].members.length, CHUNK - 1);
      assert.equal(lease.sync.eventID, sync.eventID);
    });
  });

  describe("markPublished", () => {
    it("ends it: nothing is due, and the sync expires after the retention period", async () => {
      const lease = await claimed(claimOf(RULE, []));
      await store().outbox.markFailed(lease, "no such topic", NOW);
      await store().outbox.markPublished([{ lease, messageId: "m1" }], NOW + 5000);
      assert.deepEqual(await dueAt(NOW + 10 * LEASE_MS), []);
      const document = await syncDocument(lease.sync.id);
      const { state, messageId, publishedAt, expireAt } = document ?? {};
      assert.deepEqual(
        { state, messageId, publishedAt, expireAt },
        {
          state: "published",
          messageId: "m1",
          publishedAt: Timestamp.fromMillis(NOW + 5000),
          expireAt: Timestamp.fromMillis(NOW + 5000 + 604_800_000),
        },
      );
      assert.equal("lastError" in document!, false);
      assert.equal("nextAttemptAt" in document!, false);
    });

    it("marks many together; one that somebody has removed holds up no other", async () => {
      const leases = [];
      for (let count = 0; count < 3; count++) leases.push(await claimed(claimOf(RULE, [])));
      const [one, gone, three] = leases as [Lease, Lease, Lease];
      await store().paths.syncs("svc").doc(gone.sync.id).delete();
      const published = leases.map((lease) => ({ lease, messageId: `m-${lease.sync.id}` }));
      await store().outbox.markPublished(published, NOW);
      for (const { sync } of [one, three]) {
        assert.equal((await syncDocument(sync.id))?.["messageId"], `m-${sync.id}`);
      }
      assert.deepEqual(await dueAt(NOW + 10 * LEASE_MS), []);
      assert.equal(await syncDocument(gone.sync.id), undefined);
    });

    it("has the last word over somebody who took the sync over meanwhile", async () => {
      const first = await claimed(claimOf(RULE, []));
      const second = await take(first.sync.id, NOW + LEASE_MS);
      await store().outbox.markPublished([{ lease: first, messageId: "m1" }], NOW);
      await store().outbox.markFailed(second!, "no such topic", NOW);
      assert.equal((await syncDocument(first.sync.id))?.["state"], "published");
      assert.deepEqual(await dueAt(NOW + 10 * LEASE_MS), []);
    });
  });

  describe("markFailed", () => {
    it("notes why, and when it is due again", async () => {
      const lease = await claimed(claimOf(RULE, []));
      await store().outbox.markFailed(lease, "no such topic", NOW + 30_000);
      assert.deepEqual(await dueAt(NOW + 29_999), []);
      assert.deepEqual(await dueAt(NOW + 30_000), [lease.sync.id]);
      assert.equal((await syncDocument(lease.sync.id))?.["lastError"], "no such topic");
    });

    it("is ignored after somebody else took the sync over", async () => {
      const first = await claimed(claimOf(RULE, []));
      const second = await take(first.sync.id, NOW + LEASE_MS);
      assert.equal(second?.attempt, 2);
      await store().outbox.markFailed(first, "late", NOW);
      assert.deepEqual(await dueAt(NOW + LEASE_MS), []);
      assert.equal((await syncDocument(first.sync.id))?.["lastError"], undefined);
    });
  });
});
