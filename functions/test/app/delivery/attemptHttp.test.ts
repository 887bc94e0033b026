import assert from "node:assert/strict";
import { Webhook } from "standardwebhooks";

import {
  attemptHttp,
  type AttemptDeps,
  type Attempted,
} from "../../../src/app/delivery/attemptHttp.ts";
import type { Delivered } from "../../../src/app/delivery/buildCall.ts";
import type { Call } from "../../../src/app/ports/caller.ts";
import type { Reply } from "../../../src/app/ports/replies.ts";
import type { CallResult } from "../../../src/domain/attempt.ts";
import type { MessageEvent, SyncMessage } from "../../../src/domain/syncMessage.ts";
import type { HttpTarget } from "../../../src/domain/target.ts";

const NOW = Date.UTC(2026, 0, 10, 6);
const SECRET = `whsec_${Buffer.from("a signing secret").toString("base64")}`;
const PREVIOUS = "the one before";

const TEXT_EVENT: MessageEvent = {
  datetime: "2026-01-10T05:59:59.000Z",
  eventKey: "order",
  content: "text",
  httpMethod: "POST",
};
const EVENT: MessageEvent = {
  ...TEXT_EVENT,
  headers: { "Content-Type": ["text/plain; charset=latin1"] },
  content: Buffer.from([0xff, 0x00, 0x0a]).toString("base64"),
  contentEncoding: "base64",
};

function message(events: readonly MessageEvent[] = [EVENT], key?: string): SyncMessage {
  const list = { numberOfEvents: events.length, minNbOfOccurrence: 1, eventToSend: "ALL", events };
  return {
    eventID: "4f2e",
    date: "2026-01-10T06:00:00.000Z",
    serviceName: "my svc",
    triggerType: "window",
    events: { order: list },
    completion: { reason: "complete", complete: true, missing: [] },
    ...(key !== undefined && { key }),
  };
}

function target(overrides: Partial<HttpTarget> = {}): HttpTarget {
  return {
    name: "shop",
    kind: "http",
    reasons: ["complete", "deadline", "manual"],
    url: "https://shop.example/hook",
    method: "POST",
    headers: {},
    body: "message",
    timeoutSeconds: 10,
    allowPrivate: false,
    retry: { maxAttempts: 20, firstSeconds: 5, longestSeconds: 14_400 },
    ...overrides,
  };
}

function answered(status: number, body: string | Buffer = "", isTruncated = false): CallResult {
  const answer = { body: Buffer.from(body), isTruncated, contentType: "text/plain" };
  return { status, headers: { "content-type": "text/plain" }, answer };
}

interface World {
  readonly result?: CallResult;
  readonly secrets?: Readonly<Record<string, string>> | Error;
  readonly token?: string | Error;
  readonly publish?: (reply: Reply) => Promise<string>;
  readonly delivered?: Delivered;
  readonly attempt?: number;
}

interface Outcome extends Attempted {
  readonly calls: readonly Call[];
  readonly replies: readonly Reply[];
}

async function attempt(to: HttpTarget, world: World = {}): Promise<Outcome> {
  const { result = answered(200), secrets = {}, token = new Error("none") } = world;
  const calls: Call[] = [];
  const replies: Reply[] = [];
  const publish = world.publish ?? (() => Promise.resolve("m1"));
  const deps: AttemptDeps = {
    caller: {
      call: (call) => {
        calls.push(call);
        return Promise.resolve(result);
      },
    },
    secrets: (name) =>
      secrets instanceof Error ? Promise.reject(secrets) : Promise.resolve(secrets[name]),
    identityTokens: (audience) =>
      token instanceof Error ? Promise.reject(token) : Promise.resolve(`${token} for ${audience}`),
    publishReply: (reply) => {
      replies.push(reply);
      return publish(reply);
    },
    clock: () => NOW,
    random: () => 1,
  };
  const delivered = world.delivered ?? { message: message(), syncId: "sync1" };
  return { ...(await attemptHttp(deps, to, delivered, world.attempt ?? 1)), calls, replies };
}

