import assert from "node:assert/strict";
import fc from "fast-check";
import {
  buildMessage,
  jsonSize,
  membersToSend,
  messageSize,
  planMessage,
  toMessageEvent,
  type MessageEvent,
} from "../../src/domain/syncMessage.ts";
import { everyEndpoint } from "../../src/domain/condition.ts";
import { completionOf, type Sync } from "../../src/domain/sync.ts";
import type { EventToSend } from "../../src/domain/rule.ts";
import { ago, event, member, NOW, rule, sync, syncEndpoint } from "../support/factories.ts";
import { matchGolden } from "../support/golden.ts";

describe("membersToSend", () => {
  const cases: [EventToSend, string[][]][] = [
    ["ALL", [[], ["1"], ["1", "2"], ["1", "2", "3"]]],
    ["FIRST", [[], ["1"], ["1"], ["1"]]],
    ["LAST", [[], ["1"], ["2"], ["3"]]],
    ["BOUNDARIES", [[], ["1"], ["1", "2"], ["1", "3"]]],
  ];
  for (const [eventToSend, expected] of cases) {
    expected.forEach((ids, count) => {
      it(`${eventToSend} of ${String(count)} events sends ${ids.join(" and ") || "none"}`, () => {
        const members = ["1", "2", "3"].slice(0, count).map((id) => member(id));
        const sent = membersToSend(syncEndpoint("a", members, { eventToSend }));
        assert.deepEqual(
          sent.map(({ id }) => id),
          ids,
        );
      });
    });
  }

  it("sends both boundaries of events of the same millisecond, where the original lost one", () => {
    const members = [member("1"), member("2")];
    const endpoint = syncEndpoint("a", members, {
      eventToSend: "BOUNDARIES",
      firstEventMs: NOW,
      lastEventMs: NOW,
    });
    assert.deepEqual(membersToSend(endpoint), members);
  });
});

describe("toMessageEvent", () => {
  it("leaves out headers and query when there are none, never the content", () => {
    assert.deepEqual(toMessageEvent(event({ content: "", receivedAtMs: NOW })), {
      datetime: "2023-01-12T11:06:20.908Z",
      eventKey: "a",
      content: "",
      httpMethod: "POST",
    });
  });

  it("sends bytes as base64 and says so", () => {
    const { content, contentEncoding } = toMessageEvent(
      event({ content: new Uint8Array([0, 255, 254, 10]) }),
    );
    assert.deepEqual(
      { content, contentEncoding },
      { content: "AP/+Cg==", contentEncoding: "base64" },
    );
  });

  it("sorts headers and parameters by name, as the original's encoder does, and keeps repeats", () => {
    const { headers, queryParams } = toMessageEvent(
      event({
        headers: [
          { name: "X-B", values: ["2", "1"] },
          { name: "X-A", values: ["0"] },
        ],
        queryParams: [
          { name: "b", values: [""] },
          { name: "B", values: ["x", "x"] },
        ],
      }),
    );
    assert.equal(
      JSON.stringify({ headers, queryParams }),
      '{"headers":{"X-A":["0"],"X-B":["2","1"]},"queryParams":{"B":["x","x"],"b":[""]}}',
    );
  });

  it("keeps names that mean something to JavaScript", () => {
    const names = ["", "__proto__", "constructor", "__x__"];
    const { queryParams } = toMessageEvent(
      event({ queryParams: names.map((name) => ({ name, values: ["v"] })) }),
    );
    assert.deepEqual(Object.keys(queryParams ?? {}).toSorted(), names.toSorted());
  });
});

