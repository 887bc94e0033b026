import assert from "node:assert/strict";
import { storeEvent, storeEvents } from "../../src/app/storeEvent.ts";
import type { AcceptedRequest } from "../../src/app/storeEvent.ts";
import { EventSyncError } from "../../src/domain/errors.ts";
import type { NewPendingEvent } from "../../src/domain/event.ts";
import { jsonSize, toMessageEvent } from "../../src/domain/syncMessage.ts";
import { accepted, NOW, rule } from "../support/factories.ts";
import { fakeClock, fakeEventLog } from "../support/fakes.ts";
import { recordingLog } from "../support/recordingLog.ts";

function setUp() {
  const log = recordingLog();
  const clock = fakeClock();
  const events = fakeEventLog();
  const markers: NewPendingEvent[] = [];
  let ids = 0;
  const deps = {
    events: {
      ...events,
      append: (...args: Parameters<typeof events.append>) => {
        if (args[2] !== undefined) markers.push(args[2]);
        return events.append(...args);
      },
    },
    clock,
    newId: () => `random${String(ids++)}`,
    log,
  };
  return {
    log,
    clock,
    events,
    markers,
    deps,
    store: (request: AcceptedRequest) => storeEvent(deps, rule(), request),
  };
}

describe("storeEvent", () => {
  it("stores the request with an id and the time, and a marker that agrees with it", async () => {
    const { store, events, markers } = setUp();
    const request = accepted({ headers: [{ name: "X-A", values: ["1"] }] });
    assert.deepEqual(await store(request), {
      eventId: "random0",
      receivedAtMs: NOW,
      duplicate: false,
    });
    const { eventKey, httpMethod, headers, queryParams, content } = request;
    const stored = { eventKey, httpMethod, headers, queryParams, content };
    const event = { id: "random0", receivedAtMs: NOW, ...stored };
    assert.deepEqual(events.events.get("random0"), event);
    const size = jsonSize(toMessageEvent(event));
    assert.deepEqual(markers, [{ id: "random0", key: "", eventKey: "a", receivedAtMs: NOW, size }]);
  });

  it("stores an event with a key, and its marker with the same", async () => {
    const { store, events, markers } = setUp();
    await store(accepted({ key: "42" }));
    assert.equal(events.events.get("random0")?.key, "42");
    assert.deepEqual(
      markers.map(({ key }) => key),
      ["42"],
    );
  });

  it("stores an event that does not count without a marker, and says why", async () => {
    const { store, events, markers, log } = setUp();
    await store(accepted({ ignored: { reason: "no key" } }));
    assert.deepEqual(events.events.get("random0")?.ignored, { reason: "no key" });
    assert.deepEqual(markers, []);
    assert.equal(log.of("event.stored").length, 0);
    assert.equal(log.of("event.ignored")[0]?.["reason"], "no key");
  });

  it("says in the answer why an event does not count, also to a repeat", async () => {
    const { store } = setUp();
    const counting = accepted({ idempotencyKey: "key:1" });
    const request = { ...counting, ignored: { reason: "filter" } };
    const first = await store(request);
    assert.equal(first.ignored, "filter");
    // By now the filter is another one: it is the first answer that is repeated.
    assert.deepEqual(await store(counting), { ...first, duplicate: true });
  });

  it("warns of a filter that failed, and logs nothing of the event", async () => {
    const { store, log } = setUp();
    await store(accepted({ ignored: { reason: "filter-failed", detail: "secret" } }));
    assert.equal(log.of("event.filterFailed").length, 1);
    assert.equal(log.of("event.ignored").length, 0);
    assert.doesNotMatch(JSON.stringify(log.of("event.filterFailed")), /secret/);
  });

  it("stores the events of a batch in order, and again only those that are missing", async () => {
    const { deps, events } = setUp();
    const batch = ["1", "2", "3"].map((id) =>
      accepted({ idempotencyKey: `ce:${id}`, content: id }),
    );
    let appended = 0;
    const failing = {
      ...deps,
      events: {
        ...deps.events,
        append: (...args: Parameters<typeof events.append>) =>
          ++appended === 2 ? Promise.reject(new Error("down")) : events.append(...args),
      },
    };
    await assert.rejects(storeEvents(failing, rule(), batch), /down/);
    assert.equal(events.events.size, 2);
    const stored = await storeEvents(deps, rule(), batch);
    assert.deepEqual(
      stored.map(({ duplicate }) => duplicate),
      [true, false, true],
    );
    const contents = stored.map(({ eventId }) => events.events.get(eventId)?.content);
    assert.deepEqual(contents, ["1", "2", "3"]);
  });

  it("gives two requests that say nothing two ids, equal as they are", async () => {
    const { store, events } = setUp();
    await store(accepted());
    const second = await store(accepted());
    assert.equal(second.duplicate, false);
    assert.equal(events.events.size, 2);
  });

  it("answers a redelivery with the first answer", async () => {
    const { store, events, clock, log } = setUp();
    const request = accepted({ idempotencyKey: "key:1", content: "first" });
    const first = await store(request);
    clock.advance(60_000);
    const second = await store({ ...request, content: "again" });
    assert.deepEqual(second, { ...first, duplicate: true });
    assert.equal(events.events.size, 1);
    assert.equal(events.events.get(first.eventId)?.content, "first");
    assert.equal(log.of("event.repeated").length, 1);
  });

  it("tells the same key at two endpoints apart", async () => {
    const { store } = setUp();
    const a = await store(accepted({ idempotencyKey: "key:1" }));
    const b = await store(accepted({ idempotencyKey: "key:1", eventKey: "b" }));
    assert.notEqual(a.eventId, b.eventId);
    assert.equal(b.duplicate, false);
  });

  for (const key of ["key:a/b", "key:..", "key:__x__", "key:é", `key:${"x".repeat(5000)}`]) {
    it(`makes a valid document id of ${key.slice(0, 12)}`, async () => {
      const { store } = setUp();
      const { eventId } = await store(accepted({ idempotencyKey: key }));
      assert.match(eventId, /^[0-9a-f]{32}$/);
    });
  }

  it("keeps the ids of redeliveries from one release to the next", async () => {
    const { store } = setUp();
    const { eventId } = await store(accepted({ idempotencyKey: "key:1" }));
    assert.equal(eventId, "a85187e10fa7fbf96a50ed092fb76dcf");
  });

  it("takes an event with a random id that exists for its own, stored by a repeated commit", async () => {
    const { deps } = setUp();
    const repeated = {
      ...deps,
      events: { ...deps.events, append: () => Promise.resolve("exists" as const) },
    };
    const { duplicate } = await storeEvent(repeated, rule(), accepted());
    assert.equal(duplicate, false);
  });

  it("throws what the store throws, and says nothing of an event stored", async () => {
    const { deps, log } = setUp();
    const failing = {
      ...deps,
      events: { ...deps.events, append: () => Promise.reject(new Error("down")) },
    };
    await assert.rejects(storeEvent(failing, rule(), accepted()), /down/);
    assert.deepEqual(log.lines, [
      {
        level: "error",
        event: "event.storeFailed",
        fields: { service: "svc", eventKey: "a", durationMs: 0 },
      },
    ]);
  });

  it("does not call a failure of the store what it refuses", async () => {
    const { deps, log } = setUp();
    const tooLarge = new EventSyncError("event-too-large", "too large");
    const refusing = {
      ...deps,
      events: { ...deps.events, append: () => Promise.reject(tooLarge) },
    };
    await assert.rejects(storeEvent(refusing, rule(), accepted()), tooLarge);
    assert.deepEqual(log.lines, []);
  });

  it("says how long it took to store an event, or not to", async () => {
    const { deps, log } = setUp();
    const clock = fakeClock();
    const slowly = (events: typeof deps.events, error?: Error): typeof deps => ({
      ...deps,
      clock,
      events: {
        ...events,
        append: (...event) => {
          clock.advance(70);
          return error === undefined ? events.append(...event) : Promise.reject(error);
        },
      },
    });
    await storeEvent(slowly(deps.events), rule(), accepted());
    await assert.rejects(storeEvent(slowly(deps.events, new Error("down")), rule(), accepted()));
    for (const line of ["event.stored", "event.storeFailed"]) {
      assert.equal(log.of(line)[0]?.["durationMs"], 70, line);
    }
  });

  it("logs no header, parameter or content", async () => {
    const { store, log } = setUp();
    await store(
      accepted({
        content: "hunter2",
        headers: [{ name: "X", values: ["hunter2"] }],
        queryParams: [{ name: "hunter2", values: ["hunter2"] }],
        idempotencyKey: "key:hunter2",
      }),
    );
    assert.equal(log.of("event.stored").length, 1);
    assert.doesNotMatch(JSON.stringify(log.lines), /hunter2/);
  });
});
