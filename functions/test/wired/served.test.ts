import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

import { Firestore } from "@google-cloud/firestore";

import { FunctionServer } from "../../testkit/functionServer.ts";
import { send } from "../../testkit/http.ts";
import { FUNCTIONS_DIR, REPOSITORY_ROOT } from "../../tools/paths.ts";
import { described, fetchDescribed } from "../support/described.ts";

/** The built function on functions-framework: what serves in production, without the emulator in front. */
describe("the functions, as they are served in production", () => {
  const project = `demo-served-${String(process.pid)}`;
  const db = new Firestore({ projectId: project });
  const servers: FunctionServer[] = [];

  const serve = async (CONFIG: string, target = "event"): Promise<FunctionServer> => {
    const env = { CONFIG };
    const options = { source: FUNCTIONS_DIR, target, projectId: project, env };
    const server = await FunctionServer.start(options);
    servers.push(server);
    return server;
  };
  after(async () => {
    await Promise.all(servers.map((server) => server.stop()));
    await db.terminate();
  });

  describe("with a correct configuration", () => {
    let server: FunctionServer;
    let url: string;
    before(async () => {
      const trigger = { type: "none", observationPeriod: 60 };
      const targetPubSub = { topic: `projects/${project}/topics/target` };
      server = await serve(
        JSON.stringify([
          {
            serviceName: "open",
            endpoints: [{ eventKey: "a", acceptedHttpMethods: ["POST", "OPTIONS"] }],
            cors: { origins: ["https://example.com"] },
            trigger,
            targetPubSub,
            notAKey: 1,
          },
          { serviceName: "closed", endpoints: [{ eventKey: "a" }], trigger, targetPubSub },
        ]),
      );
      ({ url } = server);
    });

    const eventsOf = async (service: string): Promise<number> =>
      (await db.collection(`services/${service}/events`).count().get()).data().count;

    it("answers a malformed path with a problem, although the framework would not", async () => {
      for (const path of ["/%zz", "/a%", "/%ff"]) {
        const answer = await fetchDescribed("/event", url, path, { method: "POST", body: "x" });
        assert.equal(answer.status, 400);
        const problem = JSON.parse(answer.text) as Record<string, unknown>;
        assert.equal(answer.headers.get("content-type"), "application/problem+json; charset=utf-8");
        assert.equal(problem["type"], "urn:eventsync:problem:malformed-path");
      }
    });

    const bodies: readonly [string, Buffer, Record<string, string>][] = [
      ["JSON that is not JSON", Buffer.from('{"a":'), { "content-type": "application/json" }],
      [
        "a gzip body",
        gzipSync("hello"),
        { "content-type": "text/plain", "content-encoding": "gzip" },
      ],
      ["no content type", Buffer.from("plain"), {}],
      [
        "an unknown charset",
        Buffer.from("plain"),
        { "content-type": "text/plain; charset=klingon" },
      ],
      ["an unknown encoding", Buffer.from("plain"), { "content-encoding": "klingon" }],
      ["an empty body", Buffer.alloc(0), { "content-type": "application/json" }],
    ];
    for (const [what, body, headers] of bodies) {
      it(`keeps ${what} exactly`, async () => {
        const answer = await send(`${url}/closed/a`, { body, headers });
        described.check({ method: "POST", path: "/event/closed/a" }, answer);
        assert.equal(answer.status, 202, answer.text);
        const { eventId } = JSON.parse(answer.text) as { eventId: string };
        const stored = await db.doc(`services/closed/events/${eventId}`).get();
        const content = stored.get("content") as string | Uint8Array;
        assert.deepEqual(Buffer.from(content as string), body);
        const type = (stored.get("headers") as { name: string; values: string[] }[]).find(
          ({ name }) => name === "Content-Type",
        );
        assert.deepEqual(type?.values, headers["content-type"] && [headers["content-type"]]);
      });
    }

    it("answers a preflight where CORS is configured, and never stores it", async () => {
      const before = await eventsOf("open");
      const preflight = await fetchDescribed("/event", url, "/open/a", {
        method: "OPTIONS",
        headers: { origin: "https://example.com", "access-control-request-method": "POST" },
      });
      assert.equal(preflight.status, 204);
      assert.equal(preflight.headers.get("access-control-allow-origin"), "https://example.com");
      assert.equal(preflight.headers.get("access-control-allow-methods"), "POST,OPTIONS");
      assert.equal(await eventsOf("open"), before);

      const posted = await fetchDescribed("/event", url, "/open/a", {
        method: "POST",
        body: "x",
        headers: { origin: "https://example.com" },
      });
      assert.equal(posted.status, 202);
      assert.equal(posted.headers.get("access-control-allow-origin"), "https://example.com");
      const foreign = await fetchDescribed("/event", url, "/open/a", {
        method: "OPTIONS",
        headers: { origin: "https://evil.example", "access-control-request-method": "POST" },
      });
      assert.equal(foreign.headers.get("access-control-allow-origin"), null);
    });

    it("stores OPTIONS where it is listed and no preflight, and refuses it elsewhere", async () => {
      const before = await eventsOf("open");
      const listed = await fetchDescribed("/event", url, "/open/a", { method: "OPTIONS" });
      assert.equal(listed.status, 202);
      assert.equal(await eventsOf("open"), before + 1);
      const refused = await fetchDescribed("/event", url, "/closed/a", {
        method: "OPTIONS",
        headers: { origin: "https://example.com", "access-control-request-method": "POST" },
      });
      assert.equal(refused.status, 405);
      assert.equal(refused.headers.get("allow"), "GET, POST, PUT, PATCH, DELETE");
      assert.equal(refused.headers.get("access-control-allow-origin"), null);
    });

    it("summarises the configuration in its log, and names keys that nothing reads", () => {
      assert.match(server.log(), /configuration\.loaded/);
      assert.match(server.log(), /"key":"\[0\]\.notAKey"/);
    });
  });

  const alike = ["trigger", "reset", "config", "deliveries", "status", "syncs", "events"];
  for (const target of alike) {
    it(`are alike: ${target} answers itself, whatever the body and the path`, async () => {
      const { url } = await serve(
        JSON.stringify({
          serviceName: "alike",
          endpoints: [{ eventKey: "a" }],
          cors: { origins: ["https://example.com"] },
          trigger: { type: "none", observationPeriod: 60 },
          targetPubSub: { topic: `projects/${project}/topics/none` },
        }),
        target,
      );
      const origin = { origin: "https://example.com" };
      const method = target === "trigger" || target === "reset" ? "POST" : "GET";
      const broken = {
        "content-type": "application/json",
        "content-encoding": "gzip",
        "content-length": "1",
      };
      const called = await send(url, {
        method,
        headers: { ...broken, ...origin },
        body: "{",
      });
      described.check({ method, path: `/${target}` }, called);
      assert.equal(called.status, target === "trigger" ? 202 : 200, called.text);
      assert.equal(called.headers["access-control-allow-origin"], "https://example.com");

      const malformed = await fetchDescribed(`/${target}`, url, "/%zz", {
        method,
        headers: origin,
      });
      assert.equal(malformed.status, 400);
      assert.match(malformed.text, /urn:eventsync:problem:malformed-path/);
      assert.equal(malformed.headers.get("access-control-allow-origin"), "https://example.com");

      const preflight = await fetchDescribed(`/${target}`, url, "", {
        method: "OPTIONS",
        headers: { ...origin, "access-control-request-method": method },
      });
      assert.equal(preflight.status, 204);
      assert.match(preflight.headers.get("access-control-allow-methods") ?? "", /GET/);
    });
  }

  it("describe themselves, also where a service has that name", async () => {
    const service = {
      endpoints: [{ eventKey: "a" }],
      trigger: { type: "none", observationPeriod: 60 },
      targets: [{ name: "log", kind: "pull" }],
    };
    const services = ["first", "openapi.json"].map((serviceName) => ({ serviceName, ...service }));
    const { url } = await serve(JSON.stringify(services), "config");
    const { status, text } = await fetchDescribed("/config", url, "/openapi.json");
    assert.equal(status, 200);
    const file = readFileSync(join(REPOSITORY_ROOT, "docs/openapi.json"), "utf8");
    assert.deepEqual(JSON.parse(text), JSON.parse(file));
    const shown = await fetchDescribed("/config", url, "");
    assert.equal((JSON.parse(shown.text) as object[]).length, 2);
  });

  describe("with a bad configuration", () => {
    it("serves nothing, and lists every problem in its log but not in its answers", async () => {
      const server = await serve(
        JSON.stringify({ serviceName: "bad", endpoints: [{ eventKey: "a" }, { eventKey: "a" }] }),
      );
      for (const path of ["/a", "/nope", "/"]) {
        const sent = { method: "POST", body: "x" };
        const { status, text } = await fetchDescribed("/event", server.url, path, sent);
        assert.equal(status, 500);
        assert.match(text, /invalid-configuration/);
        assert.doesNotMatch(text, /eventKey|observationPeriod/);
      }
      assert.match(server.log(), /"message":"configuration\.refused"/);
      assert.match(server.log(), /endpoints\[1\]\.eventKey: expected a unique key/);
      assert.match(server.log(), /trigger: is missing/);
      assert.match(server.log(), /targetPubSub: is missing/);
      assert.equal((await db.collection("services/bad/events").count().get()).data().count, 0);
    });
  });
});
