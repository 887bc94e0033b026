import assert from "node:assert/strict";
import { readHeaders, REDACTED } from "../../../src/adapters/http/headers.ts";

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

  describe("redacts", () => {
    for (const name of [
      "Authorization",
      "Proxy-Authorization",
      "Cookie",
      "Set-Cookie",
      "X-API-Key",
      "X-Goog-IAP-JWT-Assertion",
      // and the like
      "Cookie2",
      "ApiKey",
      "X-ApiKey",
      "Api-Key",
      "X-Goog-Api-Key",
      "X-Auth-Token",
      "X-Access-Token",
      "X-Amz-Security-Token",
      "X-CSRF-Token",
      "X-Gitlab-Token",
      "X-Forwarded-Authorization",
      "X-Serverless-Authorization",
      "X-Amz-Credential",
      "X-Client-Secret",
      "X-Access-Key",
      "X-Functions-Key",
      "Ocp-Apim-Subscription-Key",
      "X-Password",
      "X-Session",
      "X-Session-Id",
    ]) {
      for (const spelled of [name, name.toLowerCase(), name.toUpperCase()]) {
        it(spelled, () => {
          const [line] = read([[spelled, "hunter2"]]);
          assert.ok(line?.endsWith(`: ${REDACTED}`), line);
        });
      }
    }

    it("every repeat, and keeps how many there were", () => {
      const pairs: [string, string][] = [
        ["Cookie", "a=1"],
        ["cookie", "b=2"],
      ];
      assert.deepEqual(read(pairs), [`Cookie: ${REDACTED}`, `Cookie: ${REDACTED}`]);
    });
  });

  for (const name of [
    "Idempotency-Key",
    "Ce-Id",
    "X-Author",
    "X-Cookies-Accepted",
    "X-Tokenizer",
    "X-Keynote",
    "X-Github-Delivery",
    "Sec-Fetch-Site",
    "WWW-Authenticate",
    "X-Request-Id",
  ]) {
    it(`does not redact ${name}`, () => {
      const [line] = read([[name, "value"]]);
      assert.ok(line?.endsWith(": value"), line);
    });
  }

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
});
