import assert from "node:assert/strict";
import { REDACTED } from "../../../src/domain/credentials.ts";
import { MAX_PARAMETERS, readQuery, redactUrl } from "../../../src/adapters/http/query.ts";

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
    ["/e??x=1&x=2", { "?x": ["1"], x: ["2"] }],
    ["/e?%3Fx=1", { "?x": ["1"] }],
    ["/e?%ff=1&%fe=2&%EF%BF%BD=3", { "%ff": ["1"], "%fe": ["2"], "\ufffd": ["3"] }],
    ["/e?v=%ff&v=%C3%28&v=%ed%a0%80", { v: ["%ff", "%C3%28", "%ed%a0%80"] }],
    ["/e?v=a+%zz%20b", { v: ["a+%zz%20b"] }],
    ["/e?%E4%B8%AD=%F0%9F%98%80&%00=%0A", { 中: ["😀"], "\0": ["\n"] }],
    ["/e?a==b&=&a", { a: ["=b", ""], "": [""] }],
    ["/e?&&a=1&", { a: ["1"] }],
    ["/e?b=1&10=2&a=3&10=4", { 10: ["2", "4"], b: ["1"], a: ["3"] }],
    ["/e?constructor=1&toString=2", { constructor: ["1"], toString: ["2"] }],
  ];
  for (const [url, expected] of cases) {
    it(`reads ${url}`, () => {
      const read = readQuery(url, []).map(({ name, values }): [string, string[]] => [
        name,
        [...values],
      ]);
      const byName = ([a]: [string, string[]], [b]: [string, string[]]) => (a < b ? -1 : 1);
      assert.deepEqual(read.toSorted(byName), Object.entries(expected).toSorted(byName));
    });
  }

  it("keeps names in order of first appearance", () => {
    const names = readQuery("/e?b=1&10=2&a=3&10=4", []).map(({ name }) => name);
    assert.deepEqual(names, ["b", "10", "a"]);
  });

  const pairs = (count: number): string =>
    `/e?${Array.from({ length: count }, (_, index) => index.toString(36)).join("&")}`;

  it(`takes ${String(MAX_PARAMETERS)} pairs and refuses more`, () => {
    assert.equal(readQuery(pairs(MAX_PARAMETERS), []).length, MAX_PARAMETERS);
    assert.throws(() => readQuery(pairs(MAX_PARAMETERS + 1), []), {
      code: "event-too-large",
      message: "The query has 1001 parameters, over the limit of 1000.",
    });
  });

  describe("redacts", () => {
    const read = (query: string, redact: string[]): Record<string, readonly string[]> =>
      Object.fromEntries(readQuery(`/e?${query}`, redact).map((p) => [p.name, p.values]));

    it("every value of the names that the endpoint lists, and no other", () => {
      assert.deepEqual(read("key=1&key=2&keys=3&monkey=4", ["key"]), {
        key: [REDACTED, REDACTED],
        keys: ["3"],
        monkey: ["4"],
      });
    });

    for (const name of ["api_key", "API_KEY", "apiKey", "api-key", "api%5Fkey", "a%70ikey"]) {
      it(`the name ${name} where api_key is listed`, () => {
        assert.deepEqual(Object.values(read(`${name}=hunter2`, ["api_key"])), [[REDACTED]]);
      });
    }

    for (const name of [
      "api_token",
      "oauth_token",
      "private_key",
      "passwd",
      "X-Amz-Security-Token",
      "subscription-key",
      "access.token",
      "token[]",
      "SAMLResponse",
    ]) {
      it(`the name ${name}, which says what it holds, unless nothing is to be redacted`, () => {
        const query = `${encodeURIComponent(name)}=hunter2&key=1`;
        assert.deepEqual(read(query, ["jwt"]), { [name]: [REDACTED], key: ["1"] });
        assert.deepEqual(read(query, []), { [name]: ["hunter2"], key: ["1"] });
      });
    }

    it("the same in a URL, and leaves the rest as it is written", () => {
      assert.equal(
        redactUrl("https://h/p?a=%20&access%5Ftoken=S8&b=2#id_token=S9", ["jwt"]),
        `https://h/p?a=%20&access%5Ftoken=${REDACTED}&b=2#id_token=${REDACTED}`,
      );
      assert.equal(redactUrl("/p?token=S", []), "/p?token=S");
    });
  });
});
