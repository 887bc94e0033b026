import assert from "node:assert/strict";

import { contentRulesOf } from "../../../src/adapters/simulate/proposed.ts";
import { EntryError, readEntry } from "../../../src/adapters/simulate/readEntry.ts";
import { makeSimulator } from "../../../src/adapters/simulate/simulator.ts";
import { Tallier } from "../../../src/adapters/simulate/tally.ts";
import { openView, viewOf, type View } from "../../../src/adapters/simulate/view.ts";
import { timesOfDay } from "../../../src/adapters/timeOfDay.ts";
import { parseConfig } from "../../../src/config/parse.ts";
import { WIRED_SERVICES } from "../../support/wiredServices.ts";

const T = Date.UTC(2026, 0, 5, 10);
const at = (seconds: number): string => new Date(T + seconds * 1000).toISOString();

/** What is told of entries, for services of the wired tests; the first one is meant. */
async function run(names: string | readonly string[], entries: readonly object[], until = 0) {
  const wanted = [names].flat();
  const raw = WIRED_SERVICES.filter(({ serviceName }) => wanted.includes(serviceName));
  const { services } = parseConfig(JSON.stringify(raw));
  const views: View[] = [];
  const tallier = new Tallier();
  const simulator = await makeSimulator({
    services,
    contentRules: contentRulesOf(services),
    timesOfDay: (...zone) => Promise.resolve(timesOfDay(...zone)),
    tell: (told) => {
      tallier.add(told);
      if (told.what !== "arrived") views.push(viewOf(told));
    },
  });
  entries.forEach((entry, index) => {
    simulator.take(readEntry(entry), index + 1);
  });
  const open = simulator.end(T + until * 1000).map(openView);
  return { views, open, tally: tallier.tally };
}

/** Some fields of what is told. */
const told = (views: readonly View[], ...fields: readonly string[]): unknown[] =>
  views.map((view) => Object.fromEntries(fields.map((field) => [field, view[field]])));

