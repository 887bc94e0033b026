import assert from "node:assert/strict";
import fc from "fast-check";
import { Webhook } from "standardwebhooks";

import { signatureHeaders, signingKey } from "../../src/domain/signature.ts";

/** The vector of the specification's reference implementations. */
const VECTOR = {
  secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
  id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
  timeMs: 1_614_265_330_000,
  body: Buffer.from('{"test": 2432232314}'),
  signature: "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
};

const keyOf = (secret: string): Uint8Array => signingKey(secret) ?? assert.fail("no key");

describe("the signature of a call", () => {
  it("is that of the published vector", () => {
    assert.deepEqual(signatureHeaders(VECTOR, [keyOf(VECTOR.secret)]), {
      "webhook-id": VECTOR.id,
      "webhook-timestamp": "1614265330",
      "webhook-signature": VECTOR.signature,
    });
  });

  it("of a raw secret, and of a body that is no text, stays what it was", () => {
    const body = Uint8Array.of(0xff, 0x00, 0xfe);
    const signed = { id: "0123456789abcdef", timeMs: 1_700_000_000_999, body };
    const headers = signatureHeaders(signed, [keyOf("not encoded")]);
    assert.equal(headers["webhook-timestamp"], "1700000000");
    assert.equal(headers["webhook-signature"], "v1,5xur8ChEXUZkZvFEcOLvQge7rWfuBeqlq5BqzFJP/1U=");
  });

  it("verifies with the published library, whichever of two secrets a receiver has", () => {
    const secret = fc
      .uint8Array({ minLength: 1, maxLength: 64 })
      .map((bytes) => `whsec_${Buffer.from(bytes).toString("base64")}`);
    const check = (current: string, previous: string, body: string, other: string): void => {
      const signed = { id: "4f2e", timeMs: Date.now(), body: Buffer.from(body) };
      const headers = signatureHeaders(signed, [keyOf(current), keyOf(previous)]);
      for (const known of [current, previous]) {
        new Webhook(known).verify(body, headers, { jsonParse: false });
      }
      assert.throws(() => new Webhook(current).verify(`${body} `, headers, { jsonParse: false }));
      if (keysDiffer(other, current, previous)) {
        assert.throws(() => new Webhook(other).verify(body, headers, { jsonParse: false }));
      }
    };
    fc.assert(fc.property(secret, secret, fc.string({ unit: "grapheme" }), secret, check));
  });

  it("verifies with the published library by a raw secret", () => {
    const body = '{"eventID":"4f2e"}';
    const signed = { id: "4f2e", timeMs: Date.now(), body: Buffer.from(body) };
    const headers = signatureHeaders(signed, [keyOf("a raw one")]);
    const webhook = new Webhook("a raw one", { format: "raw" });
    assert.deepEqual(webhook.verify(body, headers), { eventID: "4f2e" });
  });

  it("has no key where there is no secret, or behind whsec_ no Base64", () => {
    for (const secret of ["", "whsec_", "whsec_a", "whsec_äöü=", "whsec_YQ", "whsec_YQ==\n"]) {
      assert.equal(signingKey(secret), undefined, secret);
    }
    assert.deepEqual(Buffer.from(keyOf("whsec_YQ==")), Buffer.from("a"));
  });
});

/** HMAC fills keys up with zeros: two that differ by those are one. */
function keysDiffer(other: string, ...secrets: readonly string[]): boolean {
  const bare = (secret: string): string =>
    Buffer.from(keyOf(secret))
      .toString("hex")
      .replace(/(00)+$/, "");
  return secrets.every((secret) => bare(secret) !== bare(other));
}
