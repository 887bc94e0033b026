import assert from "node:assert/strict";
import fc from "fast-check";
import { stepsOf } from "../../src/config/bodyPath.ts";
import { findKey, type KeyPlace, type KeySource } from "../../src/domain/correlation.ts";

const request = (overrides: Partial<KeySource> = {}): KeySource => ({
  headers: [],
  queryParams: [],
  content: "",
  ...overrides,
});

const body = (path: string): KeyPlace => ({ kind: "body", path, steps: stepsOf(path) });

/** What is found in a body: the key, or why there is none. */
function inBody(path: string, content: unknown): string {
  const text = typeof content === "string" ? content : JSON.stringify(content);
  const found = findKey(body(path), request({ content: text }));
  return "key" in found ? `key ${found.key}` : found.absent;
}

describe("the key of an event", () => {
  it("is the value of a header, in any letter case", () => {
    const headers = [{ name: "X-Order-Id", values: ["42"] }];
    const place: KeyPlace = { kind: "header", name: "x-order-ID" };
    assert.deepEqual(findKey(place, request({ headers })), { key: "42" });
    assert.deepEqual(findKey(place, request()), { absent: "the header “x-order-ID” is missing" });
  });

  it("is one value, however often it is sent; of different ones none", () => {
    const place: KeyPlace = { kind: "queryParam", name: "order" };
    const twice = (...values: string[]) => request({ queryParams: [{ name: "order", values }] });
    assert.deepEqual(findKey(place, twice("42", "42")), { key: "42" });
    assert.deepEqual(findKey(place, twice("42", "43")), {
      absent: "the query parameter “order” has different values",
    });
    assert.deepEqual(findKey(place, request({ queryParams: [{ name: "Order", values: ["1"] }] })), {
      absent: "the query parameter “order” is missing",
    });
  });

  it("is a value in a JSON body, by JSONPath and by JSON Pointer", () => {
    const order = { order: { "id/x": "a b", items: [{ sku: 1 }, { sku: 2 }] } };
    assert.equal(inBody("$.order['id/x']", order), "key a b");
    assert.equal(inBody("/order/id~1x", order), "key a b");
    assert.equal(inBody("$.order.items[-1].sku", order), "key 2");
    assert.equal(inBody("/order/items/0/sku", order), "key 1");
    assert.equal(inBody("$", '"the whole"'), "key the whole");
  });

  it("is the text of a number as it is written, and the same as that text", () => {
    assert.equal(inBody("$.id", '{"id":42}'), inBody("$.id", '{"id":"42"}'));
    assert.equal(inBody("$.id", '{"id":9007199254740993}'), "key 9007199254740993");
    assert.equal(inBody("$.id", '{"id":1.0}'), "key 1.0");
    assert.equal(inBody("$.ids[1]", '{"ids":[1e2,1e3]}'), "key 1e3");
    assert.equal(inBody("$.flag", '{"flag":true}'), "key true");
  });

  it("is none where there is null, a list, an object, nothing, or no JSON", () => {
    const where = "“$.id” in the JSON body";
    assert.equal(inBody("$.id", { id: null }), `${where} is null`);
    assert.equal(inBody("$.id", { id: [1] }), `${where} is a list`);
    assert.equal(inBody("$.id", { id: { a: 1 } }), `${where} is an object`);
    assert.equal(inBody("$.id", { id: "" }), `${where} is empty`);
    assert.equal(inBody("$.id", {}), `${where} is missing`);
    assert.equal(inBody("$.id", "id=42"), `${where} is missing: the body is not JSON`);
    const binary = findKey(body("$.id"), request({ content: new Uint8Array([0xff]) }));
    assert.deepEqual(binary, { absent: `${where} is missing: the body is not JSON` });
  });

  it("is not what every object has, nor a member of a list or text", () => {
    for (const name of ["constructor", "__proto__", "toString"]) {
      assert.equal(inBody(`$.${name}`, {}), `“$.${name}” in the JSON body is missing`);
    }
    assert.equal(inBody("/length", []), "“/length” in the JSON body is missing");
    assert.equal(inBody("/00", ["a"]), "“/00” in the JSON body is missing");
    assert.equal(inBody("$.a[0]", { a: { "0": "x" } }), "“$.a[0]” in the JSON body is missing");
    assert.equal(inBody("$.a.b", { a: "text" }), "“$.a.b” in the JSON body is missing");
  });

  it("is at most 1,000 bytes long, in well-formed Unicode", () => {
    assert.equal(inBody("$.id", { id: "é".repeat(500) }), `key ${"é".repeat(500)}`);
    const long = "“$.id” in the JSON body is longer than 1000 bytes";
    assert.equal(inBody("$.id", { id: "é".repeat(501) }), long);
    assert.equal(
      inBody("$.id", '{"id":"\\ud800"}'),
      `“$.id” in the JSON body is not well-formed Unicode`,
    );
  });

  it("is an attribute of a CloudEvent", () => {
    const place: KeyPlace = { kind: "cloudEvent", name: "subject" };
    assert.deepEqual(findKey(place, request({ attributes: { subject: "a b" } })), { key: "a b" });
    const absent = "the CloudEvent attribute “subject” is missing";
    assert.deepEqual(findKey(place, request({ attributes: {} })), { absent });
    assert.deepEqual(findKey(place, request({ content: '{"subject":"a b"}' })), { absent });
  });

  it("is an attribute of a message that Pub/Sub pushes", () => {
    const place: KeyPlace = { kind: "pubSubAttribute", name: "orderId" };
    const content = JSON.stringify({
      message: { attributes: { orderId: "42" } },
      subscription: "s",
    });
    assert.deepEqual(findKey(place, request({ content })), { key: "42" });
    assert.deepEqual(findKey(place, request({ content: '{"message":{}}' })), {
      absent: "the Pub/Sub attribute “orderId” is missing",
    });
  });

  it("never fails, whatever the body", () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.json(), fc.string()),
        fc.constantFrom("$.a", "/a/0", "$[0]"),
        (content, path) => {
          const found = findKey(body(path), request({ content }));
          if ("key" in found) assert.ok(found.key !== "" && Buffer.byteLength(found.key) <= 1000);
          else assert.ok(found.absent.startsWith(`“${path}”`));
        },
      ),
    );
  });
});