describe("a simulation of requests", () => {
  it("fires, with the reason in words", async () => {
    const { views, tally } = await run("pair", [
      { at: at(0), eventKey: "a", id: "a1" },
      { at: at(5), eventKey: "b", id: "b1" },
    ]);
    assert.deepEqual(views, [
      {
        what: "fired",
        at: at(5),
        service: "pair",
        reason: "complete",
        complete: true,
        destination: "target",
        // MD5 of a1b1.
        eventID: "b4ba5bc3d05932b46c4491321f33752a",
        numberOfEvents: 2,
        events: { a: ["a1"], b: ["b1"] },
        missing: null,
        firstEventAt: at(0),
        because: "“b” came, and the last 3600 seconds hold 1 “a” and 1 “b”",
      },
    ]);
    assert.deepEqual([tally.events, tally.fired, tally.complete], [2, 1, 1]);
  });

  it("says what is open, what it waits for, and when it ends", async () => {
    const { open } = await run(["deadline"], [{ at: at(0), eventKey: "a", id: "a1" }], 1);
    assert.deepEqual(open, [
      {
        what: "open",
        service: "deadline",
        firstEventAt: at(0),
        lastEventAt: at(0),
        expiresAt: null,
        deadlineAt: at(2),
        endpoints: [
          {
            ...{ eventKey: "a", have: 1, need: 1, satisfied: true },
            ...{ firstEventAt: at(0), lastEventAt: at(0) },
          },
          {
            ...{ eventKey: "b", have: 0, need: 1, satisfied: false },
            ...{ firstEventAt: null, lastEventAt: null },
          },
        ],
        missing: "1 “b”",
      },
    ]);
    const { open: lasting } = await run("pair", [{ at: at(0), eventKey: "a" }], 1);
    assert.deepEqual(told(lasting, "expiresAt", "deadlineAt"), [
      { expiresAt: at(3600), deadlineAt: null },
    ]);
  });

  it("says what expired, and what had not come", async () => {
    const entries = [0, 1, 2].map((seconds) => ({ at: at(seconds), eventKey: "a" }));
    const { views, open, tally } = await run("expiring", entries, 10);
    assert.deepEqual(open, []);
    assert.equal(tally.expired, 3);
    assert.deepEqual(views, [
      {
        ...{ what: "expired", at: at(5), service: "expiring", numberOfEvents: 3 },
        events: { a: 3 },
        firstEventAt: at(0),
        lastEventAt: at(2),
        because: "they left after 3 seconds, and 1 “b” had not come",
      },
    ]);
  });

  it("closes at a deadline, and says where that goes", async () => {
    const one = [{ at: at(0), eventKey: "a" }];
    for (const [service, seconds, destination] of [
      ["deadline", 2, "target"],
      ["deadline-dead", 1, "deadLetter"],
      ["deadline-discard", 1, "none"],
    ] as const) {
      const { views } = await run(service, one, 60);
      assert.deepEqual(told(views, "at", "reason", "destination", "deadlineAt", "missing"), [
        {
          at: at(seconds),
          reason: "deadline",
          destination,
          deadlineAt: at(seconds),
          missing: "1 “b”",
        },
      ]);
    }
  });

  it("finds the key where the configuration says it is, or takes the one that is given", async () => {
    const { views } = await run("keyed", [
      { at: at(0), eventKey: "header", headers: { "x-order-id": "1" } },
      { at: at(1), eventKey: "query", query: { order: "1" } },
      { at: at(2), eventKey: "body", body: { order: { id: 1 } } },
      { at: at(3), eventKey: "pointer", body: '{"order":{"id":"1"}}' },
      {
        at: at(4),
        eventKey: "cloudevent",
        headers: { "ce-specversion": "1.0", "ce-id": "x", "ce-source": "s", "ce-type": "t" },
        key: "1",
      },
      { at: at(5), eventKey: "push", body: { message: { attributes: { orderId: "1" } } } },
    ]);
    assert.deepEqual(told(views, "what", "key", "numberOfEvents"), [
      { what: "fired", key: "1", numberOfEvents: 6 },
    ]);
  });

  it("refuses and ignores what the function would, and says why", async () => {
    const { views, tally } = await run(
      ["refused", "content", "keyed-ignoring", "keyed-pair"],
      [
        { at: at(0), eventKey: "a", method: "GET" },
        { at: at(1), eventKey: "bogus" },
        { at: at(2), service: "nobody", eventKey: "a" },
        { at: at(3), service: "content", eventKey: "a", body: { status: 1 } },
        { at: at(4), service: "content", eventKey: "a", body: { status: "open", n: 1 } },
        { at: at(5), service: "content", eventKey: "a", body: { status: "paid" } },
        { at: at(6), service: "keyed-ignoring", eventKey: "a" },
        { at: at(7), service: "keyed-pair", eventKey: "a" },
        { at: at(8), service: "nobody", action: "reset" },
      ],
    );
    assert.deepEqual(told(views, "entry", "what", "code", "reason"), [
      { entry: 1, what: "refused", code: "method-not-allowed", reason: undefined },
      { entry: 2, what: "refused", code: "unknown-endpoint", reason: undefined },
      { entry: 3, what: "refused", code: "unknown-endpoint", reason: undefined },
      { entry: 4, what: "refused", code: "invalid-content", reason: undefined },
      { entry: 5, what: "ignored", code: undefined, reason: "filter" },
      { entry: 6, what: "ignored", code: undefined, reason: "filter-failed" },
      { entry: 7, what: "ignored", code: undefined, reason: "no-key" },
      { entry: 8, what: "refused", code: "key-missing", reason: undefined },
      { entry: 9, what: "refused", code: "unknown-service", reason: undefined },
    ]);
    assert.deepEqual([tally.refused, tally.ignored], [6, 3]);
  });

  it("knows what comes again by its id, and by the name that its source gives it", async () => {
    const headers = { "Idempotency-Key": "one" };
    const { views } = await run("repeats", [
      { at: at(0), eventKey: "a", headers },
      { at: at(1), eventKey: "a", headers },
      { at: at(2), eventKey: "a", id: "x" },
      { at: at(3), eventKey: "a", id: "x" },
      { at: at(4), eventKey: "b" },
    ]);
    assert.deepEqual(told(views, "what", "entry", "numberOfEvents"), [
      { what: "repeated", entry: 2, numberOfEvents: undefined },
      { what: "repeated", entry: 4, numberOfEvents: undefined },
      { what: "fired", entry: undefined, numberOfEvents: 3 },
    ]);
  });

  it("takes each event of a batch", async () => {
    const event = { specversion: "1.0", source: "s", type: "t" };
    const body = ["1", "2", "3"].map((id) => ({ ...event, id }));
    const headers = { "content-type": "application/cloudevents-batch+json" };
    const { views } = await run("batch", [{ at: at(0), eventKey: "a", headers, body }]);
    assert.deepEqual(told(views, "what", "numberOfEvents"), [{ what: "fired", numberOfEvents: 3 }]);
  });

  it("resets and triggers, one window or all", async () => {
    const event = (key: string) => ({ eventKey: "a", headers: { "X-Id": key } });
    const { views } = await run("keyed-pair", [
      ...["1", "2", "3"].map((key) => ({ at: at(0), ...event(key) })),
      { at: at(1), action: "reset", key: "1" },
      { at: at(2), action: "trigger", key: "2" },
      { at: at(3), action: "trigger", key: "2" },
      { at: at(4), eventKey: "trigger" },
      { at: at(5), action: "reset" },
    ]);
    assert.deepEqual(told(views, "at", "what", "key", "reason", "dropped"), [
      { at: at(1), what: "reset", key: "1", reason: undefined, dropped: 1 },
      { at: at(2), what: "fired", key: "2", reason: "manual", dropped: undefined },
      { at: at(3), what: "nothing", key: "2", reason: undefined, dropped: undefined },
      { at: at(4), what: "fired", key: "3", reason: "manual", dropped: undefined },
      { at: at(5), what: "reset", key: undefined, reason: undefined, dropped: 0 },
    ]);
  });

  it("puts events of one millisecond in the order of their ids, as the store does", async () => {
    const { views } = await run("to-send", [
      ...["all", "first", "last"].flatMap((eventKey) =>
        ["3", "1", "2"].map((id) => ({ at: at(0), eventKey, id: `${eventKey}${id}` })),
      ),
      ...["3", "1", "2"].map((id) => ({ at: at(0), eventKey: "boundaries", id: `x${id}` })),
    ]);
    const [sync] = views as unknown as readonly { readonly events: Record<string, string[]> }[];
    assert.deepEqual(sync?.events["boundaries"], ["x1", "x2", "x3"]);
  });

  it("refuses entries that go back in time, and keys where there are none", async () => {
    const back = [
      { at: at(1), eventKey: "a" },
      { at: at(0), eventKey: "a" },
    ];
    await assert.rejects(run("pair", back), /is before 2026-01-05T10:00:01.000Z/);
    const keyed = [{ at: at(1), eventKey: "a", key: "x" }];
    await assert.rejects(run("pair", keyed), /the service "pair" has no correlation/);
    const reset = [{ at: at(1), action: "reset", key: "x" }];
    await assert.rejects(run("pair", reset), /the service "pair" has no correlation/);
  });
});

