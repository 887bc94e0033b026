import assert from "node:assert/strict";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { LookupAddress } from "node:dns";
import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";

import type { Lookup } from "../../../src/adapters/targets/http/guardedLookup.ts";
import { makeCaller, type CallerOptions } from "../../../src/adapters/targets/http/caller.ts";
import type { Call } from "../../../src/app/ports/caller.ts";
import type { CallResult } from "../../../src/domain/attempt.ts";
import { LOCALHOST } from "../../../testkit/localhostCertificate.ts";
import { readMemory } from "../../../testkit/processFigures.ts";
import { answer, Receiver, type Behaving } from "../../../testkit/receiver.ts";

/** Long enough for whatever answers, short enough to wait for. */
const SHORT_MS = 300;

const receivers: Receiver[] = [];
async function receive(behaving?: Behaving, tls?: typeof LOCALHOST): Promise<Receiver> {
  const receiver = await Receiver.start({ ...(behaving && { behaving }), ...(tls && { tls }) });
  receivers.push(receiver);
  return receiver;
}
afterEach(() => Promise.all(receivers.splice(0).map((receiver) => receiver.stop())));

function call(
  url: string,
  overrides: Partial<Call> = {},
  options: CallerOptions = {},
): Promise<CallResult> {
  return makeCaller(options).call({
    url,
    method: "POST",
    headers: {},
    timeoutMs: 20_000,
    allowPrivate: true,
    maxAnswerBytes: 65_536,
    ...overrides,
  });
}

/** A name is any address: of each question the next of these. */
function namesOf(...answers: readonly string[][]): { lookup: Lookup; asked: string[] } {
  const asked: string[] = [];
  const lookup = ((host: string, _: object, callback: (e: null, a: LookupAddress[]) => void) => {
    const addresses = answers[Math.min(asked.push(host), answers.length) - 1] ?? [];
    callback(
      null,
      addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 })),
    );
  }) as unknown as Lookup;
  return { lookup, asked };
}

function errorOf(result: CallResult): string {
  return "error" in result ? result.error : `answered ${String(result.status)}`;
}
function messageOf(result: CallResult): string {
  return "error" in result ? result.message : "";
}

