import assert from "node:assert/strict";

import { call, consumersOfSuite, countOf, db } from "../support/wired.ts";

const TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
const EVENT = { specversion: "1.0", source: "/wired", type: "t", traceparent: TRACE };

interface Stored {
  readonly eventId: string;
  readonly duplicate?: true;
}

function post(path: string, headers: Record<string, string>, body: string) {
  return call(`/event/${path}`, { method: "POST", headers, body });
}

const structured = (path: string, event: object) =>
  post(path, { "content-type": "application/cloudevents+json" }, JSON.stringify(event));
const batch = (path: string, events: unknown) =>
  post(path, { "content-type": "application/cloudevents-batch+json" }, JSON.stringify(events));

describe("CloudEvents, over HTTP", () => {
  const consumeFor = consumersOfSuite();

  it("come in binary or structured, and go out as one, in binary mode", async () => {
    const consumer = await consumeFor("cloud-events");
    const binary = Object.entries({ ...EVENT, id: "1" }).map(([name, value]) => [
      `ce-${name}`,
      value,
    ]);
    const a = await post(
      "cloud-events/a",
      Object.fromEntries(binary) as Record<string, string>,
      '{"n":1}',
    );
    const b = await structured("cloud-events/b", { ...EVENT, id: "2", data: { n: 2 } });
    assert.deepEqual([a.status, b.status], [202, 202], a.text + b.text);

    const [received] = await consumer.waitForCount(1);
    const { message, attributes } = received!;
    assert.equal(attributes["ce-specversion"], "1.0");
    assert.equal(attributes["ce-id"], message.eventID);
    assert.equal(attributes["ce-source"], "urn:eventsync:service:cloud-events");
    assert.equal(attributes["ce-type"], "eventsync.sync.v1");
    assert.equal(attributes["ce-time"], message.date);
    assert.equal(attributes["content-type"], "application/json");
    assert.equal(attributes["eventID"], message.eventID);

    const [fromBinary] = message.events["a"]!.events!;
    const [fromStructured] = message.events["b"]!.events!;
    assert.equal(fromBinary!.content, '{"n":1}');
    assert.equal(fromStructured!.content, '{"n":2}');
    const datacontenttype = "text/plain;charset=UTF-8"; // what fetch says of a text
    assert.deepEqual(fromBinary!.attributes, { ...EVENT, id: "1", datacontenttype });
    assert.deepEqual(fromStructured!.attributes, { ...EVENT, id: "2" });
  });

  it("are recognised again, in whichever mode", async () => {
    const first = await structured("cloud-events/a", { ...EVENT, id: "again" });
    const headers = {
      "ce-specversion": "1.0",
      "ce-id": "again",
      "ce-source": "/wired",
      "ce-type": "t",
    };
    const second = await post("cloud-events/a", headers, "x");
    assert.deepEqual([first.status, second.status], [202, 200]);
    assert.equal(second.json["eventId"], first.json["eventId"]);
    assert.equal(second.json["duplicate"], true);
  });

  it("of a batch are events of their own, each with its id, and count once", async () => {
    const consumer = await consumeFor("batch");
    const two = [1, 2].map((id) => ({ ...EVENT, id: String(id), data: id }));
    const first = await batch("batch/a", two);
    assert.equal(first.status, 202, first.text);
    assert.equal(first.json["service"], "batch");
    const stored = first.json["events"] as readonly Stored[];
    assert.equal(new Set(stored.map(({ eventId }) => eventId)).size, 2);

    // As after an answer that was lost: what is stored is told again, the rest is stored.
    const three = await batch("batch/a", [...two, { ...EVENT, id: "3", data: 3 }]);
    assert.equal(three.status, 202);
    const again = three.json["events"] as readonly Stored[];
    assert.deepEqual(
      again.slice(0, 2).map(({ eventId }) => eventId),
      stored.map(({ eventId }) => eventId),
    );
    assert.deepEqual(
      again.map(({ duplicate }) => duplicate),
      [true, true, undefined],
    );

    const [received] = await consumer.waitForCount(1);
    const contents = received!.message.events["a"]!.events!.map(({ content }) => content);
    assert.deepEqual(contents.toSorted(), ["1", "2", "3"]);
    assert.equal((await batch("batch/a", two)).status, 200);
  });

  const refused: [
    title: string,
    send: () => ReturnType<typeof call>,
    status: number,
    text: RegExp,
  ][] = [
    ["without an id", () => structured("cloud-events/a", EVENT), 400, /"pointer":"\/id"/],
    [
      "without a source header",
      () => post("cloud-events/a", { "ce-id": "1", "ce-specversion": "1.0", "ce-type": "t" }, ""),
      400,
      /"header":"ce-source"/,
    ],
    [
      "of another version",
      () => structured("cloud-events/a", { ...EVENT, id: "1", specversion: "0.3" }),
      400,
      /"pointer":"\/specversion"/,
    ],
    [
      "in a batch with one that is wrong",
      () => batch("cloud-events/a", [{ ...EVENT, id: "new" }, EVENT]),
      400,
      /"pointer":"\/1\/id"/,
    ],
    [
      "in a batch of 101",
      () => batch("cloud-events/a", Array(101).fill({ ...EVENT, id: "new" })),
      413,
      /limit of 100/,
    ],
    [
      "in another format",
      () => post("cloud-events/a", { "content-type": "application/cloudevents+xml" }, "<x/>"),
      415,
      /unsupported-format/,
    ],
  ];
  for (const [title, send, status, text] of refused) {
    it(`are refused with ${String(status)} ${title}, and nothing is stored`, async () => {
      const before = await countOf("cloud-events", "events");
      const answer = await send();
      assert.equal(answer.status, status, answer.text);
      assert.match(answer.text, text);
      assert.match(answer.headers.get("content-type") ?? "", /^application\/problem\+json/);
      assert.equal(await countOf("cloud-events", "events"), before);
    });
  }
});

