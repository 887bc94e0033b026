import assert from "node:assert/strict";
import type { IncomingMessage } from "node:http";
import { Readable } from "node:stream";

import { makeSimulations } from "../../../src/adapters/simulate/simulations.ts";
import { timesOfDay } from "../../../src/adapters/timeOfDay.ts";
import type { StoredEvents } from "../../../src/app/ports/storedEvents.ts";
import { parseConfig } from "../../../src/config/parse.ts";
import { EventSyncError } from "../../../src/domain/errors.ts";
import type { Event } from "../../../src/domain/event.ts";
import { event } from "../../support/factories.ts";
import { fakeServiceState, unexpected } from "../../support/fakes.ts";
import { WIRED_SERVICES } from "../../support/wiredServices.ts";

const T = Date.UTC(2026, 0, 5, 10);
const at = (seconds: number): string => new Date(T + seconds * 1000).toISOString();

const raw = WIRED_SERVICES.filter(({ serviceName }) => serviceName === "keyed-pair");
const { services } = parseConfig(JSON.stringify(raw));
const [service] = services;

function requestWith(body: unknown, type = "application/json"): IncomingMessage {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const facts = { headers: {}, rawHeaders: ["Content-Type", type], method: "POST", url: "/" };
  return Object.assign(Readable.from([Buffer.from(text)]), facts) as unknown as IncomingMessage;
}

/** Newest first, as the store has them. */
function storeOf(events: readonly Event[]): StoredEvents & { readonly pages: number[] } {
  const pages: number[] = [];
  const all = events.toSorted((a, b) => b.receivedAtMs - a.receivedAtMs);
  return {
    pages,
    list: unexpected,
    read: unexpected,
    listInFull: (_, { aboveMs = 0, upToMs = Infinity, after, limit, eventKeys }) => {
      const inRange = all.filter(
        ({ receivedAtMs, eventKey }) =>
          receivedAtMs > aboveMs &&
          receivedAtMs <= upToMs &&
          eventKeys.includes(eventKey) &&
          (after === undefined || receivedAtMs < after.receivedAtMs),
      );
      const page = inRange.slice(0, limit);
      const last = page.at(-1);
      pages.push(page.length);
      const isCut = inRange.length > limit && last !== undefined;
      const next = isCut ? { receivedAtMs: last.receivedAtMs, eventId: last.id } : undefined;
      return Promise.resolve({ events: page, next });
    },
  };
}

function simulationsOn(
  storedEvents: StoredEvents = storeOf([]),
  { clock = () => T, resetsMs = [] as readonly number[] } = {},
) {
  const states = fakeServiceState();
  return makeSimulations({
    services: () => Promise.resolve(services),
    timesOfDay: (...zone) => Promise.resolve(timesOfDay(...zone)),
    clock,
    stored: () =>
      Promise.resolve({
        storedEvents,
        services: {
          ...states,
          read: () => Promise.resolve({ resetsMs, claims: [], claimedKeys: [], version: 1 }),
        },
      }),
  });
}

const rejectsWith = (code: string, message: RegExp, failures?: readonly object[]) => {
  return (error: unknown): boolean => {
    assert.ok(error instanceof EventSyncError, String(error));
    assert.equal(error.code, code, error.message);
    assert.match(error.message, message);
    if (failures !== undefined) assert.deepEqual(error.failures, failures);
    return true;
  };
};

describe("POST config/validate", () => {
  const simulations = simulationsOn();
  const validate = (request: IncomingMessage) => simulations.validate(request);

  it("says what the rules of a correct one do", async () => {
    assert.deepEqual(await validate(requestWith({ ...raw[0], sevriceName: "x" })), {
      valid: true,
      problems: [],
      ignored: ["sevriceName"],
      services: [
        {
          serviceName: "keyed-pair",
          rule: [
            "fires when the last 3600 seconds hold 1 “a” and 1 “b”",
            "joins events by the header “X-Id”",
            "without a key: rejected",
          ],
        },
      ],
    });
  });

  it("has every problem of another, those of schemas and filters too", async () => {
    const endpoints = [{ eventKey: "a", filter: "body." }, { eventKey: 1 }];
    const { valid, problems } = await validate(requestWith({ ...raw[0], endpoints }));
    assert.equal(valid, false);
    assert.deepEqual(
      problems.map(({ path }) => path),
      ["endpoints[1].eventKey", "endpoints[0].filter"],
    );
    const none = await validate(requestWith("{"));
    assert.match(none.problems[0]?.message ?? "", /^it is not valid JSON/);
  });

  it("refuses what is too large to be one", async () => {
    await assert.rejects(
      validate(requestWith(" ".repeat(100_001))),
      rejectsWith("event-too-large", /limit of 100000 bytes/),
    );
  });

  it("lists a thousand problems of what is no configuration at all", async () => {
    const { problems } = await validate(requestWith(Array.from({ length: 2000 }, () => ({}))));
    assert.equal(problems.length, 1000);
  });
});