describe("a call", () => {
  it("sends what it is given, and gives the answer", async () => {
    const receiver = await receive(
      answer(201, "made", { "content-type": "text/plain", "x-a": "1" }),
    );
    const body = Buffer.from([0xff, 0x00, 0x0a]);
    const headers = { "content-type": "application/octet-stream", "x-key": "a%20b" };
    const result = await call(`${receiver.url}/a%2Fb?c=d`, { method: "PUT", headers, body });
    const [got = assert.fail()] = receiver.calls;
    assert.deepEqual([got.method, got.path, got.body], ["PUT", "/a%2Fb?c=d", body]);
    assert.deepEqual(got.headers, {
      ...headers,
      host: `127.0.0.1:${String(receiver.port)}`,
      connection: "keep-alive",
      "content-length": "3",
    });
    assert.ok("status" in result);
    assert.equal(result.status, 201);
    assert.equal(result.headers["x-a"], "1");
    assert.deepEqual(result.answer, {
      contentType: "text/plain",
      body: Buffer.from("made"),
      isTruncated: false,
    });
  });

  it("uses a connection again, also after an answer that was not read to its end", async () => {
    const receiver = await receive((_, index) => answer(200, "x".repeat(index === 1 ? 500 : 100)));
    const caller = makeCaller();
    for (const expected of [false, true, false]) {
      const result = await caller.call({
        ...{ url: receiver.url, method: "GET", headers: {}, timeoutMs: 20_000 },
        ...{ allowPrivate: true, maxAnswerBytes: 100 },
      });
      assert.ok("status" in result);
      assert.equal(result.answer.isTruncated, expected);
      assert.equal(result.answer.body.length, 100);
    }
    assert.deepEqual(
      receiver.calls.map(({ connection }) => connection),
      [1, 1, 2],
    );
  });

  const behaviours: readonly [string, Behaving, string][] = [
    ["hangs", { does: "hang" }, "timeout"],
    [
      "answers byte by byte, for too long",
      { does: "trickle", body: "x".repeat(99), everyMs: 20 },
      "timeout",
    ],
    ["closes before the headers", { does: "closeBefore" }, "connection"],
    ["closes after the headers", { does: "closeAfter" }, "connection"],
    ["does not speak HTTP", { does: "babble", text: "hello?\r\n\r\n" }, "connection"],
    ["sends too many headers", answer(200, "", { "x-long": "x".repeat(40_000) }), "connection"],
    ["switches protocols", answer(101, "", { connection: "upgrade", upgrade: "x" }), "connection"],
    ["redirects", answer(302, "", { location: "/elsewhere" }), "answered 302"],
    ["fails", answer(500, "no"), "answered 500"],
  ];
  for (const [what, behaving, expected] of behaviours) {
    it(`to a server that ${what}: ${expected}`, async () => {
      const receiver = await receive(behaving);
      const result = await call(receiver.url, { timeoutMs: SHORT_MS });
      assert.equal(errorOf(result), expected);
      assert.equal(receiver.calls.length, 1);
    });
  }

  it("waits for a slow answer within its time", async () => {
    const receiver = await receive({ does: "trickle", body: "slowly", everyMs: 5 });
    const result = await call(receiver.url);
    assert.ok("status" in result);
    assert.equal(result.answer.body.toString(), "slowly");
  });

  it("counts the name's resolution into its time", async () => {
    const lookup = (() => undefined) as unknown as Lookup;
    const result = await call("http://localhost/", { timeoutMs: SHORT_MS }, { lookup });
    assert.deepEqual(result, { error: "timeout", message: "no complete answer within 0.3 s" });
  });

  it("reads no more of 100 MB than its bound, and stops the rest", async () => {
    const receiver = await receive({ does: "flood", bytes: 100 * 1024 * 1024 });
    const before = readMemory(process.pid)?.now ?? 0;
    const results = await Promise.all(Array.from({ length: 4 }, () => call(receiver.url)));
    const grown = (readMemory(process.pid)?.now ?? 0) - before;
    for (const result of results) {
      assert.ok("status" in result);
      assert.deepEqual([result.status, result.answer.isTruncated], [200, true]);
      assert.equal(result.answer.body.length, 65_536);
    }
    assert.ok(receiver.bytesWritten < 20 * 1024 * 1024, String(receiver.bytesWritten));
    assert.ok(grown < 64 * 1024 * 1024, `${String(grown)} bytes more`);
  });

  for (const [value, expected] of [
    ["7", 7000],
    ["never", undefined],
  ] as const) {
    it(`hears how long it is to wait: ${value}`, async () => {
      const receiver = await receive(answer(429, "", { "retry-after": value }));
      const result = await call(receiver.url);
      assert.ok("status" in result);
      assert.equal(result.retryAfterMs, expected);
    });
  }

  it("is made again where a kept connection was just being closed, and only then", async () => {
    const receiver = await receive((_, index) =>
      index === 0 ? answer(200) : { does: "closeBefore" },
    );
    const caller = makeCaller();
    const once = (): Promise<CallResult> =>
      caller.call({
        ...{ url: receiver.url, method: "POST", headers: {}, body: Buffer.from("{}") },
        ...{ timeoutMs: 20_000, allowPrivate: true, maxAnswerBytes: 100 },
      });
    assert.equal(errorOf(await once()), "answered 200");
    receiver.behaving = (_, index) => (index === 1 ? { does: "closeBefore" } : answer(204));
    assert.equal(errorOf(await once()), "answered 204");
    assert.equal(receiver.calls.length, 3);
    receiver.behaving = { does: "closeBefore" };
    assert.equal(errorOf(await once()), "connection");
    assert.equal(receiver.calls.length, 5);
  });

  it("is not made again once it is being answered", async () => {
    let requests = 0;
    const sockets: Socket[] = [];
    const server = createServer((socket) => {
      sockets.push(socket);
      socket.on("data", () => {
        if (++requests !== 2) {
          socket.write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
          return;
        }
        // Reset when the caller has the head of the answer: sooner the caller might never see it.
        const onHead = (): void => {
          unsubscribe("http.client.response.finish", onHead);
          socket.resetAndDestroy();
        };
        subscribe("http.client.response.finish", onHead);
        socket.write("HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\na part");
      });
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const caller = makeCaller();
    const again = (): Promise<CallResult> =>
      caller.call({
        url: `http://127.0.0.1:${String(port)}/`,
        method: "POST",
        headers: {},
        timeoutMs: 20_000,
        allowPrivate: true,
        maxAnswerBytes: 65_536,
      });
    assert.equal(errorOf(await again()), "answered 200");
    assert.equal(errorOf(await again()), "connection");
    // It would have come before this one.
    assert.equal(errorOf(await again()), "answered 200");
    assert.equal(requests, 3);
    server.close();
    // A connection that is kept would keep this process.
    for (const socket of sockets) socket.destroy();
  });

  it("to nobody is a failed connection", async () => {
    const receiver = await receive();
    const { url } = receiver;
    await receiver.stop();
    const result = await call(`${url}/secret?token=s3cret`);
    assert.equal(errorOf(result), "connection");
    assert.match(messageOf(result), /ECONNREFUSED/);
    assert.doesNotMatch(messageOf(result), /s3cret/);
  });

  it("uses no proxy, whatever the environment says", async () => {
    const [receiver, proxy] = await Promise.all([receive(), receive(answer(502))]);
    const before = { ...process.env };
    try {
      for (const name of ["HTTP_PROXY", "http_proxy"]) process.env[name] = proxy.url;
      process.env["NODE_USE_ENV_PROXY"] = "1";
      assert.equal(errorOf(await call(receiver.url)), "answered 200");
      assert.equal(proxy.calls.length, 0);
    } finally {
      process.env = before;
    }
  });

  const unsendable: readonly [string, string, Partial<Call>][] = [
    ["a header that ends", "http://127.0.0.1:1/", { headers: { "x-a": "s3cret\r\nx-b: 1" } }],
    [
      "a header's name that ends",
      "http://127.0.0.1:1/",
      { headers: { "x-a: s3cret\r\nx-b": "1" } },
    ],
    ["a method that is none", "http://127.0.0.1:1/", { method: "GET /s3cret" }],
    ["a URL that is none", "s3cret", {}],
    ["a URL of something else", "ftp://127.0.0.1/s3cret", {}],
  ];
  for (const [what, url, overrides] of unsendable) {
    it(`with ${what} cannot be made, and says nothing of it`, async () => {
      const result = await call(url, overrides);
      assert.equal(errorOf(result), "unsendable");
      assert.doesNotMatch(messageOf(result), /s3cret/);
    });
  }
});

describe("a call over TLS", () => {
  it("trusts nobody who is not vouched for", async () => {
    const receiver = await receive(answer(200), LOCALHOST);
    const result = await call(receiver.namedUrl);
    assert.equal(errorOf(result), "tls");
    assert.match(messageOf(result), /self-signed certificate/);
    assert.equal(receiver.calls.length, 0);
  });

  it("goes to a server of that name", async () => {
    const receiver = await receive(answer(200), LOCALHOST);
    assert.equal(
      errorOf(await call(receiver.namedUrl, {}, { ca: LOCALHOST.cert })),
      "answered 200",
    );
    assert.equal(errorOf(await call(receiver.url, {}, { ca: LOCALHOST.cert })), "tls");
    assert.equal(receiver.calls.length, 1);
  });

  it("fails where the server does not speak it", async () => {
    const receiver = await receive();
    const result = await call(receiver.url.replace("http:", "https:"));
    assert.equal(errorOf(result), "tls");
  });
});

describe("a call to what is not public", () => {
  const guarded = { allowPrivate: false } as const;

  for (const host of [
    "127.0.0.1",
    "127.1",
    "2130706433",
    "0177.0.0.1",
    "0x7f.0.0.1",
    "0x7f000001",
    "127.0.0.1.",
    "１２７.0.0.1",
    "[::1]",
    "[0:0:0:0:0:0:0:1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::127.0.0.1]",
    "[64:ff9b::127.0.0.1]",
    "0",
    "[::]",
    "10.1.2.3",
    "169.254.169.254",
    "0xa9fea9fe",
    "[fd20:ce::254]",
    "[fe80::1]",
    "100.100.100.100",
  ]) {
    it(`is refused: ${host}`, async () => {
      const receiver = await receive();
      const result = await call(`http://${host}:${String(receiver.port)}/`, guarded);
      assert.equal(errorOf(result), "refused-address");
      assert.match(messageOf(result), /not a public address/);
      assert.equal(receiver.connections, 0);
    });
  }

  it("is refused by name, also where another of its addresses is public", async () => {
    const receiver = await receive();
    for (const addresses of [["127.0.0.1"], ["8.8.8.8", "10.0.0.1"], ["::ffff:127.0.0.1"], []]) {
      const { lookup } = namesOf(addresses);
      const result = await call(receiver.namedUrl, guarded, { lookup });
      assert.equal(errorOf(result), "refused-address", String(addresses));
    }
    assert.equal(errorOf(await call(receiver.namedUrl, guarded)), "refused-address");
    assert.equal(receiver.connections, 0);
  });

  it("asks for a name once, however many calls ask at that moment, and again later", async () => {
    const receiver = await receive();
    const { namedUrl } = receiver;
    const { lookup, asked } = namesOf(["127.0.0.1"]);
    const answering = lookup as unknown as (...given: unknown[]) => void;
    const later = ((...given: unknown[]) => {
      setImmediate(() => {
        answering(...given);
      });
    }) as unknown as Lookup;
    const caller = makeCaller({ lookup: later });
    const one = (): Promise<CallResult> =>
      caller.call({
        ...{ url: namedUrl, method: "POST", headers: {}, timeoutMs: 20_000 },
        ...{ allowPrivate: true, maxAnswerBytes: 100 },
      });
    const results = await Promise.all(Array.from({ length: 32 }, one));
    assert.deepEqual(new Set(results.map(errorOf)), new Set(["answered 200"]));
    assert.equal(asked.length, 1);
    await receiver.stop();
    assert.equal(errorOf(await one()), "connection");
    assert.equal(asked.length, 2);
  });

  it("goes to the very address that was checked: a name is resolved once", async () => {
    const receiver = await receive();
    // The second answer would be that of a name that changes after the check.
    const { lookup, asked } = namesOf(["127.0.0.1"], ["127.0.0.2"]);
    const isAllowed = (address: string): boolean => address === "127.0.0.1";
    const caller = makeCaller({ lookup, isAllowed });
    const once = (): Promise<CallResult> =>
      caller.call({
        ...{ url: receiver.namedUrl, method: "GET", headers: {}, timeoutMs: 20_000 },
        ...{ allowPrivate: false, maxAnswerBytes: 100 },
      });
    assert.equal(errorOf(await once()), "answered 200");
    assert.deepEqual(asked, ["localhost"]);
    // By the kept connection, to the address that was checked; a new one is checked again.
    assert.equal(errorOf(await once()), "answered 200");
    assert.deepEqual(asked, ["localhost"]);
    receiver.behaving = { does: "closeBefore" };
    assert.equal(errorOf(await once()), "refused-address");
    assert.deepEqual(asked, ["localhost", "localhost"]);
  });

  it("is refused although a target that allows it keeps a connection to the same name", async () => {
    const receiver = await receive();
    const caller = makeCaller();
    const once = (allowPrivate: boolean): Promise<CallResult> =>
      caller.call({
        ...{ url: receiver.namedUrl, method: "GET", headers: {}, timeoutMs: 20_000 },
        ...{ allowPrivate, maxAnswerBytes: 100 },
      });
    assert.equal(errorOf(await once(true)), "answered 200");
    assert.equal(errorOf(await once(false)), "refused-address");
    assert.equal(errorOf(await once(true)), "answered 200");
    assert.equal(receiver.connections, 1);
  });

  it("is no name that has no address", async () => {
    const lookup = ((host: string, _: object, callback: (error: Error) => void) => {
      callback(Object.assign(new Error(`getaddrinfo ENOTFOUND ${host}`), { code: "ENOTFOUND" }));
    }) as unknown as Lookup;
    const result = await call("http://localhost:1/?a=s3cret", guarded, { lookup });
    assert.deepEqual(result, { error: "connection", message: "getaddrinfo ENOTFOUND localhost" });
  });
});
