import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { gzipSync } from "node:zlib";
import { MAX_BODY_BYTES, readEventRequest } from "../../../src/adapters/http/eventRequest.ts";
import { keepRequestsRaw, urlOf } from "../../../src/adapters/http/rawRequest.ts";
import { respond } from "../../../src/adapters/http/respond.ts";
import type { AcceptedRequest } from "../../../src/app/storeEvent.ts";
import type { EndpointConfig } from "../../../src/config/schema.ts";
import { decodePath } from "../../../src/config/route.ts";
import { serviceConfig } from "../../support/factories.ts";
import { serve, type FrameworkServer, type Sent } from "../../support/frameworkServer.ts";
import { recordingLog } from "../../support/recordingLog.ts";

const SERVICE = serviceConfig("svc", ["entry1"]);
const ENDPOINT: EndpointConfig = {
  ...SERVICE.endpoints[0]!,
  redactQueryParams: ["key"],
  acceptedHttpMethods: ["GET", "POST", "PUT"],
};

/** Says what it made of a request; the body in hex, so that every byte shows. */
function serveReader(): Promise<FrameworkServer> {
  return serve((request, response) =>
    respond(response, recordingLog(), async () => {
      const path = decodePath(urlOf(request));
      const { events } = await readEventRequest(request, ENDPOINT);
      const { content, ...rest } = events[0]!.request;
      const hex = Buffer.from(content).toString("hex");
      return { status: 200, body: { ...rest, path, hex, isText: typeof content === "string" } };
    }),
  );
}

interface Read extends Omit<AcceptedRequest, "content"> {
  readonly path: string;
  readonly hex: string;
  readonly isText: boolean;
}

const hexOf = (body: Uint8Array | string): string => Buffer.from(body).toString("hex");

