import assert from "node:assert/strict";
import fc from "fast-check";
import {
  cloudEventMode,
  MAX_BATCH_EVENTS,
  readBatch,
  readBinary,
  readStructured,
  type CloudEvent,
} from "../../src/domain/cloudEvent.ts";
import { EventSyncError, type Failure } from "../../src/domain/errors.ts";

/** The examples of the specification: JSON format 1.0.2, sections 3.2 and 4.2; HTTP binding, section 3. */
const WITH_BYTES = `{
    "specversion" : "1.0",
    "type" : "com.example.someevent",
    "source" : "/mycontext",
    "id" : "A234-1234-1234",
    "time" : "2018-04-05T17:31:00Z",
    "comexampleextension1" : "value",
    "comexampleothervalue" : 5,
    "unsetextension": null,
    "datacontenttype" : "application/vnd.apache.thrift.binary",
    "data_base64" : "AP9h"
}`;
const WITH_XML = `{"specversion":"1.0","type":"com.example.someevent","source":"/mycontext",
  "id":"B234-1234-1234","datacontenttype":"text/xml","data":"<much wow=\\"xml\\"/>"}`;
const WITH_JSON = `{"specversion":"1.0","type":"com.example.someevent","source":"/mycontext",
  "id":"C234-1234-1234","time":"2018-04-05T17:31:05Z","datacontenttype":"application/json",
  "data" : { "appinfoB" : 123, "appinfoA" : "abc", "big": 12345678901234567890, "1": 1.0 }  }`;

const REQUIRED = { specversion: "1.0", id: "1", source: "/s", type: "t" };
const text = (fields: object): string => JSON.stringify({ ...REQUIRED, ...fields });
const without = (name: keyof typeof REQUIRED): string =>
  JSON.stringify(Object.fromEntries(Object.entries(REQUIRED).filter(([key]) => key !== name)));

function refusalOf(read: () => unknown): EventSyncError {
  try {
    read();
  } catch (error) {
    assert.ok(error instanceof EventSyncError, String(error));
    return error;
  }
  throw new assert.AssertionError({ message: "it was accepted" });
}
const failuresOf = (read: () => unknown): readonly Failure[] => refusalOf(read).failures;

const modeOf = (headers: Readonly<Record<string, string>>): unknown =>
  cloudEventMode((name) => headers[name]);

describe("cloudEventMode", () => {
  const modes: [Readonly<Record<string, string>>, string | undefined][] = [
    [{}, undefined],
    [{ "content-type": "application/json" }, undefined],
    [{ "content-type": "application/cloudevents+json" }, "structured"],
    [{ "content-type": "Application/CloudEvents+JSON ; charset=utf-8" }, "structured"],
    [{ "content-type": "application/cloudevents-batch+json" }, "batch"],
    [{ "ce-id": "1" }, "binary"],
    [{ "ce-specversion": "0.3", "content-type": "text/plain" }, "binary"],
    [{ "content-type": "application/cloudevents+json", "ce-id": "1" }, "structured"],
    [{ "ce-subject": "alone it says nothing" }, undefined],
    [{ "content-type": "application/cloudeventsx+json" }, undefined],
  ];
  for (const [headers, mode] of modes) {
    it(`is ${String(mode)} for ${JSON.stringify(headers)}`, () => {
      assert.equal(modeOf(headers), mode);
    });
  }

  for (const type of ["application/cloudevents+xml", "application/cloudevents-batch+avro"]) {
    it(`refuses ${type}`, () => {
      const error = refusalOf(() => modeOf({ "content-type": type }));
      assert.equal(error.code, "unsupported-format");
    });
  }
});