describe("buildMessage", () => {
  it("has every field of the seed and of later releases, byte for byte", () => {
    const first = event({
      id: "e1",
      eventKey: "entry1",
      receivedAtMs: Date.UTC(2023, 0, 12, 10, 58, 1, 618),
      headers: [
        { name: "Content-Type", values: ["application/x-www-form-urlencoded"] },
        { name: "Accept", values: ["*/*"] },
      ],
      queryParams: [{ name: "queryP", values: ["myQueryP"] }],
      content: "New test1",
    });
    const second = event({
      id: "e2",
      eventKey: "entry2",
      receivedAtMs: Date.UTC(2023, 0, 12, 11, 6, 19),
      httpMethod: "PUT",
      content: new Uint8Array([0xff, 0x00]),
    });
    // Configured in this order; the message sorts its keys.
    const endpoints = [
      syncEndpoint("entry2", [member("e2")], {
        firstEventMs: second.receivedAtMs,
        lastEventMs: second.receivedAtMs,
      }),
      syncEndpoint("entry1", [member("e0"), member("e1")], {
        minNbOfOccurrence: 2,
        eventToSend: "LAST",
        firstEventMs: Date.UTC(2023, 0, 12, 10, 50),
        lastEventMs: first.receivedAtMs,
      }),
      syncEndpoint("entry3", [], { eventToSend: "BOUNDARIES" }),
    ];
    // The third is optional.
    const completion = completionOf(everyEndpoint(endpoints.slice(0, 2)), endpoints, "complete");
    const message = buildMessage(
      sync(endpoints, { serviceName: "My First Event Sync", completion }),
      new Map([
        ["entry1", [toMessageEvent(first)]],
        ["entry2", [toMessageEvent(second)]],
      ]),
    );
    matchGolden("sync-message.txt", `${JSON.stringify(message)}\n`);
  });

  it("says why it was made, what it lacks, and of which key and deadline it is", () => {
    const completion = {
      reason: "deadline",
      complete: false,
      missing: [{ eventKey: "a", have: 1, need: 2 }],
      firstEventAtMs: ago(60),
      deadlineAtMs: ago(10),
    } as const;
    const message = buildMessage(sync([], { key: "order 7", completion }), new Map());
    assert.deepEqual(message.completion, {
      reason: "deadline",
      complete: false,
      missing: [{ eventKey: "a", have: 1, need: 2 }],
      firstEventAt: "2023-01-12T11:05:20.908Z",
      deadlineAt: "2023-01-12T11:06:10.908Z",
    });
    assert.equal(message.key, "order 7");
  });

  it("of a manual trigger without any event has every endpoint and nothing else", () => {
    const endpoints = [syncEndpoint("a", []), syncEndpoint("b", [])];
    const { condition } = rule();
    const message = buildMessage(
      sync(endpoints, {
        triggerType: "none",
        completion: completionOf(condition, endpoints, "manual"),
      }),
      new Map(),
    );
    assert.deepEqual(message, {
      eventID: "d41d8cd98f00b204e9800998ecf8427e",
      date: "2023-01-12T11:06:20.908Z",
      serviceName: "svc",
      triggerType: "none",
      events: {
        a: { numberOfEvents: 0, minNbOfOccurrence: 1, eventToSend: "ALL" },
        b: { numberOfEvents: 0, minNbOfOccurrence: 1, eventToSend: "ALL" },
      },
      completion: {
        reason: "manual",
        complete: false,
        missing: [
          { eventKey: "a", have: 0, need: 1 },
          { eventKey: "b", have: 0, need: 1 },
        ],
      },
    });
  });

  it("counts what it could not hold and says where it is", () => {
    const members = ["1", "2", "3"].map((id) => member(id));
    const message = buildMessage(
      sync([syncEndpoint("a", members), syncEndpoint("b", [member("4")])]),
      new Map([["a", [toMessageEvent(event({ id: "1" }))]]]),
    );
    assert.equal(message.events["a"]?.truncated, 2);
    assert.equal(message.events["b"]?.truncated, 1);
    assert.deepEqual(message.truncated, {
      numberOfEvents: 3,
      sync: "services/svc/syncs/sync1",
      events: "services/svc/events",
    });
  });

  it("counts as truncated also members that are not known any more", () => {
    const expired = syncEndpoint("a", [member("1")], { numberOfEvents: 900 });
    const message = buildMessage(sync([expired]), new Map());
    assert.equal(message.events["a"]?.truncated, 900);
    assert.equal(message.truncated?.numberOfEvents, 900);
  });

  it("does not call truncated what eventToSend leaves out", () => {
    const members = ["1", "2", "3"].map((id) => member(id));
    const message = buildMessage(
      sync([syncEndpoint("a", members, { eventToSend: "FIRST" })]),
      new Map([["a", [toMessageEvent(event({ id: "1" }))]]]),
    );
    assert.equal(message.truncated, undefined);
    assert.equal(message.events["a"]?.truncated, undefined);
    assert.equal(message.events["a"]?.numberOfEvents, 3);
  });
});