describe("POST config/<service>/simulate", () => {
  const simulations = simulationsOn();
  const simulate = (request: IncomingMessage, of: typeof service) =>
    simulations.simulate(request, of);
  const entry = (seconds: number, eventKey: string, key = "1") => ({
    at: at(seconds),
    eventKey,
    headers: { "X-Id": key },
  });

  it("answers what fires, what is open and what never comes so far", async () => {
    const events = [entry(5, "b"), entry(0, "a"), entry(1, "a", "2"), { at: at(2), eventKey: "a" }];
    const answer = await simulate(requestWith({ events, until: at(60) }), service);
    const { fired, open, refused, summary, until, service: name } = answer;
    assert.deepEqual([name, until], ["keyed-pair", at(60)]);
    assert.deepEqual(
      fired.map((one) => [one["at"], one["key"], one["numberOfEvents"]]),
      [[at(5), "1", 2]],
    );
    assert.deepEqual(
      open.map((one) => [one["key"], one["missing"], one["expiresAt"]]),
      [["2", "1 “b”", at(3601)]],
    );
    assert.deepEqual(
      refused.map((one) => [one["entry"], one["code"]]),
      [[4, "key-missing"]],
    );
    assert.deepEqual([summary.events, summary.fired, summary.open], [4, 1, 1]);
  });

  it("takes NDJSON, and names a bad line", async () => {
    const lines = [entry(0, "a"), entry(1, "b")].map((one) => JSON.stringify(one));
    const { fired } = await simulate(
      requestWith(lines.join("\n\n"), "application/x-ndjson"),
      service,
    );
    assert.equal(fired.length, 1);
    await assert.rejects(
      simulate(requestWith(`${lines.join("\n")}\n{`, "application/x-ndjson"), service),
      rejectsWith("invalid-body", /It is not JSON \(line 3\)/),
    );
    await assert.rejects(
      simulate(requestWith('{"at":1}\n', "application/x-ndjson"), service),
      rejectsWith("invalid-body", /not understood: 1/, [
        { message: "line 1: “eventKey” is missing: expected the key of an endpoint" },
      ]),
    );
  });

  it("goes by a configuration that is proposed, and refuses a bad one as the validation does", async () => {
    const events = [entry(0, "a"), entry(1, "a")];
    const config = { ...raw[0], endpoints: [{ eventKey: "a", minNbOfOccurrence: 2 }] };
    const { fired } = await simulate(requestWith({ config, events }), service);
    assert.equal(fired.length, 1);
    const bad = { ...config, endpoints: [{ eventKey: "a", filter: "body." }], trigger: 1 };
    const { problems } = await simulationsOn().validate(requestWith(bad));
    assert.equal(problems.length, 2);
    await assert.rejects(
      simulate(requestWith({ config: bad, events }), service),
      rejectsWith("refused-configuration", /2 problem\(s\)/, problems),
    );
    const other = { ...config, serviceName: "other" };
    await assert.rejects(
      simulate(requestWith({ config: other, events }), service),
      rejectsWith("refused-configuration", /has no service "keyed-pair"/),
    );
  });

  it("has bounds, and says so", async () => {
    const many = Array.from({ length: 10_001 }, () => ({ at: 0, eventKey: "a" }));
    await assert.rejects(
      simulate(requestWith({ events: many }), service),
      rejectsWith("simulation-too-large", /There are 10001 entries; one call takes 10000/),
    );
    await assert.rejects(
      simulate(requestWith(`{"events":[${" ".repeat(8_000_000)}]}`), service),
      rejectsWith("event-too-large", /limit of 8000000 bytes/),
    );
    await assert.rejects(
      simulate(requestWith({ config: `[${" ".repeat(100_000)}]`, events: [] }), service),
      rejectsWith("event-too-large", /limit of 100000 bytes/),
    );
    let nowMs = T;
    const slow = simulationsOn(undefined, { clock: () => (nowMs += 100) });
    const events = Array.from({ length: 500 }, (_, index) => entry(index, "a"));
    await assert.rejects(
      slow.simulate(requestWith({ events }), service),
      rejectsWith("simulation-too-large", /Time was up after 121 entries/),
    );
  });

  it("looks at the clock for each event, though one entry holds many, all of one moment", async () => {
    let nowMs = T;
    const slow = simulationsOn(undefined, { clock: () => (nowMs += 500) });
    const body = Array.from({ length: 100 }, (_, index) => ({
      ...{ specversion: "1.0", type: "t", source: "s", id: String(index) },
    }));
    const headers = { "Content-Type": "application/cloudevents-batch+json", "X-Id": "1" };
    const batch = requestWith({ events: [{ ...entry(0, "a"), headers, body }] });
    await assert.rejects(
      slow.simulate(batch, service),
      rejectsWith("simulation-too-large", /Time was up after 0 entries/),
    );
  });

  it("refuses what would be answered with more than is sent", async () => {
    const eventKey = '"'.repeat(1000);
    const events = Array.from({ length: 3500 }, () => ({ at: T, eventKey }));
    await assert.rejects(
      simulate(
        requestWith(events.map((one) => JSON.stringify(one)).join("\n"), "application/x-ndjson"),
        service,
      ),
      rejectsWith("simulation-too-large", /The answer is larger than 16000000 bytes/),
    );
  });

  it("keeps none of millions of lines, and counts them", async () => {
    const text = `${"\n".repeat(7_900_000)}{"at":0,"eventKey":"a","headers":{"X-Id":"1"}}\r\n \nno`;
    await assert.rejects(
      simulate(requestWith(text, "application/x-ndjson"), service),
      rejectsWith("invalid-body", /line 7900003/),
    );
    await assert.rejects(
      simulate(requestWith("0\n".repeat(3_900_000), "application/x-ndjson"), service),
      rejectsWith("simulation-too-large", /There are 3900000 entries/),
    );
  });

  it("refuses what nests too deeply to be written again", async () => {
    const deep = `${"[".repeat(200_000)}${"]".repeat(200_000)}`;
    const failures = [
      {
        pointer: "/events/0/body",
        message: "nests too deeply to be written again: give it as a text",
      },
    ];
    await assert.rejects(
      simulate(requestWith(`{"events":[{"at":0,"eventKey":"a","body":${deep}}]}`), service),
      rejectsWith("invalid-body", /not understood/, failures),
    );
    await assert.rejects(
      simulate(requestWith(`{"events":[],"config":${deep}}`), service),
      rejectsWith("invalid-body", /a “config” that nests too deeply/),
    );
  });

  it("leaves ids out where every sync holds every event", async () => {
    const config = {
      ...raw[0],
      correlation: undefined,
      endpoints: [{ eventKey: "a" }],
      trigger: { type: "window", observationPeriod: 60, keepEventAfterTrigger: true },
    };
    const events = Array.from({ length: 600 }, (_, index) => ({ at: T + index, eventKey: "a" }));
    const { fired, idsLeftOut } = await simulate(requestWith({ config, events }), service);
    assert.equal(idsLeftOut, true);
    assert.deepEqual([fired.length, fired.at(-1)?.["numberOfEvents"]], [600, 600]);
    assert.deepEqual(fired.at(-1)?.["events"], {});
  });

  for (const [body, message] of [
    ["", /not JSON/],
    ["[]", /must be a JSON object/],
    ["{}", /needs “events”/],
    ['{"events":{}}', /needs “events”/],
    ['{"events":[],"until":"soon"}', /“until” that is neither/],
    ['{"events":[],"untill":"end"}', /has “untill”; expected config, events, until/],
  ] as const) {
    it(`refuses the body ${JSON.stringify(body)}`, () =>
      assert.rejects(simulate(requestWith(body), service), rejectsWith("invalid-body", message)));
  }
});