describe("a structured CloudEvent", () => {
  it("reads as the specification's example with bytes says", () => {
    assert.deepEqual(readStructured(WITH_BYTES), {
      attributes: {
        specversion: "1.0",
        type: "com.example.someevent",
        source: "/mycontext",
        id: "A234-1234-1234",
        time: "2018-04-05T17:31:00Z",
        comexampleextension1: "value",
        comexampleothervalue: "5",
        datacontenttype: "application/vnd.apache.thrift.binary",
      },
      content: Buffer.of(0x00, 0xff, 0x61),
    });
  });

  it("has text of another type as its content", () => {
    assert.equal(readStructured(WITH_XML).content, '<much wow="xml"/>');
  });

  it("has JSON as it is written, digits and order included", () => {
    assert.equal(
      readStructured(WITH_JSON).content,
      '{ "appinfoB" : 123, "appinfoA" : "abc", "big": 12345678901234567890, "1": 1.0 }',
    );
  });

  const contents: [title: string, fields: object, content: string][] = [
    ["no data", {}, ""],
    ["text without a type: it is JSON", { data: "x" }, '"x"'],
    ["text of a JSON type", { datacontenttype: "application/x+json", data: "x" }, '"x"'],
    ["null", { data: null }, "null"],
    ["a number", { data: 1.5 }, "1.5"],
    ["an object of another type", { datacontenttype: "text/x", data: { a: 1 } }, '{"a":1}'],
    ["empty text", { datacontenttype: "text/plain", data: "" }, ""],
    ["bytes that are null", { data_base64: null, data: 1 }, "1"],
  ];
  for (const [title, fields, content] of contents) {
    it(`takes ${title}`, () => {
      assert.equal(readStructured(text(fields)).content, content);
    });
  }

  it("keeps traceparent and whatever else it has", () => {
    const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    const { attributes } = readStructured(text({ traceparent, flag: true, n: -1 }));
    assert.deepEqual(attributes, { ...REQUIRED, traceparent, flag: "true", n: "-1" });
  });

  const refused: [title: string, body: string, pointer: string][] = [
    ["specversion", without("specversion"), "/specversion"],
    ["id", without("id"), "/id"],
    ["source", without("source"), "/source"],
    ["type", without("type"), "/type"],
    ["an id: it is empty", text({ id: "" }), "/id"],
    ["an id: it is null", text({ id: null }), "/id"],
    ["an id: it is a number", text({ id: 1 }), "/id"],
    ["the right version", text({ specversion: "2.0" }), "/specversion"],
    ["a version that is text", text({ specversion: 1.0 }), "/specversion"],
    ["a time", text({ time: "yesterday" }), "/time"],
    ["a time of this world", text({ time: "2018-04-05T27:31:00Z" }), "/time"],
    ["a subject that says something", text({ subject: "" }), "/subject"],
    ["an attribute's name", text({ "a-b": "x" }), "/a-b"],
    ["an attribute's name in lower case", text({ Id2: "x" }), "/Id2"],
    ["an attribute's name that needs escaping", text({ "a/b~": "x" }), "/a~1b~0"],
    ["a simple value", text({ x: { a: 1 } }), "/x"],
    ["a whole number", text({ x: 1.5 }), "/x"],
    ["text without control characters", text({ x: "a\nb" }), "/x"],
    ["well-formed text", text({ x: "\ud800" }), "/x"],
    ["one kind of data", text({ data: 1, data_base64: "AA==" }), "/data_base64"],
    ["base64", text({ data_base64: "A" }), "/data_base64"],
    ["well-formed data", text({ datacontenttype: "text/plain", data: "\udc00" }), "/data"],
    ["an object", "[]", ""],
    ["JSON", '{"specversion":"9"', ""],
    ["anything", "", ""],
  ];
  for (const [what, body, pointer] of refused) {
    it(`is refused where it lacks ${what}, with the place`, () => {
      assert.deepEqual(
        failuresOf(() => readStructured(body)).map((failure) => failure.pointer),
        [pointer],
      );
    });
  }

  it("says everything that is wrong at once", () => {
    const error = refusalOf(() => readStructured("{}"));
    assert.equal(error.code, "malformed-cloud-event");
    assert.equal(error.failures.length, 4);
    assert.match(error.message, /\/specversion: is missing, and 3 more\.$/);
  });

  it("has at most 100 attributes", () => {
    const many = Object.fromEntries(Array.from({ length: 97 }, (_, n) => [`a${String(n)}`, "x"]));
    assert.equal(failuresOf(() => readStructured(text(many))).length, 1);
  });
});