describe("planMessage", () => {
  const sized = (eventKey: string, sizes: readonly number[]) =>
    syncEndpoint(
      eventKey,
      sizes.map((size, index) => member(`${eventKey}${String(index)}`, size)),
    );
  const countsOf = (plan: Map<string, readonly string[]>): number[] =>
    Array.from(plan.values(), ({ length }) => length);

  it("takes everything where everything fits", () => {
    const plan = planMessage(sync([sized("a", [10, 10]), sized("b", [10])]), 1_000_000);
    assert.deepEqual(Object.fromEntries(plan), { a: ["a0", "a1"], b: ["b0"] });
  });

  it("takes only what eventToSend asks for", () => {
    const endpoint = { ...sized("a", [10, 10, 10]), eventToSend: "BOUNDARIES" as const };
    assert.deepEqual(planMessage(sync([endpoint]), 1_000_000).get("a"), ["a0", "a2"]);
  });

  it("gives every endpoint its turn, so that a busy one does not push out a quiet one", () => {
    const busy = sized("a", Array<number>(1000).fill(1000));
    const quiet = sized("b", [1000, 1000]);
    const [fromBusy, fromQuiet] = countsOf(planMessage(sync([busy, quiet]), 100_000));
    assert.equal(fromQuiet, 2);
    assert.ok(fromBusy! > 80 && fromBusy! < 100, String(fromBusy));
  });

  it("stops an endpoint at the first event that does not fit, and goes on with the others", () => {
    const plan = planMessage(sync([sized("a", [10, 90_000, 10]), sized("b", [10, 10])]), 50_000);
    assert.deepEqual(Object.fromEntries(plan), { a: ["a0"], b: ["b0", "b1"] });
  });

  it("never exceeds the limit, loses no count and sends beginnings only, whatever the events", () => {
    fc.assert(
      fc.property(
        fc.array(endpointArbitrary, { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 0, max: 60_000 }),
        (shapes, room) => {
          const { whole, events } = windowOf(shapes);
          const limit = jsonSize(buildMessage(whole, new Map())) + room;
          const message = buildMessage(whole, eventsToSend(whole, events, limit));
          assert.ok(jsonSize(message) <= limit);
          assertComplete(whole, message);
        },
      ),
      { numRuns: 200 },
    );
  });

  it("fills a message up to the limit, at every limit, and never exceeds it", () => {
    const contents = Array.from({ length: 150 }, () => "x".repeat(20));
    const { whole, events } = windowOf([{ eventToSend: "ALL", contents }]);
    const size = jsonSize(events.get("0-0")) + 1;
    const empty = jsonSize(buildMessage(whole, new Map()));
    for (let limit = empty + 40 * size; limit < empty + 41 * size; limit++) {
      const left = limit - jsonSize(buildMessage(whole, eventsToSend(whole, events, limit)));
      assert.ok(left >= 0 && left < size + 10, `${String(left)} bytes left of ${String(limit)}`);
    }
  });

  it("never exceeds the limit with thousands of endpoints", () => {
    const shapes = Array.from({ length: 2000 }, () => ({
      eventToSend: "ALL" as const,
      contents: ["x", "y".repeat(2000)],
    }));
    const { whole, events } = windowOf(shapes);
    // Room for the small events, not for the large ones: every endpoint has both, sent and left out.
    const limit = jsonSize(buildMessage(whole, new Map())) + 2000 * 150;
    const message = buildMessage(whole, eventsToSend(whole, events, limit));
    assert.ok((message.truncated?.numberOfEvents ?? 0) > 1500);
    assert.ok(jsonSize(message) <= limit, `${String(jsonSize(message))} > ${String(limit)}`);
  });
});

interface Shape {
  readonly eventToSend: EventToSend;
  readonly contents: readonly string[];
}

const endpointArbitrary: fc.Arbitrary<Shape> = fc.record({
  eventToSend: fc.constantFrom<EventToSend>("ALL", "ALL", "FIRST", "LAST", "BOUNDARIES"),
  contents: fc.array(
    fc.oneof(
      fc.string({ unit: "grapheme", maxLength: 50 }),
      fc.string({ unit: "binary-ascii", maxLength: 50 }),
      fc.integer({ min: 0, max: 20_000 }).map((length) => "é".repeat(length)),
    ),
    { maxLength: 12 },
  ),
});

/** A sync of events with these contents, with the sizes as they are stored. */
function windowOf(shapes: readonly Shape[]): { whole: Sync; events: Map<string, MessageEvent> } {
  const events = new Map<string, MessageEvent>();
  const endpoints = shapes.map(({ eventToSend, contents }, index) => {
    const eventKey = `key "${String(index)}"`;
    const members = contents.map((content, number) => {
      const id = `${String(index)}-${String(number)}`;
      const asSent = toMessageEvent(event({ id, eventKey, content }));
      events.set(id, asSent);
      return member(id, jsonSize(asSent));
    });
    return syncEndpoint(eventKey, members, { eventToSend });
  });
  return { whole: sync(endpoints), events };
}

function eventsToSend(
  whole: Sync,
  events: ReadonlyMap<string, MessageEvent>,
  limit: number,
): Map<string, MessageEvent[]> {
  return new Map(
    Array.from(planMessage(whole, limit), ([key, ids]) => [key, ids.map((id) => events.get(id)!)]),
  );
}

function assertComplete(whole: Sync, message: ReturnType<typeof buildMessage>): void {
  let left = 0;
  for (const endpoint of whole.endpoints) {
    const list = message.events[endpoint.eventKey]!;
    const wanted = membersToSend(endpoint);
    const sent = list.events?.length ?? 0;
    assert.equal(list.numberOfEvents, endpoint.members.length);
    assert.equal(sent + (list.truncated ?? 0), wanted.length);
    left += list.truncated ?? 0;
  }
  assert.equal(message.truncated?.numberOfEvents ?? 0, left);
}

describe("the size of an event in a message", () => {
  it("is that of its JSON, for any content", () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: "binary" }), fc.string({ unit: "grapheme" }), fc.uint8Array()),
        (content) => {
          const one = event({ content });
          assert.equal(messageSize(one), jsonSize(toMessageEvent(one)));
        },
      ),
    );
    const all = event({
      content: String.fromCharCode(...Array.from({ length: 0x3000 }, (_, i) => i)),
    });
    assert.equal(messageSize(all), jsonSize(toMessageEvent(all)));
    const lone = event({ content: "a\ud800b" });
    assert.equal(messageSize(lone), jsonSize(toMessageEvent(lone)));
  });
});