async function callTo(to: HttpTarget, world: World = {}): Promise<Call> {
  const { calls, record } = await attempt(to, world);
  return calls[0] ?? assert.fail(record.error);
}

describe("an attempt to deliver over HTTP", () => {
  it("sends the sync as JSON, with its id", async () => {
    const call = await callTo(target());
    assert.deepEqual(call, {
      url: "https://shop.example/hook",
      method: "POST",
      headers: {
        "user-agent": "EventSync",
        "content-type": "application/json",
        "idempotency-key": "4f2e",
      },
      body: Buffer.from(JSON.stringify(message())),
      timeoutMs: 10_000,
      allowPrivate: false,
      maxAnswerBytes: 65_536,
    });
  });

  it("has key, sync and service in URL and headers", async () => {
    const call = await callTo(
      target({
        url: "https://shop.example/{service}/{key}?id={eventID}",
        headers: { "X-Key": "k={key}", "Content-Type": "application/vnd.shop+json" },
      }),
      { delivered: { message: message([EVENT], "ä/1\r\nX: y"), syncId: "sync1" } },
    );
    assert.equal(call.url, "https://shop.example/my%20svc/%C3%A4%2F1%0D%0AX%3A%20y?id=4f2e");
    assert.equal(call.headers["x-key"], "k=%C3%A4/1%0D%0AX:%20y");
    assert.equal(call.headers["content-type"], "application/vnd.shop+json");
  });

  it("sends the sync as a CloudEvent", async () => {
    const delivered = { message: message([EVENT], "ä 1"), syncId: "sync1" };
    const call = await callTo(target({ body: "cloudevents" }), { delivered });
    assert.deepEqual(call.headers, {
      "user-agent": "EventSync",
      "idempotency-key": "4f2e",
      "content-type": "application/json",
      "ce-specversion": "1.0",
      "ce-id": "4f2e",
      "ce-source": "urn:eventsync:service:my%2520svc",
      "ce-type": "eventsync.sync.v1",
      "ce-time": "2026-01-10T06:00:00.000Z",
      "ce-subject": "%C3%A4%201",
    });
    assert.deepEqual(JSON.parse(String(Buffer.from(call.body ?? []))), delivered.message);
  });

  it("sends the event itself, byte for byte, with its content type", async () => {
    const call = await callTo(target({ body: "event" }));
    assert.deepEqual(call.body, Buffer.from([0xff, 0x00, 0x0a]));
    assert.equal(call.headers["content-type"], "text/plain; charset=latin1");
    const text = message([{ ...TEXT_EVENT, content: '{"ä": 1 }\n' }]);
    const plain = await callTo(target({ body: "event" }), {
      delivered: { message: text, syncId: "s" },
    });
    assert.deepEqual(plain.body, Buffer.from('{"ä": 1 }\n'));
    assert.equal(plain.headers["content-type"], undefined);
  });

  it("sends a CloudEvent as one again", async () => {
    const attributes = {
      ...{ id: "1", source: "/ä", specversion: "1.0", type: "t" },
      datacontenttype: "application/json",
    };
    const events = [{ ...TEXT_EVENT, content: "{}", attributes }];
    const delivered = { message: message(events), syncId: "s" };
    const { headers } = await callTo(target({ body: "event" }), { delivered });
    assert.deepEqual(
      Object.entries(headers).filter(([name]) => /^ce-|type/.test(name)),
      [
        ["ce-id", "1"],
        ["ce-source", "/%C3%A4"],
        ["ce-specversion", "1.0"],
        ["ce-type", "t"],
        ["content-type", "application/json"],
      ],
    );
  });

  for (const events of [[], [EVENT, EVENT]]) {
    it(`gives up where there are ${String(events.length)} events to send as one`, async () => {
      const delivered = { message: message(events), syncId: "s" };
      const { verdict, calls, record } = await attempt(target({ body: "event" }), { delivered });
      assert.deepEqual([verdict.next, calls.length], ["undeliverable", 0]);
      assert.match(record.error ?? "", /^unsendable: expected one event to send/);
    });
  }

  it("gives up where the key would lead to another path", async () => {
    const delivered = { message: message([EVENT], ".."), syncId: "s" };
    const outcome = await attempt(target({ url: "https://shop.example/a/{key}/b" }), { delivered });
    assert.deepEqual([outcome.verdict.next, outcome.calls.length], ["undeliverable", 0]);
  });

  it("calls by GET without a body", async () => {
    const call = await callTo(target({ method: "GET", url: "https://shop.example/?key={key}" }));
    assert.equal(call.body, undefined);
    assert.equal(call.headers["content-type"], undefined);
  });

  it("names a sync without events by its own id: all of them have the same digest", async () => {
    const delivered = { message: message([]), syncId: "sync1" };
    const to = target({ signature: { secret: "hook" } });
    const { headers } = await callTo(to, { delivered, secrets: { hook: SECRET } });
    assert.equal(headers["idempotency-key"], "sync1");
    assert.equal(headers["webhook-id"], "sync1");
  });
});

