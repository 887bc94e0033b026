import assert from "node:assert/strict";
import { decide, groupWindow, type WindowFacts } from "../../src/domain/decide.ts";
import { windowStart } from "../../src/domain/rule.ts";
import { ago, endpoint, NOW, pending, pendingOf, rule } from "../support/factories.ts";

function facts(overrides: Partial<WindowFacts>): WindowFacts {
  return { rule: rule(), pending: [], nowMs: NOW, resetAtMs: undefined, ...overrides };
}

const a = (overrides = {}) => pending({ eventKey: "a", ...overrides });
const b = (overrides = {}) => pending({ eventKey: "b", ...overrides });

function idsOf(decision: ReturnType<typeof decide>): string[][] {
  assert.equal(decision.outcome, "fire");
  return decision.groups.map(({ members }) => members.map(({ id }) => id));
}

describe("decide", () => {
  it("fires when every endpoint has its event", () => {
    const events = [a({ id: "a1" }), b({ id: "b1" })];
    assert.deepEqual(idsOf(decide(facts({ pending: events }))), [["a1"], ["b1"]]);
  });

  it("waits and names every endpoint that falls short, with what it has and needs", () => {
    const endpoints = [
      endpoint("a", { minNbOfOccurrence: 3 }),
      endpoint("b"),
      endpoint("c", { minNbOfOccurrence: 2 }),
    ];
    const events = [a(), a(), b()];
    assert.deepEqual(decide(facts({ rule: rule({ endpoints }), pending: events })), {
      outcome: "waiting",
      missing: [
        { eventKey: "a", have: 2, need: 3 },
        { eventKey: "c", have: 0, need: 2 },
      ],
    });
  });

  for (const [have, outcome] of [
    [2, "waiting"],
    [3, "fire"],
    [4, "fire"],
  ] as const) {
    it(`with 3 occurrences needed, ${String(have)} mean ${outcome}`, () => {
      const endpoints = [endpoint("a", { minNbOfOccurrence: 3 }), endpoint("b")];
      const events = [...pendingOf("a", have), b()];
      const decision = decide(facts({ rule: rule({ endpoints }), pending: events }));
      assert.equal(decision.outcome, outcome);
    });
  }

  it("fires with all events of the window, not just as many as are needed", () => {
    const events = [...pendingOf("a", 3), ...pendingOf("b", 2)];
    const ids = idsOf(decide(facts({ pending: events })));
    assert.deepEqual(
      ids.map(({ length }) => length),
      [3, 2],
    );
  });

  it("puts endpoints in configured order and events by age, those of one time by id", () => {
    const endpoints = [endpoint("z"), endpoint("a")];
    const events = [
      pending({ eventKey: "a", id: "a-new", receivedAtMs: ago(10) }),
      pending({ eventKey: "z", id: "z-same-2", receivedAtMs: ago(20) }),
      pending({ eventKey: "a", id: "a-old", receivedAtMs: ago(30) }),
      pending({ eventKey: "z", id: "z-same-1", receivedAtMs: ago(20) }),
    ];
    assert.deepEqual(idsOf(decide(facts({ rule: rule({ endpoints }), pending: events }))), [
      ["z-same-1", "z-same-2"],
      ["a-old", "a-new"],
    ]);
  });

  describe("bounds of the window", () => {
    const period = rule().trigger.observationPeriod;
    const cases = [
      { title: "an event exactly as old as the period does not count", at: ago(period), have: 0 },
      { title: "one a millisecond younger does", at: ago(period) + 1, have: 1 },
      { title: "an event of this very moment counts", at: NOW, have: 1 },
      { title: "an event from the future counts, as in the original", at: ago(-500), have: 1 },
    ];
    for (const { title, at, have } of cases) {
      it(title, () => {
        const decision = decide(facts({ pending: [a({ receivedAtMs: at })] }));
        assert.equal(decision.outcome, "waiting");
        const missing = decision.missing.map(({ eventKey }) => eventKey);
        assert.deepEqual(missing, have === 1 ? ["b"] : ["a", "b"]);
      });
    }
  });

  describe("after a reset", () => {
    const cases = [
      { title: "events up to that moment do not count", at: ago(100), outcome: "waiting" },
      { title: "events after it do", at: ago(100) + 1, outcome: "fire" },
    ];
    for (const { title, at, outcome } of cases) {
      it(title, () => {
        const events = [a({ receivedAtMs: at }), b({ receivedAtMs: at })];
        const decision = decide(facts({ pending: events, resetAtMs: ago(100) }));
        assert.equal(decision.outcome, outcome);
      });
    }

    it("that is older than the period, the period decides", () => {
      const events = [a({ receivedAtMs: ago(3601) }), b()];
      const decision = decide(facts({ pending: events, resetAtMs: ago(7200) }));
      assert.equal(decision.outcome, "waiting");
    });
  });

  it("leaves out events of endpoints that are not configured any more", () => {
    const events = [a({ id: "a1" }), b({ id: "b1" }), pending({ eventKey: "removed" })];
    assert.deepEqual(idsOf(decide(facts({ pending: events }))), [["a1"], ["b1"]]);
  });

  it("fires for a single endpoint, which makes the service a relay", () => {
    const relay = rule({ endpoints: [endpoint("a")] });
    assert.deepEqual(idsOf(decide(facts({ rule: relay, pending: [a({ id: "a1" })] }))), [["a1"]]);
  });

  describe("where events are kept", () => {
    const kept = rule({ trigger: { keepEventAfterTrigger: true } });

    it("does not fire again for a window whose every event is in a sync already", () => {
      const events = [a({ exported: true }), b({ exported: true })];
      assert.deepEqual(decide(facts({ rule: kept, pending: events })), { outcome: "nothingNew" });
    });

    it("fires again with the old and the new when one event is new", () => {
      const events = [
        a({ id: "a1", exported: true }),
        b({ id: "b1", exported: true }),
        a({ id: "a2", receivedAtMs: ago(10) }),
      ];
      assert.deepEqual(idsOf(decide(facts({ rule: kept, pending: events }))), [
        ["a1", "a2"],
        ["b1"],
      ]);
    });

    it("waits when a kept event has left the window, new events or not", () => {
      const events = [a({ exported: true, receivedAtMs: ago(3600) }), b()];
      assert.equal(decide(facts({ rule: kept, pending: events })).outcome, "waiting");
    });
  });

  it("does not count what is in a sync where events are taken: a rule that kept them exported it", () => {
    const events = [a({ exported: true }), b({ id: "b1" })];
    assert.equal(decide(facts({ pending: events })).outcome, "waiting");
    assert.deepEqual(idsOf(decide(facts({ pending: [...events, a({ id: "a2" })] }))), [
      ["a2"],
      ["b1"],
    ]);
  });

  it("does not change what it is given", () => {
    const events = Object.freeze([a({ receivedAtMs: ago(1) }), b(), a({ receivedAtMs: ago(2) })]);
    const before = structuredClone(events);
    decide(facts({ pending: events }));
    assert.deepEqual(events, before);
  });
});

describe("groupWindow", () => {
  it("has every endpoint, also one without an event", () => {
    const groups = groupWindow(facts({ pending: [b({ id: "b1" })] }));
    assert.deepEqual(
      groups.map(({ endpoint: { eventKey }, members }) => [eventKey, members.map(({ id }) => id)]),
      [
        ["a", []],
        ["b", ["b1"]],
      ],
    );
  });
});

describe("windowStart", () => {
  it("stays in the range of a Firestore timestamp, where the original overflowed", () => {
    const endless = rule({ trigger: { observationPeriod: Number.MAX_SAFE_INTEGER } });
    assert.equal(
      new Date(windowStart(endless, NOW, undefined)).toISOString(),
      "0001-01-01T00:00:00.000Z",
    );
  });
});