describe("a binary CloudEvent", () => {
  const HEADERS = {
    "ce-specversion": "1.0",
    "ce-type": "com.example.someevent",
    "ce-time": "2018-04-05T03:56:24Z",
    "ce-id": "1234-1234-1234",
    "ce-source": "/mycontext/subcontext",
  };
  const read = (more: object = {}, type?: string) =>
    readBinary(Object.entries({ ...HEADERS, ...more }), type);

  it("reads as the specification's example says", () => {
    assert.deepEqual(read({ "x-other": "x" }, "application/json; charset=utf-8"), {
      specversion: "1.0",
      type: "com.example.someevent",
      time: "2018-04-05T03:56:24Z",
      id: "1234-1234-1234",
      source: "/mycontext/subcontext",
      datacontenttype: "application/json; charset=utf-8",
    });
  });

  it("decodes values, as in the specification's example", () => {
    const { x, y } = read({ "ce-x": "Euro%20%E2%82%AC%20%F0%9F%98%80", "ce-y": "100%" });
    assert.deepEqual([x, y], ["Euro € 😀", "100%"]);
  });

  it("takes a header whose rest is no attribute's name for a header", () => {
    assert.equal(Object.keys(read({ "ce-a-b": "x", "ce-": "y" })).length, 5);
  });

  it("names the header that is missing or wrong", () => {
    assert.deepEqual(
      failuresOf(() =>
        readBinary(
          [
            ["ce-id", "1"],
            ["ce-time", "x"],
          ],
          "text/plain",
        ),
      ),
      [
        { header: "ce-specversion", message: "is missing" },
        { header: "ce-source", message: "is missing" },
        { header: "ce-type", message: "is missing" },
        { header: "ce-time", message: "expected a time as RFC 3339 writes it" },
      ],
    );
  });
});

describe("a batch of CloudEvents", () => {
  it("reads each event as if it had come alone", () => {
    const each = [WITH_BYTES, WITH_XML, WITH_JSON];
    assert.deepEqual(readBatch(`[${each.join(",")}]`), each.map(readStructured));
  });

  it("may be empty", () => {
    assert.deepEqual(readBatch(" [ ] "), []);
  });

  it("is refused as a whole, with the place of each failure", () => {
    const batch = `[${text({})},${without("id")},3,${text({ time: "x" })}]`;
    assert.deepEqual(
      failuresOf(() => readBatch(batch)).map(({ pointer }) => pointer),
      ["/1/id", "/2", "/3/time"],
    );
  });

  it("lists no more failures than an answer holds", () => {
    const batch = `[${Array.from({ length: 100 }, () => "{}").join(",")}]`;
    assert.equal(failuresOf(() => readBatch(batch)).length, 20);
  });

  it("has at most 100 events", () => {
    const of = (count: number): string =>
      `[${Array.from({ length: count }, () => text({})).join()}]`;
    assert.equal(readBatch(of(MAX_BATCH_EVENTS)).length, 100);
    assert.equal(refusalOf(() => readBatch(of(101))).code, "event-too-large");
  });

  it("is a list", () => {
    assert.equal(failuresOf(() => readBatch(text({})))[0]?.pointer, "");
  });
});

describe("the reader of CloudEvents, on anything", () => {
  const anyBody = fc.oneof(
    fc.string(),
    fc.json(),
    fc
      .record(
        {
          specversion: fc.oneof(fc.constant("1.0"), fc.jsonValue()),
          id: fc.oneof(fc.string(), fc.jsonValue()),
          source: fc.oneof(fc.string(), fc.jsonValue()),
          type: fc.oneof(fc.string(), fc.jsonValue()),
          data: fc.jsonValue(),
          data_base64: fc.oneof(fc.base64String(), fc.jsonValue()),
          datacontenttype: fc.constantFrom("text/plain", "application/json"),
        },
        { requiredKeys: [] },
      )
      .map((value) => JSON.stringify(value)),
  );

  it("reads an event or refuses it; it never throws anything else, nor invents an attribute", () => {
    fc.assert(
      fc.property(anyBody, (body) => {
        let event: CloudEvent;
        try {
          event = readStructured(body);
        } catch (error) {
          assert.ok(error instanceof EventSyncError, String(error));
          assert.ok(error.failures.length > 0);
          return;
        }
        const sent = JSON.parse(body) as Readonly<Record<string, unknown>>;
        for (const [name, value] of Object.entries(event.attributes)) {
          assert.equal(value, String(sent[name]));
        }
      }),
      { numRuns: 500 },
    );
  });

  it("keeps JSON data as it is written, whatever it is and however it is laid out", () => {
    const blanks = fc.constantFrom("", " ", "\n\t ");
    fc.assert(
      fc.property(fc.jsonValue(), blanks, fc.constantFrom(0, 2), (data, blank, indent) => {
        const written = JSON.stringify(data, undefined, indent);
        const member = `"da\\u0074a"${blank}:${blank}${written}${blank}`;
        const body = `${blank}{${text({}).slice(1, -1)},${member},"x":"}]\\"{"}${blank}`;
        assert.equal(readStructured(body).content, written);
        assert.deepEqual(readBatch(`[${body},${body}]`)[1], readStructured(body));
      }),
      { numRuns: 500 },
    );
  });
});