describe("an entry", () => {
  for (const [entry, field, message] of [
    [[], "", "expected a JSON object"],
    [{ eventKey: "a" }, "at", /^is missing: expected a time/],
    [{ at: "yesterday", eventKey: "a" }, "at", /^must be a time/],
    [{ at: 1.5, eventKey: "a" }, "at", /^must be a time/],
    [{ at: -1, eventKey: "a" }, "at", /^must be a time/],
    [{ at: 1e18, eventKey: "a" }, "at", /^must be a time/],
    [{ at: 0 }, "eventKey", /^is missing/],
    [{ at: 0, eventKey: 1 }, "eventKey", "must be a text that is not empty"],
    [{ at: 0, eventkey: "a" }, "", /^nothing reads “eventkey”; expected at, /],
    [{ at: 0, action: "explode" }, "action", "must be “reset” or “trigger”"],
    [{ at: 0, action: "reset", body: 1 }, "", /^nothing reads “body”/],
    [{ at: 0, eventKey: "a", headers: { x: 1 } }, "headers", /^must be an object of texts/],
    [{ at: 0, eventKey: "a", query: [] }, "query", /^must be an object of texts/],
    [{ at: 0, eventKey: "a", key: "k".repeat(1001) }, "key", /^is longer than 1000 bytes/],
  ] as const) {
    it(`is refused where it is wrong: ${JSON.stringify(entry).slice(0, 60)}`, () => {
      assert.throws(
        () => readEntry(entry),
        (error: unknown) => {
          assert.ok(error instanceof EntryError);
          assert.equal(error.field, field);
          if (typeof message === "string") assert.equal(error.message, message);
          else assert.match(error.message, message);
          return true;
        },
      );
    });
  }

  it("may be at the end of all times, and ends", async () => {
    const { open } = await run("pair", [{ at: 253_402_300_799_999, eventKey: "a" }], Infinity);
    assert.equal(open.length, 1);
  });
});
