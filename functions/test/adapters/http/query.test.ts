import assert from "node:assert/strict";
import { readQuery } from "../../../src/adapters/http/eventRequest.ts";

describe("readQuery", () => {
  const cases: [string, Record<string, string[]>][] = [
    ["/entry1", {}],
    ["/entry1?", {}],
    ["/entry1?queryP=myQueryP", { queryP: ["myQueryP"] }],
    [
      "/e?k=v1&k=v2&empty=&flag&a%20b=c%2Bd+e",
      { k: ["v1", "v2"], empty: [""], flag: [""], "a b": ["c+d e"] },
    ],
    ["/e?a=1&b=2&a=3", { a: ["1", "3"], b: ["2"] }],
    ["/e?k=%C3%A9&%C3%A9=k", { k: ["é"], é: ["k"] }],
    ["/e?a?b=c?d", { "a?b": ["c?d"] }],
    ["/%?k=v", { k: ["v"] }],
    // The original drops or refuses these.
    ["/e?a=1;b=2", { a: ["1;b=2"] }],
    ["/e?bad=%zz&good=1", { bad: ["%zz"], good: ["1"] }],
    ["/e?=x&__x__=1", { "": ["x"], __x__: ["1"] }],
    ["/e?constructor=1&toString=2", { constructor: ["1"], toString: ["2"] }],
  ];
  for (const [url, expected] of cases) {
    it(`reads ${url}`, () => {
      const read = readQuery(url).map(({ name, values }) => [name, values]);
      assert.deepEqual(read, Object.entries(expected));
    });
  }
});