describe("readEventRequest on functions-framework", () => {
  let server: FrameworkServer;
  /** What the framework does by itself; if this changes, `keepRequestsRaw` may have become needless. */
  let untouched: Record<string, number>;

  const read = async (sent: Sent): Promise<Read> => {
    const { status, text } = await server.send(sent);
    assert.equal(status, 200, text);
    return JSON.parse(text) as Read;
  };

  before(async () => {
    server = await serveReader();
    const status = async (sent: Sent) => (await server.send(sent)).status;
    untouched = {
      invalidJson: await status({ headers: ["Content-Type", "application/json"], body: "{" }),
      charset: await status({ headers: ["Content-Type", "text/plain; charset=x-no"], body: "x" }),
    };
    await server.close();
    keepRequestsRaw();
    keepRequestsRaw(); // once is enough, twice does no harm
    server = await serveReader();
  });
  after(() => server.close());

  it("is needed: by itself the framework refuses bodies before the function runs", () => {
    assert.deepEqual(untouched, { invalidJson: 400, charset: 415 });
  });

  const json = "application/json";
  const bodies: [title: string, contentType: string | undefined, body: Uint8Array | string][] = [
    ["JSON, with its own blanks and order", json, '{ "b" : 1,\n"a": 1e3 }\n'],
    ["invalid JSON", json, '{"a":'],
    ["an empty body that says JSON", json, ""],
    ["JSON that the strict parser refuses", json, '"text"'],
    ["a form", "application/x-www-form-urlencoded", "a=1&b=%zz&a=2"],
    ["text without a content type", undefined, "New test1"],
    ["no body at all", undefined, ""],
    ["an empty content type", "", "x"],
    ["a content type that is none", "&%", "x"],
    ["an unknown charset", "text/plain; charset=x-unknown", "x"],
    ["a charset that would be recoded", "text/plain; charset=utf-16le", "x\u0000"],
    ["UTF-8 with a byte order mark", "text/plain", "\ufeffé€😀"],
    ["control characters", "text/plain", "\u0000\u0001\u007f\r\n"],
    ["multipart", "multipart/form-data; boundary=x", "--x\r\n\r\nhello\r\n--x--"],
  ];
  for (const [title, contentType, body] of bodies) {
    it(`keeps ${title} as text, exactly`, async () => {
      const headers = contentType === undefined ? [] : ["Content-Type", contentType];
      const { hex, isText } = await read({ headers, body });
      assert.equal(hex, hexOf(body));
      assert.equal(isText, true);
    });
  }

  const binaries: [title: string, headers: string[], body: Uint8Array][] = [
    [
      "every byte there is",
      ["Content-Type", "application/octet-stream"],
      Uint8Array.from({ length: 256 }, (_, index) => index),
    ],
    ["binary that says JSON", ["Content-Type", json], Uint8Array.of(0x7b, 0xff, 0x7d)],
    ["a truncated UTF-8 sequence", ["Content-Type", "text/plain"], Uint8Array.of(0xe2, 0x82)],
    ["an encoded surrogate", ["Content-Type", "text/plain"], Uint8Array.of(0xed, 0xa0, 0x80)],
    ["gzip", ["Content-Type", json, "Content-Encoding", "gzip"], gzipSync('{"a":1}')],
    [
      "gzip that is none",
      ["Content-Type", json, "Content-Encoding", "gzip"],
      Uint8Array.of(0x1f, 0x8b, 0xff),
    ],
    ["an unknown encoding", ["Content-Type", json, "Content-Encoding", "x"], Uint8Array.of(0xff)],
  ];
  for (const [title, headers, body] of binaries) {
    it(`keeps ${title} as bytes, exactly`, async () => {
      const { hex, isText } = await read({ headers, body });
      assert.equal(hex, hexOf(body));
      assert.equal(isText, false);
    });
  }

  it("keeps a body that comes in chunks", async () => {
    const { hex, headers } = await read({ headers: ["Transfer-Encoding", "chunked"], body: "abc" });
    assert.equal(hex, hexOf("abc"));
    assert.deepEqual(
      headers.map(({ name }) => name),
      ["Connection"],
    );
  });

  it("reads headers as they were sent: the content type, repeats, no credentials", async () => {
    const { headers } = await read({
      headers: [
        "content-TYPE",
        "text/plain",
        "X-Multi",
        "one",
        "authorization",
        "Bearer hunter2",
        "x-multi",
        "two",
      ],
      body: "x",
    });
    const values = Object.fromEntries(headers.map(({ name, values }) => [name, values]));
    assert.deepEqual(values, {
      "Content-Type": ["text/plain"],
      "X-Multi": ["one", "two"],
      Authorization: ["[redacted]"],
      "Content-Length": ["1"],
      Connection: ["close"],
    });
  });

  it("reads text in UTF-8 in headers, as it was sent", async () => {
    const value = Buffer.from("März 😀").toString("latin1");
    const { headers, idempotencyKey } = await read({
      headers: ["X-Month", value, "Idempotency-Key", value],
      body: "x",
    });
    const month = headers.find(({ name }) => name === "X-Month");
    assert.deepEqual(month?.values, ["März 😀"]);
    assert.equal(idempotencyKey, "key:März 😀");
  });

  it("redacts the query parameters that the endpoint lists", async () => {
    const { queryParams } = await read({ path: "/e?key=hunter2&key=3&a=1" });
    assert.deepEqual(queryParams, [
      { name: "key", values: ["[redacted]", "[redacted]"] },
      { name: "a", values: ["1"] },
    ]);
  });

  it("reads method, path and query", async () => {
    const { eventKey, httpMethod, path, queryParams } = await read({
      method: "PUT",
      path: "/a%20b?x=1&x=2&y",
    });
    assert.deepEqual(
      { eventKey, httpMethod, path, queryParams },
      {
        eventKey: "entry1",
        httpMethod: "PUT",
        path: "a b",
        queryParams: [
          { name: "x", values: ["1", "2"] },
          { name: "y", values: [""] },
        ],
      },
    );
  });

  it("recognises a redelivery by a content type that the framework does not see", async () => {
    const push = JSON.stringify({ message: { messageId: "42" }, subscription: "s" });
    const { idempotencyKey } = await read({ headers: ["Content-Type", json], body: push });
    assert.equal(idempotencyKey, 'pubsub:["s","42"]');
  });

  describe("of a CloudEvent", () => {
    const ATTRIBUTES = { specversion: "1.0", id: "1", source: "/s é", type: "t" };
    const KEY = 'ce:["/s é","1"]';
    const binary = (more: Record<string, string> = {}) =>
      Object.entries({ ...ATTRIBUTES, source: "/s %C3%A9", ...more }).flatMap(([name, value]) => [
        `Ce-${name}`,
        value,
      ]);

    it("keeps the data, the attributes and the headers of each mode, and its identity", async () => {
      const structured = await read({
        headers: ["Content-Type", "application/cloudevents+json; charset=utf-8"],
        body: JSON.stringify({ ...ATTRIBUTES, data: { a: 1 } }),
      });
      const sent = await read({ headers: [...binary(), "Content-Type", json], body: '{"a":1}' });
      for (const { hex, idempotencyKey } of [structured, sent]) {
        assert.equal(hex, hexOf('{"a":1}'));
        assert.equal(idempotencyKey, KEY);
      }
      assert.deepEqual(structured.attributes, ATTRIBUTES);
      assert.deepEqual(sent.attributes, { ...ATTRIBUTES, datacontenttype: json });
      const names = sent.headers.map(({ name }) => name);
      assert.ok(names.includes("Ce-Id"), String(names));
    });

    it("prefers an Idempotency-Key", async () => {
      const { idempotencyKey } = await read({ headers: [...binary(), "Idempotency-Key", "k"] });
      assert.equal(idempotencyKey, "key:k");
    });

    it("redacts an attribute that holds a credential, in each mode", async () => {
      const { attributes } = await read({ headers: binary({ authtoken: "hunter2" }) });
      assert.equal(attributes?.["authtoken"], "[redacted]");
      const body = JSON.stringify({ ...ATTRIBUTES, authtoken: "hunter2" });
      const type = ["Content-Type", "application/cloudevents+json"];
      const structured = await read({ headers: type, body });
      assert.equal(structured.attributes?.["authtoken"], "[redacted]");
      assert.doesNotMatch(JSON.stringify(structured), /hunter2/);
    });

    it("refuses what is not valid, with the place", async () => {
      const { status, text } = await server.send({ headers: ["ce-id", "1"], body: "x" });
      assert.equal(status, 400);
      const { type, failures } = JSON.parse(text) as { type: string; failures: unknown[] };
      assert.equal(type, "urn:eventsync:problem:malformed-cloud-event");
      assert.deepEqual(failures[0], { header: "ce-specversion", message: "is missing" });
      const bytes = {
        headers: ["Content-Type", "application/cloudevents+json"],
        body: Uint8Array.of(0xff),
      };
      assert.equal((await server.send(bytes)).status, 400);
    });
  });

  for (const path of ["/%", "/%zz?x=1", "/%ff", "/a/%e0%a4%a"]) {
    it(`answers the malformed path ${path} itself, with 400`, async () => {
      const { status, headers, text } = await server.send({ path, body: "x" });
      assert.equal(status, 400);
      assert.equal(headers["content-type"], "application/problem+json; charset=utf-8");
      const { type } = JSON.parse(text) as { type: string };
      assert.equal(type, "urn:eventsync:problem:malformed-path");
    });
  }

  describe("limits", () => {
    const refused = async (sent: Sent): Promise<string> => {
      const { status, text } = await server.send(sent);
      assert.equal(status, 413, text);
      const { type, detail } = JSON.parse(text) as { type: string; detail: string };
      assert.equal(type, "urn:eventsync:problem:event-too-large");
      return detail;
    };

    it("takes a body of the limit", async () => {
      const { hex } = await read({ body: new Uint8Array(MAX_BODY_BYTES) });
      assert.equal(hex.length, 2 * MAX_BODY_BYTES);
    });

    it("loses no header: Node.js refuses what is more than it takes", async () => {
      const sent = (count: number) => ({
        headers: Array.from({ length: count }, () => ["a", ""]).flat(),
        method: "GET",
      });
      const { headers } = await read(sent(998)); // and Host, and Connection
      assert.equal(headers.find(({ name }) => name === "A")?.values.length, 998);
      assert.equal((await server.send(sent(999))).status, 431);
    });

    for (const framing of [[], ["Transfer-Encoding", "chunked"]]) {
      it(`refuses one byte more, ${framing.length > 0 ? "in chunks" : "with its length"}`, async () => {
        const body = new Uint8Array(MAX_BODY_BYTES + 1);
        assert.match(await refused({ headers: framing, body }), /limit of 950000 bytes/);
      });
    }
  });

  it("calls a body that ends early unreadable", async () => {
    const log = recordingLog();
    const ended = Promise.withResolvers<undefined>();
    const reader = await serve(async (request, response) => {
      await respond(response, log, async () => {
        await readEventRequest(request, ENDPOINT);
        return { status: 200 };
      });
      ended.resolve(undefined);
    });
    const socket = connect(reader.port, "127.0.0.1");
    await once(socket, "connect");
    socket.write("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nonly this");
    socket.end();
    await ended.promise;
    assert.equal(log.of("request.refused")[0]?.["code"], "unreadable-body");
    socket.destroy();
    await reader.close();
  });
});
