import assert from "node:assert/strict";
import { IncomingMessage } from "node:http";
import { Socket } from "node:net";

import { askedRates } from "../../../src/adapters/http/askedRates.ts";

const DAY = 86_400;
const asked = (query: string) =>
  askedRates(Object.assign(new IncomingMessage(new Socket()), { url: `/svc${query}` }), 7 * DAY);

describe("the windows that are asked for", () => {
  for (const [query, windowSeconds, lastSeconds] of [
    ["", 60, 600],
    ["?window=10&last=30", 10, 30],
    ["?window=10", 10, 100],
    ["?last=3600", 60, 3600],
    ["?window=1&last=360", 1, 360],
    ["?window=86400&last=604800", DAY, 7 * DAY],
    ["?window=10&window=10", 10, 100],
  ] as const) {
    it(`are ${String(lastSeconds)} s in windows of ${String(windowSeconds)} s for “${query}”`, () => {
      assert.deepEqual(asked(query), { windowSeconds, lastSeconds });
    });
  }

  for (const [query, message] of [
    ["?window=0", /“window” must be a whole number from 1 to 86400/],
    ["?window=86401", /“window”/],
    ["?window=1.5", /“window”/],
    ["?window=", /“window”/],
    ["?window=10&window=20", /“window”/],
    ["?window=10&last=9", /“last” must be a whole number from 10 to 604800/],
    ["?last=604801", /“last”/],
    ["?last=1e3", /“last”/],
    ["?window=1&last=361", /more than 360 windows/],
  ] as const) {
    it(`are refused for “${query}”`, () => {
      assert.throws(() => asked(query), { code: "invalid-query", message });
    });
  }
});
