import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";

import { consumersOfSuite, send } from "../support/wired.ts";

describe("what an event holds arrives unharmed", () => {
  const consumeFor = consumersOfSuite();

  it("triggers on a body of 900 KB, which as a Firestore event would be dropped", async () => {
    const consumer = await consumeFor("large");
    const body = randomBytes(450_000).toString("hex");
    await send("large/a", body);
    await send("large/b", "small");
    const [received] = await consumer.waitForCount(1);
    assert.equal(received!.message.events["a"]!.events![0]!.content, body);
  });

  it("keeps a body that is not UTF-8 as base64", async () => {
    const consumer = await consumeFor("binary");
    const bytes = Buffer.concat([Buffer.from([0x00, 0xff, 0xfe, 0x80]), randomBytes(10_000)]);
    await send("binary/a", bytes, { "content-type": "image/png" });
    await send("binary/b", "h\u00e9 \u0000 \ufeff \u{1f600}");
    const [received] = await consumer.waitForCount(1);
    const [binary] = received!.message.events["a"]!.events!;
    assert.equal(binary!.contentEncoding, "base64");
    assert.deepEqual(Buffer.from(binary!.content, "base64"), bytes);
    const [text] = received!.message.events["b"]!.events!;
    assert.equal(text!.content, "h\u00e9 \u0000 \ufeff \u{1f600}");
    assert.equal(text!.contentEncoding, undefined);
  });

  it("publishes no credentials, except those that an endpoint keeps by name", async () => {
    const consumer = await consumeFor("headers");
    const secrets = {
      authorization: "Bearer secret-1",
      cookie: "secret-2",
      "x-api-key": "secret-3",
      "x-goog-iap-jwt-assertion": "secret-4",
      "proxy-authorization": "secret-5",
      "x-lower-case": "kept",
    };
    await send("headers/a", "a", secrets);
    await send("headers/b", "b", secrets);
    const [received] = await consumer.waitForCount(1);
    const kept = received!.message.events["a"]!.events![0]!.headers!;
    const redacted = received!.message.events["b"]!.events![0]!.headers!;
    assert.deepEqual(kept["X-Api-Key"], ["secret-3"]);
    assert.deepEqual(redacted["X-Api-Key"], ["[redacted]"]);
    assert.deepEqual(redacted["Authorization"], ["[redacted]"]);
    assert.deepEqual(redacted["X-Lower-Case"], ["kept"]);
    assert.doesNotMatch(JSON.stringify(redacted), /secret-/);
    assert.doesNotMatch(JSON.stringify({ ...kept, "X-Api-Key": [] }), /secret-/);
  });
});
