import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { gzipSync } from "node:zlib";

import { httpFunction } from "../../../src/adapters/http/httpFunction.ts";
import type { Answer } from "../../../src/adapters/http/respond.ts";
import { ContentionError } from "../../../src/app/checkWindow.ts";
import { ROUTES, type Route, type Services } from "../../../src/config/route.ts";
import { serviceConfig } from "../../support/factories.ts";
import { serve, type FrameworkServer } from "../../support/frameworkServer.ts";
import { recordingLog } from "../../support/recordingLog.ts";

const ORIGIN = "https://a.example";
const FIRST = serviceConfig("first", ["entry1", "favicon.ico"]);
const SERVICES: Services = [
  {
    ...FIRST,
    endpoints: FIRST.endpoints.map((one) => ({ ...one, acceptedHttpMethods: ["GET", "POST"] })),
    cors: { origins: [ORIGIN] },
  },
  { ...serviceConfig("Robots.txt", ["a"]), cors: { origins: ["https://b.example"] } },
  serviceConfig("closed", ["a"]),
];
const BOMB_INFLATED = 256 * 1024 * 1024;
const BOMB = gzipSync(Buffer.alloc(BOMB_INFLATED));
const PROBLEM = "application/problem+json; charset=utf-8";

/** The console has no paths of services, and no CORS. */
type Name = Exclude<keyof typeof ROUTES, "console">;
const NAMES = (Object.keys(ROUTES) as (keyof typeof ROUTES)[]).filter((name) => name !== "console");

/** A path of each function that means something, and a method that it accepts. */
const CALLS: Readonly<Record<Name, readonly [method: string, path: string]>> = {
  event: ["POST", "/entry1"],
  trigger: ["POST", "/first"],
  reset: ["POST", "/first"],
  receipts: ["POST", "/first"],
  rates: ["GET", "/first"],
  pull: ["GET", "/first"],
  deliveries: ["GET", "/first"],
  status: ["GET", "/first"],
  syncs: ["GET", "/first"],
  events: ["GET", "/first"],
  config: ["GET", "/first"],
};

function serveFunction(
  name: Name,
  answer: (route: Route) => Promise<Answer>,
): Promise<FrameworkServer> {
  const services = () => Promise.resolve(SERVICES);
  const route: (services: Services, path: string) => Route = ROUTES[name];
  return serve(
    httpFunction({
      isServed: true,
      timeLimitSeconds: 60,
      log: recordingLog(),
      services,
      route,
      answer,
    }),
  );
}

