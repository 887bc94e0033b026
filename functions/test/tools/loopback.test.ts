import assert from "node:assert/strict";
import { once } from "node:events";
import { get as httpGet } from "node:http";
import { get as httpsGet } from "node:https";
import { connect } from "node:net";
import { connect as connectTls } from "node:tls";

import { isLoopback } from "../../tools/loopback.ts";

/** A name that leads nowhere. */
const ELSEWHERE = "elsewhere.invalid";

describe("tests reach nothing beyond this machine", () => {
  const ways = {
    "a socket": () => connect(443, ELSEWHERE),
    "a socket with TLS": () => connectTls(443, ELSEWHERE),
    "a request over HTTP": () => httpGet(`http://${ELSEWHERE}/`),
    "a request over HTTPS": () => httpsGet(`https://${ELSEWHERE}/`),
  };
  for (const [way, open] of Object.entries(ways)) {
    it(`by ${way}`, async () => {
      const [error] = (await once(open(), "error")) as [Error];
      assert.match(error.message, /A test tried to connect to elsewhere\.invalid/);
    });
  }

  it("by fetch", async () => {
    await assert.rejects(fetch(`https://${ELSEWHERE}/`), ({ cause }: Error) => {
      assert.match(String(cause), /A test tried to connect to elsewhere\.invalid/);
      return true;
    });
  });

  it("but this machine, by any of its names", () => {
    assert.deepEqual(
      ["localhost", "127.0.0.1", "::1", "[::1]"].map(isLoopback),
      Array(4).fill(true),
    );
    assert.ok(!isLoopback("127.0.0.1.example.com"));
  });
});