describe("what an attempt holds that is secret", () => {
  it("is a signature that the published library verifies, by both secrets", async () => {
    const to = target({ signature: { secret: "hook", previousSecret: "old" } });
    const { headers, body = Buffer.from("") } = await callTo(to, {
      secrets: { hook: SECRET, old: PREVIOUS },
    });
    assert.equal(headers["webhook-id"], "4f2e");
    assert.equal(headers["webhook-timestamp"], String(NOW / 1000));
    // The library goes by the clock of the machine.
    const now = Date.now;
    Date.now = () => NOW;
    try {
      const text = Buffer.from(body).toString();
      const { ...given } = headers;
      assert.deepEqual(new Webhook(SECRET).verify(text, given), message());
      assert.deepEqual(new Webhook(PREVIOUS, { format: "raw" }).verify(text, given), message());
      assert.throws(() => new Webhook(SECRET).verify(`${text} `, given));
    } finally {
      Date.now = now;
    }
  });

  it("is the value of a header, and is not kept of an answer that repeats it", async () => {
    const to = target({ headers: { "X-Api-Key": { secret: "key" } } });
    const world = { secrets: { key: "s3cret" }, result: answered(500, "no such key: s3cret") };
    const { calls, record, verdict } = await attempt(to, world);
    assert.equal(calls[0]?.headers["x-api-key"], "s3cret");
    assert.doesNotMatch(JSON.stringify([record, verdict]), /s3cret/);
    assert.equal(record.answer, "no such key: [redacted]");
  });

  it("is an identity token for the audience, which is the origin if none is set", async () => {
    const world = { token: "t0ken", result: answered(401, "bad: t0ken for aud") };
    const named = await attempt(target({ auth: { identityToken: { audience: "aud" } } }), world);
    assert.equal(named.calls[0]?.headers["authorization"], "Bearer t0ken for aud");
    assert.equal(named.record.answer, "bad: [redacted]");
    const own = await callTo(target({ auth: { identityToken: {} } }), world);
    assert.equal(own.headers["authorization"], "Bearer t0ken for https://shop.example");
  });

  const waiting: readonly [string, Partial<HttpTarget>, World, RegExp][] = [
    [
      "a secret is not there",
      { headers: { a: { secret: "none" } } },
      {},
      /^there is no secret "none"$/,
    ],
    [
      "a secret cannot be a header",
      { headers: { a: { secret: "key" } } },
      { secrets: { key: "s3cret\r\nb: c" } },
      /^secret "key" cannot be the value of a header$/,
    ],
    [
      "a signing secret is none",
      { signature: { secret: "key" } },
      { secrets: { key: "whsec_s3cret!" } },
      /^secret "key" is no signing secret/,
    ],
    [
      "the secrets cannot be read",
      { signature: { secret: "key" } },
      { secrets: new Error("SECRETS is not set") },
      /^secret "key" cannot be read: SECRETS is not set$/,
    ],
    [
      "there is no identity token",
      { auth: { identityToken: {} } },
      { token: new Error("the metadata server answered 404") },
      /^no identity token: the metadata server answered 404$/,
    ],
  ];
  for (const [what, overrides, world, expected] of waiting) {
    it(`waits, however often it was tried, where ${what}`, async () => {
      const { verdict, calls, record } = await attempt(target(overrides), {
        ...world,
        attempt: 50,
      });
      assert.deepEqual(verdict, { next: "again", atMs: NOW + 300_000, isUncounted: true });
      assert.equal(calls.length, 0);
      const [kind, message] = (record.error ?? "").split(/: (.*)/s);
      assert.equal(kind, "not-ready");
      assert.match(message ?? "", expected);
      assert.doesNotMatch(message ?? "", /s3cret/);
    });
  }
});

