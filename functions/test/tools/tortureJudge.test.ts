import assert from "node:assert/strict";

import type { Ledger, LedgerEvent, LedgerSync } from "../../testkit/hostile/ledger.ts";
import { judgeVisible, type KnownReset } from "../../testkit/hostile/visible.ts";
import { NOW, rule } from "../support/factories.ts";

/** Events by id, the endpoint first: received at so many milliseconds, visible at others. */
type Times = Readonly<Record<string, readonly [receivedMs: number, visibleMs: number]>>;

function syncOf(index: number, reason: string, committedMs: number, ids: string): LedgerSync {
  return {
    id: `s${String(index)}`,
    eventID: "",
    state: "published",
    isComplete: true,
    reason,
    createdAtMs: NOW + committedMs,
    committedAtUs: 1000 * (NOW + committedMs),
    parts: 0,
    lastError: undefined,
    hasNextAttempt: false,
    endpoints: [
      {
        eventKey: "a",
        numberOfEvents: 0,
        firstEventMs: undefined,
        lastEventMs: undefined,
        members: ids.split(" "),
      },
    ],
  };
}

function ledgerOf(times: Times, ...syncs: LedgerSync[]): Ledger {
  const events = Object.entries(times).map(([id, [receivedMs, visibleMs]]): LedgerEvent => ({
    id,
    key: "",
    eventKey: id.slice(0, 1),
    receivedAtMs: NOW + receivedMs,
    committedAtUs: 1000 * (NOW + visibleMs),
  }));
  return {
    serviceName: "svc",
    resetsMs: [],
    events: new Map(events.map((event) => [event.id, event])),
    pending: new Map(),
    malformed: new Set(),
    syncs,
  };
}

const resetAt = (atMs: number, begunMs: number, endedMs: number): KnownReset => ({
  atMs: NOW + atMs,
  begunMs: NOW + begunMs,
  endedMs: NOW + endedMs,
});

/** In order of receipt, and visible at once. */
const PROMPT: Times = { a1: [1, 1], a2: [2, 2], b1: [3, 3], b2: [4, 4], a3: [5, 5] };

describe("torture's judge of what is in each sync", () => {
  const judge = (times: Times, syncs: LedgerSync[], resets: KnownReset[] = []): number =>
    judgeVisible(rule(), ledgerOf(times, ...syncs), resets).length;

  it("accepts what the reference gives, though one commit made two", () => {
    const syncs = [syncOf(2, "complete", 9, "b2 a3"), syncOf(1, "complete", 9, "a1 a2 b1")];
    assert.equal(judge(PROMPT, syncs), 0);
  });

  for (const [what, ...groups] of [
    ["a sync that lacks an event", "a1 b1"],
    ["a sync that waited for more", "a1 a2 b1 b2 a3"],
    ["an event in another's place", "a1 b1", "a2 b2"],
    ["a sync that is not due", "a1 a2"],
  ]) {
    it(`refuses ${String(what)}`, () => {
      const syncs = groups.map((ids, index) => syncOf(index, "complete", 9 + index, ids));
      assert.notEqual(judge(PROMPT, syncs), 0);
    });
  }

  it("lets an event that became visible late join the next, and only such a one", () => {
    const syncs = [syncOf(1, "complete", 4, "a1 b1"), syncOf(2, "complete", 20, "a2 b2")];
    assert.equal(judge({ ...PROMPT, a2: [2, 6], a3: [50, 50] }, syncs), 0);
    assert.notEqual(judge({ ...PROMPT, a2: [2, 2], a3: [50, 50] }, syncs), 0);
  });

  it("holds a manual sync against what was open", () => {
    const times: Times = { a1: [1, 1], a2: [2, 2] };
    assert.equal(judge(times, [syncOf(1, "manual", 9, "a1 a2")]), 0);
    assert.notEqual(judge(times, [syncOf(1, "manual", 9, "a2")]), 0);
  });

  describe("knows a reset", () => {
    const times: Times = { a1: [1, 1], a2: [10, 10], b1: [12, 12] };
    const without = [syncOf(1, "complete", 20, "a2 b1")];
    const within = [syncOf(1, "complete", 20, "a1 a2 b1")];
    for (const [when, reset, isWithout, isWithin] of [
      ["that was there before", resetAt(5, 5, 6), 0, 1],
      ["that came after", resetAt(5, 30, 40), 1, 0],
      ["that came at the same time, either way", resetAt(5, 8, 15), 0, 0],
    ] as const) {
      it(when, () => {
        assert.equal(judge(times, without, [reset]), isWithout);
        assert.equal(judge(times, within, [reset]), isWithin);
      });
    }
  });
});
