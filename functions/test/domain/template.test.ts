import assert from "node:assert/strict";
import fc from "fast-check";

import {
  asHeaderValue,
  headerNameProblem,
  headerValueOf,
  parseHeaderValue,
  parseTemplate,
  parseUrl,
  urlOf,
} from "../../src/domain/template.ts";

/** Also with control characters, and halves of characters. */
const ANY_TEXT = fc
  .array(fc.oneof(fc.integer({ min: 0, max: 0x7f }), fc.integer({ min: 0, max: 0xffff })))
  .map((codes) => String.fromCharCode(...codes));

const VARIABLES = { key: "order 7/ä", eventID: "4f2e", service: "my svc" };

function urlWith(text: string, variables: Partial<typeof VARIABLES> = {}): string | undefined {
  const template = parseUrl(text, false);
  if ("problem" in template) assert.fail(template.problem);
  return urlOf(template.parsed, { ...VARIABLES, ...variables });
}

function problemOf(text: string, allowPrivate = false): string | undefined {
  const template = parseUrl(text, allowPrivate);
  return "problem" in template ? template.problem : undefined;
}

describe("the URL of a target", () => {
  it("holds variables percent-encoded, in its path and its query", () => {
    assert.equal(
      urlWith("https://example.com/{service}/{key}?id={eventID}&key={key}"),
      "https://example.com/my%20svc/order%207%2F%C3%A4?id=4f2e&key=order%207%2F%C3%A4",
    );
    assert.equal(urlWith("https://example.com"), "https://example.com");
    assert.equal(
      urlWith("https://example.com?key={key}", { key: "a" }),
      "https://example.com?key=a",
    );
  });

  it("leads to no other path, whatever the variables are", () => {
    for (const key of [".", "..", "%2e", "%2E."]) {
      const isDots = /^\.+$/.test(key);
      const url = urlWith("https://example.com/orders/{key}/paid", { key });
      assert.equal(url === undefined, isDots, key);
    }
    assert.equal(urlWith("https://example.com/orders/.{key}", { key: "." }), undefined);
    assert.notEqual(urlWith("https://example.com/orders?key={key}", { key: ".." }), undefined);
  });

  it("has no character that a URL is read without, or as a slash: a key beside it could lead elsewhere", () => {
    for (const odd of ["\\", "\t", "\n", "\r", " "]) {
      const problem = problemOf(`https://example.com/orders/a${odd}{key}${odd}b`);
      assert.match(problem ?? "none", /without blanks/, JSON.stringify(odd));
    }
  });

  it("has the same host and the same parts, whatever the variables are", () => {
    const check = (key: string): void => {
      const url = urlWith("https://example.com/orders/{key}/paid?key={key}&x=1", { key });
      if (url === undefined) return;
      const { origin, pathname, searchParams } = new URL(url);
      assert.equal(origin, "https://example.com");
      assert.match(pathname, /^\/orders\/[^/]*\/paid$/);
      assert.deepEqual(
        [...searchParams],
        [
          ["key", key.toWellFormed()],
          ["x", "1"],
        ],
      );
      assert.equal(decodeURIComponent(pathname.split("/")[2] ?? ""), key.toWellFormed());
    };
    fc.assert(fc.property(ANY_TEXT, check));
    for (const key of ["@evil.example", "\\..\\", "#", "?", "\r\n", "a/../b", "\ud800"]) check(key);
  });

  const refused: readonly [string, RegExp][] = [
    ["", /begins with https:\/\/ and a host/],
    ["/orders", /begins with https/],
    ["ftp://example.com/", /begins with https/],
    ["http://example.com/", /begins with https/],
    ["https:///orders", /begins with https/],
    ["{key}", /begins with https/],
    ["https://{key}/", /begins with https/],
    ["https://{key}.example.com/", /begins with https/],
    ["https://example.com{key}", /only in the path and the query/],
    ["https://example.com:{key}/", /only in the path and the query/],
    ["https://example.com\\{key}", /begins with https/],
    ["https://user@example.com/", /no user and no password/],
    ["https://user:word@example.com/", /no user and no password/],
    ["https://example.com/#{key}", /no fragment/],
    ["https://example.com/a/../b", /no “\.” and no “\.\.”/],
    ["https://127.0.0.1/", /expected a public address, or “allowPrivate”; 127\.0\.0\.1 is none/],
    ["https://0xa9fea9fe/", /169\.254\.169\.254 is none/],
    ["https://[::1]/", /::1 is none/],
    ["https://exa mple.com/", /expected a URL/],
    ["https://example.com/{keys}", /only the variables \{key\}, \{eventID\}, \{service\}/],
    ["https://example.com/{key", /only the variables/],
    ["https://example.com/key}", /only the variables/],
    ["https://example.com/{{key}}", /only the variables/],
    ["https://example.com/{}", /only the variables/],
  ];
  for (const [text, expected] of refused) {
    it(`is not ${JSON.stringify(text)}`, () => {
      assert.match(problemOf(text) ?? "", expected);
    });
  }

  it("may be of http: where the address may be private", () => {
    assert.equal(problemOf("http://127.0.0.1:8080/{key}", true), undefined);
    assert.match(problemOf("ftp://127.0.0.1/", true) ?? "", /https:\/\/ or http:\/\//);
  });
});

describe("the headers of a target", () => {
  it("hold variables in visible ASCII, whatever they are", () => {
    const template = parseHeaderValue("Order {key}; of {service}");
    assert.ok("parsed" in template);
    assert.equal(headerValueOf(template.parsed, VARIABLES), "Order order%207/%C3%A4; of my%20svc");
    const check = (key: string): void => {
      const value = headerValueOf(template.parsed, { ...VARIABLES, key });
      assert.match(value, /^[\x20-\x7e]+$/);
      assert.equal(decodeURIComponent(asHeaderValue(key)), key.toWellFormed());
    };
    fc.assert(fc.property(ANY_TEXT, check));
    check("a\r\nX-Evil: 1");
    check("\ud800");
  });

  it("hold nothing that ends them, and no variable that does not exist", () => {
    for (const value of ["a\r\nb: c", "ä", "\0"]) {
      assert.deepEqual(parseHeaderValue(value), { problem: "expected printable ASCII characters" });
    }
    assert.ok("problem" in parseHeaderValue("{Key}"));
  });

  it("are none that EventSync or the connection has", () => {
    for (const name of ["Host", "content-length", "Transfer-Encoding", "Webhook-Id", "ce-id"]) {
      assert.match(headerNameProblem(name) ?? "", /writes this header itself/, name);
    }
    assert.equal(headerNameProblem("X Y"), "expected the name of a header");
    assert.equal(headerNameProblem("a:b"), "expected the name of a header");
    for (const name of ["Authorization", "X-Api-Key", "content-type", "User-Agent"]) {
      assert.equal(headerNameProblem(name), undefined, name);
    }
  });
});

it("a template is read part by part", () => {
  assert.deepEqual(parseTemplate("{key}a{service}"), {
    parsed: [{ variable: "key" }, "a", { variable: "service" }],
  });
  assert.deepEqual(parseTemplate(""), { parsed: [] });
});