describe("what an endpoint asks of content, over HTTP", () => {
  const consumeFor = consumersOfSuite();
  const json = (value: unknown) =>
    post("content/a", { "content-type": "application/json" }, JSON.stringify(value));
  const stored = async (answer: Awaited<ReturnType<typeof call>>) => {
    const path = `services/content/events/${String(answer.json["eventId"])}`;
    return (await db.doc(path).get()).data();
  };

  it("answers 422 with every failure, and stores nothing", async () => {
    const before = await countOf("content", "events");
    const answer = await json({ status: "UP", n: 1.5 });
    assert.equal(answer.status, 422, answer.text);
    assert.equal(answer.json["type"], "urn:eventsync:problem:invalid-content");
    const failures = answer.json["failures"] as readonly { pointer: string; message: string }[];
    assert.deepEqual(
      failures.map(({ pointer }) => pointer),
      ["/status", "/n"],
    );
    for (const { message } of failures) assert.ok(message.length > 0);
    assert.equal((await post("content/a", {}, "no JSON")).status, 422);
    assert.equal(await countOf("content", "events"), before);
  });

  it("stores what does not match, says so, and does not count it", async () => {
    const consumer = await consumeFor("content");
    const open = await json({ status: "open", n: 1 });
    assert.equal(open.status, 202, open.text);
    assert.equal(open.json["ignored"], "filter");
    assert.deepEqual((await stored(open))?.["ignored"], { reason: "filter" });

    const unsaid = await json({ status: "paid" });
    assert.equal(unsaid.status, 202);
    assert.equal(unsaid.json["ignored"], "filter-failed");
    assert.deepEqual((await stored(unsaid))?.["ignored"], {
      reason: "filter-failed",
      detail: "field not found: n",
    });
    assert.equal(await countOf("content", "pending"), 0);

    const paid = await json({ status: "paid", n: 1 });
    assert.equal(paid.json["ignored"], undefined);
    await post("content/b", {}, "x");
    const [received] = await consumer.waitForCount(1);
    assert.equal(received!.message.events["a"]!.numberOfEvents, 1);
  });

  it("tells a repeat what was told first", async () => {
    const event = { ...EVENT, id: "ignored", data: { status: "open", n: 1 } };
    const first = await structured("content/a", event);
    const second = await structured("content/a", event);
    assert.deepEqual([first.status, second.status], [202, 200]);
    assert.deepEqual(second.json, { ...first.json, duplicate: true });
  });

  it("points into the request for the data of a CloudEvent, and refuses a batch for one of it", async () => {
    const events = [{ status: "paid", n: 1 }, { n: 1 }].map((data, id) => ({
      ...EVENT,
      id: `p${String(id)}`,
      data,
    }));
    const before = await countOf("content", "events");
    const answer = await batch("content/a", events);
    assert.equal(answer.status, 422, answer.text);
    const failures = answer.json["failures"] as readonly { pointer: string }[];
    assert.deepEqual(
      failures.map(({ pointer }) => pointer),
      ["/1/data"],
    );
    assert.equal(await countOf("content", "events"), before);
  });
});
