import assert from "node:assert/strict";
import { IncomingMessage } from "node:http";
import { Socket } from "node:net";

import {
  askedEvents,
  askedMembers,
  askedStatus,
  askedSyncs,
  nextOf,
} from "../../../src/adapters/http/askedSyncs.ts";
import type { ServiceConfig } from "../../../src/config/schema.ts";
import { serviceConfig } from "../../support/factories.ts";

const requested = (query: string): IncomingMessage =>
  Object.assign(new IncomingMessage(new Socket()), { url: `/svc?${query}` });

const service = {
  ...serviceConfig("svc", ["order"]),
  correlation: { key: { header: "X-Order" } },
} as ServiceConfig;
const cursor = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

describe("where a page of syncs, events, windows or members goes on", () => {
  const atMs = Date.UTC(2026, 0, 1);
  const given = (next: string | null) => requested(`after=${next ?? ""}`);

  it("is where the page before says", () => {
    const sync = { createdAtMs: atMs, syncId: "0a1b" };
    assert.deepEqual(askedSyncs(given(nextOf.sync(sync)), service).after, sync);
    const event = { receivedAtMs: atMs, eventId: "0a1b" };
    assert.deepEqual(askedEvents(given(nextOf.event(event)), service).after, event);
    const place = { order: "age", place: { receivedAtMs: atMs, id: "0a1b" } } as const;
    assert.deepEqual(askedStatus(given(nextOf.window(place)), service).after, place);
    const key = { order: "key", key: "“K” 1" } as const;
    const request = requested(`order=key&after=${nextOf.window(key) ?? ""}`);
    assert.deepEqual(askedStatus(request, service).after, key);
    const member = { part: 3, index: 0 };
    assert.deepEqual(askedMembers(given(nextOf.member(member))).after, member);
  });

  for (const value of [[""], [7], ["k".repeat(1001)], ["a", "b"], [7, "0a1b"]]) {
    it(`is no ${JSON.stringify(value).slice(0, 20)} of windows by key: no key is there`, () => {
      const request = requested(`order=key&after=${cursor(value)}`);
      assert.throws(() => askedStatus(request, service), { code: "invalid-query" });
    });
  }

  it("has no order but those that there are", () => {
    assert.throws(() => askedStatus(requested("order=size"), service), {
      code: "invalid-query",
      message: "The query parameter “order” must be one of age, key.",
    });
  });

  const lists = { askedSyncs, askedEvents, askedStatus };
  for (const [name, asked] of Object.entries(lists)) {
    for (const value of [
      [9e15, "0a1b"],
      [-7e13, "0a1b"],
      [3e14, "0a1b"],
      ["7", "0a1b"],
      [7, "../x"],
      [7],
    ]) {
      it(`is no ${JSON.stringify(value)} of ${name}: the store has no such place`, () => {
        const request = requested(`after=${cursor(value)}`);
        assert.throws(() => asked(request, service), { code: "invalid-query" });
      });
    }
  }

  for (const value of [[-9e15, 0], [-1, 0], [0, -1], [0.5, 0], [0, "1"], [0]]) {
    it(`is no ${JSON.stringify(value)} of members: part by part nobody ever got there`, () => {
      const request = requested(`after=${cursor(value)}`);
      assert.throws(() => askedMembers(request), { code: "invalid-query" });
    });
  }
});
