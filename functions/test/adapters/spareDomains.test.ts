import { cloudEvent, http } from "@google-cloud/functions-framework";
import { getTestServer } from "@google-cloud/functions-framework/testing";
import assert from "node:assert/strict";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

import { spareDomains } from "../../src/adapters/spareDomains.ts";

// Otherwise express prints every error that a test provokes.
process.env["NODE_ENV"] ??= "test";

const domainOf = (): unknown => (process as { domain?: unknown }).domain ?? undefined;
const isDomain = (scope: unknown): boolean =>
  scope instanceof process.getBuiltinModule("node:domain").Domain;

const CLOUD_EVENT = {
  "ce-specversion": "1.0",
  "ce-id": "1",
  "ce-source": "//test",
  "ce-type": "test",
  "content-type": "application/json",
};

/** Other tests of this process may have hidden it from the framework, for good (`rawRequest.ts`, `deliveries.ts`). */
function showType(message: unknown): void {
  const { request } = message as { readonly request: IncomingMessage };
  request.headers["content-type"] = CLOUD_EVENT["content-type"];
}

let served = 0;

/** What a function on the real framework answers. */
async function answerOf(
  define: (name: string) => unknown,
): Promise<{ readonly status: number; readonly text: string }> {
  const name = `spared${String(served++)}`;
  define(name);
  const server = getTestServer(name);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  try {
    const url = `http://127.0.0.1:${String(port)}/`;
    const response = await fetch(url, { method: "POST", headers: CLOUD_EVENT, body: "{}" });
    return { status: response.status, text: await response.text() };
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

describe("spareDomains", () => {
  const domains = process.getBuiltinModule("node:domain");
  const { create } = domains;
  before(() => {
    spareDomains();
    subscribe("http.server.request.start", showType);
  });
  after(() => {
    unsubscribe("http.server.request.start", showType);
    Object.assign(domains, { create });
  });

  it("runs an HTTP function in no domain", async () => {
    const seen: unknown[] = [];
    const { text } = await answerOf((name) => {
      http(name, async (_, response) => {
        seen.push(domainOf());
        await delay(1);
        response.json({ isLeft: domainOf() === undefined });
      });
    });
    assert.deepEqual(JSON.parse(text), { isLeft: true });
    assert.deepEqual(seen.map(isDomain), [false]);
  });

  it("runs a function of events in no domain, and it is acknowledged", async () => {
    const seen: unknown[] = [];
    const { status } = await answerOf((name) => {
      cloudEvent(name, async () => {
        seen.push(domainOf());
        await delay(1);
      });
    });
    assert.equal(status, 204);
    assert.deepEqual(seen.map(isDomain), [false]);
  });

  it("leaves the framework's answers to errors as they are", async () => {
    const thrown = Object.assign(new Error("on purpose"), { stack: "on purpose" });
    const defined: ((name: string) => unknown)[] = [
      (name) => {
        http(name, () => {
          throw thrown;
        });
      },
      (name) => {
        http(name, () => Promise.reject(thrown));
      },
      (name) => {
        cloudEvent(name, () => {
          throw thrown;
        });
      },
      (name) => {
        cloudEvent(name, () => Promise.reject(thrown));
      },
    ];
    for (const define of defined) assert.equal((await answerOf(define)).status, 500);
  });

  it("takes nothing from who asks for the next tick meanwhile", async () => {
    const nextTick = Reflect.get(process, "nextTick");
    await answerOf((name) => {
      http(name, (_, response) => response.end());
    });
    assert.equal(Reflect.get(process, "nextTick"), nextTick);
  });
});