describe("the reply to a call", () => {
  const reply = { topic: "projects/p/topics/answers", when: ["onSuccess"] } as const;

  it("is the answer's bytes, with what it answers", async () => {
    const body = Buffer.from([0xff, 0x00]);
    const delivered = { message: message([EVENT], "k"), syncId: "s", eventId: "e1" };
    const { replies, verdict, record } = await attempt(target({ reply }), {
      result: answered(201, body),
      delivered,
    });
    assert.deepEqual(replies, [
      {
        topic: reply.topic,
        data: body,
        attributes: {
          status: "201",
          eventID: "4f2e",
          serviceName: "my svc",
          key: "k",
          eventId: "e1",
          "content-type": "text/plain",
        },
      },
    ]);
    assert.deepEqual(verdict, { next: "delivered" });
    assert.equal(record.messageId, "m1");
  });

  /** The table of docs/TARGETS.md: what is published, and what comes next if that succeeds, and fails. */
  const table: readonly [string, CallResult, readonly string[], boolean, string, string][] = [
    ["2xx", answered(200), ["onSuccess"], true, "delivered", "again"],
    ["2xx", answered(200), ["onError"], false, "delivered", "delivered"],
    ["2xx", answered(200), ["onSuccess", "onError"], true, "delivered", "again"],
    ["3xx", answered(302), ["onSuccess"], true, "delivered", "again"],
    ["3xx", answered(302), ["onError"], false, "again", "again"],
    ["4xx", answered(404), ["onSuccess"], false, "again", "again"],
    ["4xx", answered(404), ["onError"], true, "delivered", "again"],
    ["4xx", answered(404), ["onSuccess", "onError"], true, "delivered", "again"],
    ["5xx", answered(503), ["onSuccess"], false, "again", "again"],
    ["5xx", answered(503), ["onError"], true, "delivered", "again"],
    ["5xx", answered(503), ["onSuccess", "onError"], true, "delivered", "again"],
    ["a time-out", { error: "timeout", message: "" }, ["onSuccess"], false, "again", "again"],
    ["a time-out", { error: "timeout", message: "" }, ["onError"], false, "again", "again"],
    ["too much", answered(200, "x", true), ["onSuccess"], false, "again", "again"],
  ];
  for (const [what, result, when, isPublished, ifPublished, ifFailed] of table) {
    it(`of ${what}, asked for ${when.join(" and ")}: ${ifPublished}, or ${ifFailed}`, async () => {
      const to = target({ reply: { ...reply, when: when as typeof reply.when } });
      const good = await attempt(to, { result });
      assert.equal(good.replies.length, isPublished ? 1 : 0);
      assert.equal(good.verdict.next, ifPublished);
      const bad = await attempt(to, {
        result,
        publish: () => Promise.reject(new Error("no topic")),
      });
      assert.equal(bad.verdict.next, ifFailed);
      if (isPublished) assert.match(bad.record.error ?? "", /was not published: no topic/);
    });
  }

  it("reads more of an answer than otherwise, and says where that is not enough", async () => {
    const call = await callTo(target({ reply }));
    assert.equal(call.maxAnswerBytes, 1024 * 1024);
    const { record } = await attempt(target({ reply }), { result: answered(200, "x", true) });
    assert.match(record.error ?? "", /larger than 1 bytes, and is not published/);
  });
});