describe("POST syncs/<service>/replay", () => {
  const stored = (seconds: number, eventKey: string, id: string, key = "1"): Event =>
    event({
      ...{ id, eventKey, receivedAtMs: T + seconds * 1000, key },
      headers: [{ name: "X-Id", values: [key] }],
      content: JSON.stringify({ order: "same" }),
    });
  const range = { from: at(0), to: at(60) };

  it("says which syncs would have been made of what is stored, and how much it read", async () => {
    const store = storeOf([
      stored(-1, "b", "before"),
      stored(0, "a", "a1"),
      stored(1, "b", "b2", "2"),
      stored(2, "b", "b1"),
      stored(61, "a", "after", "2"),
    ]);
    const answer = await simulationsOn(store).replay(requestWith(range), service);
    const { fired, open, read, cutAt, resets } = answer;
    assert.deepEqual(
      fired.map((one) => [one["at"], one["key"], one["events"]]),
      [[at(2), "1", { a: ["a1"], b: ["b1"] }]],
    );
    assert.deepEqual(
      open.map((one) => one["key"]),
      ["2"],
    );
    assert.deepEqual([read, cutAt, resets], [3, null, 0]);
  });

  it("computes keys anew; an event that has none keeps its own", async () => {
    const staged = { ...stored(2, "b", "b1", "same"), headers: [], content: "{}" };
    const store = storeOf([stored(0, "a", "a1", "7"), staged]);
    const config = { ...raw[0], correlation: { key: { body: "$.order" } } };
    const body = requestWith({ ...range, config });
    const { fired } = await simulationsOn(store).replay(body, service);
    assert.deepEqual(
      fired.map((one) => [one["key"], one["events"]]),
      [["same", { a: ["a1"], b: ["b1"] }]],
    );
  });

  it("has the resets of that time in it, and says how many", async () => {
    const store = storeOf([stored(0, "a", "a1"), stored(9, "b", "b1")]);
    const resetsMs = [T - 1000, T + 5000];
    const { fired, resets } = await simulationsOn(store, { resetsMs }).replay(
      requestWith(range),
      service,
    );
    assert.deepEqual([fired, resets], [[], 1]);
  });

  it("reads page by page, no more than its bound, and says where it was cut", async () => {
    const events = Array.from({ length: 10_050 }, (_, index) =>
      event({ id: `e${String(index)}`, receivedAtMs: T + index, headers: [], key: "k" }),
    );
    const store = storeOf(events);
    const { read, cutAt, summary } = await simulationsOn(store).replay(requestWith(range), service);
    assert.deepEqual([read, summary.events, summary.open], [10_000, 10_000, 1]);
    assert.equal(cutAt, new Date(T + 50).toISOString());
    assert.equal(Math.max(...store.pages), 50);
  });

  it("reads fewer at a time where they are large: together they have to fit into memory", async () => {
    const content = "x".repeat(900_000);
    const events = Array.from({ length: 30 }, (_, index) =>
      event({ id: `e${String(index)}`, receivedAtMs: T + index, headers: [], key: "k", content }),
    );
    const store = storeOf(events);
    const { read } = await simulationsOn(store).replay(requestWith(range), service);
    assert.equal(read, 30);
    assert.ok(Math.max(...store.pages) <= 8, String(store.pages));
    assert.ok(Math.max(...store.pages.slice(1)) <= 4, String(store.pages));
  });

  it("refuses the same configurations, and times that are none", async () => {
    const simulations = simulationsOn();
    const replay = (request: IncomingMessage, of: typeof service) =>
      simulations.replay(request, of);
    for (const [body, message] of [
      [{}, /needs “from”/],
      [{ from: at(0) }, /needs “to”/],
      [{ from: at(1), to: at(0) }, /“to” that is before “from”/],
      [{ ...range, until: 1 }, /has “until”/],
    ] as const) {
      await assert.rejects(
        replay(requestWith(body), service),
        rejectsWith("invalid-body", message),
      );
    }
    await assert.rejects(
      replay(requestWith({ ...range, config: {} }), service),
      rejectsWith("refused-configuration", /problem/),
    );
  });
});
