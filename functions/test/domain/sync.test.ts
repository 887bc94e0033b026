import assert from "node:assert/strict";
import { everyEndpoint, type Condition } from "../../src/domain/condition.ts";
import type { Group } from "../../src/domain/decide.ts";
import type { PendingEvent } from "../../src/domain/event.ts";
import {
  eventIdOf,
  limitNew,
  makeSync,
  mergeChunks,
  portions,
  regroup,
  splitClaim,
} from "../../src/domain/sync.ts";
import { ago, endpoint, member, NOW, pending, pendingOf, rule } from "../support/factories.ts";

const CHUNK = 10;

const conditionOf = (groups: readonly Group[]): Condition =>
  everyEndpoint(groups.map((each) => each.endpoint));

function group(eventKey: string, count: number, minNbOfOccurrence = 1): Group {
  return {
    endpoint: endpoint(eventKey, { minNbOfOccurrence }),
    members: pendingOf(eventKey, count),
  };
}

const sizesOf = (chunks: readonly (readonly Group[])[]): number[] =>
  chunks.map((chunk) => chunk.reduce((sum, { members }) => sum + members.length, 0));

const idsOf = (groups: readonly Group[]): string[][] =>
  groups.map(({ members }) => members.map(({ id }) => id));

describe("eventIdOf", () => {
  const [first, second] = ["HcXuO533b9FDtCiXRxHd", "SwW9urxgXyWWYUgE8ZcN"];
  const cases = [
    { title: "two endpoints", endpoints: [[first], [second]] },
    { title: "two events of one endpoint", endpoints: [[first, second]] },
    { title: "empty endpoints between", endpoints: [[], [first], [], [second]] },
  ];
  for (const { title, endpoints } of cases) {
    it(`is the original's MD5 of the joined ids: ${title}`, () => {
      const lists = endpoints.map((ids) => ({ members: ids.map((id) => member(id)) }));
      assert.equal(eventIdOf(lists), "e079cc254641fb9985cd4fa808212480");
    });
  }

  it("follows the order of the endpoints", () => {
    const lists = [{ members: [member(second)] }, { members: [member(first)] }];
    assert.notEqual(eventIdOf(lists), "e079cc254641fb9985cd4fa808212480");
  });

  it("of nothing is the MD5 of nothing", () => {
    assert.equal(eventIdOf([{ members: [] }]), "d41d8cd98f00b204e9800998ecf8427e");
  });
});

describe("makeSync", () => {
  it("records the whole window: counts, dates, sizes, and what was configured", () => {
    const old = pending({ id: "a1", receivedAtMs: ago(300), size: 11 });
    const young = pending({ id: "a2", receivedAtMs: ago(200), size: 22 });
    const first = endpoint("a", { minNbOfOccurrence: 2, eventToSend: "LAST" });
    const groups = [
      { endpoint: first, members: [old, young] },
      { endpoint: endpoint("b"), members: [] },
    ];
    const configured = rule({ trigger: { type: "none" }, retentionPeriod: 99 });
    assert.deepEqual(makeSync("s1", configured, groups, "manual", NOW), {
      id: "s1",
      serviceName: "svc",
      key: "",
      eventID: eventIdOf([{ members: [member("a1"), member("a2")] }]),
      completion: {
        reason: "manual",
        complete: false,
        missing: [{ eventKey: "b", have: 0, need: 1 }],
        firstEventAtMs: ago(300),
        deadlineAtMs: undefined,
      },
      triggerType: "none",
      destination: "target",
      topic: "projects/demo-eventsync/topics/target",
      createdAtMs: NOW,
      retentionPeriod: 99,
      endpoints: [
        {
          eventKey: "a",
          minNbOfOccurrence: 2,
          eventToSend: "LAST",
          numberOfEvents: 2,
          firstEventMs: ago(300),
          lastEventMs: ago(200),
          members: [member("a1", 11), member("a2", 22)],
        },
        {
          eventKey: "b",
          minNbOfOccurrence: 1,
          eventToSend: "ALL",
          numberOfEvents: 0,
          firstEventMs: undefined,
          lastEventMs: undefined,
          members: [],
        },
      ],
    });
  });
});

