import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";

import { leaveDomain } from "../../src/adapters/leaveDomain.ts";
import { serve } from "../support/frameworkServer.ts";

const isInDomain = (): boolean => (process as { domain?: unknown }).domain != null;

describe("leaveDomain", () => {
  it("takes a request out of the framework's domain, for good", async () => {
    const server = await serve(async (_request, response) => {
      const before = isInDomain();
      leaveDomain();
      await delay(1);
      response.json({ before, after: isInDomain() });
    });
    try {
      const { text } = await server.send({ body: "x" });
      assert.deepEqual(JSON.parse(text), { before: true, after: false });
    } finally {
      await server.close();
    }
  });

  it("does nothing where there is no domain", () => {
    leaveDomain();
    assert.equal(isInDomain(), false);
  });
});