for (const name of NAMES) {
  describe(`the function ${name} on functions-framework`, () => {
    const [method, path] = CALLS[name];
    let server: FrameworkServer;
    before(async () => {
      server = await serveFunction(name, ({ service }) =>
        Promise.resolve({ status: 200, body: { service: service.serviceName } }),
      );
    });
    after(() => server.close());

    const bodies: readonly [string, readonly string[], Uint8Array | string][] = [
      ["JSON that is none", ["Content-Type", "application/json"], "{"],
      ["an unknown charset", ["Content-Type", "text/plain; charset=klingon"], "x"],
      ["gzip that is none", ["Content-Type", "text/plain", "Content-Encoding", "gzip"], "x"],
      ["an unknown encoding", ["Content-Type", "text/plain", "Content-Encoding", "klingon"], "x"],
      ["a bad form", ["Content-Type", "application/x-www-form-urlencoded"], "a[".repeat(5000)],
    ];
    for (const [what, headers, body] of bodies) {
      it(`answers itself where the framework would refuse ${what}`, async () => {
        const { status, text } = await server.send({ method, path, headers, body });
        assert.equal(status, 200, text);
        assert.equal(text, '{"service":"first"}');
      });
    }

    it("inflates nothing: a gzip bomb is a body like any other", async () => {
      const before = process.memoryUsage().rss;
      const headers = ["Content-Type", "application/json", "Content-Encoding", "gzip"];
      const { status, text } = await server.send({ method, path, headers, body: BOMB });
      assert.equal(status, 200, text);
      const grown = process.memoryUsage().rss - before;
      assert.ok(grown < BOMB_INFLATED / 4, `${String(grown)} bytes more`);
    });

    for (const malformed of ["/%zz", "/%", "/%ff?x=1"]) {
      it(`answers the malformed path ${malformed} with a problem`, async () => {
        const { status, headers, text } = await server.send({ method, path: malformed });
        assert.equal(status, 400);
        assert.equal(headers["content-type"], PROBLEM);
        assert.match(text, /malformed-path/);
      });
    }

    for (const unknown of [
      "/nobody",
      "/favicon.ico/x",
      "/robots.txt",
      "/robots.txt#a",
      "//",
      "/nobody/entry1",
    ]) {
      it(`answers the unknown path ${unknown} with a problem`, async () => {
        const { status, headers } = await server.send({ method, path: unknown });
        assert.equal(status, 404);
        assert.equal(headers["content-type"], PROBLEM);
      });
    }

    for (const target of ["OPTIONS *", "GET http://[/x", "GET http://a:99999999/x"]) {
      it(`answers ${target} with a problem`, async () => {
        const answer = await sendRaw(server.port, target);
        assert.match(answer, /^HTTP\/1\.1 404 /);
        assert.match(answer, /application\/problem\+json/);
      });
    }

    it("answers what was done, whatever the client has cached", async () => {
      const headers = ["If-None-Match", "*"];
      const asked = name === "receipts" ? method : "GET"; // which nobody may ask it with
      const answered = await server.send({ method: asked, path, headers });
      assert.equal(answered.status, 200);
      assert.equal(answered.headers["content-type"], "application/json; charset=utf-8");
      assert.equal(answered.headers.etag, undefined);
      assert.equal(answered.text, '{"service":"first"}');
    });

    it("answers a preflight, which is no call, with its methods", async () => {
      const { status, headers, text } = await server.send({
        method: "OPTIONS",
        path,
        headers: ["Origin", ORIGIN, "Access-Control-Request-Method", method],
      });
      assert.deepEqual({ status, text }, { status: 204, text: "" });
      assert.equal(headers["access-control-allow-origin"], ORIGIN);
      assert.ok(headers["access-control-allow-methods"]?.split(",").includes(method));
    });

    for (const [what, sent] of [
      ["an answer", { method, path }],
      ["a refused method", { method: "TRACE", path }],
      ["an unknown path", { method, path: "/nobody" }],
      ["a malformed path", { method, path: "/%zz" }],
    ] as const) {
      it(`lets a page of the service's origin read ${what}, and no other`, async () => {
        const allowed = async (origin: string) =>
          (await server.send({ ...sent, headers: ["Origin", origin] })).headers[
            "access-control-allow-origin"
          ];
        assert.equal(await allowed(ORIGIN), ORIGIN);
        assert.equal(await allowed("https://b.example"), undefined);
      });
    }

    it("goes by the origins of the service that the path names", async () => {
      const suffix = name === "event" ? "/a" : "";
      const allowed = async (service: string) =>
        (
          await server.send({
            method,
            path: `/${service}${suffix}`,
            headers: ["Origin", "https://b.example"],
          })
        ).headers["access-control-allow-origin"];
      assert.equal(await allowed("Robots.txt"), "https://b.example");
      assert.equal(await allowed("closed"), undefined);
    });

    it("answers 503 and when to come again if others kept claiming the events", async () => {
      const contended = await serveFunction(name, () =>
        Promise.reject(new ContentionError("first")),
      );
      const { status, headers } = await contended.send({ method, path });
      assert.equal(status, 503);
      assert.equal(headers["retry-after"], "5");
      assert.equal(headers["content-type"], PROBLEM);
      await contended.close();
    });
  });
}

describe("names that the framework answers itself", () => {
  for (const [path, expected] of [
    ["/favicon.ico", "favicon.ico"],
    ["/first/favicon.ico", "favicon.ico"],
    ["/Robots.txt/a", "a"],
  ] as const) {
    it(`are names like any other: ${path}`, async () => {
      const services = () => Promise.resolve(SERVICES);
      const server = await serve(
        httpFunction({
          isServed: true,
          timeLimitSeconds: 60,
          log: recordingLog(),
          services,
          route: ROUTES.event,
          answer: (route) =>
            Promise.resolve({
              status: 200,
              body: route.kind === "endpoint" ? { key: route.endpoint.eventKey } : {},
            }),
        }),
      );
      const { status, text } = await server.send({ path });
      assert.equal(status, 200, text);
      assert.deepEqual(JSON.parse(text), { key: expected });
      await server.close();
    });
  }
});

/** What comes back for a request line that no client of Node.js sends. */
async function sendRaw(port: number, target: string): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  socket.setEncoding("utf8");
  let answer = "";
  socket.on("data", (chunk: string) => (answer += chunk));
  socket.write(`${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
  await once(socket, "close");
  return answer;
}

describe("a store that never answers", () => {
  it("is answered with 503 before the platform gives the function up", async () => {
    const services = () => Promise.resolve(SERVICES);
    const server = await serve(
      httpFunction({
        isServed: true,
        timeLimitSeconds: 10.05,
        log: recordingLog(),
        services,
        route: ROUTES.reset,
        answer: () => new Promise(() => undefined),
      }),
    );
    try {
      const { status, text, headers } = await server.send({ method: "POST", path: "/first" });
      assert.equal(status, 503, text);
      assert.equal(
        (JSON.parse(text) as { type: string }).type,
        "urn:eventsync:problem:unavailable",
      );
      assert.ok(headers["retry-after"]);
    } finally {
      await server.close();
    }
  });
});