describe("splitClaim", () => {
  const cases = [
    { title: "an empty window", counts: [0, 0], sizes: [0] },
    { title: "one event less than fits", counts: [4, 5], sizes: [9] },
    { title: "just as many as fit", counts: [5, 5], sizes: [10] },
    { title: "one more than fits", counts: [6, 5], sizes: [10, 1] },
    { title: "many more", counts: [20, 5], sizes: [10, 10, 5] },
    { title: "one busy endpoint", counts: [24, 1], sizes: [10, 10, 5] },
  ];
  for (const { title, counts, sizes } of cases) {
    it(`${title}: chunks of ${sizes.join(", ")}`, () => {
      const groups = [group("a", counts[0]!), group("b", counts[1]!)];
      const chunks = splitClaim(conditionOf(groups), groups, CHUNK);
      assert.deepEqual(sizesOf(chunks), sizes);
      assert.deepEqual(idsOf(mergeChunks(chunks)), idsOf(groups));
    });
  }

  it("gives the first chunk the oldest events that the rule needs of every endpoint", () => {
    const busy = group("a", 30, 2);
    // Younger than all of the busy one's, so by age alone they would come last.
    const quiet = {
      endpoint: endpoint("b", { minNbOfOccurrence: 3 }),
      members: pendingOf("b", 4).map((event) => ({ ...event, receivedAtMs: ago(1) })),
    };
    const groups = [busy, quiet];
    const [first] = splitClaim(conditionOf(groups), groups, CHUNK);
    assert.deepEqual(idsOf(first!), [
      busy.members.slice(0, 7).map(({ id }) => id),
      quiet.members.slice(0, 3).map(({ id }) => id),
    ]);
  });

  it("makes the first chunk larger where the rule itself needs more than fits", () => {
    const groups = [group("a", 14, 12), group("b", 3, 1)];
    const chunks = splitClaim(conditionOf(groups), groups, CHUNK);
    assert.deepEqual(sizesOf(chunks), [13, 4]);
    assert.deepEqual(
      chunks[0]!.map(({ members }) => members.length),
      [12, 1],
    );
  });

  it("puts every endpoint into every chunk, in order, so that chunks line up", () => {
    const groups = [group("a", 25), group("b", 1), group("c", 0)];
    const chunks = splitClaim(conditionOf(groups), groups, CHUNK);
    for (const chunk of chunks) {
      assert.deepEqual(
        chunk.map(({ endpoint: { eventKey } }) => eventKey),
        ["a", "b", "c"],
      );
    }
  });

  it("keeps an endpoint's events of one millisecond in their order across chunks", () => {
    const members = Array.from({ length: 25 }, (_, index) =>
      pending({ id: `id-${String(index).padStart(2, "0")}`, receivedAtMs: ago(60) }),
    );
    const groups = [{ endpoint: endpoint("a"), members }];
    const chunks = splitClaim(conditionOf(groups), groups, CHUNK);
    assert.deepEqual(idsOf(mergeChunks(chunks)), idsOf(groups));
  });
});

describe("limitNew", () => {
  const fresh = (eventKey: string, count: number, min = 1): Group => group(eventKey, count, min);
  const known = (eventKey: string, count: number): PendingEvent[] =>
    pendingOf(eventKey, count, { exported: true });

  for (const { title, counts, taken, more } of [
    { title: "none", counts: [0, 0], taken: 0, more: false },
    { title: "as many as fit", counts: [6, 4], taken: 10, more: false },
    { title: "one more than fits", counts: [6, 5], taken: 10, more: true },
  ]) {
    it(`takes ${String(taken)} new ones of ${title}`, () => {
      const groups = [fresh("a", counts[0]!), fresh("b", counts[1]!)];
      const limited = limitNew(conditionOf(groups), groups, CHUNK);
      assert.deepEqual(sizesOf([limited.groups]), [taken]);
      assert.equal(limited.more, more);
    });
  }

  it("takes all that is in a sync already, however much, and the oldest of the new", () => {
    const old = known("a", 30);
    const groups = [
      { endpoint: endpoint("a"), members: old },
      { endpoint: endpoint("b"), members: pendingOf("b", 12) },
    ];
    const { groups: limited, more } = limitNew(conditionOf(groups), groups, CHUNK);
    assert.deepEqual(idsOf(limited), [
      old.map(({ id }) => id),
      groups[1]!.members.slice(0, CHUNK).map(({ id }) => id),
    ]);
    assert.equal(more, true);
  });

  it("takes what the rule needs and is not in a sync yet, though it is the newest", () => {
    const quiet = {
      endpoint: endpoint("b", { minNbOfOccurrence: 3 }),
      members: [
        ...known("b", 1),
        ...pendingOf("b", 4).map((event) => ({ ...event, receivedAtMs: ago(1) })),
      ],
    };
    const all = [fresh("a", 30), quiet];
    const { groups } = limitNew(conditionOf(all), all, CHUNK);
    assert.deepEqual(
      groups.map(({ members }) => members.length),
      [8, 3],
    );
  });

  it("takes more where the rule itself needs more", () => {
    const all = [fresh("a", 14, 12), fresh("b", 3, 1)];
    const { groups, more } = limitNew(conditionOf(all), all, CHUNK);
    assert.deepEqual(
      groups.map(({ members }) => members.length),
      [12, 1],
    );
    assert.equal(more, true);
  });
});

describe("portions", () => {
  it("of an empty window are one, with every endpoint", () => {
    assert.deepEqual(sizesOf(portions([group("a", 0), group("b", 0)], CHUNK)), [0]);
  });

  it("cut wherever they are full, endpoint by endpoint", () => {
    const groups = [group("a", 14), group("b", 0), group("c", 8)];
    const parts = portions(groups, CHUNK);
    assert.deepEqual(
      parts.map((part) => part.map(({ members }) => members.length)),
      [
        [10, 0, 0],
        [4, 0, 6],
        [0, 0, 2],
      ],
    );
    assert.deepEqual(idsOf(mergeChunks(parts)), idsOf(groups));
  });
});

describe("mergeChunks", () => {
  it("of the chunks that succeeded has just their events", () => {
    const groups = [group("a", 25), group("b", 1)];
    const [first, , third] = splitClaim(conditionOf(groups), groups, CHUNK);
    const merged = mergeChunks([first!, third!]);
    assert.deepEqual(sizesOf([merged]), [16]);
    assert.deepEqual(idsOf(merged)[1], idsOf(groups)[1]);
  });

  it("of no chunk is empty", () => {
    assert.deepEqual(mergeChunks([]), []);
  });
});

describe("regroup", () => {
  it("keeps the order of each endpoint's members, whatever order the events come in", () => {
    const groups = [group("a", 3), group("b", 2)];
    const events = groups.flatMap(({ members }) => members).toReversed();
    assert.deepEqual(idsOf(regroup(groups, events)), idsOf(groups));
    assert.deepEqual(idsOf(regroup(groups, [groups[0]!.members[1]!])), [
      [groups[0]!.members[1]!.id],
      [],
    ]);
  });
});
