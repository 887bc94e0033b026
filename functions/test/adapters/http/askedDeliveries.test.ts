import assert from "node:assert/strict";
import { IncomingMessage } from "node:http";
import { Socket } from "node:net";

import {
  askedDeliveries,
  commandIn,
  cursorOf,
} from "../../../src/adapters/http/askedDeliveries.ts";
import { DELIVERY_STATES } from "../../../src/domain/delivery.ts";

const requested = (url: string, body = ""): IncomingMessage => {
  const request = Object.assign(new IncomingMessage(new Socket()), { url });
  request.push(body);
  request.push(null);
  return request;
};
const asked = (query: string) => askedDeliveries(requested(`/svc${query}`));
const atMs = Date.UTC(2026, 0, 1);

describe("what is asked of deliveries", () => {
  it("is the newest of all, unless it says otherwise", () => {
    assert.deepEqual(asked(""), {
      ...{ states: DELIVERY_STATES, limit: 50 },
      ...{ aboveMs: undefined, upToMs: undefined, after: undefined },
    });
  });

  it("may be of states and a time, behind a delivery", () => {
    const after = { createdAtMs: 7, syncId: "0a1b", target: "web" };
    const query = `?state=undeliverable,waiting&from=2026-01-01T00:00:00Z&limit=3&after=${cursorOf(after)}`;
    assert.deepEqual(asked(query), {
      ...{ states: ["waiting", "undeliverable"], limit: 3 },
      ...{ aboveMs: atMs - 1, upToMs: undefined, after },
    });
  });

  const cursor = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  for (const query of [
    ...["state=lost", "state=", "state=waiting,waiting,lost", "from=yesterday", "limit=201"],
    ...["after=x", "after=", `after=${cursor({})}`, `after=${cursor([7, "0a1b"])}`],
    ...["from=0001-01-01T00:00:00Z", "to=9999-12-31T23:59:59-01:00"],
    ...[`after=${cursor([9e15, "0a1b", "web"])}`, `after=${cursor([-7e13, "0a1b", "web"])}`],
    ...[`after=${cursor(["7", "0a1b", "web"])}`, `after=${cursor([7, "../x", "web"])}`],
  ]) {
    it(`is refused as ${query}`, () => {
      assert.throws(() => asked(`?${query}`), { code: "invalid-query" });
    });
  }
});

describe("the body of an operation", () => {
  const fields = ["target", "from", "rate"] as const;
  const command = (body: string) => commandIn(requested("/", body), fields);

  it("may say what is meant, and how fast", async () => {
    assert.deepEqual(await command(" "), {});
    assert.deepEqual(
      await command('{"target": "web", "from": "2026-01-01T00:00:00Z", "rate": 1000}'),
      { target: "web", fromMs: atMs, rate: 1000 },
    );
  });

  for (const body of [
    ...["[]", "null", "1", "{", '{"rates": 1}', '{"reason": "x"}', '{"toString": 1}'],
    ...['{"rate": 0}', '{"rate": 1.5}', '{"rate": 1001}', '{"rate": "1"}'],
    ...['{"target": 1}', '{"from": 1}', '{"from": "now"}'],
  ]) {
    it(`is refused as ${body}`, async () => {
      await assert.rejects(command(body), { code: "invalid-body" });
    });
  }
});
