import assert from "node:assert/strict";
import { REDACTED } from "../../../src/domain/credentials.ts";
import { readHeaders } from "../../../src/adapters/http/headers.ts";

/** Pairs in, `name: value` lines out, one per value. */
function read(pairs: readonly [string, string][], keep: readonly string[] = []): string[] {
  return readHeaders(pairs.flat(), keep).flatMap(({ name, values }) =>
    values.map((value) => `${name}: ${value}`),
  );
}

describe("readHeaders", () => {
  for (const [sent, canonical] of [
    ["content-type", "Content-Type"],
    ["X-LOWER-CASE", "X-Lower-Case"],
    ["x-goog-pubsub-message-id", "X-Goog-Pubsub-Message-Id"],
    ["DNT", "Dnt"],
    ["ce-id", "Ce-Id"],
    ["x_under-score1", "X_under-Score1"],
    ["-x-", "-X-"],
    ["1st-x", "1st-X"],
    ["__proto__", "__proto__"],
  ] as const) {
    it(`writes ${sent} as ${canonical}, as Go does`, () => {
      assert.deepEqual(read([[sent, "v"]]), [`${canonical}: v`]);
    });
  }

  it("keeps repeats as separate values in order, however they are spelled", () => {
    const headers = readHeaders(
      ["X-Multi", "one", "Y", "y", "x-multi", "two", "X-MULTI", "one"],
      [],
    );
    assert.deepEqual(headers, [
      { name: "X-Multi", values: ["one", "two", "one"] },
      { name: "Y", values: ["y"] },
    ]);
  });

  it("keeps a list in one header as one value", () => {
    assert.deepEqual(read([["Accept", "a, b;q=0.5"]]), ["Accept: a, b;q=0.5"]);
  });

  it("leaves out what describes the connection, as the original does", () => {
    const pairs: [string, string][] = [
      ["Host", "example.com"],
      ["Transfer-Encoding", "chunked"],
      ["Trailer", "X"],
      ["Content-Length", "9"],
    ];
    assert.deepEqual(read(pairs), ["Content-Length: 9"]);
  });

  const latin1 = (text: string): string => Buffer.from(text).toString("latin1");
  for (const [title, onTheWire, text] of [
    ["UTF-8", latin1("März 中文 😀"), "März 中文 😀"],
    ["UTF-8 that looks like Latin-1", latin1("Ã¤"), "Ã¤"],
    ["Latin-1, where it is no UTF-8", "M\xe4rz", "März"],
    ["a truncated sequence of UTF-8, as Latin-1", "\xe2\x82", "\xe2\x82"],
    ["ASCII", "March", "March"],
  ] as const) {
    it(`reads ${title}`, () => {
      assert.deepEqual(read([["X-Month", onTheWire]]), [`X-Month: ${text}`]);
    });
  }

  describe("redacts", () => {
    it("every repeat, and keeps how many there were", () => {
      const pairs: [string, string][] = [
        ["Cookie", "a=1"],
        ["cookie", "b=2"],
      ];
      assert.deepEqual(read(pairs), [`Cookie: ${REDACTED}`, `Cookie: ${REDACTED}`]);
    });
  });

  it("keeps the headers that the endpoint names, in any letter case, and no others", () => {
    const pairs: [string, string][] = [
      ["Authorization", "Bearer 1"],
      ["X-API-KEY", "2"],
      ["Cookie", "3"],
    ];
    assert.deepEqual(read(pairs, ["authorization", "x-Api-Key"]), [
      "Authorization: Bearer 1",
      "X-Api-Key: 2",
      `Cookie: ${REDACTED}`,
    ]);
  });

  it("redacts what a query holds also in the URL of another header, unless that is kept", () => {
    const raw = ["Referer", "https://h/p?a=1&access_token=hunter2", "X-Note", "p?access_token=x"];
    const values = (keep: string[], redact: string[]): string[] =>
      readHeaders(raw, keep, redact).flatMap((header) => [...header.values]);
    assert.deepEqual(values([], ["jwt"]), [
      "https://h/p?a=1&access_token=[redacted]",
      "p?access_token=x",
    ]);
    assert.deepEqual(values(["referer"], ["jwt"]), [raw[1], raw[3]]);
    assert.deepEqual(values([], []), [raw[1], raw[3]]);
  });
});
