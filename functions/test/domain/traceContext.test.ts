import assert from "node:assert/strict";
import fc from "fast-check";

import { readHeaders } from "../../src/adapters/http/headers.ts";
import { attributesOf } from "../../src/domain/publication.ts";
import { buildMessage, toMessageEvent, type SyncMessage } from "../../src/domain/syncMessage.ts";
import {
  allTraceparents,
  carriedTraceparent,
  parseTraceparent,
} from "../../src/domain/traceContext.ts";
import { event, NOW, sync, syncEndpoint } from "../support/factories.ts";

const parent = (digit: string, flags = "01"): string =>
  `00-${digit.repeat(32)}-${digit.repeat(16)}-${flags}`;

/** Events of one endpoint each: the seconds of their receipt, and what their request had. */
function messageOf(
  lists: Readonly<Record<string, readonly (readonly [second: number, traceparent?: string])[]>>,
): SyncMessage {
  const endpoints = Object.keys(lists).map((eventKey) => syncEndpoint(eventKey, []));
  const events = Object.entries(lists).map(([eventKey, list]) => {
    const made = list.map(([second, traceparent]) => {
      const headers = readHeaders(
        traceparent === undefined ? [] : ["traceparent", traceparent],
        [],
      );
      return toMessageEvent(event({ eventKey, receivedAtMs: NOW + second * 1000, headers }));
    });
    return [eventKey, made] as const;
  });
  return buildMessage(sync(endpoints), new Map(events));
}

describe("the trace context of a request", () => {
  it("is read by the letter of the specification", () => {
    assert.deepEqual(parseTraceparent(parent("a")), {
      traceId: "a".repeat(32),
      spanId: "a".repeat(16),
      isSampled: true,
    });
    assert.equal(parseTraceparent(parent("a", "00"))?.isSampled, false);
    assert.equal(parseTraceparent(parent("a", "03"))?.isSampled, true);
  });

  const none = [
    undefined,
    7,
    "",
    parent("0"),
    parent("A"),
    `ff${parent("a").slice(2)}`,
    `${parent("a")}-00`,
    `${parent("a")}\n`,
    ` ${parent("a")}`,
  ];
  for (const text of none) {
    it(`is not ${text === undefined ? "absent" : JSON.stringify(text)}`, () => {
      assert.equal(parseTraceparent(text), undefined);
    });
  }

  it("is anything but what breaks an attribute", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        assert.equal(parseTraceparent(text), undefined);
      }),
    );
  });
});

describe("the trace context of a message", () => {
  it("is that of its newest event", () => {
    const message = messageOf({
      a: [[1, parent("1")], [4]],
      b: [
        [2, parent("2")],
        [3, parent("3")],
      ],
    });
    assert.equal(carriedTraceparent(message), parent("3"));
  });

  it("is rather one that is being recorded", () => {
    const message = messageOf({
      a: [
        [1, parent("1")],
        [2, parent("2")],
        [5, parent("5", "00")],
      ],
      b: [[9, parent("9", "00")]],
    });
    assert.equal(carriedTraceparent(message), parent("2"));
  });

  it("is that of a CloudEvent before that of the request which brought it", () => {
    const headers = readHeaders(["Traceparent", parent("1")], []);
    const attributes = { traceparent: parent("2") };
    const own = toMessageEvent(event({ headers, attributes }));
    const message = buildMessage(sync([syncEndpoint("a", [])]), new Map([["a", [own]]]));
    assert.equal(carriedTraceparent(message), parent("2"));
  });

  it("is none where a request had several, or something else", () => {
    const twice = readHeaders(["traceparent", parent("1"), "traceparent", parent("2")], []);
    const own = toMessageEvent(event({ headers: twice }));
    const message = buildMessage(sync([syncEndpoint("a", [])]), new Map([["a", [own]]]));
    assert.equal(carriedTraceparent(message), undefined);
    assert.equal(carriedTraceparent(messageOf({ a: [[1, "hunter2"]] })), undefined);
  });

  it("goes with it under both names, and changes nothing where there is none", () => {
    const traceparent = parent("1");
    const traced = attributesOf(messageOf({ a: [[1, traceparent]] }));
    const plain = attributesOf(messageOf({ a: [[1]] }));
    assert.deepEqual(traced, { ...plain, traceparent, googclient_traceparent: traceparent });
    assert.deepEqual(Object.keys(plain), ["serviceName", "eventID", "triggerType", "reason"]);
  });

  it("is kept with an event, whatever is redacted or kept", () => {
    const [kept] = readHeaders(["TraceParent", parent("1")], ["authorization"], ["traceparent"]);
    assert.deepEqual(kept, { name: "Traceparent", values: [parent("1")] });
  });
});

describe("the traces of the events of a message", () => {
  const idsOf = (message: SyncMessage, most: number): string[] =>
    allTraceparents(message, most).map(({ traceId }) => traceId.slice(0, 1));

  it("are all, each once", () => {
    const message = messageOf({
      a: [[1, parent("1")], [2, parent("2")], [3]],
      b: [
        [4, parent("2")],
        [5, parent("5")],
      ],
    });
    assert.deepEqual(idsOf(message, 128).toSorted(), ["1", "2", "5"]);
  });

  it("leave room for each endpoint where they are too many", () => {
    const busy = Array.from("6789abcdef", (digit, index) => [index, parent(digit)] as const);
    const message = messageOf({
      a: busy,
      b: [
        [1, parent("1")],
        [2, parent("2")],
      ],
    });
    assert.deepEqual(idsOf(message, 4), ["f", "2", "e", "1"]);
  });
});
