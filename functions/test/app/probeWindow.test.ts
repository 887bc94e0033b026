import assert from "node:assert/strict";
import { WindowProbe } from "../../src/app/probeWindow.ts";
import type { Condition } from "../../src/domain/condition.ts";
import type { Rule } from "../../src/domain/rule.ts";
import { windowOf } from "../../src/domain/window.ts";
import { ago, endpoint, NOW, rule } from "../support/factories.ts";
import { countingWindow, fakeClock } from "../support/fakes.ts";

function setUp(counts: Record<string, number>) {
  const window = countingWindow(counts);
  const probe = new WindowProbe({ window, clock: fakeClock() });
  return {
    window,
    probe,
    /** Probes for a new event, or for none, and tells which reads that made. */
    read: async (configured: Rule, fresh?: string, oldestMs = NOW) => {
      const before = window.calls.length;
      const asking = fresh === undefined ? undefined : { eventKeys: new Set([fresh]), oldestMs };
      const result = await probe.probe(configured, windowOf(configured), asking);
      return {
        result,
        reads: window.calls.slice(before).map((call) => call.replace(" since -3600s", "")),
      };
    },
  };
}

const three = rule({ endpoints: [endpoint("a"), endpoint("b"), endpoint("c")] });
const complete = { complete: true, nowMs: NOW, fromMs: undefined, untilMs: NOW + 10_000 } as const;
const short = (eventKey: string, have = 0, need = 1) => ({
  complete: false,
  missing: [{ eventKey, have, need }],
});

