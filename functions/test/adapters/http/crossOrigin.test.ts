import assert from "node:assert/strict";
import { allowOrigins } from "../../../src/adapters/http/crossOrigin.ts";
import type { ServiceConfig } from "../../../src/config/schema.ts";
import { serviceConfig } from "../../support/factories.ts";
import { serve, type Sent } from "../../support/frameworkServer.ts";

const SERVICE = serviceConfig("svc", ["entry1"]);
const withOrigins = (...origins: string[]): ServiceConfig => ({ ...SERVICE, cors: { origins } });

/** The CORS headers of the answer, and whether the request was taken for a preflight. */
async function ask(service: ServiceConfig, sent: Sent) {
  const server = await serve(async (request, response) => {
    const isPreflight = await allowOrigins(request, response, service, ["POST", "PUT"]);
    response.json(isPreflight);
  });
  try {
    const { headers, text } = await server.send(sent);
    const cors = Object.fromEntries(
      Object.entries(headers).filter(([name]) => /^access-control-|^vary$/.test(name)),
    );
    return { isPreflight: JSON.parse(text) as boolean, cors };
  } finally {
    await server.close();
  }
}

const ORIGIN = ["Origin", "https://a.example"];
const preflight: Sent = {
  method: "OPTIONS",
  headers: [
    ...ORIGIN,
    "Access-Control-Request-Method",
    "PUT",
    "Access-Control-Request-Headers",
    "x-a",
  ],
};

describe("allowOrigins", () => {
  it("without a configuration sends no header and takes nothing for a preflight", async () => {
    assert.deepEqual(await ask(SERVICE, preflight), { isPreflight: false, cors: {} });
    assert.deepEqual(await ask(SERVICE, { headers: ORIGIN }), { isPreflight: false, cors: {} });
  });

  it("answers a preflight with the endpoint's methods and the headers asked for", async () => {
    assert.deepEqual(await ask(withOrigins("https://a.example"), preflight), {
      isPreflight: true,
      cors: {
        "access-control-allow-origin": "https://a.example",
        "access-control-allow-methods": "POST,PUT",
        "access-control-allow-headers": "x-a",
        "access-control-max-age": "3600",
        vary: "Origin, Access-Control-Request-Headers",
      },
    });
  });

  it("lets a listed origin read the answer to an event", async () => {
    const service = withOrigins("https://b.example", "https://a.example");
    assert.deepEqual(await ask(service, { headers: ORIGIN, body: "x" }), {
      isPreflight: false,
      cors: { "access-control-allow-origin": "https://a.example", vary: "Origin" },
    });
  });

  it("lets no other origin", async () => {
    const { cors } = await ask(withOrigins("https://b.example"), { headers: ORIGIN, body: "x" });
    assert.deepEqual(cors, { vary: "Origin" });
  });

  it("lets any origin where the configuration says *", async () => {
    const { cors } = await ask(withOrigins("*"), { headers: ORIGIN, body: "x" });
    assert.deepEqual(cors, { "access-control-allow-origin": "*" });
  });

  const notPreflights: [string, Sent][] = [
    [
      "OPTIONS without an origin",
      { method: "OPTIONS", headers: ["Access-Control-Request-Method", "PUT"] },
    ],
    ["OPTIONS without a requested method", { method: "OPTIONS", headers: ORIGIN }],
    ["a POST with a preflight's headers", { ...preflight, method: "POST" }],
  ];
  for (const [title, sent] of notPreflights) {
    it(`does not take ${title} for a preflight`, async () => {
      assert.equal((await ask(withOrigins("*"), sent)).isPreflight, false);
    });
  }
});
