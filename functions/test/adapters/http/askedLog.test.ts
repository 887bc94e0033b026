import assert from "node:assert/strict";
import { IncomingMessage } from "node:http";
import { Socket } from "node:net";

import { askedLog } from "../../../src/adapters/http/askedLog.ts";

const asked = (query: string) =>
  askedLog(Object.assign(new IncomingMessage(new Socket()), { url: `/svc${query}` }));

const NOTHING = { key: undefined, reason: undefined, aboveMs: undefined, upToMs: undefined };

describe("what is asked of a log", () => {
  it("is all of it from the beginning, at once, unless it says otherwise", () => {
    assert.deepEqual(asked(""), { after: 0, limit: 100, waitMs: 0, ...NOTHING });
    assert.deepEqual(asked("?after=7&limit=2&wait=45"), {
      ...{ after: 7, limit: 2, waitMs: 45_000 },
      ...NOTHING,
    });
  });

  it("goes on behind the last event of who was cut off, whatever the URL says", () => {
    const cut = (id: string) =>
      askedLog(
        Object.assign(new IncomingMessage(new Socket()), {
          url: "/svc?after=7",
          headers: { "last-event-id": id },
        }),
      );
    assert.equal(cut("9").after, 9);
    assert.equal(cut("").after, 7);
    for (const bad of ["-1", "x", "99999999999999999"]) {
      assert.throws(() => cut(bad), { code: "invalid-query", message: /Last-Event-ID/ });
    }
  });

  it("may be of a key, a reason and a time", () => {
    const query =
      "?key=a%2Fb&reason=deadline&from=2026-01-01T00:00:00Z&to=2026-01-01T01:00:00%2B01:00";
    const atMs = Date.UTC(2026, 0, 1);
    assert.deepEqual(asked(query), {
      ...{ after: 0, limit: 100, waitMs: 0 },
      ...{ key: "a/b", reason: "deadline", aboveMs: atMs - 1, upToMs: atMs },
    });
  });

  for (const query of [
    "?after=-1",
    "?after=x",
    "?after=9007199254740992",
    "?after=1&after=2",
    "?limit=0",
    "?limit=501",
    "?wait=46",
    "?reason=later",
    "?from=yesterday",
    "?to=2026-01-01",
    "?key=a&key=b",
  ]) {
    it(`is refused: ${query}`, () => {
      assert.throws(() => asked(query), { code: "invalid-query" });
    });
  }
});