describe("WindowProbe", () => {
  it("asks one endpoint only, while that one falls short", async () => {
    const { read } = setUp({ a: 1 });
    const { result, reads } = await read(three, "a");
    assert.deepEqual(result, short("b"));
    assert.deepEqual(reads, ["count b ≤1"]);
  });

  it("does not ask an endpoint that needs one event and has just had one", async () => {
    const { read } = setUp({ a: 1, b: 1, c: 1 });
    const { result, reads } = await read(three, "a");
    assert.deepEqual(result, complete);
    assert.deepEqual(reads, ["count b ≤1", "count c ≤1"]);
  });

  it("does not begin with an endpoint that has just had an event, where it needs more", async () => {
    const counted = rule({
      endpoints: [endpoint("a", { minNbOfOccurrence: 3 }), endpoint("b"), endpoint("c")],
    });
    const { read } = setUp({ a: 3, b: 1, c: 1 });
    const { result, reads } = await read(counted, "a");
    assert.deepEqual(result, complete);
    assert.deepEqual(reads, ["count b ≤1", "count a ≤3", "count c ≤1"]);
  });

  it("asks the endpoint that fell short last time first", async () => {
    const { read, window } = setUp({ a: 1, b: 1 });
    const before = await read(three, "a");
    assert.deepEqual(before.reads, ["count b ≤1", "count c ≤1"]);
    assert.deepEqual(before.result, short("c"));
    const after = await read(three, "a");
    assert.deepEqual(after.reads, ["count c ≤1"]);

    window.counts["c"] = 1;
    const last = await read(three, "c");
    assert.deepEqual(last.result, complete);
    assert.deepEqual(last.reads, ["count a ≤1", "count b ≤1"]);
  });

  it("asks the endpoint that fell short first even if it has just had an event but needs more", async () => {
    const counted = rule({ endpoints: [endpoint("a"), endpoint("b", { minNbOfOccurrence: 3 })] });
    const { read } = setUp({ a: 1, b: 2 });
    assert.deepEqual((await read(counted, "a")).reads, ["count b ≤3"]);
    const { result, reads } = await read(counted, "b");
    assert.deepEqual(result, short("b", 2, 3));
    assert.deepEqual(reads, ["count b ≤3"]);
  });

  it("keeps what it remembers of one service from another", async () => {
    const { read } = setUp({ a: 1, b: 1 });
    await read(three, "a");
    const { reads } = await read({ ...three, serviceName: "other" }, "a");
    assert.deepEqual(reads, ["count b ≤1", "count c ≤1"]);
  });

  it("asks every endpoint when no event asked for the check", async () => {
    const { read } = setUp({ a: 1, b: 1, c: 1 });
    const { result, reads } = await read(three);
    assert.deepEqual(result, complete);
    assert.deepEqual(reads, ["count a ≤1", "count b ≤1", "count c ≤1"]);
  });

  it("of a relay asks nothing", async () => {
    const { read } = setUp({ a: 1 });
    const { result, reads } = await read(rule({ endpoints: [endpoint("a")] }), "a");
    assert.deepEqual(result, complete);
    assert.deepEqual(reads, []);
  });

  it("looks back a period from the event that asks, however late it is", async () => {
    const { read } = setUp({ a: 1 });
    const { reads } = await read(three, "a", ago(5000));
    assert.deepEqual(reads, ["count b ≤1 since -8600s"]);
  });

  it("passes over what is settled, but for events that may become visible late", async () => {
    const { probe, read } = setUp({ a: 1, b: 1, c: 1 });
    probe.settled(windowOf(three), ago(10));
    const { result, reads } = await read(three, "a", ago(5));
    assert.deepEqual(result, { ...complete, fromMs: ago(130) });
    assert.deepEqual(reads, ["count b ≤1 since -130s", "count c ≤1 since -130s"]);
    // The sweep looks at all that there is.
    const swept = await read(three);
    assert.deepEqual(swept.result, complete);
    assert.deepEqual(swept.reads, ["count a ≤1", "count b ≤1", "count c ≤1"]);
  });

  describe("of a condition", () => {
    const leaf = (eventKey: string, min = 1) => ({ endpoint: eventKey, min });
    const of = ["b", "c", "d"].map((key) => leaf(key));
    const keys = ["a", "b", "c", "d", "optional"];
    const withCondition = (condition: Condition) =>
      rule({ endpoints: keys.map((key) => endpoint(key)), condition });
    const twoOfThree = withCondition({ all: [leaf("a"), { atLeast: { n: 2, of } }] });

    it("asks nothing for an event of an optional endpoint", async () => {
      const { read } = setUp({ a: 1, b: 1, c: 1, optional: 1 });
      const { result, reads } = await read(twoOfThree, "optional");
      assert.deepEqual(result, { complete: false, missing: [] });
      assert.deepEqual(reads, []);
    });

    it("asks nothing for an event that is enough by itself, and not what others would complete", async () => {
      const { read } = setUp({ a: 1 });
      const either = withCondition({ any: [leaf("a"), { all: of }] });
      assert.deepEqual(await read(either, "a"), { result: complete, reads: [] });
      assert.deepEqual((await read(either, "b")).reads, ["count c ≤1"]);
    });

    it("asks in one question for those of which one more would do", async () => {
      const { read } = setUp({ a: 1, b: 7 });
      const one = withCondition({ all: [leaf("a"), { any: of.slice(1) }] });
      const { result, reads } = await read(one, "a");
      assert.deepEqual(result, short("c"));
      assert.deepEqual(reads, ["count c d ≤1"]);
    });

    it("costs one read while what had no event still has none, however many endpoints have some", async () => {
      const { read, window } = setUp({ a: 5, b: 7 });
      await read(twoOfThree, "a");
      const again = await read(twoOfThree, "a");
      assert.deepEqual(again.result, short("c"));
      assert.deepEqual(again.reads, ["count c d ≤1"]);
      window.counts["d"] = 1;
      assert.deepEqual((await read(twoOfThree, "d")).result, complete);
    });

    it("asks one by one for those that had some events, but not enough", async () => {
      const both = withCondition({ any: [leaf("a", 5), leaf("b", 5)] });
      const { read } = setUp({ a: 3, b: 4 });
      await read(both);
      assert.deepEqual((await read(both)).reads, ["count a ≤5", "count b ≤5"]);
    });
  });

  describe("with a reset that a closer look has met", () => {
    it("counts only what came after, for an event that came after", async () => {
      const { probe, read } = setUp({ a: 1, b: 1, c: 1 });
      probe.sawReset(windowOf(three), ago(100));
      assert.deepEqual((await read(three, "a", ago(99))).reads, [
        "count b ≤1 since -100s",
        "count c ≤1 since -100s",
      ]);
    });

    it("counts what came before, too, for an event that came before: it may have completed that", async () => {
      const { probe, read } = setUp({ a: 1, b: 1, c: 1 });
      probe.sawReset(windowOf(three), ago(100));
      assert.deepEqual((await read(three, "a", ago(100))).reads, [
        "count b ≤1 since -3700s",
        "count c ≤1 since -3700s",
      ]);
    });

    it("takes the later of that reset and the period", async () => {
      const { probe, read } = setUp({ a: 1, b: 1, c: 1 });
      probe.sawReset(windowOf(three), ago(5000));
      assert.deepEqual((await read(three, "a")).reads, ["count b ≤1", "count c ≤1"]);
    });
  });

  describe("where events are kept", () => {
    const kept = rule({ trigger: { keepEventAfterTrigger: true } });

    it("and no event asked for it, is over at once if every event is in a sync", async () => {
      const { read, window } = setUp({ a: 1, b: 1 });
      window.isNew = false;
      const { result, reads } = await read(kept);
      assert.deepEqual(result, { complete: false, missing: [] });
      assert.deepEqual(reads, ["hasNew"]);
    });

    it("and no event asked for it, looks closer if one event is new", async () => {
      const { read } = setUp({ a: 1, b: 1 });
      const { result, reads } = await read(kept);
      assert.deepEqual(result, complete);
      assert.deepEqual(reads, ["hasNew", "count a ≤1", "count b ≤1"]);
    });

    it("and an event asked for it, does not ask whether there is a new one", async () => {
      const { read } = setUp({ a: 1, b: 1 });
      assert.deepEqual((await read(kept, "a")).reads, ["count b ≤1"]);
    });
  });
});
